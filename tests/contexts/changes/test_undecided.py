"""Changes in the middle of a roll as time passes: never silent (N5, R22, rule 9)."""

from __future__ import annotations

from datetime import time

import pytest

from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.pharmacies.relocating import MoveRefused, relocate
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.tasks.operations import finish_task, tell_overdue
from reik.tasks.queries import open_tasks_of
from tests.contexts.changes.rolls_at_home import (
    HOUR,
    MINUTE,
    MORNING,
    alerts,
    answer,
    answer_all,
    givers,
    kinds,
    schedule,
    stop_evening,
    the,
)


def test_undecided_at_the_moment_one_alert_opens_and_the_sachet_stays(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    change = the(anna)
    assert tell_due(change.first_at - MINUTE) == 0
    assert tell_due(change.first_at) == 1
    assert tell_due(change.first_at + MINUTE) == 0
    assert the(anna).state == "undecided"
    assert alerts(anna, "change_undecided") == [(str(change.id), True)]
    changing.choose(change.id, "keep", "Nel", "", {}, change.first_at + MINUTE)
    assert alerts(anna, "change_undecided") == [(str(change.id), True)]  # nothing is decided yet
    answer(change, change.first_at + 2 * MINUTE)
    assert alerts(anna, "change_undecided") == [(str(change.id), False)]


def test_a_choice_that_the_pharmacy_has_not_confirmed_is_undecided_too(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    change = the(anna)
    changing.choose(change.id, "hold", "Nel", "", {}, now)
    tell_due(change.first_at)
    assert the(anna).state == "chosen"
    assert len(alerts(anna, "change_undecided")) == 1


def test_a_hold_that_no_device_confirms_is_an_alert_two_hours_before(anna, now):
    stop_evening(anna, now)
    change = the(anna)
    assert tell_due(change.first_at - 2 * HOUR - MINUTE) == 0
    assert tell_due(change.first_at - 2 * HOUR) == 1
    assert alerts(anna, "change_not_held") == [(str(change.id), True)]
    assert "visit_before" in kinds(anna)
    answer_all(anna, change.first_at - HOUR)
    assert alerts(anna, "change_not_held") == [(str(change.id), False)]
    assert "visit_before" not in kinds(anna)


def test_a_hold_that_is_refused_says_which_sachets_and_a_person_knows(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now, refused=["hold_sachets"], sachets=[3])
    change = the(anna)
    assert change.device_state == "partly"
    assert change.device_not_held == [3]
    assert change.device_held == [6, 9, 12, 15, 18, 21]
    assert len(alerts(anna, "command_not_done")) == 1


def test_a_task_of_high_risk_that_is_overdue_calls_somebody_until_it_is_done(anna, now):
    schedule(anna, now, MORNING, TimeLine(weekdays=EVERY_DAY, at=time(21)))
    answer_all(anna, now)
    change = the(anna)
    changing.choose(change.id, "hold", "Nel", "", givers(change), now)
    answer(change, now)
    (first, *_) = (each for each in open_tasks_of([anna.client_id]) if each.kind == "give_by_hand")
    tell_overdue(first.due_at)
    assert (str(first.id), True) in alerts(anna, "task_overdue")
    finish_task(first.id, by="Riet", now=first.due_at)
    assert (str(first.id), False) in alerts(anna, "task_overdue")


def test_a_client_who_moves_house_is_a_task_of_high_risk(anna, now):
    """R14; the change of a pharmacy is told by `serving`."""
    relocate(anna.client_id, address="Dorpsstraat 2, Borne", by="Nel", now=now)
    (task,) = (each for each in open_tasks_of([anna.client_id]) if each.kind == "moved")
    assert task.high_risk
    with pytest.raises(MoveRefused):
        relocate(anna.client_id, address=" ", by="Nel", now=now)
