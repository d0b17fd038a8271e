"""Rule 4: Reik's own lag is nobody's missed dose, and silence is unknown (R25, R80)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert
from reik.dispensing.models import Moment
from reik.dispensing.moments.overdue import close_overdue
from reik.dispensing.moments.planned import plan_moments
from reik.dispensing.operations import record
from reik_dispenser.messages import Parked, ParkedReason
from tests.cast import WINDOW, beside, hear, look, many_homes, plan, planned, tell, the_moment, welcome
from tests.contexts.beside_us import beside_us

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def deadline(now):
    return now + WINDOW


def ended(voice, key="m"):
    moment = the_moment(voice, key)
    return (moment.outcome, moment.verdict_reason) if moment.outcome else None


@pytest.mark.parametrize(
    ("read_s", "beat_s", "whole", "at_s", "expected"),
    [
        # all is read: the device spoke after the deadline and Reik holds its whole journal
        (2, 1, True, 2, ("not_out", "all_read")),
        (30, 10, True, 30, ("not_out", "all_read")),
        # the stream is not read far enough yet
        (1.999, 1, True, 5, None),
        (1.999, 1, True, 59, None),
        (1.999, 1, True, 60, ("unknown", "reik_behind")),
        (None, 1, True, 59, None),
        (None, 1, True, 60, ("unknown", "reik_behind")),
        (-600, 1, True, 61, ("unknown", "reik_behind")),
        # the device has not spoken after the deadline
        (30, 0, True, 30, None),
        (30, -60, True, 59, None),
        (60, 0, True, 60, ("unknown", "device_silent")),
        (60, None, True, 60, ("unknown", "device_silent")),
        # its journal has a gap
        (30, 1, False, 30, None),
        (59, 1, False, 59, None),
        (60, 1, False, 60, ("unknown", "events_missing")),
        (60, 0, False, 60, ("unknown", "device_silent")),
        # before the deadline nothing is concluded
        (-1, -1, True, -1, None),
    ],
)
def test_when_a_silent_moment_ends_and_as_what(anna, deadline, read_s, beat_s, whole, at_s, expected):
    """Rule 4's table."""
    tell(anna, anna.noise(deadline - MINUTE), at=deadline - MINUTE)
    if beat_s is not None:
        at = deadline + beat_s * SECOND
        tell(anna, anna.heartbeat(at, last_seq=anna.seq if whole else anna.seq + 1), at=at)
    through = None if read_s is None else deadline + read_s * SECOND
    looked = look(deadline + at_s * SECOND, read_through=through, behind=range(16) if through is None else ())
    assert (looked, ended(anna)) == (1 if expected else 0, expected)
    assert Alert.objects.count() == looked


def test_only_the_devices_own_partition_tells_how_far_reik_has_read(anna, deadline):
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    from reik.dispensing.devices.stream import partition_of

    mine = partition_of("REIK-ANNA")
    assert look(deadline + 3 * SECOND, behind=[mine]) == 0
    assert look(deadline + 3 * SECOND, behind=[each for each in range(16) if each != mine]) == 1
    assert ended(anna) == ("not_out", "all_read")


def test_a_gap_that_is_filled_lets_watch_conclude(anna, deadline):
    missing = anna.noise(deadline)
    at = deadline + SECOND
    tell(anna, anna.noise(deadline), at=at)
    tell(anna, anna.heartbeat(at), at=at)
    assert look(deadline + 5 * SECOND) == 0
    tell(anna, missing, at=deadline + 6 * SECOND)
    assert look(deadline + 7 * SECOND) == 1
    assert ended(anna) == ("not_out", "all_read")


def test_a_repeated_or_older_heartbeat_is_silence(anna, deadline):
    """A beat that is not higher than the highest seen proves nothing, whatever it says of its time."""
    beat = anna.heartbeat(deadline - MINUTE)
    tell(anna, beat, at=deadline - MINUTE)
    tell(anna, anna.heartbeat(deadline + SECOND, beat=beat.beat), at=deadline + SECOND)
    assert look(deadline + 30 * SECOND) == 0
    assert look(deadline + 60 * SECOND) == 1
    assert ended(anna) == ("unknown", "device_silent")


def test_a_clock_that_runs_ahead_does_not_make_an_early_heartbeat_a_late_one(anna, deadline):
    """Heard before the deadline is sent before the deadline."""
    tell(anna, anna.heartbeat(deadline + MINUTE), at=deadline - 5 * MINUTE)
    assert look(deadline + 30 * SECOND) == 0


def test_a_press_that_was_under_way_at_the_deadline_is_heard_before_anything_is_concluded(anna, deadline):
    pressed = anna.out("m", deadline - SECOND)
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 10 * SECOND) == 0
    tell(anna, pressed, at=deadline + 11 * SECOND)
    assert look(deadline + 70 * SECOND) == 0
    assert the_moment(anna, "m").outcome == "in_time"
    assert not Alert.objects.exists()


def test_after_a_lost_journal_silence_is_unknown_and_not_not_out(anna, now, deadline):
    """What the device had not sent yet is gone: the sachet may be out (a second dose is the danger here)."""
    tell(anna, anna.noise(now), at=now)
    anna.lose_journal()
    at = deadline + SECOND
    tell(anna, anna.noise(at), at=at)
    tell(anna, anna.heartbeat(at), at=at)
    assert look(deadline + 59 * SECOND) == 0
    assert look(deadline + 60 * SECOND) == 1
    assert ended(anna) == ("unknown", "journal_lost")


def test_the_first_journal_of_a_device_is_no_lost_one(anna, deadline):
    anna.epoch = 1_795_330_800  # a device that lost its epoch takes the unix time
    tell(anna, anna.noise(deadline), at=deadline)
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 3 * SECOND) == 1
    assert ended(anna) == ("not_out", "all_read")


def test_two_days_after_a_lost_journal_all_is_as_before(anna, now):
    tell(anna, anna.noise(now), at=now)
    tell(anna, anna.closed("m", "paused", now), at=now)
    anna.lose_journal()
    tell(anna, anna.noise(now), at=now)
    due = now + timedelta(days=2)
    plan(anna, "later", due, now=now)
    at = due + WINDOW + SECOND
    tell(anna, anna.heartbeat(at), at=at)
    assert look(at + SECOND) == 1
    assert ended(anna, "later") == ("not_out", "all_read")


def test_a_heartbeat_of_the_old_journal_proves_nothing_of_the_new_one(anna, deadline):
    tell(anna, anna.heartbeat(deadline + SECOND, last_seq=0), at=deadline + SECOND)
    anna.lose_journal()
    tell(anna, anna.noise(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 5 * SECOND) == 0


@pytest.mark.parametrize("type", ["sachet_taken_out", "moment_closed", "hatch_opened"])
def test_what_was_said_of_a_moment_and_not_understood_makes_silence_unknown(anna, deadline, type):
    """Parked elements hold a place in the journal, so it looks whole: still nobody says *not out*."""
    anna.seq += 1
    raw = {"v": 1, "epoch": 1, "seq": 1, "at": "gisteren", "type": type, "data": {"moment": "m"}}
    tell(anna, Parked(epoch=1, seq=1, raw_json=raw, reason=ParkedReason.AT), at=deadline)
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 59 * SECOND) == 0
    assert look(deadline + 60 * SECOND) == 1
    assert ended(anna) == ("unknown", "not_understood")


def test_a_parked_element_that_is_no_evidence_puzzles_nobody(anna, deadline):
    anna.seq += 1
    raw = {"v": 1, "epoch": 1, "seq": 1, "type": "signal_started", "data": {"moment": "m", "attempt": "een"}}
    tell(anna, Parked(epoch=1, seq=1, raw_json=raw, reason=ParkedReason.DATA_FIELD), at=deadline)
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 3 * SECOND) == 1
    assert ended(anna) == ("not_out", "all_read")


def test_a_moment_with_some_sachets_out_ends_partly_out(anna, now, deadline):
    """R28, by the verdict of `watch`."""
    plan(anna, "two", now, sachets=2, now=now)
    tell(anna, anna.closed("m", "paused", now), anna.out("two", now, k=1, n=2), at=now)
    tell(anna, anna.heartbeat(deadline + SECOND), at=deadline + SECOND)
    assert look(deadline + 3 * SECOND) == 1
    assert ended(anna, "two") == ("partly", "all_read")


def test_what_is_paused_withheld_or_out_is_no_longer_looked_at(anna, now, deadline):
    for number, outcome in enumerate(("paused", "withheld", "device_failure", "complete", "partial")):
        plan(anna, outcome, now + number * SECOND, now=now)
        tell(anna, anna.closed(outcome, outcome, now), at=now)
    assert look(deadline + 5 * MINUTE) == 1  # `m` alone


class TestDeviationsOnly:
    """R80: a link that reports deviations only."""

    @pytest.fixture
    def bert(self, cast, now):
        voice = beside(welcome(cast.zorg, "Bert", now), "REIK-BERT", now, reports="deviations_only")
        plan(voice, "m", now, now=now)
        return voice

    def test_a_moment_without_notice_ends_as_no_notice_and_alerts_nobody(self, bert, deadline):
        assert look(deadline + SECOND) == 0
        assert look(deadline + 2 * SECOND) == 1
        assert ended(bert) == ("no_notice", "no_notice")
        assert not Alert.objects.exists()

    def test_while_reik_is_behind_it_waits_and_then_is_unknown(self, bert, deadline):
        assert look(deadline + 59 * SECOND, read_through=deadline) == 0
        assert look(deadline + 60 * SECOND, read_through=deadline) == 1
        assert ended(bert) == ("unknown", "reik_behind")
        assert Alert.objects.count() == 1

    def test_a_notice_that_comes_later_counts(self, bert, deadline):
        look(deadline + 2 * SECOND)
        tell(bert, bert.closed("m", "not_taken_out", deadline), at=deadline + MINUTE)
        assert the_moment(bert, "m").outcome == "not_out"
        assert Alert.objects.count() == 1

    def test_a_notice_that_could_not_be_understood_is_a_notice(self, bert, deadline):
        raw = {"v": 1, "epoch": 1, "seq": 1, "type": "moment_closed", "data": {"moment": "m", "outcome": 7}}
        tell(bert, Parked(epoch=1, seq=1, raw_json=raw, reason=ParkedReason.DATA_FIELD), at=deadline)
        assert look(deadline + 5 * SECOND) == 0
        assert look(deadline + 60 * SECOND) == 1
        assert ended(bert) == ("unknown", "not_understood")

    def test_a_notice_of_some_sachets_is_partly_out(self, bert, now, deadline):
        plan(bert, "two", now, sachets=2, now=now)
        tell(bert, bert.out("two", now, k=1, n=2), at=now)
        assert look(deadline + 2 * SECOND) == 2
        assert ended(bert, "two") == ("partly", "no_notice")


def test_two_watchers_never_conclude_on_the_same_moment(cast, now, deadline):
    homes = many_homes(cast.zorg, 12, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    at, counts = deadline + 61 * SECOND, []
    with transaction.atomic():
        mine = close_overdue(received_through=[at] * 16, now=at, most=5)
        other, raised = beside_us(lambda: counts.append(look(at)))
        other.join(timeout=5)  # it does not wait for us: it takes the rest
        assert not raised
        assert counts == [12 - mine]
    assert mine == 5
    assert look(at) == 0
    assert Moment.objects.filter(outcome="unknown").count() == Alert.objects.count() == 12


def test_four_watchers_at_once_leave_one_alert_for_each_moment(cast, now, deadline):
    homes = many_homes(cast.zorg, 40, now)
    plan_moments([planned(home, "m", now) for home in homes], now)
    counts = []

    def watch():
        while found := look(deadline + 61 * SECOND, most=3):
            counts.append(found)

    for thread, raised in [beside_us(watch) for _ in range(4)]:
        thread.join()
        assert not raised
    look(deadline + 61 * SECOND)
    assert sum(counts) <= 40
    assert Moment.objects.filter(outcome="unknown").count() == Alert.objects.count() == 40


def test_watch_leaves_a_moment_alone_while_its_press_is_being_written(anna, now, deadline):
    heard = anna.heard(anna.out("m", deadline - SECOND), at=deadline)
    counts = []
    with transaction.atomic():
        record([heard], deadline)
        thread, raised = beside_us(lambda: counts.append(look(deadline + 61 * SECOND)))
        thread.join(timeout=5)
    assert not raised
    assert counts == [0]
    assert look(deadline + 61 * SECOND) == 0
    assert the_moment(anna, "m").outcome == "in_time"


def test_one_and_three_hundred_overdue_moments_cost_as_many_statements(cast, now, deadline):
    homes = many_homes(cast.zorg, 301, now)
    plan_moments([planned(homes[0], "m", now)], now)
    with CaptureQueriesContext(connection) as small:
        assert look(deadline + 61 * SECOND) == 1
    plan_moments([planned(home, "m", now) for home in homes[1:]], now)
    with CaptureQueriesContext(connection) as large:
        assert look(deadline + 61 * SECOND) == 300
    assert len(large) == len(small)


def test_a_conclusion_is_drawn_only_once(anna, deadline):
    assert look(deadline + 61 * SECOND) == 1
    assert look(deadline + 62 * SECOND) == 0


def test_a_device_that_speaks_again_ends_an_unknown_moment_by_its_own_word(anna, deadline):
    look(deadline + 61 * SECOND)
    hear(anna.heard(anna.closed("m", "withheld", deadline), at=deadline), now=deadline + 5 * MINUTE)
    assert the_moment(anna, "m").outcome == "withheld"
