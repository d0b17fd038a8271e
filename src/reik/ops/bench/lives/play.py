"""One life: people, wires, devices and `watch` move the alert, at random, until a person or the device ends it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from reik.alerting.outcomes import Role
from reik.ops.bench.lives import hands
from reik.ops.bench.lives.cases import MINUTE, SECOND, Case
from reik.ops.bench.lives.machine import CLOSED, Machine

FAULTS = 0.2
"""The share of messages that do not arrive."""
ON_TIME = 5 * SECOND
LONGEST_LIFE = timedelta(hours=72)
PATIENT = 6
"""So often the last step may be called in vain; then who is called answers."""
SAID = (
    "not_reached", "says_out", "out_after_call", "refuses", "advice_asked", "unwell", "not_reached_worrying",
    "out_at_visit", "put_right", "false_notice",
)  # fmt: skip
ROLES = (Role.OPERATOR, Role.INFORMAL_CARER, Role.TEAM)


class Input(NamedTuple):
    """Something that happens to an alert. `number`: which of its calls; `text`: an outcome."""

    at: datetime
    kind: str
    by: str = ""
    role: Role = Role.OPERATOR
    text: str = ""
    number: int = 0
    lasts: timedelta | None = None


def apply(alert: Machine, it: Input) -> bool:
    """Let it happen; gives whether it was allowed."""
    match it.kind:
        case "tick":
            alert.tick(it.at)
        case "open":
            alert.start(it.at)
        case "sent":
            alert.sent(it.number)
        case "failed":
            alert.failed(it.number, it.at)
        case "key":
            return hands.key(alert, it.number, it.at)
        case "accept":
            return hands.accept(alert, it.by, it.role, it.at, lasts=it.lasts)
        case "screen":
            return hands.open_on_screen(alert, it.by, it.at)
        case "release":
            return hands.release(alert, it.by, it.at)
        case "handle":
            return hands.handle(alert, it.by, it.role, it.text, it.at)
        case "undo":
            return hands.undo(alert, it.by, it.at)
        case "emergency":
            return hands.emergency(alert, it.at)
        case "press":
            return hands.press(alert)
        case "doubt":
            return hands.doubt(alert, it.at)
    return True


@dataclass(slots=True)
class Life:
    """What happened to one alert, what it did, and what was wrong with that."""

    case: Case
    alert: Machine
    told: list[tuple[Input, bool, str, datetime | None]] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)


class Player:
    """Draws what happens; each call that arrives may move somebody."""

    def __init__(self, case: Case, random: Random, plant: str = "", *, stops: bool = True) -> None:
        self.life = Life(case, Machine(case, plant if plant in ("lose", "hold") else ""))
        self._random, self._plant = random, plant
        self._ahead: list[tuple[datetime, int, Input]] = []
        self._count = 0
        self._tick: tuple[datetime, datetime] | None = None
        self._stop = self._stopped(case) if stops and random.random() < 0.02 else None
        self._limit = case.opened_at
        # A step that failed pulls only the next one forward: the one behind that stays at its time.
        self._longest = sum((each.wait for each in case.route), 45 * MINUTE)

    def play(self) -> Life:
        """The whole life."""
        self.begin()
        end = self.life.case.starts_at + LONGEST_LIFE
        while (it := self._next()) is not None:
            if it.at > end:
                break
            self.do(it)
        return self.end()

    def begin(self) -> None:
        """The alert opens."""
        self.do(Input(self.life.case.opened_at, "open"))
        self._around(self.life.case)

    def end(self) -> Life:
        """It should be over."""
        alert = self.life.alert
        if alert.state != CLOSED:
            self.life.wrong["without_human"] += 1
        if self._plant == "double":
            alert.calls += alert.calls[-1:]
        return self.life

    def do(self, it: Input) -> None:
        """Something happens; what was wrong with it is noted, and who was called may answer."""
        alert = self.life.alert
        before = len(alert.calls)
        allowed = apply(alert, it)
        self.life.told.append((it, allowed, alert.state, alert.until))
        if it.kind == "open" or (it.kind == "doubt" and allowed):
            self._limit = self._first_limit(it.at)
        self._judge(it.at, before)
        for number in range(before, len(alert.calls)):
            self._answer(number)
        if allowed and it.kind in ("accept", "key", "screen"):
            self._follow_up(it)
        elif allowed and it.kind == "handle" and self._random.random() < 0.15:
            self._later(it.at + self._random.randint(3, 70) * SECOND, Input(it.at, "undo", it.by))

    def _first_limit(self, now: datetime) -> datetime:
        alert = self.life.alert
        last = min((e.due_at for e in alert.planned if e.step.repeat), default=now)
        return alert.limit(now if alert.last_reached else last)

    def _judge(self, now: datetime, before: int) -> None:
        alert, wrong = self.life.alert, self.life.wrong
        for call in alert.calls[before:]:
            wrong["late_steps"] += call.at - self._due(call.due_at) > ON_TIME
        if alert.state == CLOSED:
            return
        due = alert.due()
        if due is None or due > max(now, self.life.case.starts_at) + self._longest:
            wrong["without_next_step"] += 1
        if not alert.last_reached and now > self._due(self._limit) + ON_TIME:
            wrong["over_bound"] += 1

    def _due(self, at: datetime) -> datetime:
        """When `watch` could see to it: not while it was stopped."""
        return self._stop[1] if self._stop and self._stop[0] <= at < self._stop[1] else at

    def ahead(self) -> datetime | None:
        """When the next thing happens of which `watch` is not the cause."""
        return self._ahead[0][0] if self._ahead else None

    def take(self) -> Input:
        """That thing."""
        at, _, it = heappop(self._ahead)
        return it._replace(at=at)

    def _next(self) -> Input | None:
        tick = self._next_tick()
        if self._ahead and (tick is None or self._ahead[0][0] <= tick):
            return self.take()
        return Input(tick, "tick") if tick is not None else None

    def _next_tick(self) -> datetime | None:
        due = self.life.alert.due()
        if due is None:
            return None
        if self._tick is None or self._tick[0] != due:
            late = 7_000 if self._plant == "late" else 0
            at = self._due(due) + timedelta(milliseconds=late + self._random.randint(0, 1_500))
            self._tick = due, max(at, self.life.told[-1][0].at)
        return max(self._tick[1], self.life.told[-1][0].at)

    def _later(self, at: datetime, it: Input) -> None:
        self._count += 1
        heappush(self._ahead, (at, self._count, it))

    def _stopped(self, case: Case) -> tuple[datetime, datetime]:
        since = case.starts_at + self._random.randint(0, 60) * MINUTE
        return since, since + self._random.randint(1, 40) * MINUTE

    def _answer(self, number: int) -> None:
        """The message of a call arrives or not; who gets it may answer."""
        draw, call = self._random, self.life.alert.calls[number]
        if draw.random() < FAULTS:
            self._later(call.at + draw.randint(1, 40) * SECOND, Input(call.at, "failed", number=number))
            return
        at = call.at + draw.randint(200, 4_000) * timedelta(milliseconds=1)
        self._later(at, Input(at, "sent", number=number))
        last = sum(1 for each in self.life.alert.calls if each.step.repeat)
        if last >= PATIENT:
            self._later(at + 20 * SECOND, Input(at, "handle", "last", Role.TEAM, "refuses"))
            return
        chance, by, role = draw.random(), f"p{draw.randint(1, 4)}", draw.choice(ROLES)
        if chance < 0.1:
            self._later(at + draw.randint(5, 60) * SECOND, Input(at, "key", number=number))
        elif chance < 0.35:
            lasts = draw.choice((None, None, draw.randint(1, 20) * MINUTE))
            self._later(at + draw.randint(5, 300) * SECOND, Input(at, "accept", by, role, lasts=lasts))
        elif chance < 0.45:
            self._later(at + draw.randint(20, 300) * SECOND, Input(at, "handle", by, role, draw.choice(SAID)))

    def _follow_up(self, it: Input) -> None:
        """Who has it gives it back, says how it went, opens it on a screen, or lets it run out."""
        draw, chance = self._random, self._random.random()
        by, role = self.life.alert.accepted_by, Role(self.life.alert.accepted_role or it.role)
        at = it.at + draw.randint(10, 1_200) * SECOND
        if it.kind == "key" and chance < 0.4:
            self._later(it.at + draw.randint(5, 360) * SECOND, Input(at, "screen", by))
        elif chance < 0.2:
            self._later(at, Input(at, "release", by))
        elif chance < 0.8:
            self._later(at, Input(at, "handle", by, role, draw.choice(SAID)))

    def _around(self, case: Case) -> None:
        """What comes by itself: a press after all, doubt about it, the emergency key, people who only take it."""
        draw, begins = self._random, case.starts_at
        if not case.technical and draw.random() < 0.2:
            at = case.opened_at + draw.randint(1, 5_400) * SECOND
            self._later(at, Input(at, "press"))
            if draw.random() < 0.3:
                self._later(at + draw.randint(1, 3_600) * SECOND, Input(at, "doubt"))
        if draw.random() < 0.05:
            at = begins + draw.randint(1, 5_400) * SECOND
            self._later(at, Input(at, "emergency", "p1"))
        if draw.random() < 0.1:
            for _ in range(draw.randint(2, 8)):
                at = begins + draw.randint(1, 5_400) * SECOND
                kind = draw.choice(("accept", "accept", "release"))
                self._later(at, Input(at, kind, f"p{draw.randint(1, 6)}", draw.choice(ROLES)))
