"""The reference's route: what is called when, reckoned apart from Reik's own rules, in whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reik.ops.bench.lives import wall
from reik.ops.bench.lives.cases import Case
from reik.ops.bench.lives.play import Input
from reik.ops.bench.lives.wall import MIN, ms

# minutes: one claim, a claim of the team's, all together
LIMITS = {True: (5, 10, 10), False: (15, 30, 30)}
PATH = 99

Ring = tuple[int, int, UUID]


@dataclass(slots=True)
class Had:
    role: str
    phone: bool
    since: int
    over: str = ""


class Reckoned:
    """The same alert; `calls` are (when, position, who)."""

    def __init__(self, case: Case) -> None:
        self.case, self.route, self.last = case, case.route, len(case.route)
        self.state, self.urgent, self.path, self.told_as = "open", case.priority == 0, False, ""
        self.agenda: list[tuple[int, int, str, UUID | None]] = []  # position, due, how, other way
        self.calls: list[Ring] = []
        self.ways: list[tuple[int, str, UUID | None]] = []  # of each call: position, how it stands, other way
        self.has, self.as_role, self.until, self.since = "", "", 0, 0
        self.had: dict[str, Had] = {}
        self.promised: int | None = None  # when the last step was to be called before anybody had it
        self.arrived = False  # the last step was called
        self.at_step, self.word_at, self.word_by = 0, 0, ""
        self._back: tuple[int, int, str, bool, bool, bool] | None = None
        self._latest = ms(case.latest_at) if case.latest_at else 0
        self._begins = ms(case.starts_at)

    def _open(self, _: Input, now: int) -> None:
        begins = max(now, self._begins)
        self._lay(range(1, self.last + 1), begins, now if begins == now else None)
        self._call(now)

    def _lay(self, positions: range | list[int], begins: int, asked: int | None) -> None:
        due = begins
        for position in positions:
            if self._fits(position, due, due if due == asked else None):
                self.agenda.append((position, due, "agreed", self.route[position - 1].fallback_id))
                due += int(self.route[position - 1].wait.total_seconds()) * 1000

    def _fits(self, position: int, at: int, away_at: int | None) -> bool:
        step = self.route[position - 1]
        if position == self.last:
            return True
        if self.case.technical and step.action == "phone_client":
            return False
        return wall.within(step.hours, at, self.case.zone.key) and not (
            away_at is not None and self._gone(position, away_at)
        )

    def _gone(self, position: int, at: int) -> bool:
        stretch = self.case.away.get(self.route[position - 1].carer_id or UUID(int=0))
        return stretch is not None and ms(stretch[0]) <= at < ms(stretch[1])

    def _on(self, now: int, *, to_team: bool = False) -> None:
        self.agenda = []
        if self.path:
            self._lay_path(now)
        else:
            rest = list(range(self.at_step + 1, self.last + 1)) or [self.last]
            if to_team:
                teams = [p for p in rest if self.route[p - 1].action == "ask_team"] or [self.last]
                rest = list(range(teams[0], self.last + 1))
            cap = self._cap()
            self._lay(rest, now, now)
            if cap is not None:
                self.agenda = [(p, min(due, cap), how, other) for p, due, how, other in self.agenda]
        self._call(now)

    def _lay_path(self, now: int) -> None:
        last = self.route[-1]
        self.agenda = [(PATH, now, "path", None if self.case.emergency else last.fallback_id)]
        if not self.case.emergency:
            self.agenda.append((self.last, now + self._every(), "agreed", last.fallback_id))

    def _every(self) -> int:
        return int((self.route[-1].repeat or self.route[-1].wait).total_seconds()) * 1000

    def _repeats(self, position: int, how: str) -> bool:
        return how != "other" and (
            position == self.last or (position == PATH and self.case.emergency is not None)
        )

    def _tick(self, _: Input, now: int) -> None:
        if self.state in ("accepted", "watched") and self.until <= now:
            self._nobodys("ran out")
            self._on(now)
        else:
            self._call(now)

    def _call(self, now: int) -> None:
        while self.state == "open":
            due = sorted((each for each in self.agenda if each[1] <= now), key=lambda each: each[1])
            if not due:
                return
            self.agenda = [each for each in self.agenda if each not in due]
            out = [p for p, *_ in due if p <= self.last and not self._may(p, now)]
            self._sooner(out, now)
            for position, _, how, other in due:
                if position not in out:
                    self._ring(position, how, other, now)

    def _may(self, position: int, now: int) -> bool:
        hours = self.route[position - 1].hours
        return position == self.last or (
            wall.within(hours, now, self.case.zone.key) and not self._gone(position, now)
        )

    def _ring(self, position: int, how: str, other: UUID | None, now: int) -> None:
        step = self.route[min(position, self.last) - 1]
        if how == "other":
            who, other_way = other, None
        elif position == PATH and self.case.emergency:
            who, other_way = self.case.emergency, None
        elif step.roster_id is None:
            who, other_way = step.destination_id, step.fallback_id
        else:
            who, other_way = wall.who(self.case, step, now)
        assert who is not None
        ahead = self.at_step if self.calls and self.calls[-1][0] == now else 0
        self.calls.append((now, position, who))
        self.ways.append((position, "out", other_way))
        self.at_step = max(position, ahead)
        self.arrived |= self._repeats(position, how) or position == PATH
        if self._repeats(position, how):
            self.agenda.append((position, now + self._every(), how, step.fallback_id))

    def _sooner(self, passed: list[int], now: int) -> None:
        behind = [each for each in self.agenda if passed and each[0] > min(passed)]
        if behind:
            first = min(behind, key=lambda each: each[0])
            at = self.agenda.index(first)
            self.agenda[at] = (first[0], min(first[1], now), *first[2:])

    def _sent(self, it: Input, _: int) -> None:
        position, _how, other = self.ways[it.number]
        self.ways[it.number] = (position, "arrived", other)

    def _failed(self, it: Input, now: int) -> None:
        position, how, other = self.ways[it.number]
        if how == "out":
            self.ways[it.number] = (position, "lost", other)
            newest = self.calls[-1][0] == self.calls[it.number][0]
            if other is not None and self.state == "open" and newest:
                self.agenda.append((position, now, "other", other))
                return
        self._sooner([position], now)

    def _cap(self) -> int | None:
        """When the last step is called whatever people do."""
        if self.arrived:
            return None
        first = self._first_promise()
        return None if first is None else first + LIMITS[self.urgent][2] * MIN

    def _first_promise(self) -> int | None:
        planned = (due for p, due, how, _ in self.agenda if self._repeats(p, how))
        return self.promised if self.promised is not None else min(planned, default=None)

    def _over(self, how: str) -> None:
        for each in self.had.values():
            each.over = each.over or how

    def _nobodys(self, how: str) -> None:
        self._over(how)
        self.state, self.has, self.as_role, self._back = "open", "", "", None
