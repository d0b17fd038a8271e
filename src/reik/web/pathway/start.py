"""`/clienten/<id>/zorgpad/start`: the go-live check-list. It blocks until all is there, or waits with name and day."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.pathway import moving, recording
from reik.pathway.overrides import let_through
from reik.pathway.path import MAY_GO_LIVE, Event, PathRefused, State
from reik.pathway.terms import terms_of
from reik.web.acting import ActingRequest
from reik.web.pathway.reading import Around, around, attempted, looked
from reik.web.pathway.shown import address_of, asked_of, complete
from reik.web.pathway.words import setting_words, state_words
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def go_live(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The list; letting one thing wait; ticking one thing; starting."""
    one = around(request, client_id)
    if request.method != "POST":
        looked(one, "go live")
        return _page(one)
    act = one.said("act")
    goes_to = address_of(client_id) if act == "start" else request.path
    return attempted(one, lambda: _act(one, act), f"go live {act}", _page, goes_to)


def _act(one: Around, act: str) -> None:
    path_id, by, role, now = one.the_path().id, one.actor.name, one.actor.role, one.now
    if act == "start":
        moving.move(path_id, Event.GO_LIVE, by=by, role=role, now=now, version=one.version())
    elif act == "tick":
        note = one.said("note")
        recording.record(
            path_id, one.said("kind"), by=by, role=role, now=now, detail={"note": note} if note else None
        )
    elif act == "let":
        let_through(
            path_id, one.said("kind"), because=one.said("because"), by=by, role=role, now=now,
            make_good_by=one.end_of(one.day("until")),
        )  # fmt: skip
    else:
        raise PathRefused("not_from_here", "This cannot be done here.")


def _page(one: Around, *, error: str = "", status: int = 200) -> HttpResponse:
    seen = one.path
    starting = seen is not None and seen.state == State.STARTING
    asked = asked_of(seen, one.now, one.zone) if seen is not None and starting else []
    organisation_id = one.card.organisation_id
    page = {
        "card": one.card, "path": seen, "address": address_of(one.card.id), "error": error,
        "typed": one.request.POST, "asked": asked, "starting": starting, "now": one.now,
        "ready": starting and complete(asked, one.now), "may_start": one.actor.role in MAY_GO_LIVE,
        "may_let": one.actor.role in terms_of([organisation_id])[organisation_id].may_let_through,
        "state": state_words(seen.state) if seen else "", "setting": setting_words(seen.setting) if seen else "",
        "there": sum(each.shown is not None for each in asked),
        "today": one.now.astimezone(one.zone).date(),
    }  # fmt: skip
    with timezone.override(one.zone):
        return render(one.request, "pathway/start.html", page, status=status)
