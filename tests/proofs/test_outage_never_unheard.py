"""No sequence of silence, return, late journals, ticks, hand-overs and time leaves a client unheard in an outage (N4).

A client whose moment is over and of whom nobody knows has a line that waits for somebody, an alert, or somebody's word.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from reik.alerting.models import Alert, Outage, OutageLine, OutageTick
from reik.alerting.outages import sharing
from reik.alerting.outages.late import tell_late
from reik.alerting.outages.rounds import look_around
from reik.alerting.outages.sharing import BESIDE_HER, OUTCOMES, OutageRefused, Person, Said
from reik.alerting.outages.undoing import undo
from reik.alerting.outcomes import UNDO_WITHIN
from reik.dispensing.devices.silence import announce_silent
from reik.dispensing.models import Dispenser, Moment
from reik.dispensing.moments.planned import plan_moments
from reik.kernel.ids import new_id
from tests.cast import Voice, gather, hear, look, many_homes, planned, tell

pytestmark = pytest.mark.slow
START = datetime.fromisoformat("2026-11-23T07:00:00+00:00")
MINUTE = timedelta(minutes=1)
HOMES = 6
home = st.integers(0, HOMES - 1)


class Storm(RuleBasedStateMachine):
    """Six dispensers of one network, each with a moment in each of two hours."""

    def __init__(self) -> None:
        super().__init__()
        self._undo: Any = transaction.atomic()
        self._undo.__enter__()
        self.now, self.behind = START, False
        self.voices: list[Voice] = []
        self.told: set[tuple[int, str]] = set()
        self.people: list[Person] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undo.__exit__(None, None, None)

    @initialize(critical=st.sets(home))
    def settle(self, critical: set[int]) -> None:
        cast = gather(START - timedelta(days=1))
        self.voices = many_homes(cast.zorg, HOMES, START - timedelta(days=1))
        Dispenser.objects.all().update(network="kpn")
        for key, at in (("first", START), ("second", START + 60 * MINUTE)):
            plan_moments(
                [planned(v, key, at, criticality=int(i not in critical)) for i, v in enumerate(self.voices)],
                START,
            )
        hear(*(each.heard(each.heartbeat(START), at=START) for each in self.voices), now=START)
        self.people = [Person(account_id=new_id(START), name=each) for each in ("Petra", "Ali")]
        self.now += 9 * MINUTE
        self._watch()
        assert OutageLine.objects.count() == 2 * HOMES

    @rule(minutes=st.sampled_from([1, 4, 9, 16, 35]), watching=st.booleans())
    def time_goes_on(self, minutes: int, watching: bool) -> None:
        """`watching`: Reik looks every few minutes; else its watcher was away, and looks once."""
        self._pass(minutes, watching)

    def _pass(self, minutes: int, watching: bool) -> None:
        for passed in range(1, minutes + 1):
            self.now += MINUTE
            if passed == minutes or (watching and passed % 4 == 0):
                self._watch()

    @rule(minutes=st.sampled_from([9, 35]))
    def more_time_goes_on(self, minutes: int) -> None:
        self._pass(minutes, watching=False)

    def _watch(self) -> None:
        now, behind = self.now, range(16) if self.behind else ()
        look(now, behind=behind)
        tell_late(now)
        through = [None if self.behind else now] * 16
        look_around(heard=through, received_through=through, now=now)
        announce_silent(received_through=through, now=now)

    @rule(behind=st.booleans())
    def reik_falls_behind_or_catches_up(self, behind: bool) -> None:
        self.behind = behind

    @rule(which=st.sets(home, min_size=1))
    def they_speak(self, which: set[int]) -> None:
        some = [self.voices[each] for each in which]
        hear(*(each.heard(each.heartbeat(self.now), at=self.now) for each in some), now=self.now)

    @rule(which=home, key=st.sampled_from(["first", "second"]), out=st.booleans())
    def a_journal_comes_late(self, which: int, key: str, out: bool) -> None:
        voice, moment = self.voices[which], Moment.objects.get(dispenser_id=self.voices[which].id, key=key)
        if moment.deadline_at > self.now or (which, key) in self.told:
            return
        self.told.add((which, key))
        if out:
            said = [voice.out(key, moment.due_at + MINUTE), voice.closed(key, "out", moment.due_at + MINUTE)]
        else:
            said = [voice.closed(key, "not_taken_out", moment.deadline_at)]
        tell(voice, *said, at=self.now)

    @rule(who=st.integers(0, 1), most=st.integers(1, 5))
    def somebody_takes_lines(self, who: int, most: int) -> None:
        for outage_id in self._outages():
            sharing.take(outage_id, self.people[who], self._clients(), self.now, most)

    @rule(who=st.integers(0, 1), back=st.booleans())
    def somebody_hands_over(self, who: int, back: bool) -> None:
        for outage_id in self._outages():
            if back:
                sharing.give_back(outage_id, self.people[who])
            else:
                sharing.hand_over(
                    outage_id, self.people[who], self.people[1 - who], self._clients(), self.now
                )

    @rule(outcome=st.sampled_from(OUTCOMES), of_team=st.booleans(), number=st.integers(0, 20))
    def somebody_ticks_off(self, outcome: str, of_team: bool, number: int) -> None:
        lines = list(OutageLine.objects.filter(outcome_at=None).order_by("id"))
        if lines:
            line = lines[number % len(lines)]
            how = "round" if outcome in BESIDE_HER else "phone"
            said = [Said(line_id=line.id, outcome=outcome, how=how)]
            who = self.people[number % 2]
            sharing.tick(
                line.outage_id, said, who.name, self._clients(), self.now, of_team=of_team, by_id=who.account_id
            )  # fmt: skip

    @rule(back=st.integers(0, 2), minutes=st.sampled_from([0, 0, 1, 2]), herself=st.booleans())
    def a_tick_is_undone(self, back: int, minutes: int, herself: bool) -> None:
        """One of the last, within a minute or too late; or a colleague tries it."""
        self._pass(minutes, watching=True)
        ticks = list(OutageTick.objects.filter(undone_at=None).order_by("-id"))
        if not ticks:
            return
        tick = ticks[back % len(ticks)]
        who = next(each for each in self.people if (each.account_id == tick.by_id) is herself)
        try:
            undo([tick.line_id], who, self._clients(), self.now)
        except OutageRefused:
            assert not (herself and self._stands(tick)), "it could be taken back"
            return
        assert herself
        assert self.now - tick.at <= UNDO_WITHIN
        line = OutageLine.objects.get(id=tick.line_id)
        assert line.outcome_at is None or line.how in ("device", "reik"), "still what she took back"

    def _stands(self, tick: OutageTick) -> bool:
        """Whether it is young, the last that was said of its line, and what the line says."""
        line, newer = tick.line, OutageTick.objects.filter(line=tick.line_id, id__gt=tick.id, undone_at=None)
        says = tick.outcome if tick.ended else ""
        same = (line.outcome_at is not None) == tick.ended and (line.outcome, line.how) == (says, tick.how)
        return self.now - tick.at <= UNDO_WITHIN and same and not newer.exists()

    def _outages(self) -> list[UUID]:
        return list(Outage.objects.filter(closed_at=None).values_list("id", flat=True))

    def _clients(self) -> list[UUID]:
        return [each.client_id for each in self.voices]

    @invariant()
    def nobody_is_unheard(self) -> None:
        alerts = set(Alert.objects.exclude(moment=None).values_list("moment_id", flat=True))
        lines = {each.moment_id: each for each in OutageLine.objects.all()}
        for moment in Moment.objects.exclude(outcome=None):
            line = lines.get(moment.id)
            if moment.outcome == "not_out":
                assert moment.id in alerts, "a miss is hidden"
            elif moment.outcome == "unknown" and moment.id not in alerts:
                assert line is not None, "nobody knows, and nobody is asked"
                assert line.outcome != "heard_again", "watched by nobody"
                assert line.outcome or line.deadline_at > self.now - MINUTE, "late, and nobody was told"

    @invariant()
    def a_line_that_is_late_is_an_alert(self) -> None:
        alerts = set(Alert.objects.exclude(moment=None).values_list("moment_id", flat=True))
        for line in OutageLine.objects.filter(outcome_at=None, told_late_at__isnull=False):
            assert line.moment_id in alerts

    @invariant()
    def an_undone_line_is_again_a_persons_work(self) -> None:
        """It waits in an open outage with an owner; and what stands there as said by a person, somebody still says."""
        for line in (
            OutageLine.objects.filter(ticks__undone_at__isnull=False).select_related("outage").distinct()
        ):
            if line.outcome_at is None:
                assert line.outage.closed_at is None, "open again, in an outage that is over"
                assert line.owner, "nobody's work"
            elif line.how in ("phone", "round"):
                said = line.ticks.filter(undone_at=None, ended=True, outcome=line.outcome)
                assert said.exists(), "what was taken back still counts"

    @invariant()
    def an_outage_that_is_over_has_no_open_line_and_few_messages(self) -> None:
        assert not OutageLine.objects.filter(outcome_at=None, outage__closed_at__isnull=False).exists()
        assert all(each.messages <= 20 for each in Outage.objects.all())


def test_nobody_is_unheard_whatever_happens_in_an_outage(database: str) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Storm,
        settings=settings(
            max_examples=20, stateful_step_count=12, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
