"""A plan that a change has cut alerts nobody by itself, and nothing stays muted when the change is over (N5, R41)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.alerting.cut_plans import tell_uncut
from reik.dispensing.by_hand.blocking import paused_by_others
from reik.dispensing.withholding.holding import pause_due
from reik.medication.models import Change
from tests import cast
from tests.contexts.changes.rolls_at_home import (
    EVENING,
    MORNING,
    answer_all,
    schedule,
    stop_evening,
    the,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def fault(voice, code, at):
    event = voice.event("fault", at, code=code)
    cast.tell(voice, event, at=at)
    return event


def open_alerts(voice):
    found = cast.rows(
        "SELECT cause FROM alerting_alert WHERE dispenser_id = %s AND closed_at IS NULL AND moment_id IS NULL",
        voice.id,
    )
    return sorted(row[0] for row in found if row[0] in ("plan_ending", "no_plan", "jam"))


def test_without_a_change_a_plan_that_ends_is_told(bert, now):
    fault(bert, "no_plan", now)
    assert open_alerts(bert) == ["no_plan"]


def test_while_a_change_has_cut_the_plan_its_end_calls_nobody_and_other_faults_do(bert, now):
    stop_evening(bert, now)
    answer_all(bert, now)
    for code in ("plan_ending", "no_plan", "jam"):
        fault(bert, code, now + MINUTE)
    assert open_alerts(bert) == ["jam"]
    assert tell_uncut(now + DAY) == 0


@pytest.mark.parametrize("cleared", [True, False])
def test_what_the_device_still_says_when_the_change_is_over_is_told(bert, now, cleared):
    stop_evening(bert, now)
    answer_all(bert, now)
    ends = fault(bert, "no_plan", now + MINUTE)
    schedule(bert, now + 2 * MINUTE, MORNING, EVENING)  # the plan agrees again: the cut is over
    answer_all(bert, now + 3 * MINUTE)
    if cleared:
        over = bert.event("fault_cleared", now + 4 * MINUTE, fault={"epoch": ends.epoch, "seq": ends.seq})
        cast.tell(bert, over, at=now + 4 * MINUTE)
    assert tell_uncut(now + 5 * MINUTE) == 0, "it is given time to take on the whole plan"
    assert tell_uncut(now + 30 * MINUTE) == (0 if cleared else 1)
    assert open_alerts(bert) == ([] if cleared else ["no_plan"])
    assert tell_uncut(now + 60 * MINUTE) == 0


def test_a_pause_that_failed_is_a_reason_not_to_let_the_device_go_on(bert, now):
    stop_evening(bert, now)
    assert paused_by_others([bert.id], []) == set()
    pause_due(now + 3 * DAY)
    Change.objects.filter(id=the(bert).id).update(device_state="failed")
    assert paused_by_others([bert.id], []) == {bert.id}
    Change.objects.filter(id=the(bert).id).update(pause_at=None)
    assert paused_by_others([bert.id], []) == set(), (
        "of single sachets that could not be held no pause is left"
    )
