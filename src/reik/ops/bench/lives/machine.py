"""One alert in memory, moved by the same pure rules as its rows in the database (policy, bounds, outcomes, duty).

What the tables and statements of alerting keep and do is kept and done here by a few lists: `stored.py` compares the
two, and `reference.py` reckons the same lives by other means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from reik.alerting import policy
from reik.alerting.claims import bounds, going_on
from reik.alerting.claims.bounds import Route
from reik.alerting.claims.standing import EMERGENCY_POSITION, Standing
from reik.alerting.policy import CARER_AWAY, PlannedStep, why_not_now
from reik.ops.bench.lives.cases import LAST_RESORT, Case, place
from reik.people.rosters.duty import standing as stand_on

OPEN, ACCEPTED, WATCHED, CLOSED = "open", "accepted", "watched", "closed"
TAKEN, DELIVERED, FAILED = 1, 2, 3


@dataclass(slots=True)
class Waiting:
    """A planned step. `other_way`: the same call over its fallback."""

    step: PlannedStep
    round: int
    due_at: datetime
    other_way: bool = False


@dataclass(slots=True)
class Called:
    """A step that was taken: who was called, for when that was due."""

    at: datetime
    due_at: datetime
    position: int
    round: int
    destination_id: UUID
    fallback_id: UUID | None
    step: PlannedStep
    state: int = TAKEN


@dataclass(slots=True)
class Claim:
    """What one person had of the alert since it opened (again)."""

    role: str
    kind: str
    at: datetime
    until: datetime
    ended_as: str = ""


class Machine:
    """The alert: what is planned, who was called, who has it until when. Each change is told its `now`."""

    __slots__ = (
        "accepted_at",
        "accepted_by",
        "accepted_role",
        "before",
        "calls",
        "case",
        "claims",
        "closed_as",
        "emergency",
        "handled_as",
        "handled_at",
        "handled_by",
        "last_due_at",
        "last_reached",
        "planned",
        "plant",
        "priority",
        "reached",
        "round",
        "state",
        "until",
    )  # fmt: skip

    def __init__(self, case: Case, plant: str = "") -> None:
        self.case, self.plant = case, plant
        self.state, self.priority, self.closed_as, self.emergency = OPEN, case.priority, "", False
        self.planned: list[Waiting] = []
        self.calls: list[Called] = []
        self.claims: dict[str, Claim] = {}
        self.round, self.reached, self.last_reached = 0, 0, False
        self.last_due_at: datetime | None = None
        self.before: dict[str, object] | None = None
        self.handled_at: datetime | None = None
        self.handled_by = self.handled_as = ""
        self.nobodys()

    def nobodys(self) -> None:
        """Nobody has it."""
        self.accepted_by = self.accepted_role = ""
        self.accepted_at: datetime | None = None
        self.until: datetime | None = None

    def phone_of(self, position: int) -> str:
        """Whoever answers a call of this step: known by where she is called first."""
        route, emergency = self.case.route, self.case.emergency
        if position > len(route) and emergency is not None:
            return str(emergency)
        return str(route[min(position, len(route)) - 1].destination_id)

    def due(self) -> datetime | None:
        """When `watch` has something to do with it."""
        if self.state in (ACCEPTED, WATCHED):
            return self.until
        if self.state == OPEN and self.planned:
            return min(each.due_at for each in self.planned)
        return None

    def standing(self) -> Route:
        """Where its route is, as claims/standing.py reads it."""
        last = self.last_due_at or min(
            (each.due_at for each in self.planned if each.step.repeat), default=None
        )
        return Route(
            priority=self.priority, latest_at=self.case.latest_at, last_due_at=last, reached=self.last_reached
        )

    def start(self, now: datetime) -> None:
        """Its route begins: now, or when its mute ends."""
        begins = max(now, self.case.starts_at)
        planned = policy.plan(
            self.case.route, begins, self.case.zone, self._left_out(), away=self._away(now) if begins == now else ()
        )  # fmt: skip
        self._call_out(planned, self.round, now)

    def go_on(self, now: datetime, *, to_team: bool = False) -> None:
        """The next step now, and the rest behind it."""
        route = self.case.route
        planned = policy.go_on(
            route, self.reached, now, self.case.zone, to_team=to_team, left_out=self._left_out(), away=self._away(now)
        )  # fmt: skip
        stands = Standing(
            route=self.standing(),
            on_emergency=self.emergency,
            responder="",
            destination_id=self.case.emergency,
        )
        rest = going_on.rest(planned, route, stands, now)
        self._call_out(policy.asked_now(rest, route, now, self.case.zone, self._away(now)), self.round, now)

    def tick(self, now: datetime) -> None:
        """What `reik watch` does: ended promises first, then due steps until none is due."""
        if self.state in (ACCEPTED, WATCHED) and self.until is not None and self.until <= now:
            self.state, self.before = OPEN, None
            self.nobodys()
            self.end_claims("ended")
            self.go_on(now)
        while self.state == OPEN and (due := [each for each in self.planned if each.due_at <= now]):
            self._take(due, now)

    def end_claims(self, how: str) -> None:
        for each in self.claims.values():
            each.ended_as = each.ended_as or how

    def failed(self, number: int, now: datetime) -> None:
        """The message of this call did not arrive: over its other way, else the next one now (R56)."""
        call = self.calls[number]
        if call.state == TAKEN:
            call.state = FAILED
            since = any(each.at > call.at for each in self.calls)
            if call.fallback_id is not None and self.state == OPEN and not since:
                self._other_way(call, now)
                return
        self._pull_forward([call.position], now)

    def sent(self, number: int) -> None:
        """The wire accepted it, which never stops a route."""
        self.calls[number].state = DELIVERED

    def _other_way(self, call: Called, now: datetime) -> None:
        assert call.fallback_id is not None
        for each in self.planned:
            if (each.step.position, each.round) == (call.position, call.round + 1):
                each.round += 1
                self.round = max(self.round, each.round)
        again = replace(
            call.step, destination_id=call.fallback_id, fallback_id=None, roster_id=None, repeat=None
        )
        self.planned.append(Waiting(again, call.round + 1, now, other_way=True))
        self.round = max(self.round, call.round + 1)

    def _call_out(self, steps: Sequence[PlannedStep], rounds: int, now: datetime) -> None:
        due = []
        for each in steps:
            self.round = max(self.round, rounds + each.round)
            if not each.skipped:
                # What became urgent while somebody had it is due from that instant, not since its new bound.
                row = Waiting(each, rounds + each.round, max(each.due_at, now))
                self.planned.append(row)
                if row.due_at <= now:
                    due.append(row)
        if due:
            self._send(due, now)

    def _take(self, due: Sequence[Waiting], now: datetime) -> None:
        passed = [each for each in due if self._not_now(each, now)]
        for each in due if passed else ():
            self.planned.remove(each)
        self._pull_forward([each.step.position for each in passed], now)
        self._send([each for each in due if each not in passed], now)

    def _not_now(self, row: Waiting, now: datetime) -> str:
        if row.step.position > len(self.case.route):
            return ""
        agreed = self.case.route[row.step.position - 1]
        if agreed.carer_id in self._away(now):
            return CARER_AWAY
        return why_not_now(agreed.hours, now, self.case.zone)

    def _send(self, due: Sequence[Waiting], now: datetime) -> None:
        self.planned = [each for each in self.planned if each not in due]
        for each in sorted(due, key=lambda row: row.due_at):
            self._send_one(each, now)

    def _send_one(self, row: Waiting, now: datetime) -> None:
        step = row.step
        destination, fallback = self._who(step, now)
        self.calls.append(Called(now, row.due_at, step.position, row.round, destination, fallback, step))
        newest = [each.position for each in self.calls if each.at == now]
        self.reached = max(newest)
        self.last_reached |= bool(step.repeat) or step.position == EMERGENCY_POSITION
        if step.repeat and not (self.plant == "lose" and row.round > 1):
            again = Waiting(step, row.round + 1, now + step.repeat)
            self.planned.append(again)
            self.round = max(self.round, again.round)

    def _who(self, step: PlannedStep, now: datetime) -> tuple[UUID, UUID | None]:
        """Who is called, and over which other way (arrangements/reaching.py)."""
        if step.roster_id is None:
            return step.destination_id, step.fallback_id
        stand = stand_on(self.case.rosters[step.roster_id], (), self.case.zone, now)
        if not stand:
            resort = place(LAST_RESORT + step.roster_id.int)
            return resort, step.fallback_id if step.fallback_id != resort else None
        behind = [each for each in stand if each.place >= step.place]
        if step.place > 1 and not behind:
            behind = stand[1:]
        first = (behind or stand)[0].member_id
        others = [step.fallback_id, *(each.member_id for each in stand), step.destination_id]
        return first, next((each for each in others if each is not None and each != first), None)

    def _pull_forward(self, passed: Sequence[int], now: datetime) -> None:
        behind = [each for each in self.planned if passed and each.step.position > min(passed)]
        if behind:
            first = min(behind, key=lambda row: row.step.position)
            first.due_at = min(first.due_at, now)

    def _away(self, now: datetime) -> frozenset[UUID]:
        return frozenset(id for id, (since, until) in self.case.away.items() if since <= now < until)

    def _left_out(self) -> dict[int, str]:
        return policy.technical(self.case.route) if self.case.technical else {}

    def copy(self) -> Machine:
        """Another one in the same state, that goes its own way."""
        other = Machine.__new__(Machine)
        for each in Machine.__slots__:
            setattr(other, each, getattr(self, each))
        other.planned = [replace(each) for each in self.planned]
        other.calls = [replace(each) for each in self.calls]
        other.claims = {by: replace(each) for by, each in self.claims.items()}
        return other

    def limit(self, first_last: datetime) -> datetime:
        """By when the last step must be called, whose first planned time was this."""
        return first_last + bounds.bounds_of(self.case.priority).together
