"""`/zorgpad/instellingen`: how an organisation names the steps, days and owner of each task, who may let through."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.asking import TASKS
from reik.pathway.path import NAMED_BY_SOURCE, SETTINGS, STEPS
from reik.pathway.selection.indication_codes import CHOICE, OWN, CodesRefused, codes_of, kept
from reik.pathway.terms import (
    ENDS,
    MAY_BE_LET,
    NAME_MOST,
    OWNERS,
    Terms,
    TermsRefused,
    set_terms,
    terms_of,
    versions_of,
)
from reik.web.acting import ActingRequest
from reik.web.pathway.words import kind_words, role_words, setting_words, step_words, terms_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted

KINDS = tuple(TASKS)
"""What opens a task."""
LANGUAGES = ("nl", "en")
ROOM = 2  # empty rows for a code that comes


@room_for("team_manager")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: ActingRequest) -> HttpResponse:
    """The settings that hold, and the versions before; a change is a new version."""
    if request.method != "POST":
        return _page(request)
    actor, now, post = actor_of(request), clock.now(), request.POST
    try:
        version = int(post.get("version", "")) if post.get("version", "").isdigit() else -1
        set_terms(
            organisation_id=actor.organisation_id, names=_names(request), terms=_terms(request),
            choices={
                "may_let_through": [each for each in MAY_BE_LET if each in post.getlist("may_let_through")],
                CHOICE: kept(_rows(request)),
            },
            version=version, by=actor.name, now=now,
        )  # fmt: skip
    except (TermsRefused, CodesRefused) as refusal:
        return _page(request, error=terms_words(refusal.code), status=422)
    acted(
        request, Act.CHANGE, "organisation", [actor.organisation_id], now,
        organisation_id=actor.organisation_id, detail="care path terms",
    )  # fmt: skip
    return HttpResponseRedirect(request.path)


def _names(request: ActingRequest) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for step in STEPS:
        for language in LANGUAGES:
            name = request.POST.get(f"step_{step}_{language}", "").replace("\x00", "").strip()
            if name:
                found.setdefault(str(step), {})[language] = name
    return found


def _terms(request: ActingRequest) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for kind in (*KINDS, ENDS):
        days = request.POST.get(f"days_{kind}", "").strip()
        if days and not (days.isascii() and days.isdigit()):
            raise TermsRefused("days", "Give 0 to 180 days.")
        found[kind] = {"role": request.POST.get(f"role_{kind}") or None}
        if days:
            found[kind]["days"] = int(days)
    return found


def _rows(request: ActingRequest) -> list[tuple[str, str, str]]:
    """The codes as they were typed: system, code, basis."""
    said = [request.POST.getlist(name) for name in ("code_system", "code_code", "code_basis")]
    return [(a.replace("\x00", ""), b.replace("\x00", ""), c) for a, b, c in zip(*said, strict=False)]


def _codes(request: ActingRequest, held: Terms) -> list[tuple[str, str, str]]:
    own = [(*code, basis) for code, basis in codes_of(held.choices).items() if basis]
    return _rows(request) if request.POST else [*own, *[("", "", SETTINGS[0])] * ROOM]


def _of_indications(request: ActingRequest, held: Terms) -> dict[str, Any]:
    """The warning before an indication's last day, and the codes of a care record."""
    post = request.POST
    return {
        "ends": (post.get(f"days_{ENDS}", held.warn_days), post.get(f"role_{ENDS}", held.warned_role)),
        "codes": _codes(request, held), "own_code": OWN, "bases": [(each, setting_words(each)) for each in SETTINGS],
    }  # fmt: skip


def _page(request: ActingRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    organisation_id = actor_of(request).organisation_id
    held, post = terms_of([organisation_id])[organisation_id], request.POST
    page: dict[str, Any] = {
        "error": error, "version": held.version, "most": NAME_MOST,
        "steps": [
            (
                step, step_words(step), step in NAMED_BY_SOURCE,
                [
                    (each, post.get(f"step_{step}_{each}", held.names.get(str(step), {}).get(each, "")))
                    for each in LANGUAGES
                ],
            )
            for step in STEPS
        ],
        "kinds": [
            (
                kind, kind_words(kind), post.get(f"days_{kind}", held.days_for(kind)),
                post.get(f"role_{kind}", held.role_for(kind)),
            )
            for kind in KINDS
        ],
        **_of_indications(request, held),
        "owners": [(each, role_words(each)) for each in OWNERS],
        "may": [
            (each, role_words(each), each in (post.getlist("may_let_through") if post else held.may_let_through))
            for each in MAY_BE_LET
        ],
        "versions": versions_of(organisation_id),
    }  # fmt: skip
    return render(request, "pathway/own_terms.html", page, status=status)
