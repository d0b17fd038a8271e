"""`/waarde/wat-als`: the what-ifs of one's own organisation, a new one, and several beside each other (N10)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.case.toured import used
from reik.value.planning import queries as planning
from reik.value.planning.queries import FileSeen
from reik.value.tours.dispensers import SOURCES
from reik.value.tours.keeping import LARGEST_MATRIX, WhatIfRefused, ask
from reik.value.tours.problem import TourRefused
from reik.value.tours.rows import choices
from reik.value.tours.seen import WhatIfSeen, whatif_seen, whatifs
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.value.asked import language
from reik.web.value.views import ROLES
from reik.web.whatif import form
from reik.web.whatif.shown import compared, listed
from reik.web.whatif.words import effort_words, level_words, mode_words, refused_words, stopped_words

room = room_for(*ROLES)
MOST_COMPARED = 4
STRANGE = "strange"


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    """What was asked before, and a new question of one planning; `als`: with the choices of an earlier one."""
    if request.method != "POST":
        return _page(request)
    actor, now = actor_of(request), clock.now()
    upload = request.FILES.get("reistijden")
    own = upload if isinstance(upload, UploadedFile) and upload.size else None
    try:
        if own is not None and (own.size or 0) > LARGEST_MATRIX:
            raise WhatIfRefused("matrix", "The matrix is too large.")
        question = form.question_of(request.POST, own.name or "matrix.csv" if own else "")
        id = ask(
            actor.organisation_id, _id(request.POST.get("bestand", "")), question, by=actor.name, now=now,
            title=request.POST.get("titel", ""), matrix=own.read() if own else None,
        )  # fmt: skip
    except WhatIfRefused as refusal:
        return _page(request, error=_asked_words(refusal))
    except TourRefused as refusal:
        return _page(
            request, error=stopped_words({"code": refusal.code, **refusal.said}) or refused_words("")
        )
    acted(request, Act.CREATE, "whatif", [id], now, organisation_id=actor.organisation_id)
    return HttpResponseRedirect(f"/waarde/wat-als/{id}")


def _asked_words(refusal: WhatIfRefused) -> str:
    """`strange` names the client in its sentence, and nobody where no client was named."""
    if refusal.code != STRANGE:
        return refused_words(refusal.code)
    client = str(refusal)
    return stopped_words({"code": STRANGE, "client": client}) if client else refused_words("strange_none")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise WhatIfRefused("file", "Choose a planning.") from None


def _page(request: ActingRequest, error: str = "") -> HttpResponse:
    organisation_id = actor_of(request).organisation_id
    files = [each for each in planning.files(organisation_id) if each.state == "taken"]
    found = whatifs(organisation_id)
    before = next((each for each in found if str(each.id) == request.GET.get("als")), None)
    file = _file(request, files, before)
    fields = _fields(request, file, before) if file else {}
    seen: dict[str, Any] = {
        "whatifs": [listed(each, language()) for each in found], "files": files, "file": file, "typed": fields,
        "error": error, "teams": choices(file.id, organisation_id) if file else [], "sources": SOURCES,
        "modes": [(each, mode_words(each)) for each in ("bike", "car")],
        "levels": [(each, level_words(each)) for each in ("team", "organisation")],
        "efforts": [(each, effort_words(each)) for each in ("quick", "normal", "thorough")],
    }  # fmt: skip
    return render(request, "whatif/overview.html", seen, status=422 if error else 200)


def _file(request: ActingRequest, files: list[FileSeen], before: WhatIfSeen | None) -> FileSeen | None:
    wanted = (
        request.POST.get("bestand") or request.GET.get("bestand") or (str(before.file_id) if before else "")
    )
    chosen = next((each for each in files if str(each.id) == wanted), None)
    return chosen or (files[0] if files else None)


def _fields(request: ActingRequest, file: FileSeen, before: WhatIfSeen | None) -> dict[str, Any]:
    usual = form.first_shown(file)
    if request.method == "POST":
        return form.typed(request.POST, list(usual))
    if before is not None and before.file_id == file.id:
        return form.shown(before.question, title=before.title)
    return usual


@room
@require_safe
@never_cache
def compare(request: ActingRequest) -> HttpResponse:
    """Two to four what-ifs beside each other: what was chosen and what came out."""
    organisation_id, now = actor_of(request).organisation_id, clock.now()
    found: list[WhatIfSeen] = []
    for text in dict.fromkeys(request.GET.getlist("een")[:MOST_COMPARED]):
        try:
            seen = whatif_seen(UUID(text), organisation_id)
        except ValueError:
            seen = None
        if seen is None:
            raise Http404
        if seen.outcome:
            found.append(seen)
    viewed(request, "whatifs", {organisation_id: [each.id for each in found]}, now, kind="whatif")
    page = {"rows": compared(found, language()), "found": found, "used": used(organisation_id)}
    return render(request, "whatif/compare.html", page)
