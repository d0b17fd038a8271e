"""Changes in the middle of a roll, decided by people and confirmed by the pharmacy (R22, R23)."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from reik.dispensing.models import DevicePlan
from reik.dispensing.withholding.holding import pause_due
from reik.kernel import facts
from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.changes.path import ChangeRefused
from reik.medication.changes.seen import changes_of, open_changes
from reik.medication.facts import PlanChanged
from reik.medication.models import Roll
from reik.medication.operations import (
    return_roll,
)
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.tasks.queries import open_tasks_of
from tests.contexts.changes.rolls_at_home import (
    DAY,
    EVENING,
    MINUTE,
    MORNING,
    NONE_CAN,
    TUESDAY,
    alerts,
    answer,
    answer_all,
    arrive,
    givers,
    kinds,
    schedule,
    sent,
    stop_evening,
    the,
)

NOON = TimeLine(weekdays=EVERY_DAY, at=time(13))


def test_holding_is_chosen_confirmed_and_carried_out(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    change = the(anna)
    assert change.proposed == "hold"
    changing.choose(change.id, "hold", "Nel", "stopped by the doctor", {}, now)
    assert the(anna).state == "chosen"
    assert "confirm_change" in kinds(anna)
    assert "choose_change" not in kinds(anna)
    answer(change, now)
    done = the(anna)
    assert (done.state, done.confirmed_by, done.confirmed_how) == ("carried_out", "Apotheker Bos", "account")
    assert "change_running" in kinds(anna)
    assert sent(anna, "release_sachets") == []
    tell_due(change.last_at)
    assert changes_of(anna.client_id)[0].state == "ended"
    assert alerts(anna, "change_undecided") == []


def test_keeping_the_roll_lifts_the_hold_only_after_the_pharmacys_word(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    change = the(anna)
    changing.choose(change.id, "keep", "Nel", "until the new roll", {}, now)
    assert sent(anna, "release_sachets") == []
    answer(change, now, how="phone")
    (release,) = sent(anna, "release_sachets")
    assert release.data["sachets"] == [3, 6, 9, 12, 15, 18, 21]
    assert the(anna).state == "confirmed"
    assert "release_sachets" in kinds(anna)
    answer_all(anna, now)
    assert the(anna).state == "carried_out"
    assert requests_about([requests_about([change.id])[change.id][0].id])  # asked for in writing (R23)


def test_a_declined_choice_leaves_everything_withheld_and_someone_has_to_choose(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    change = the(anna)
    changing.choose(change.id, "keep", "Nel", "", {}, now)
    answer(change, now, "refused")
    assert the(anna).state == "open"
    assert the(anna).declined_by == "Apotheker Bos"
    assert "choose_change" in kinds(anna)
    assert sent(anna, "release_sachets") == []


def test_who_gives_the_rest_is_named_before_a_hold_is_accepted(anna, now):
    """R22: of a moment that moves everything in the sachet still has to be given."""
    schedule(anna, now, MORNING, TimeLine(weekdays=EVERY_DAY, at=time(21)))
    answer_all(anna, now)
    change = the(anna)
    assert {each.kind for each in change.affected} == {"other_time"}
    with pytest.raises(ChangeRefused, match="who gives"):
        changing.choose(change.id, "hold", "Nel", "", {}, now)
    changing.choose(change.id, "hold", "Nel", "", givers(change), now)
    by_hand = [each for each in open_tasks_of([anna.client_id]) if each.kind == "give_by_hand"]
    assert len(by_hand) == 7
    assert {each.owner_name for each in by_hand} == {"Buurvrouw Riet"}
    assert by_hand[0].due_at == datetime(2026, 11, 24, 20, 45, tzinfo=now.tzinfo)


def test_what_is_not_possible_is_refused_with_its_reason(bert, now):
    stop_evening(bert, now)
    options = {each.choice: each for each in the(bert).options}
    assert options["hold"].reasons == ("device_cannot_hold",)
    assert options["add_by_hand"].reasons == ("too_much_in_it",)
    assert options["replace_roll"].reasons == ("changes_after_last", "no_roll_in_time")
    assert the(bert).proposed == "take_out"
    with pytest.raises(ChangeRefused, match="not possible"):
        changing.choose(the(bert).id, "hold", "Nel", "", {}, now)


def test_taking_out_ends_the_pause_when_the_count_is_right(bert, now):
    stop_evening(bert, now)
    change = the(bert)
    changing.choose(change.id, "take_out", "Nel", "", {}, now, carried_out_by="Joop")
    at = change.pause_at
    pause_due(at)
    answer_all(bert, at)
    with pytest.raises(ChangeRefused, match="not confirmed"):
        changing.note_removed(change.id, "Joop", 7, at)
    answer(change, at)
    (task,) = (each for each in open_tasks_of([bert.client_id]) if each.kind == "take_out_sachets")
    assert task.high_risk
    with pytest.raises(ChangeRefused, match="7 sachets"):
        changing.note_removed(change.id, "Joop", 6, at)
    assert sent(bert, "resume") == []
    changing.note_removed(change.id, "Joop", 7, at)
    assert len(sent(bert, "resume")) == 1
    answer_all(bert, at)
    done = the(bert)
    assert (done.state, done.device_state, done.removed_by, done.removed_count) == (
        "carried_out", "lifted", "Joop", 7,
    )  # fmt: skip
    moments = DevicePlan.objects.get(dispenser_id=bert.id).moments
    assert len(moments) == 6  # the mornings to come: the whole plan again
    facts.publish(
        [PlanChanged(organisation_id=bert.organisation_id, client_id=bert.client_id, because="limit")], at
    )
    assert the(bert).id == change.id  # what was taken out is no new difference


def test_a_roll_that_is_to_be_replaced_goes_back_and_the_pause_ends(zorg, now):
    """A device that cannot hold, and takes another roll at any time: the first moment is days ahead."""
    cora = arrive(zorg, "Cora", "CORA-1", now, {**NONE_CAN, "roll_change": "any_time"})
    schedule(cora, now, MORNING, NOON, EVENING, starts_on=TUESDAY + 5 * DAY)
    schedule(cora, now + MINUTE, MORNING, starts_on=TUESDAY + 5 * DAY)
    change = the(cora)
    assert change.proposed == "replace_roll"
    changing.choose(change.id, "replace_roll", "Nel", "", {}, now + MINUTE, carried_out_by="Joop")
    answer(change, now + MINUTE)
    assert "replace_roll" in kinds(cora)
    pause_due(change.pause_at)
    answer_all(cora, change.pause_at)
    return_roll(Roll.objects.get(number="26-0418-Cora").id, "Joop", "replaced", change.pause_at)
    assert open_changes([cora.client_id]) == []
    assert len(sent(cora, "resume")) == 1


def test_a_plan_that_agrees_again_withdraws_the_change_and_lifts_the_hold(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    schedule(anna, now, MORNING, EVENING)
    (change,) = changes_of(anna.client_id)
    assert (change.state, change.ended_as) == ("withdrawn", "agrees")
    assert len(sent(anna, "release_sachets")) == 1
    assert kinds(anna).isdisjoint({"choose_change", "confirm_change"})


def test_another_plan_on_top_is_another_change_and_only_what_differs_no_more_is_released(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    schedule(anna, now + MINUTE, MORNING, EVENING, starts_on=TUESDAY + 3 * DAY)
    second, first = changes_of(anna.client_id)
    assert (first.state, first.ended_as) == ("withdrawn", "superseded")
    assert {each.day for each in second.affected} == {TUESDAY + each * DAY for each in range(3)}
    (release,) = sent(anna, "release_sachets")
    assert release.data["sachets"] == [12, 15, 18, 21]
    assert "choose_change" in kinds(anna)


def test_a_roll_that_goes_back_ends_its_change(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    return_roll(Roll.objects.get(number="26-0418-Anna").id, "courier", "replaced", now)
    assert open_changes([anna.client_id]) == []
