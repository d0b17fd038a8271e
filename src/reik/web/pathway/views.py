"""`/clienten/<id>/zorgpad`: the nine steps, what the step asks, open tasks, what waits, history, restart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.pathway import moving, path, recording
from reik.pathway.baseline import winding_down
from reik.pathway.path import NEXT, SETTINGS, VARIES, WHO, Event, PathRefused, State
from reik.pathway.queries import PathSeen, events_of, overrides_of
from reik.pathway.restarting import restart
from reik.pathway.terms import terms_of
from reik.web.acting import ActingRequest
from reik.web.pathway.reading import Around, around, attempted, looked
from reik.web.pathway.shown import address_of, asked_of, complete, history_of, steps_shown
from reik.web.pathway.words import (
    because_words,
    kind_words,
    on_words,
    setting_words,
    state_words,
    who_words,
)
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM

DECIDES = ("nurse",)
MOVED_HERE = (Event.ENROLLED, Event.ROLL_ARRANGED, Event.INSTALLED)
"""Ways on that need nothing but their conditions; the others are decisions with a page of their own."""


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def care_path(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The path as it stands, or the form that begins one."""
    one = around(request, client_id)
    if request.method != "POST":
        looked(one, "care path")
        return _page(one)
    act = one.said("act")
    return attempted(one, lambda: _act(one, act), f"care path {act}", _page, request.path)


def _act(one: Around, act: str) -> None:
    by, role, now = one.actor.name, one.actor.role, one.now
    if act in ("begin", "restart", "on", "back") and role not in DECIDES:
        raise PathRefused("role", "A nurse decides this.")
    if act == "begin":
        moving.open_path(
            client_id=one.card.id,
            setting=one.said("setting"),
            by=by,
            role=role,
            now=now,
            variant=_variant(one),
        )
    elif act == "restart":
        restart(one.card.id, by=by, role=role, now=now)
    elif act == "tick":
        recording.record(one.the_path().id, one.said("kind"), by=by, role=role, now=now, detail=_note(one))
    elif act == "take_back":
        recording.take_back(_id(one), by=by, because=one.said("because"), now=now)
    elif act == "on":
        event = NEXT.get(State(one.the_path().state))
        if event not in MOVED_HERE:
            raise PathRefused("not_from_here", "This goes by another page.")
        moving.move(one.the_path().id, event, by=by, role=role, now=now, version=one.version())
    elif act == "back":
        if not one.said("because"):
            raise PathRefused("because", "Say why a step back.")
        moving.move(
            one.the_path().id, Event.REOPEN, by=by, role=role, now=now, note=one.said("because"),
            version=one.version(),
        )  # fmt: skip
    else:
        raise PathRefused("not_from_here", "This cannot be done here.")


def _variant(one: Around) -> dict[str, str]:
    return {name: who for name in VARIES if (who := one.said(name)) and who != "team"}


def _note(one: Around) -> dict[str, object]:
    return {"note": one.said("note")} if one.said("note") else {}


def _id(one: Around) -> UUID:
    try:
        return UUID(one.said("evidence"))
    except ValueError:
        raise PathRefused("gone", "This is not there.") from None


def _page(one: Around, *, error: str = "", status: int = 200) -> HttpResponse:
    page: dict[str, Any] = {
        "card": one.card, "path": one.path, "address": address_of(one.card.id), "error": error,
        "typed": one.request.POST, "decides": one.actor.role in DECIDES, "now": one.now,
        "manages": one.actor.role == "team_manager",
        "settings": [(each, setting_words(each)) for each in SETTINGS],
        "variants": [
            (name, [(who, who_words(who)) for who in WHO[duty]]) for name, duty in VARIES.items()
        ],
    }  # fmt: skip
    if one.path is not None:
        page |= of_path(one, one.path)
    with timezone.override(one.zone):
        return render(one.request, "pathway/path.html", page, status=status)


def of_path(one: Around, seen: PathSeen) -> dict[str, Any]:
    """What the page shows of a path."""
    events = events_of(seen.id)
    terms = terms_of([seen.organisation_id])[seen.organisation_id]
    asked = asked_of(seen, one.now, one.zone)
    following = NEXT.get(State(seen.state))
    return {
        "steps": steps_shown(seen, events, terms), "state": state_words(seen.state),
        "because": because_words(seen.because) if seen.state == State.PAUSED else "",
        "setting": setting_words(seen.setting), "asked": asked, "ready": complete(asked, one.now),
        "on": on_words(following) if following in MOVED_HERE else "",
        "starting": seen.state == State.STARTING, "in_use": seen.state == State.IN_USE,
        "paused": seen.state == State.PAUSED, "ended": seen.ended_at is not None,
        "selects": seen.state in (State.INDICATED, State.SELECTING, State.NOT_NOW),
        "stops": (State(seen.state), Event.STOP) in path.TRANSITIONS or seen.state == State.STOPPING,
        "back": (State(seen.state), Event.REOPEN) in path.TRANSITIONS,
        "let": [(each, kind_words(each.condition)) for each in overrides_of([seen.id]).get(seen.id, [])],
        "history": history_of(events),
        "double": len(winding_down.duplicates([seen.client_id], one.now).get(seen.client_id, [])),
    }  # fmt: skip
