"""Changes in the middle of a roll, found and withheld at once (N5, R22, rule 9)."""

from __future__ import annotations

from datetime import datetime, time

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.dispensing.models import DevicePlan
from reik.dispensing.withholding.holding import pause_due
from reik.kernel import facts
from reik.medication.changes import deciding as changing
from reik.medication.changes.due import tell_due
from reik.medication.changes.seen import changes_of, open_changes
from reik.medication.facts import PlanChanged
from reik.medication.models import Roll, Schedule
from reik.medication.operations import (
    agreements_received,
    write_schedule,
)
from tests import cast
from tests.contexts.changes.rolls_at_home import (
    ALL_CAN,
    DAY,
    EVENING,
    HOUR,
    MINUTE,
    MORNING,
    answer_all,
    arrive,
    kinds,
    schedule,
    sent,
    stop_evening,
    the,
)
from tests.contexts.test_medication_agreements import agreement


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
