"""`/clienten/<id>/afwezig`: report an absence, follow it, come back, check, resume (R9 to R12, R49)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.away import along as away_along
from reik.dispensing.away import keeping as away_keeping
from reik.dispensing.away import path as away
from reik.dispensing.away import returning as away_returning
from reik.dispensing.away import seen as away_seen
from reik.dispensing.away import telling
from reik.dispensing.away.path import AwayRefused
from reik.dispensing.away.seen import AbsenceSeen
from reik.dispensing.by_hand.path import GivingRefused
from reik.dispensing.devices.taking_in import TakeInRefused, end_stop
from reik.dispensing.queries import moments_between
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway.path import State
from reik.pathway.queries import path_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.away.hand import instant_in, numbers_in
from reik.web.away.told import new_absence, told_before
from reik.web.away.words import (
    check_words,
    line_words,
    pause_words,
    reason_words,
    reasons,
    refused_words,
    state_words,
)
from reik.web.inuse.refusals import refused_words as take_in_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

CHECKS_IT = "nurse"
NEWS_FOR = timedelta(minutes=10)
"""So long the page says that the dispenser has gone on."""
Form = Mapping[str, str]


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def absence(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form, or the absence as it stands."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    if request.method != "POST":
        viewed(request, f"absence {client_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, now)
    try:
        _act(request, card, now)
    except (AwayRefused, GivingRefused) as refusal:
        return _page(request, card, now, error=refused_words(str(refusal)), status=422)
    except TakeInRefused as refusal:
        return _page(request, card, now, error=take_in_words(refusal.code, str(refusal)), status=422)
    except ValueError:  # an id that is none
        raise Http404 from None
    _log(request, card, request.POST.get("act", ""), now)
    return HttpResponseRedirect(request.path)


def _log(request: ActingRequest, card: ClientCard, act: str, now: datetime) -> None:
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"absence {act[:20]}",
    )  # fmt: skip


def _act(request: ActingRequest, card: ClientCard, now: datetime) -> None:
    post, zone, by = request.POST, ZoneInfo(card.zone), actor_of(request).name
    act = post.get("act", "")
    if act == "declare":
        _declare(card, post, by, now)
        return
    open_one = away_seen.open_absences([card.id]).get(card.id)
    if open_one is None:
        raise AwayRefused("This absence is not there any more: open the client's page again.")
    acts = _acts(open_one, post, zone, by, now)
    if act not in acts:
        raise Http404
    acts[act]()


def _acts(
    one: AbsenceSeen, post: Form, zone: ZoneInfo, by: str, now: datetime
) -> dict[str, Callable[[], object]]:
    id = one.id

    def along(act: str) -> object:
        count = _count(post.get("count", ""))
        row = UUID(post.get("along", ""))
        if act == "pack":
            return away_along.pack(along_id=row, handed_out=count, by=by, now=now)
        return away_along.reconcile(
            along_id=row, came_back=count, by=by, now=now, text=post.get("text", "")[:500]
        )

    return {
        "confirm": lambda: away_keeping.confirm(
            absence_id=id, until=instant_in(post.get("until", ""), zone), said_by=post.get("said_by", ""),
            by=by, now=now,
        ),
        "cancel": lambda: away_keeping.cancel(absence_id=id, by=by, because=post.get("because", ""), now=now),
        "back": lambda: away_returning.come_back(
            absence_id=id, returned_at=min(instant_in(post.get("returned_at", ""), zone), now), by=by, now=now
        ),
        "mistake": lambda: away_returning.undo_stop(
            absence_id=id, by=by, because=post.get("because", ""), now=now
        ),
        "device_gone": lambda: end_stop(client_id=one.client_id, by=by, now=now),
        "check": lambda: _check(one, post, by, now),
        "resume": lambda: away_returning.resume(absence_id=id, by=by, now=now),
        "along": lambda: away_along.take_along(
            absence_id=id, moment_ids=[UUID(each) for each in post.get("moments", "").split()], by=by, now=now
        ),
        "pack": lambda: along("pack"),
        "count": lambda: along("count"),
    }  # fmt: skip


def _check(one: AbsenceSeen, post: Form, by: str, now: datetime) -> None:
    what, text = post.get("what", ""), post.get("text", "")[:500]
    removed = numbers_in(text) if what == away.ROLL else ()
    away_returning.check(absence_id=one.id, what=what, by=by, now=now, text=text, removed=removed)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.strip().isdigit() else -1


def _declare(card: ClientCard, post: Form, by: str, now: datetime) -> None:
    away_keeping.declare(new_absence(card, post, now), by=by, now=now)


def _page(
    request: ActingRequest, card: ClientCard, now: datetime, *, error: str = "", status: int = 200
) -> HttpResponse:
    zone, role = ZoneInfo(card.zone), actor_of(request).role
    one = away_seen.open_absences([card.id]).get(card.id)
    local, told = now.astimezone(zone), telling.told_of(card.id)
    page: dict[str, Any] = {
        "card": card, "one": one, "error": error, "typed": request.POST or told_before(told, zone),
        "address": request.path, "now": now, "told": None if one else told,
        "reasons": reasons(), "local_now": local.strftime("%Y-%m-%dT%H:%M"), "checks_it": role == CHECKS_IT,
        "me": "", "my_phone": "", "resumed": None if one else away_seen.resumed_since(card.id, now - NEWS_FOR),
    }  # fmt: skip
    if one is not None:
        page |= _of(one, card, now)
    with timezone.override(zone):
        return render(request, "away/absence.html", page, status=status)


def _of(one: AbsenceSeen, card: ClientCard, now: datetime) -> dict[str, Any]:
    """What the page shows of an absence."""
    inside = away_seen.sachets_inside(one.id)
    moments = (
        moments_between([card.id], now, now + timedelta(days=3))[card.id] if one.state == "planned" else []
    )
    return {
        "reason": reason_words(one.reason), "state": state_words(one.state), "pause": pause_words(one.pause),
        "inside": inside, "along": away_seen.taken_along(one.id),
        "lines": [(each, line_words(each.kind)) for each in reversed(away_seen.lines_of(one.id))],
        "checks": [(name, *check_words(name), one.checks.get(name)) for name in away.CHECKS],
        "to_take": [each for each in moments if each.outcome is None and not each.out],
        "stopping": one.state == "stopped" and _is_stopping(card.id),
    }  # fmt: skip


def _is_stopping(client_id: UUID) -> bool:
    """Whether her care path has the list of what must be closed."""
    path = path_of(client_id)
    return path is not None and path.state == State.STOPPING
