"""`/clienten/<id>/stoppen`: why, until when, what comes instead; then what must be closed, one by one (R13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.devices.taking_in import TakeInRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.pathway import recording
from reik.pathway.path import TRANSITIONS, Event, PathRefused, State
from reik.pathway.queries import PathSeen, last_path_of
from reik.pathway.use import stopping
from reik.pathway.use.stopping import NewStop
from reik.pathway.use.stopping_rules import REASONS, WHO, Instead, StopRefused
from reik.people.carers import taking_part
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.inuse import reading, words
from reik.web.inuse.closing import DAYS, closing_of
from reik.web.inuse.refusals import refused_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import TEAM, client_of

ROWS = 6


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form before the decision, the list after it."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    path = last_path_of(card.id)
    if request.method != "POST":
        viewed(request, f"stop {card.id}", {card.organisation_id: [card.id]}, now)
        return _page(request, card, path, now)
    if path is None:
        raise Http404
    acts = {"stop": _stop, "access": _access, "billing": _billing, "device": _device, "end": _end}
    act = request.POST.get("act", "")
    if act not in acts:
        raise Http404
    try:
        with transaction.atomic():
            acts[act](request, card, path, now)
    except (StopRefused, PathRefused, TakeInRefused) as refused:
        return _page(request, card, path, now, refused_words(refused.code, str(refused)))
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id, detail=f"stop {act}"
    )  # fmt: skip
    return HttpResponseRedirect(request.path)


def _stop(request: ActingRequest, card: ClientCard, path: PathSeen, now: datetime) -> None:
    post, actor = reading.plain(request.POST), actor_of(request)
    last_at = reading.instant(post.get("last_at", ""), ZoneInfo(card.zone))
    if last_at is None:
        raise StopRefused("last_at", "Enter a date and a time.")
    # A field holds no seconds: the minute that runs is not past.
    last_at = now if now - timedelta(minutes=1) < last_at < now else last_at
    new = NewStop(
        reason=post.get("reason", ""), last_at=last_at, instead=_instead(post), note=post.get("note", "")[:2000],
        version=reading.whole(post.get("version", "")),
    )  # fmt: skip
    stopping.stop(path.id, new, by=actor.name, role=actor.role, now=now)


def _instead(post: Mapping[str, str]) -> list[Instead]:
    made = []
    for n in range(ROWS):
        who = post.get(f"who{n}", "")
        if not who:
            continue
        from_on = reading.day(post.get(f"from{n}", ""))
        if from_on is None:
            raise StopRefused("instead", "Say from which day on.")
        name = post.get(f"name{n}", "").strip()[:120] or (who if who in ("self", "nothing_left") else "")
        made.append(
            Instead(
                who=who, name=name, from_on=from_on, at=_clock(post.get(f"at{n}", "")),
                weekdays=DAYS.get(post.get(f"days{n}", "all"), 0),
            )
        )  # fmt: skip
    return made


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        return None


def _access(request: ActingRequest, card: ClientCard, path: PathSeen, now: datetime) -> None:
    post, actor = reading.plain(request.POST), actor_of(request)
    known = {each.id for each in taking_part(card.id, now)}
    chosen = [
        id for each in request.POST.getlist("carer") if (id := reading.uuid(each)) in known and id is not None
    ]
    stopping.close_access(
        path.id, end_house_access=post.get("house") == "end", carer_ids=chosen, by=actor.name, role=actor.role,
        now=now,
    )  # fmt: skip


def _billing(request: ActingRequest, _card: ClientCard, path: PathSeen, now: datetime) -> None:
    actor = actor_of(request)
    recording.record(path.id, "billing_told", by=actor.name, role=actor.role, now=now)


def _device(request: ActingRequest, _card: ClientCard, path: PathSeen, now: datetime) -> None:
    stopping.device_fetched(path.id, by=actor_of(request).name, now=now)


def _end(request: ActingRequest, _card: ClientCard, path: PathSeen, now: datetime) -> None:
    actor = actor_of(request)
    stopping.end(path.id, by=actor.name, role=actor.role, now=now, version=path.version)


def _page(
    request: ActingRequest, card: ClientCard, path: PathSeen | None, now: datetime, error: str = ""
) -> HttpResponse:
    zone = ZoneInfo(card.zone)
    page: dict[str, Any] = {
        "card": card, "path": path, "error": error, "typed": request.POST, "address": request.path,
        "may_stop": actor_of(request).role in stopping.STOPS,
        "can": path is not None and (State(path.state), Event.STOP) in TRANSITIONS,
        "stopping": path is not None and path.state == State.STOPPING,
    }  # fmt: skip
    if page["can"]:
        page |= _form(request, card, now, zone)
    elif path is not None and (page["stopping"] or path.id in stopping.ends_of([path.id])):
        page["over"] = not page["stopping"]
        page |= closing_of(card, path, actor_of(request).role, now)
    with timezone.override(zone):
        return render(request, "inuse/stop.html", page, status=422 if error else 200)


def _form(request: ActingRequest, card: ClientCard, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A line for each time of the dispenser, with a visit at that time from tomorrow on as a beginning."""
    post = request.POST
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    times = sorted({each.at for each in stopping.slots_after(card.id, now)})[:ROWS]
    usual = [f"{each:%H:%M}" for each in times] + [""] * (ROWS - len(times))
    lines = [
        {
            "n": n, "who": post.get(f"who{n}", ""), "name": post.get(f"name{n}", ""),
            "at": post.get(f"at{n}", usual[n]),
            "from": post.get(f"from{n}", tomorrow.isoformat()), "days": post.get(f"days{n}", "all"),
            "shown": n == 0 or n < len(times) or bool(post.get(f"who{n}")),
        }
        for n in range(ROWS)
    ]  # fmt: skip
    return {
        "reasons": [(each, words.stop_words(each)) for each in REASONS],
        "lines": [each for each in lines if each["shown"]],
        "spare": [each for each in lines if not each["shown"]],
        "whos": [(each, words.instead_words(each)) for each in WHO],
        "days": [("all", _("elke dag")), ("week", _("maandag tot en met vrijdag")), ("weekend", _("in het weekend"))],
        "last_at": post.get("last_at", reading.typed_at(datetime.combine(tomorrow, time(0), zone), zone)),
        "times": [f"{each:%H:%M}" for each in times],
    }  # fmt: skip
