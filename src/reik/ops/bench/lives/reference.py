"""The reference: what a life should have been, reckoned apart from Reik's own rules, in whole milliseconds.

Written after the text of the requirements (R45 to R50, R56, N2) with numbers, clocks and hours of its own: it shares
with the alert in memory only what happened and in which world. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from reik.ops.bench.lives.cases import Case
from reik.ops.bench.lives.play import Input
from reik.ops.bench.lives.reckoned import LIMITS, PATH, Had, Reckoned, Ring
from reik.ops.bench.lives.wall import MIN, ms

SETTLED_BY = {"out_at_visit", "put_right", "false_notice"}  # by anybody who may say it
TEAMS_WORD = {"refuses", "advice_asked", "unwell"}  # by the team it ends, by others it goes to the team
SACHET = {"out_at_visit", "says_out", "out_after_call"}


class Reference(Reckoned):
    """The same alert in people's hands; `calls` are (when, position, who)."""

    def tell(self, it: Input) -> bool:
        """What happened; gives whether it was allowed."""
        done: Callable[[Input, int], bool | None] = getattr(self, f"_{it.kind}")
        return done(it, ms(it.at)) is not False

    def ends_at(self) -> datetime | None:
        """Until when somebody has it."""
        return (
            datetime.fromtimestamp(self.until / 1000, UTC) if self.state in ("accepted", "watched") else None
        )

    def _until(self, begun: int, minutes: float, now: int) -> int:
        end = int(begun + minutes * MIN)
        return self._held(self._latest if begun < self._latest < end else end, now)

    def _held(self, end: int, now: int) -> int:
        cap = self._cap()
        return end if cap is None or now - cap > 90_000 else min(end, cap)

    def _claim(self, by: str, role: str, now: int, minutes: float, phone: bool) -> bool:
        mine = self.had.get(by)
        if mine and not (mine.phone and not phone and mine.over in ("", "ran out")):
            return False
        before = mine or (None if phone or self.state != "accepted" else self._phone(role))
        one, team, _ = LIMITS[self.urgent]
        most = min(minutes, team if role == "team" else one)
        begun = before.since if before else now
        end = self._until(begun, most, now)
        free = int(begun + most * MIN)
        free = self._latest if begun < self._latest < free else free
        if (end < free and end - now < MIN) or (before and end <= now):
            return False
        first = self._first_promise()
        self._over("taken over")
        self.had[by] = Had(role, phone, mine.since if mine else now)
        self.promised, self.agenda, self.until = first, [], end
        return True

    def _phone(self, role: str) -> Had | None:
        return next((h for h in self.had.values() if h.phone and not h.over and h.role == role), None)

    def _accept(self, it: Input, now: int) -> bool:
        minutes = it.lasts.total_seconds() / 60 if it.lasts else 1e9
        return self._get(it.by, it.role.value, now, minutes, phone=False)

    def _key(self, it: Input, now: int) -> bool:
        position = self.calls[it.number][1]
        step = self.route[min(position, self.last) - 1]
        role = {"phone_client": "operator", "ask_carer": "informal_carer"}.get(step.action, "team")
        there = self.case.emergency if position == PATH else None
        return self._get(
            str(there or step.destination_id), "team" if position == PATH else role, now, 5, phone=True
        )

    def _get(self, by: str, role: str, now: int, minutes: float, *, phone: bool) -> bool:
        if self.state == "accepted" and self.has == by:
            if not phone:
                self._screen(Input(self.case.opened_at, "screen", by), now)
            return True
        takes_over = not phone and self.state == "accepted" and self._phone(role) is not None
        if self.state not in ("open", "watched") and not takes_over:
            return False
        if not self._claim(by, role, now, minutes, phone):
            return False
        self.state, self.has, self.as_role, self.since, self._back = "accepted", by, role, now, None
        return True

    def _screen(self, it: Input, now: int) -> bool:
        if self.state != "accepted" or self.has != it.by or self._phone(self.as_role) is None:
            return False
        return self._claim(it.by, self.as_role, now, 1e9, phone=False)

    def _release(self, it: Input, now: int) -> bool:
        if self.state not in ("accepted", "watched") or self.has != it.by:
            return False
        self._nobodys("given back")
        self._on(now)
        return True

    def _handle(self, it: Input, now: int) -> bool:
        role, word = it.role.value, it.text
        wrong = (word == "put_right" and role != "team") or (
            word == "out_at_visit" and role == "operator") or (
            word in SACHET and self.case.technical) or (word == "put_right" and not self.case.technical)  # fmt: skip
        others = self.state == "accepted" and self.has != it.by and role != "team"
        if wrong or self.state == "closed" or others:
            return False
        first, watch = self._first_promise(), self._until(now, 10, now)
        self._say(it.by, role, now, first)
        if word in SETTLED_BY or (word in TEAMS_WORD and role == "team"):
            self.state, self.told_as, self.agenda = "closed", word, []
        elif word == "not_reached_worrying":
            self._worry(now)
        elif word in ("says_out", "out_after_call") and watch > now:
            self.state, self.until, self.agenda = "watched", watch, []
        else:
            back, self.agenda = self._back, []
            self._nobodys("")
            self._back, self.urgent = back, self.urgent or word == "unwell"
            self._on(now, to_team=word in TEAMS_WORD)
        return True

    def _say(self, by: str, role: str, now: int, first: int | None) -> None:
        """What taking it back within a minute restores."""
        mine = self.state == "accepted" and self.has == by
        until = self.until if mine else self._would_have(by, role, now)
        self._over("handled")
        self._back = (
            until,
            self.since if mine else now,
            role,
            self.urgent,
            self.path,
            mine and by in self.had,
        )
        self.promised, self.word_at, self.word_by, self.has, self.as_role = first, now, by, by, role

    def _would_have(self, by: str, role: str, now: int) -> int:
        one, team, _ = LIMITS[self.urgent]
        minutes = team if role == "team" else one
        free = now + minutes * MIN
        free = self._latest if now < self._latest < free else free
        end = self._held(free, now)
        if by in self.had or (end < free and end - now < MIN):
            return self._held(now + MIN, now)
        return end

    def _undo(self, it: Input, now: int) -> bool:
        if self._back is None or self.word_by != it.by or now - self.word_at > MIN:
            return False
        until, since, role, self.urgent, self.path, whole = self._back
        self.state, self.has, self.as_role, self.until, self.since = "accepted", it.by, role, until, since
        self.agenda, self._back, self.told_as = [], None, ""
        if until <= now:
            self.state, self.has, self.as_role = "open", "", ""
            self._on(now)
        elif whole:
            self.had[it.by].over = ""
        else:
            self.had.setdefault(it.by, Had(role, False, now))
        return True

    def _emergency(self, _: Input, now: int) -> bool:
        if self.state == "closed":
            return False
        if not self.path:
            self._back = None
            self._over("taken over")
            self._worry(now)
        return True

    def _worry(self, now: int) -> None:
        self.state, self.has, self.as_role, self.path, self.urgent = "open", "", "", True, True
        self._on(now)

    def _press(self, _: Input, _now: int) -> None:
        self._back = None
        if self.state != "closed":
            self.state, self.told_as, self.agenda = "closed", "device", []
            self._over("closed")

    def _doubt(self, it: Input, now: int) -> bool:
        if self.state != "closed" or self.told_as != "device":
            return False
        self.had, self.promised, self.arrived, self.path = {}, None, False, False
        self._nobodys("")
        self.urgent = self.case.priority == 0
        self._open(it, now)
        return True


def differences(
    case: Case, told: list[tuple[Input, bool, str, datetime | None]], calls: list[Ring]
) -> Iterator[str]:
    """Where the life went otherwise than it should, in words; the first only is of use."""
    reference = Reference(case)
    for number, (it, allowed, state, until) in enumerate(told):
        if it.number >= max(len(reference.calls), 1):
            yield f"{number} {it}: that call should never have been made"
            return
        should = reference.tell(it)
        if (allowed, state) != (should, reference.state):
            yield f"{number} {it}: {allowed}, {state}; should be {should}, {reference.state}"
        elif state in ("accepted", "watched") and until != reference.ends_at():
            yield f"{number} {it}: until {until}; should be {reference.ends_at()}"
    if calls != reference.calls:
        yield f"called {calls}; should be {reference.calls}"
