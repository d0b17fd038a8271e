"""A bounded model check: every sequence of so many events, breadth first, over small routes.

Of each state that is reached it is asked: is something planned, or does somebody have it until a known instant; was
the last step called within its bound; and when from here on nobody does anything, is it called within it then?
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reik.alerting.outcomes import Role
from reik.alerting.policy import ASK_CARER, ASK_TEAM, PHONE_CLIENT, RouteStep
from reik.ops.bench.lives.cases import MINUTE, Case, place
from reik.ops.bench.lives.machine import ACCEPTED, CLOSED, OPEN, TAKEN, WATCHED, Machine
from reik.ops.bench.lives.play import Input, apply

BEGIN = datetime(2026, 11, 23, 20, tzinfo=UTC)
PEOPLE = (("A", Role.OPERATOR), ("B", Role.TEAM), ("C", Role.INFORMAL_CARER))
WORDS = ("not_reached", "says_out", "unwell", "not_reached_worrying")
ENOUGH = 12
"""So many looks of `watch` without anybody are more than any small route needs."""


@dataclass(slots=True)
class Node:
    """A state: the alert, the time, and by when its last step must have been called."""

    alert: Machine
    now: datetime
    limit: datetime


@dataclass(slots=True)
class Checked:
    """What was found. `unheard`: states from which nobody would be called, or too late."""

    states: int = 0
    paths: int = 0
    unheard: int = 0
    over_bound: int = 0
    first: str = ""


def check(depth: int, plant: str = "") -> Checked:
    """Look at every path of `depth` events of every small route."""
    found = Checked()
    for case in small_cases():
        _explore(case, depth, plant, found)
    return found


def small_cases() -> Iterator[Case]:
    """One to three steps, some outside their hours or with another way; urgent or not, latest time ahead or not."""
    team = RouteStep(
        action=ASK_TEAM, responder="B", destination_id=place(3), wait=5 * MINUTE, repeat=5 * MINUTE,
        fallback_id=place(4),
    )  # fmt: skip
    centre = RouteStep(
        action=PHONE_CLIENT, responder="A", destination_id=place(1), wait=5 * MINUTE, fallback_id=place(5)
    )
    carer = RouteStep(
        action=ASK_CARER, responder="C", destination_id=place(2), wait=10 * MINUTE, hours=(time(8), time(21, 2)),
    )  # fmt: skip
    asleep = RouteStep(
        action=ASK_CARER, responder="C", destination_id=place(2), wait=10 * MINUTE, hours=(time(8), time(20))
    )
    for number, route in enumerate([(team,), (centre, team), (centre, carer, team), (centre, asleep, team)]):
        for priority in (0, 1):
            yield Case(
                route=route, zone=ZoneInfo("Europe/Amsterdam"), opened_at=BEGIN, starts_at=BEGIN, priority=priority,
                latest_at=BEGIN + 12 * MINUTE if number % 2 else None, emergency=place(9) if number > 1 else None,
            )  # fmt: skip


def _explore(case: Case, depth: int, plant: str, found: Checked) -> None:
    first = Node(Machine(case, plant if plant in ("lose", "hold") else ""), BEGIN, BEGIN)
    first.alert.start(BEGIN)
    first.limit = _limit(first.alert, BEGIN)
    layer, seen = [first], {_key(first)}
    _look(first, "", found)
    for _ in range(depth):
        reached = []
        for node in layer:
            for it in _events(node):
                found.paths += 1
                after = _after(node, it)
                if after is not None and (key := _key(after)) not in seen:
                    seen.add(key)
                    reached.append(after)
                    _look(after, it.kind, found)
        layer = reached
    found.states += len(seen)


def _events(node: Node) -> Iterator[Input]:
    """Everything that can happen now, or by when something is due, or half-way there."""
    alert, now = node.alert, node.now
    due = alert.due()
    if due is not None:
        yield Input(due, "tick")
        if due - now > MINUTE:
            yield Input(now + (due - now) / 2, "wait")
    if alert.state == CLOSED:
        yield Input(now, "doubt")
    for by, role in PEOPLE if alert.state in (OPEN, WATCHED) else ():
        yield Input(now, "accept", by, role)
    if alert.calls:
        yield Input(now, "key", number=len(alert.calls) - 1)
        if alert.calls[-1].state == TAKEN:
            yield Input(now, "failed", number=len(alert.calls) - 1)
    if alert.state in (ACCEPTED, WATCHED):
        yield Input(now, "release", alert.accepted_by)
        yield Input(now, "screen", alert.accepted_by)
    who = alert.accepted_by or "A"
    role = Role(alert.accepted_role) if alert.accepted_by else dict(PEOPLE)[who]
    for word in WORDS if alert.state != CLOSED else ():
        yield Input(now, "handle", who, role, word)
    yield Input(now, "undo", alert.handled_by)
    yield Input(now, "emergency")
    yield Input(now, "press")


def _after(node: Node, it: Input) -> Node | None:
    """The state behind an event; None where it was refused."""
    alert = node.alert.copy()
    if not apply(alert, it):
        return None
    limit = _limit(alert, it.at) if it.kind == "doubt" else node.limit
    return Node(alert, it.at, limit)


def _limit(alert: Machine, now: datetime) -> datetime:
    last = min((each.due_at for each in alert.planned if each.step.repeat), default=now)
    return alert.limit(now if alert.last_reached else last)


def _look(node: Node, how: str, found: Checked) -> None:
    """Whether a state is as it must be, and what becomes of it when nobody does anything any more."""
    alert = node.alert
    if alert.state == CLOSED:
        return
    if not alert.last_reached and node.now > node.limit:
        found.over_bound += 1
        found.first = (
            found.first
            or f"{how} at {node.now - BEGIN}: the last step was to be called by {node.limit - BEGIN}"
        )
    left, at = alert.copy(), node.now
    for _ in range(ENOUGH):
        due = left.due()
        if due is None:
            break
        calls = len(left.calls)
        at = max(at, due)
        left.tick(at)
        if left.last_reached and len(left.calls) > calls and left.due() is not None:
            found.over_bound += at > max(node.limit, node.now) and not alert.last_reached
            return
    found.unheard += 1
    found.first = found.first or f"behind {how} at {node.now - BEGIN} nobody is called any more"


def _key(node: Node) -> tuple[object, ...]:
    """The state without what no later event can tell apart: times count from now."""
    alert, now = node.alert, node.now
    back = alert.before
    return (
        alert.state, alert.accepted_by, alert.accepted_role, _from(alert.until, now), alert.priority, alert.emergency,
        alert.closed_as, alert.reached, alert.last_reached, _from(alert.last_due_at, now), node.limit - now,
        tuple((e.step.position, e.due_at - now, e.other_way) for e in alert.planned),
        tuple((by, c.kind, c.role, c.at - now if c.kind == "phone" else None, bool(c.ended_as), c.ended_as == "ended")
              for by, c in alert.claims.items()),
        _from(alert.handled_at, now) if back else None, alert.handled_by if back else "",
        tuple((k, v - now if isinstance(v, datetime) else v) for k, v in back.items()) if back else None,
        (alert.calls[-1].position, alert.calls[-1].state, alert.calls[-1].fallback_id) if alert.calls else None,
        _from(alert.case.latest_at, now), now - BEGIN if now - BEGIN < timedelta(minutes=6) else None,
    )  # fmt: skip


def _from(at: datetime | None, now: datetime) -> timedelta | None:
    return at - now if at is not None else None
