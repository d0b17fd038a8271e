"""`/roosters`: who is on duty now and next, and `/roosters/<id>`: one week, its gaps, and what can be changed (R47)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.alerting.forewarnings.rosters import look_at_rosters
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.rosters import calendars, operations
from reik.people.rosters.asked import agreed_of, member_by, swaps_of, turns_of
from reik.people.rosters.calendar_in import MOST_BYTES, CalendarRefused
from reik.people.rosters.operations import LOOKED_AHEAD
from reik.people.rosters.refusals import RosterRefused
from reik.people.rosters.seen import (
    ExceptionSeen,
    RosterSeen,
    exceptions_of,
    fed,
    may_take_turns,
    members_of,
    patterns_of,
    rosters_of,
    teams_in,
    ways_to_call,
)
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.rosters.forewarned import warnings_of
from reik.web.rosters.forms import change_of
from reik.web.rosters.shown import lines_of, monday_of, new_gaps, week_of
from reik.web.rosters.swap_shown import asked_shown, said_words, shown, side_words
from reik.web.rosters.words import (
    channel_words,
    day_names,
    flaw_words,
    gap_words,
    pattern_words,
    place_words,
    refused_words,
    span_words,
)
from reik.web.seen import acted

ROLES = ("nurse", "caregiver", "team_manager", "operator")
PLANS = frozenset({"nurse", "team_manager", "operator"})
"""Who may change the rosters of her own organisation."""
room = room_for(*ROLES)


def may_plan(actor: Actor, organisation_id: UUID) -> bool:
    return actor.role in PLANS and organisation_id == actor.organisation_id


@room
@require_safe
@never_cache
def overview(request: ActingRequest) -> HttpResponse:
    """All rosters that this person may see, those with nobody on duty first."""
    return _overview(request, clock.now())


def _overview(request: ActingRequest, now: datetime, *, error: str = "") -> HttpResponse:
    actor = actor_of(request)
    lines = lines_of(rosters_of(actor.organisations), now, now + LOOKED_AHEAD)
    ways = _ways(actor.organisation_id)
    page = {
        "lines": sorted(lines, key=lambda each: not each.gap_now), "warnings": warnings_of(actor), "error": error,
        "asked": asked_shown(actor, now),
        "plans": actor.role in PLANS, "ways": ways, "teams": teams_in(actor.organisation_id), "now": now,
        "typed": request.POST, "address": request.get_full_path(),
    }  # fmt: skip
    return render(request, "rosters/overview.html", page, status=422 if error else 200)


@room
@require_POST
@never_cache
def new(request: ActingRequest) -> HttpResponse:
    """Make a roster; its own page comes next, because nobody is on it yet."""
    now, actor, post = clock.now(), actor_of(request), request.POST
    if actor.role not in PLANS:
        raise Http404
    try:
        made = operations.make_roster(
            organisation_id=actor.organisation_id, name=post.get("name", "")[:80],
            last_resort_id=_chosen(post.get("last_resort", "")), now=now,
            lead_id=_chosen(post["lead"]) if post.get("lead") else None,
            team_id=_chosen(post["team"]) if post.get("team") else None,
        )  # fmt: skip
    except RosterRefused as refusal:
        return _overview(request, now, error=refused_words(refusal))
    _log(request, made, "made", now)
    return HttpResponseRedirect(f"/roosters/{made}")


def _chosen(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RosterRefused("Choose a way to call.", "destination") from None


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def one(request: ActingRequest, roster_id: UUID) -> HttpResponse:
    """`?van=`: a day of the week that is shown. A POST changes it, or shows what would change (`preview`)."""
    now, actor = clock.now(), actor_of(request)
    roster = next(iter(rosters_of(actor.organisations, roster_id)), None)
    if roster is None:
        raise Http404
    if request.method != "POST":
        return one_page(request, roster, now)
    if not may_plan(actor, roster.organisation_id):
        raise Http404
    try:
        return _changed(request, roster, now)
    except RosterRefused as refusal:
        return one_page(request, roster, now, errors=[refused_words(refusal)])
    except CalendarRefused as refusal:
        return one_page(request, roster, now, errors=flaw_words(refusal))


def _changed(request: ActingRequest, roster: RosterSeen, now: datetime) -> HttpResponse:
    post, by = request.POST, actor_of(request).name
    act = post.get("act", "")
    if act in ("feed", "end_feed"):
        return _feed(request, roster, act, now)
    file = request.FILES.get("file")
    text = file.read(MOST_BYTES + 1) if file else None
    change = change_of(roster, post.dict(), post.getlist("days"), text, by=by, now=now)
    if change is None:
        raise Http404
    if post.get("preview"):
        before = operations.gaps_ahead(roster.id, now)
        after = operations.what_if(roster.id, change, now)
        return one_page(
            request, roster, now, preview=[gap_words(e, roster.zone) for e in new_gaps(before, after)]
        )
    change()
    look_at_rosters(now)
    _log(request, roster.id, act, now)
    return HttpResponseRedirect(f"{request.path}?van={post.get('van', '')[:10]}&bewaard=1#gaten")


def _feed(request: ActingRequest, roster: RosterSeen, act: str, now: datetime) -> HttpResponse:
    """A new address is shown once, and an address that was there before ends."""
    whose = request.POST.get("whose", "")
    member = next((each.id for each in members_of(roster.id) if str(each.id) == whose), None)
    _log(request, roster.id, act, now)
    if act == "end_feed":
        calendars.end_feed(roster.id, member, now)
        return HttpResponseRedirect(f"{request.path}#agenda")
    token = calendars.open_feed(roster.id, member, by=actor_of(request).name, now=now)
    return one_page(request, roster, now, feed=request.build_absolute_uri(f"/rooster/{token}.ics"))


def _log(request: ActingRequest, roster_id: UUID, act: str, now: datetime) -> None:
    acted(
        request, Act.CHANGE, "roster", [roster_id], now, organisation_id=actor_of(request).organisation_id,
        detail=f"roster {act[:20]}",
    )  # fmt: skip


def one_page(
    request: ActingRequest,
    roster: RosterSeen,
    now: datetime,
    *,
    errors: list[str] | None = None,
    preview: list[str] | None = None,
    feed: str = "",
) -> HttpResponse:
    """A roster's page; `errors`: why what was asked cannot be, `preview`: the gaps that a change would make."""
    actor = actor_of(request)
    first = monday_of(request.GET.get("van") or request.POST.get("van", ""), now, roster.zone)
    local = now.astimezone(roster.zone)
    (line,) = lines_of([roster], now, now + LOOKED_AHEAD)
    page: dict[str, Any] = {
        "roster": roster, "line": line, "week": week_of(roster, first, now), "first": first,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7), "last": first + timedelta(days=6),
        "this_week": first == local.date() - timedelta(days=local.weekday()), "errors": errors, "preview": preview,
        "feed": feed, "saved": said_words(request.GET.get("bewaard", "")), "typed": request.POST,
        "picked": request.POST.getlist("days"), "act": request.POST.get("act", ""),
        "plans": may_plan(actor, roster.organisation_id), "address": f"/roosters/{roster.id}", "now": now,
        "today": local.strftime("%Y-%m-%d"), "local_now": local.strftime("%Y-%m-%dT%H:00"),
    }  # fmt: skip
    page |= _lists(roster, now) | _swaps(roster, actor, now)
    with timezone.override(roster.zone):
        return render(request, "rosters/one.html", page, status=422 if errors else 200)


def _lists(roster: RosterSeen, now: datetime) -> dict[str, Any]:
    """What stands below the week: people, turns, exceptions and feeds."""
    members, feeds = members_of(roster.id), fed(roster.id)
    known = {each.account_id for each in members}
    today = now.astimezone(roster.zone).date()
    return {
        "members": members, "people": [(each, channel_words(each.channel)) for each in members],
        "patterns": [(each, pattern_words(each), place_words(each.place)) for each in patterns_of(roster.id, today)],
        "exceptions": _exceptions(roster, now),
        "fed": [each for each in members if each.id in feeds], "fed_whole": None in feeds,
        "days": list(enumerate(day_names())), "places": [(n, place_words(n)) for n in (1, 2, 3)],
        "ways": _ways(roster.organisation_id),
        "colleagues": [each for each in may_take_turns(roster.organisation_id) if each[0] not in known],
    }  # fmt: skip


def _exceptions(roster: RosterSeen, now: datetime) -> list[tuple[ExceptionSeen, str, list[str]]]:
    """What is otherwise, when, and of a swap who said yes."""
    agreed = agreed_of(roster.id, now)
    return [
        (
            each, span_words(each.starts_at, each.ends_at, roster.zone),
            [side_words(side, roster.zone) for side in agreed[each.swap_id].sides]
            if each.swap_id in agreed else [],
        )
        for each in exceptions_of(roster.id, now)
    ]  # fmt: skip


def _swaps(roster: RosterSeen, actor: Actor, now: datetime) -> dict[str, Any]:
    """What is asked, what ended lately, and the turns that who looks may offer herself."""
    found = [shown(each, actor) for each in swaps_of(roster.id, now)]
    me = member_by(roster.id, actor.account_id)
    turns = turns_of(roster.id, me, now) if me else []
    return {
        "asked": [each for each in found if each.asks], "swaps": [each for each in found if not each.asks], "me": me,
        "turns": [(span_words(e.starts_at, e.ends_at, roster.zone), e.starts_at.isoformat()) for e in turns],
    }  # fmt: skip


def _ways(organisation_id: UUID) -> list[tuple[UUID, str]]:
    return [
        (each.id, f"{each.name} ({channel_words(each.channel)})") for each in ways_to_call(organisation_id)
    ]
