"""Changes in the middle of a roll: withheld at once, decided by people, never silent (N5, R22, R23, rule 9)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.dispensing.commands import giving as commands
from reik.dispensing.models import DeviceCommand, DevicePlan
from reik.dispensing.withholding.holding import pause_due
from reik.kernel import facts
from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.changes.path import ChangeRefused
from reik.medication.changes.seen import changes_of, open_changes
from reik.medication.facts import PlanChanged
from reik.medication.models import Roll, Schedule
from reik.medication.operations import (
    agreements_received,
    confirm_schedule,
    deliver_roll,
    register_roll,
    return_roll,
    write_schedule,
)
from reik.medication.pharmacies.relocating import MoveRefused, relocate
from reik.medication.requests import operations as requests
from reik.medication.requests.seen import requests_about
from reik.medication.times.schedule import EVERY_DAY, TimeLine, whole_days
from reik.tasks.operations import finish_task, tell_overdue
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.test_medication_agreements import agreement

ZONE = ZoneInfo("Europe/Amsterdam")
TUESDAY = date(2026, 11, 24)  # `now` is Monday 23 November, 8 o'clock
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2, late_min=90)
EVENING = TimeLine(weekdays=EVERY_DAY, at=time(20))
NOON = TimeLine(weekdays=EVERY_DAY, at=time(13))
ALL_CAN = {"can_hold_single_sachets": True, "roll_change": "any_time"}
NONE_CAN = {"can_hold_single_sachets": False, "roll_change": "after_last_sachet"}


@pytest.fixture
def zorg(database, now):
    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    """A client whose dispenser holds single sachets, with a roll in it."""
    return arrive(zorg, "Anna", "ANNA-1", now, ALL_CAN)


@pytest.fixture
def bert(zorg, now):
    """A client whose dispenser cannot."""
    return arrive(zorg, "Bert", "BERT-1", now, NONE_CAN)


def arrive(zorg, name, device, now, can, number="26-0418"):
    voice = cast.beside(cast.welcome(zorg, name, now), device, now)
    cast.tell(
        voice,
        voice.event("started", now, reason="power", model="x", session="0" * 16, capabilities=can),
        at=now,
    )
    schedule(voice, now, MORNING, EVENING)
    starts_at, ends_at = whole_days(TUESDAY, TUESDAY + 7 * DAY, ZONE)
    roll = register_roll(
        organisation_id=zorg.id, client_id=voice.client_id, number=f"{number}-{name}", starts_at=starts_at,
        ends_at=ends_at, by="pharmacist", now=now,
    )  # fmt: skip
    deliver_roll(roll, "courier", now)
    cast.tell(
        voice,
        voice.event("roll_loaded", now, roll=f"{number}-{name}", first=1, last=21, count=21, by="n1"),
        at=now,
    )
    answer_all(voice, now)
    return voice


def schedule(voice, now, *lines, starts_on=None):
    id = write_schedule(
        organisation_id=voice.organisation_id, client_id=voice.client_id, lines=lines, by="nurse", now=now,
        starts_on=starts_on,
    )  # fmt: skip
    confirm_schedule(id, "second nurse", now)


def sent(voice, *types):
    """Commands of these types that the device has not answered, oldest first."""
    return list(
        DeviceCommand.objects.filter(dispenser_id=voice.id, type__in=types, ended_at=None).order_by(
            "given_at", "id"
        )
    )


@transaction.atomic
def answer_all(voice, now, *, refused=(), sachets=None):
    """The device answers everything that it was sent: confirmed, save types in `refused`."""
    while found := commands.take_due(partitions=range(16), now=now):
        mine = [each for each in found if each.device == voice.device]
        if not mine:
            break
        events = []
        for each in mine:
            data = {"command": each.command.command, "result": "confirmed"}
            if each.command.type in refused:
                data |= {"result": "refused", "reason": "already_out", "sachets": sachets}
            events.append(voice.event("command_result", now, **data))
        cast.tell(voice, *events, at=now)


def stop_evening(voice, now, **more):
    schedule(voice, now, MORNING, **more)


def the(voice):
    (change,) = open_changes([voice.client_id])
    return change


def kinds(voice):
    return {each.kind for each in open_tasks_of([voice.client_id])}


def answer(change, now, word="agreed", how="account"):
    (request,) = (
        each for each in requests_about([change.id])[change.id] if each.state in ("open", "unanswered")
    )
    requests.answer(
        request.id, answer=word, by="Apotheker Bos", how=how, now=now, read_back_by="nurse" if how == "phone" else ""
    )  # fmt: skip


def alerts(voice, cause):
    return cast.rows(
        "SELECT subject, closed_at IS NULL FROM alerting_alert WHERE dispenser_id = %s AND cause = %s",
        voice.id,
        cause,
    )


def givers(change, who="Buurvrouw Riet"):
    return {each.key: who for each in change.affected}


# -- found is withheld --------------------------------------------------------------------------------


def test_a_plan_that_changes_in_the_middle_of_a_roll_holds_exactly_its_sachets(anna, now):
    stop_evening(anna, now)
    change = the(anna)
    assert change.state == "open"
    assert {each.kind for each in change.affected} == {"extra"}
    assert [each.at for each in change.affected] == [time(20)] * 7
    (hold,) = sent(anna, "hold_sachets")
    assert hold.data == {"roll": "26-0418-Anna", "sachets": [3, 6, 9, 12, 15, 18, 21]}
    assert not hold.permits
    assert change.device_state == "asked"
    assert "choose_change" in kinds(anna)
    answer_all(anna, now)
    assert the(anna).device_state == "held"
    assert the(anna).device_held == [3, 6, 9, 12, 15, 18, 21]
    assert sent(anna, "pause", "hold_sachets", "release_sachets") == []


def test_the_same_difference_found_again_changes_nothing(anna, now):
    stop_evening(anna, now)
    answer_all(anna, now)
    before = the(anna)
    later = datetime(2026, 11, 24, 21, 0, tzinfo=now.tzinfo)  # after the first of them
    facts.publish(
        [PlanChanged(organisation_id=anna.organisation_id, client_id=anna.client_id, because="limit")], later
    )
    assert the(anna) == before
    assert sent(anna, "hold_sachets", "release_sachets") == []


def test_a_device_that_cannot_hold_single_sachets_gets_a_plan_that_ends_and_is_paused_in_time(bert, now):
    """The cut plan needs no network at the moment; the pause comes after the last unaffected moment (N5)."""
    stop_evening(bert, now)
    change = the(bert)
    assert change.device_state == "planned"
    answer_all(bert, now)
    plan = DevicePlan.objects.get(dispenser_id=bert.id)
    assert [each["moment"] for each in plan.moments] == ["m-20261124-0800"]
    assert sent(bert, "pause", "hold_sachets") == []
    eight = datetime(2026, 11, 24, 7, 0, tzinfo=now.tzinfo)
    assert change.pause_at == eight + 90 * MINUTE
    assert pause_due(eight + 89 * MINUTE) == 0
    assert pause_due(eight + 90 * MINUTE) == 1
    assert pause_due(eight + 90 * MINUTE) == 0
    assert len(sent(bert, "pause")) == 1
    answer_all(bert, eight + 91 * MINUTE)
    assert the(bert).device_state == "paused"
    assert (
        pause_due(eight + 6 * DAY + 91 * MINUTE) == 1
    )  # a pause ends after 7 days: it is given again before


def test_the_pause_follows_at_once_when_the_last_unaffected_moment_is_out(bert, now):
    stop_evening(bert, now)
    answer_all(bert, now)
    eight = datetime(2026, 11, 24, 7, 0, tzinfo=now.tzinfo)
    for k in (1, 2):
        cast.tell(bert, bert.out("m-20261124-0800", eight + k * MINUTE, k=k, n=2), at=eight + k * MINUTE)
    assert pause_due(eight + 3 * MINUTE) == 1


def test_a_sachet_that_may_still_be_handed_out_late_is_held_too(anna, now):
    late = datetime(2026, 11, 24, 7, 30, tzinfo=now.tzinfo)  # half an hour after eight
    schedule(anna, late, EVENING)
    change = the(anna)
    assert change.first_at == late - 30 * MINUTE
    (hold,) = sent(anna, "hold_sachets")
    assert hold.data["sachets"][:2] == [1, 2]
    tell_due(late)
    assert the(anna).state == "undecided"


def test_what_is_out_already_is_no_part_of_a_change(anna, now):
    eight = datetime(2026, 11, 24, 7, 0, tzinfo=now.tzinfo)
    for sachet in (1, 2):
        about = {"moment": "m-20261124-0800", "roll": "26-0418-Anna", "sachet": sachet, "k": sachet, "n": 2}
        cast.tell(
            anna, anna.event("sachet_taken_out", eight + sachet * MINUTE, **about), at=eight + sachet * MINUTE
        )
    schedule(anna, eight + HOUR / 2, EVENING)
    (hold,) = sent(anna, "hold_sachets")
    assert 1 not in hold.data["sachets"]
    assert 4 in hold.data["sachets"]


def test_a_client_without_a_roll_at_home_costs_two_look_ups(zorg, now):
    voice = cast.beside(cast.welcome(zorg, "Coba", now), "COBA-1", now)
    schedule(voice, now, MORNING)
    assert changes_of(voice.client_id) == []


# -- deciding -----------------------------------------------------------------------------------------


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


# -- time passes --------------------------------------------------------------------------------------


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


# -- contents -----------------------------------------------------------------------------------------


def test_finding_for_many_costs_as_many_statements_as_for_one(zorg, now):
    homes = [
        arrive(zorg, f"Home{each}", f"HOME-{each}", now, ALL_CAN, number=f"n{each}") for each in range(3)
    ]
    counts = []
    for some in (homes[:1], homes[1:]):
        for voice in some:
            with transaction.atomic():
                id = write_schedule(
                    organisation_id=zorg.id, client_id=voice.client_id, lines=[MORNING], by="nurse", now=now
                )
                Schedule.objects.filter(id=id).update(confirmed_by="x", confirmed_at=now)
        with CaptureQueriesContext(connection) as asked:
            changing.find([voice.client_id for voice in some], now)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert all(len(open_changes([voice.client_id])) == 1 for voice in homes)


def test_a_client_who_moves_house_is_a_task_of_high_risk(anna, now):
    """R14; the change of a pharmacy is told by `serving`."""
    relocate(anna.client_id, address="Dorpsstraat 2, Borne", by="Nel", now=now)
    (task,) = (each for each in open_tasks_of([anna.client_id]) if each.kind == "moved")
    assert task.high_risk
    with pytest.raises(MoveRefused):
        relocate(anna.client_id, address=" ", by="Nel", now=now)


def test_other_medicines_at_the_same_time_are_a_change_of_those_sachets(anna, now):
    """The times stay as they are, and what is in the sachet is wrong: nothing but the contents tells (N5)."""
    receive(anna, now - DAY, agreement("urn:oid:1|TA1", "20:00"), message="m1")
    assert open_changes([anna.client_id]) == []
    other = agreement("urn:oid:1|TA2", "20:00", treatment="urn:oid:2|M2")
    receive(anna, now + MINUTE, other, message="m2")
    change = the(anna)
    assert {(each.kind, each.at) for each in change.affected} == {("other_contents", time(20))}
    assert change.affected[0].more == ("Middel, 1 stuk",)
    assert change.affected[0].others == ("Middel, 1 stuk",)
    assert len(sent(anna, "hold_sachets")) == 1


def receive(voice, now, *agreements, message):
    agreements_received(
        organisation_id=voice.organisation_id, client_id=voice.client_id, agreements=agreements,
        message_id=message, now=now,
    )  # fmt: skip


def test_a_recalled_roll_is_withheld_whole_and_stays_recalled(anna, now):
    roll = Roll.objects.get(number="26-0418-Anna")
    changing.find([anna.client_id], now, because="recall", recalled=[roll.id])
    change = the(anna)
    assert (change.because, {each.kind for each in change.affected}) == ("recall", {"recalled"})
    (hold,) = sent(anna, "hold_sachets")
    assert len(hold.data["sachets"]) == 21
    assert not {each.choice: each for each in change.options}["keep"].possible
    changed = PlanChanged(organisation_id=anna.organisation_id, client_id=anna.client_id, because="limit")
    facts.publish([changed], now + MINUTE)
    assert the(anna).id == change.id
