"""Random alerts to live through: routes, hours, zones, rosters, absences, clock changes, mutes (R45 to R48)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.claims import mute_rules
from reik.alerting.claims.bounds import TIME_CRITICAL
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT, RouteStep, check_route
from reik.people.rosters.duty import Pattern

ZONES = (ZoneInfo("Europe/Amsterdam"),) * 4 + (ZoneInfo("America/Kralendijk"),)
CHANGES = (
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 10, 24, 22, tzinfo=UTC),
    datetime(2027, 3, 27, 22, tzinfo=UTC),
    datetime(2027, 10, 30, 22, tzinfo=UTC),
)
"""The evenings before a clock change: a good part of all lives lies around one."""
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WAITS = (1, 2, 3, 5, 5, 5, 10, 10, 15, 30, 60, 120)
REPEATS = (1, 2, 5, 5, 10, 15)
PLACES = 12
"""So many destinations there are; 90 and up are last resorts of rosters."""
LAST_RESORT = 90

Duties = Mapping[UUID, Sequence[Pattern]]


def place(number: int) -> UUID:
    """The destination, person or roster with this number."""
    return UUID(int=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One alert, and the world in which it lives. `away`: stretches in which informal carers are away."""

    route: tuple[RouteStep, ...]
    zone: ZoneInfo
    opened_at: datetime
    starts_at: datetime
    priority: int
    latest_at: datetime | None = None
    technical: bool = False
    emergency: UUID | None = None
    rosters: Duties = field(default_factory=dict)
    away: Mapping[UUID, tuple[datetime, datetime]] = field(default_factory=dict)


def draw(random: Random) -> Case:
    """A route that may be agreed, at an instant around which something is awkward more often than in life."""
    zone, opened_at = random.choice(ZONES), _instant(random)
    technical = random.random() < 0.1
    priority = random.choice((0, 0, 1, 1, 1, 2))
    rosters = {place(50 + n): _patterns(random) for n in range(2)} if random.random() < 0.3 else {}
    route = draw_route(random, list(rosters))
    check_route(route)
    carers = [each.carer_id for each in route if each.carer_id is not None]
    since = opened_at + random.randint(-120, 90) * MINUTE
    return Case(
        route=route, zone=zone, opened_at=opened_at, priority=priority, technical=technical,
        starts_at=_muted(random, opened_at, priority) if not technical and random.random() < 0.05 else opened_at,
        latest_at=None if technical else opened_at + random.randint(-10, 240) * MINUTE,
        emergency=place(random.randint(1, PLACES)) if random.random() < 0.5 else None, rosters=rosters,
        away={each: (since, since + random.randint(5, 180) * MINUTE) for each in carers if random.random() < 0.5},
    )  # fmt: skip


def draw_route(random: Random, rosters: Sequence[UUID] = ()) -> tuple[RouteStep, ...]:
    """One to six steps; the last one is reachable at any hour, and is repeated."""
    steps = [_step(random, rosters) for _ in range(random.choice((0, 1, 1, 2, 2, 3, 4, 5)))]
    last = RouteStep(
        action=ASK_TEAM, responder="last", destination_id=place(random.randint(1, PLACES)),
        wait=random.choice(WAITS) * MINUTE, repeat=random.choice(REPEATS) * MINUTE,
        roster_id=random.choice(rosters) if rosters and random.random() < 0.5 else None,
        place=random.choice((1, 2)), fallback_id=_fallback(random),
    )  # fmt: skip
    return (*steps, last)


def _step(random: Random, rosters: Sequence[UUID]) -> RouteStep:
    action = random.choice((PHONE_CLIENT, ASK_CARER, ASK_CARER, ASK_TEAM))
    carer = action == ASK_CARER
    since, until = random.sample(range(24), 2)
    return RouteStep(
        action=action, responder=f"{action} {random.randint(1, 3)}", wait=random.choice(WAITS) * MINUTE,
        destination_id=place(random.randint(1, PLACES)), fallback_id=_fallback(random),
        hours=(time(since), time(until, random.choice((0, 30)))) if random.random() < 0.5 else None,
        carer_id=place(70 + random.randint(1, 3)) if carer and random.random() < 0.7 else None,
        roster_id=random.choice(rosters) if rosters and not carer and random.random() < 0.5 else None,
        place=random.choice((1, 2)),
    )  # fmt: skip


def _fallback(random: Random) -> UUID | None:
    return place(random.randint(1, PLACES)) if random.random() < 0.4 else None


def _patterns(random: Random) -> list[Pattern]:
    """A few people in turns on whole hours, with hours in which nobody stands."""
    people = []
    for number in range(random.randint(1, 4)):
        since, until = random.randrange(24), random.randrange(24)
        people.append(
            Pattern(
                member_id=place(100 + number), weekdays=random.randint(1, 127), hours_from=time(since),
                hours_until=time(until), since=date(2025, 12, 1), place=random.choice((1, 1, 2)),
            )
        )  # fmt: skip
    return people


def _instant(random: Random) -> datetime:
    if random.random() < 0.3:
        return random.choice(CHANGES) + random.randint(0, 8 * 3600) * SECOND
    return START + random.randint(0, 2 * 365 * 86_400) * SECOND


def _muted(random: Random, now: datetime, priority: int) -> datetime:
    """Until when a mute that the rules allow puts its route off; nothing where they do not."""
    until = now + random.randint(-10, 36 * 60) * MINUTE
    critical = now if priority == TIME_CRITICAL else None
    behind = now + random.randint(1, 24 * 60) * MINUTE
    try:
        mute_rules.check(
            starts_at=now, until=until, by="a", owner="a", reason="r", second=random.choice(("", "b")),
            critical_at=critical, after_next_at=behind,
        )  # fmt: skip
    except mute_rules.MuteRefused:
        return now
    return until
