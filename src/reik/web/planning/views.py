"""`/waarde/planning`: plannings of one's own organisation, from upload to removal (N10)."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.value.planning import operations, queries
from reik.value.planning.mapping import MappingRefused, PlanningMap, check, from_json
from reik.value.planning.operations import FAILED, LOOKING, READ, READING, TAKEN, UPLOADED, PlanningRefused
from reik.value.planning.queries import FileSeen
from reik.value.planning.sheets import SheetRefused
from reik.web.acting import ActingRequest
from reik.web.planning.mapping_form import fitting, guessed, page_of, posted, with_activities
from reik.web.planning.shown import peak_of, teams_of
from reik.web.planning.words import reason_words, refused_words, state_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.value.asked import language

room = room_for("team_manager")
UNREADABLE = (PlanningRefused, SheetRefused, MappingRefused)
SHOWN_REFUSED = 20


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    """The files of this organisation, and a new one."""
    now, actor = clock.now(), actor_of(request)
    if request.method != "POST":
        return _overview(request)
    file, places = request.FILES.get("bestand"), request.FILES.get("postcodes")
    if not isinstance(file, UploadedFile) or not file.size:
        return _overview(request, error=refused_words("file", ""))
    try:
        with transaction.atomic():
            id = operations.upload(
                organisation_id=actor.organisation_id, name=file.name or "", stream=file, by=actor.name, now=now,
                anonymous="herkenbaar" not in request.POST,
                places=places if isinstance(places, UploadedFile) and places.size else None,
            )  # fmt: skip
    except UNREADABLE as refusal:
        return _overview(request, error=refused_words(refusal.code, str(refusal)))
    _log(request, Act.CREATE, id, "uploaded", now)
    return HttpResponseRedirect(f"/waarde/planning/{id}")


def _overview(request: ActingRequest, error: str = "") -> HttpResponse:
    files = [(each, state_words(each.state)) for each in queries.files(actor_of(request).organisation_id)]
    page = {"files": files, "error": error, "named": "herkenbaar" in request.POST}
    return render(request, "planning/overview.html", page, status=422 if error else 200)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, file_id: UUID) -> HttpResponse:
    """By its state: how far it is, what its columns mean, what was read, or what it says."""
    now, actor = clock.now(), actor_of(request)
    found = queries.file(file_id, actor.organisation_id)
    if found is None or found.state == "removed":
        raise Http404
    if request.method != "POST":
        viewed(request, f"planning {file_id}", {found.organisation_id: [file_id]}, now, kind="planning")
        return _page(request, found)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        with transaction.atomic():
            return act(request, found, now)
    except UNREADABLE as refusal:
        return _page(request, found, error=refused_words(refusal.code, str(refusal)))


def _page(
    request: ActingRequest, found: FileSeen, *, mapping: PlanningMap | None = None, error: str = ""
) -> HttpResponse:
    page: dict[str, Any] = {
        "file": found, "state": state_words(found.state), "error": error, "why": refused_words(found.problem_code, ""),
    }  # fmt: skip
    status = 422 if error else 200
    if found.state in (LOOKING, READING):
        answer = render(request, "planning/busy.html", page)
        return answer
    if request.headers.get("HX-Request") == "true":
        moved = HttpResponse()
        moved["HX-Refresh"] = "true"  # it is done: the page itself is another one now
        return moved
    if found.state in (UPLOADED, FAILED) or mapping is not None or "kolommen" in request.GET:
        return _columns(request, found, page, mapping, status)
    page |= {"teams": teams_of(queries.by_team(found.id, found.organisation_id)), "counted": found.counted}
    page["peak"] = peak_of(queries.quarters_of(found), language())
    page["wrong"] = [(line, reason_words(code), value) for line, code, value in found.refused[:SHOWN_REFUSED]]
    page["reasons"] = [(reason_words(code), n) for code, n in found.counted.get("reasons", {}).items()]
    return render(request, "planning/read.html", page, status=status)


def _columns(
    request: ActingRequest, found: FileSeen, page: dict[str, Any], mapping: PlanningMap | None, status: int
) -> HttpResponse:
    look = queries.look_of(found.id, found.organisation_id)
    if look is None:
        return render(request, "planning/lost.html", page, status=status)
    kept = queries.mappings_of(found.organisation_id)
    named = request.GET.get("koppeling", "")
    if mapping is None and request.method == "POST":
        mapping = _typed(request, found)
    mapping = mapping or kept.get(named) or _before(found) or guessed(look)
    form = page_of(mapping, look)
    form["error"] = page["error"] or (form.get("error", "") if request.method == "POST" else "")
    form["anonymous"] = "herkenbaar" not in request.POST if request.method == "POST" else found.anonymous
    form |= {"kept": fitting(kept, look["header"]), "named": named or request.POST.get("naam", "")}
    return render(request, "planning/columns.html", page | form, status=status)


def _typed(request: ActingRequest, found: FileSeen) -> PlanningMap | None:
    look = queries.look_of(found.id, found.organisation_id)
    try:
        return posted(request.POST, _before(found) or guessed(look or {"guessed": None}))
    except MappingRefused:
        return None


def _before(found: FileSeen) -> PlanningMap | None:
    return from_json(found.mapping) if found.mapping else None


def _given(request: ActingRequest, found: FileSeen) -> PlanningMap:
    """The mapping as filled in, fit for this file. Raises MappingRefused."""
    look = queries.look_of(found.id, found.organisation_id)
    if look is None:
        raise PlanningRefused("state", "The file is no longer there.")
    mapping, _ = with_activities(posted(request.POST, _before(found) or guessed(look)), look)
    return check(mapping, look["header"])


def _preview(request: ActingRequest, found: FileSeen, now: datetime) -> HttpResponse:  # noqa: ARG001
    return _page(request, found, mapping=_given(request, found))


def _read(request: ActingRequest, found: FileSeen, now: datetime) -> HttpResponse:
    mapping = _given(request, found)
    if request.POST.get("naam", "").strip():
        operations.keep_mapping(
            organisation_id=found.organisation_id, name=request.POST["naam"], mapping=mapping,
            by=actor_of(request).name, now=now,
        )  # fmt: skip
    operations.ask_reading(found.id, mapping, anonymous="herkenbaar" not in request.POST)
    _log(request, Act.CHANGE, found.id, "reading", now)
    return HttpResponseRedirect(f"/waarde/planning/{found.id}")


def _take(request: ActingRequest, found: FileSeen, now: datetime) -> HttpResponse:
    operations.take(found.id, only_good="rest" in request.POST, now=now)
    _log(request, Act.CHANGE, found.id, "taken", now)
    return HttpResponseRedirect(f"/waarde/planning/{found.id}")


def _remove(request: ActingRequest, found: FileSeen, now: datetime) -> HttpResponse:
    operations.remove(found.id, now)
    _log(request, Act.CHANGE, found.id, "removed", now)
    return HttpResponseRedirect("/waarde/planning")


_ACTS: dict[str, Callable[[ActingRequest, FileSeen, datetime], HttpResponse]] = {
    "bekijk": _preview, "lees": _read, "neem": _take, "verwijder": _remove,
}  # fmt: skip


@room
@require_safe
@never_cache
def refused_csv(request: ActingRequest, file_id: UUID) -> HttpResponse:
    """The refused rows, the first thousand: line, reason, what stood there."""
    now, actor = clock.now(), actor_of(request)
    found = queries.file(file_id, actor.organisation_id)
    if found is None or found.state not in (READ, TAKEN):
        raise Http404
    viewed(
        request, f"planning refused {file_id}", {found.organisation_id: [file_id]}, now, kind="planning",
        act=Act.EXPORT,
    )  # fmt: skip
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="geweigerd.csv"'
    answer.write("\ufeff")
    out = csv.writer(answer, delimiter=";")
    out.writerow(("regel", "reden", "uitleg", "waarde"))
    for line, code, value in found.refused:
        out.writerow(
            (line, code, reason_words(code), f"'{value}" if value[:1] in ("=", "+", "-", "@") else value)
        )
    return answer


def _log(request: ActingRequest, act: Act, file_id: UUID, detail: str, now: datetime) -> None:
    acted(
        request,
        act,
        "planning",
        [file_id],
        now,
        organisation_id=actor_of(request).organisation_id,
        detail=detail,
    )
