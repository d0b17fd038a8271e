"""The life of rolls in the rows: custody, supply, recall, arrangement (R13, R17 to R21, R24, N6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert
from reik.dispensing.rolls.abilities import HOME_SIDE, expected_leftovers
from reik.medication import queries
from reik.medication.facts import RollNearlyEmpty, RollRecalled, RollsToCompare
from reik.medication.models import Roll, RollStep, RollSupply
from reik.medication.operations import deliver_roll, load_roll, return_roll, tell_rolls_due
from reik.medication.requests.seen import open_requests
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.custody import Step
from reik.medication.rolls.life import arrange_rolls, set_fit, take_step
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.medication.rolls.life_seen import roll_seen, rolls_due, rolls_seen
from reik.medication.rolls.matrix import NOT, SUPPORTED, UNKNOWN, DeviceAbility, FitRow
from reik.medication.rolls.recall import recall_rolls
from reik.medication.rolls.sachets import Content, sachets_for
from reik.medication.rolls.steps import Hand
from reik.medication.rolls.supply import SupplyRefused, acknowledge
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from reik.tasks.operations import finish_task
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.rolls.rolls_of import DAY, TUESDAY, ZONE, arrive, bring, device_loads, load, register

HOUR = timedelta(hours=1)


def local(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def chain(roll_id):
    rows = RollStep.objects.filter(roll_id=roll_id).order_by("number")
    return [(each.step, each.how, each.by, each.count) for each in rows]


def open_kinds(voice):
    return sorted((each.kind, each.owner_role, each.high_risk) for each in open_tasks_of([voice.client_id]))


def pharmacy(voice, now, partner=None, **more):
    id = register_pharmacy(
        organisation_id=voice.organisation_id, name="Apotheek De Vijzel", partner_id=partner, now=now,
        email="apotheek@voorbeeld.test", phone="+31 30 000 00 00", **more,
    )  # fmt: skip
    give_pharmacy(voice.client_id, id)


def tell(now):
    return tell_rolls_due(now, HOME_SIDE)


class TestCustody:
    def test_from_the_reminder_to_the_leftovers_at_the_pharmacy(self, anna, zorg, now, said):
        """N6, R13, R18, R20, R24: ordered, brought to a neighbour, received, loaded, emptied, counted, returned."""
        pharmacy(anna, now, partner=zorg.id)
        first = bring(anna, now)
        load(anna, now)
        tell(local(11, 26, 9))  # ends on Monday 30 November: four working days before Tuesday
        assert open_kinds(anna) == [("roll_order", "pharmacist", False)]

        second = register(anna, local(11, 26, 10), number="26-0500", first=TUESDAY + 7 * DAY)
        tell(local(11, 26, 10, 1))
        assert open_kinds(anna) == []
        take_step(second, Step.PACKED, Hand(by="Inpakker", role="pharmacist"), local(11, 26, 11))
        with pytest.raises(RollRefused, match="not checked"):
            deliver_roll(second, "Bezorger", local(11, 26, 11))
        with pytest.raises(RollRefused, match="Another person"):
            take_step(second, Step.CHECKED, Hand(by="Inpakker"), local(11, 26, 11))
        take_step(second, Step.CHECKED, Hand(by="A. Apotheker", role="pharmacist"), local(11, 26, 12))
        beside = Hand(by="Bezorger", to_whom="neighbour", place="Dorpsstraat 3")
        take_step(second, Step.DELIVERED, beside, local(11, 27, 9))
        assert Roll.objects.get(id=second).state == "registered"  # at the neighbour's is not in the home
        assert open_kinds(anna) == [("roll_receive", "nurse", False)]
        take_step(second, Step.RECEIVED, Hand(by="W. Wijk", role="nurse"), local(11, 27, 18))
        assert Roll.objects.get(id=second).state == "delivered"
        assert open_kinds(anna) == []

        cast.tell(anna, device_loads(anna, now), at=now)
        for key, number in (("m-20261124-0800", 1), ("m-20261124-0800", 2), ("m-20261124-2000", 3)):
            event = anna.event("sachet_taken_out", now, roll="26-0418", sachet=number, moment=key, k=1, n=1)
            cast.tell(anna, event, at=now)
        cast.tell(
            anna, anna.event("sachet_retained", now, roll="26-0418", sachet=4, moment="m", k=1, n=1), at=now
        )
        out_at = local(11, 30, 20, 30)
        cast.tell(anna, anna.event("roll_removed", out_at, roll="26-0418", count=17, by="n1"), at=out_at)
        assert roll_seen(first, out_at).custody == "taken_out"
        assert expected_leftovers(anna.client_id, "26-0418") == 18  # 17 on the roll, 1 held back
        assert ("leftovers_count", "nurse", False) in open_kinds(anna)

        with pytest.raises(RollRefused, match="Count first"):
            take_step(first, Step.HANDED_BACK, Hand(by="W. Wijk"), out_at)
        take_step(first, Step.COUNTED, Hand(by="W. Wijk", count=17, expected=18), out_at)
        assert ("leftovers_differ", "nurse", True) in open_kinds(anna)
        take_step(first, Step.COUNTED, Hand(by="T. Tweede", count=18, expected=18), out_at + HOUR)
        assert "leftovers_differ" not in str(open_kinds(anna))
        take_step(first, Step.HANDED_BACK, Hand(by="W. Wijk", note="over"), out_at + 2 * HOUR)
        assert Roll.objects.get(id=first).state == "returned"
        take_step(first, Step.RETURNED, Hand(by="A. Apotheker", count=18), out_at + DAY)
        seen = roll_seen(first, out_at + DAY)
        assert (seen.custody, seen.next_step) == ("returned", None)
        assert [each.step for each in seen.steps] == [
            "delivered", "loaded", "taken_out", "counted", "counted", "handed_back", "returned",
        ]  # fmt: skip
        assert [each.differs for each in seen.steps].count(True) == 1
        assert not {each.kind for each in open_tasks_of([anna.client_id])} & {
            "leftovers_count", "leftovers_back", "leftovers_receive", "leftovers_differ",
        }  # fmt: skip

    def test_the_pharmacy_that_counts_another_number_has_a_task(self, anna, now):
        id = bring(anna, now)
        take_step(id, Step.COUNTED, Hand(by="W", count=21), now)
        take_step(id, Step.HANDED_BACK, Hand(by="W"), now)
        take_step(id, Step.RETURNED, Hand(by="A", count=20), now + DAY)
        (task,) = [each for each in open_tasks_of([anna.client_id]) if each.kind == "leftovers_differ"]
        assert (task.owner_role, task.high_risk, task.detail["expected"]) == ("pharmacist", True, 21)

    def test_a_devices_word_is_a_step_and_nothing_left_is_its_count(self, anna, now):
        id = bring(anna, now)
        cast.tell(anna, device_loads(anna, now, first=1, last=1, count=1), at=now)
        cast.tell(
            anna, anna.event("sachet_taken_out", now, roll="26-0418", sachet=1, moment="m", k=1, n=1),
            anna.event("roll_removed", now, roll="26-0418", count=0, by="n1"), at=now + HOUR,
        )  # fmt: skip
        assert chain(id) == [
            ("delivered", "person", "courier", None), ("loaded", "device", "n1", 1), ("emptied", "device", "n1", None),
            ("counted", "device", "device", 0),
        ]  # fmt: skip
        assert roll_seen(id, now + HOUR).next_step is None
        assert "leftovers" not in str(open_kinds(anna))

    def test_what_is_left_of_a_roll_that_is_over_goes_back_all_the_same(self, anna, now):
        id = bring(anna, now)
        return_roll(id, "W", "opgenomen", now + 20 * DAY)
        assert chain(id)[-1] == ("handed_back", "person", "W", None)

    def test_steps_are_never_edited(self, anna, now):
        id = bring(anna, now)
        with pytest.raises(DatabaseError), transaction.atomic():
            RollStep.objects.filter(roll_id=id).update(by="iemand anders")


class TestRegistering:
    def test_a_sachet_after_the_last_day_of_use_is_refused(self, anna, now):
        """R17: on its last day it may still be used."""
        with pytest.raises(RollRefused, match="shorter roll"):
            register(anna, now, expires_on=TUESDAY + 5 * DAY)
        id = register(anna, now, expires_on=TUESDAY + 6 * DAY)
        assert Roll.objects.get(id=id).expires_on == TUESDAY + 6 * DAY

    def test_a_format_that_does_not_fit_is_refused_and_an_unknown_one_is_told(self, anna, now):
        device = DeviceAbility(model="reik", roll_format="spencer_box")
        with pytest.raises(RollRefused, match="does not fit"):
            register(anna, now, roll_format="baxter", device=device)
        id = register(anna, now, roll_format="eigen", device=device)
        devices = {anna.client_id: device}
        assert roll_seen(id, now, devices).fit.fit == UNKNOWN
        row = FitRow(packer="*", roll_format="eigen", model="reik", fit=SUPPORTED, source="eigen proef",
                     said_on=date(2026, 11, 1))  # fmt: skip
        set_fit(anna.organisation_id, row, by="W", now=now)
        assert roll_seen(id, now, devices).fit.fit == SUPPORTED
        deliver_roll(id, "W", now)
        set_fit(anna.organisation_id, replace(row, fit=NOT), by="W", now=now + HOUR)
        with pytest.raises(RollRefused, match="does not fit"):
            load_roll(
                organisation_id=anna.organisation_id, client_id=anna.client_id, number="26-0418", first=1, last=21,
                count=21, by="W", now=now, device=device,
            )  # fmt: skip

    def test_the_letterbox_is_seen_before_it_is_used(self, anna, now):
        by = {"by": "W", "role": "nurse", "now": now}
        with pytest.raises(RollRefused, match="seen"):
            arrange_rolls(anna.client_id, ArrangementSeen(delivery="letterbox"), **by)
        with pytest.raises(RollRefused, match="who takes"):
            arrange_rolls(anna.client_id, ArrangementSeen(delivery="neighbour"), **by)
        arrange_rolls(anna.client_id, ArrangementSeen(delivery="letterbox", letterbox="fits", weeks=2), **by)
        id = register(anna, now)
        assert roll_seen(id, now).arrangement.weeks == 2


class TestSupply:
    def test_told_by_stages_and_again_until_acknowledged(self, anna, now, said):
        """R20, R21."""
        pharmacy(anna, now)
        bring(anna, now, days=14)  # until Monday 7 December
        load(anna, now, last=42, count=42)
        stages = lambda: [each.stage for each in said if isinstance(each, RollNearlyEmpty)]  # noqa: E731
        tell(now)
        assert tell(now) == 0  # looked at, nothing to tell
        assert stages() == []
        tell(local(12, 2, 8, 31))
        assert stages() == ["order"]
        assert [each.kind for each in open_requests([anna.client_id])] == ["roll_needed"]
        assert not Alert.objects.exists()
        tell(local(12, 2, 12))
        assert stages() == ["order"]
        acknowledge(anna.client_id, by="A. Apotheker", note="donderdag klaar", now=local(12, 2, 13))
        assert "roll_order" not in str(open_kinds(anna))
        tell(local(12, 3, 7, 59))
        assert stages() == ["order"]
        tell(local(12, 3, 8, 1))
        assert stages() == ["order", "alarm_72"]  # acknowledged for the stage before
        assert [each.cause for each in Alert.objects.all()] == ["roll_nearly_empty"]
        tell(local(12, 4, 9))
        assert stages() == ["order", "alarm_72", "alarm_72"]  # nobody acknowledged
        tell(local(12, 7, 8, 1))
        tell(local(12, 7, 12, 2))
        assert stages()[3:] == ["alarm_24", "alarm_24"]
        assert ("roll_order", "nurse", True) in open_kinds(anna)
        tell(local(12, 7, 20, 1))
        assert stages()[-1] == "no_roll"
        assert ("roll_missing", "nurse", True) in open_kinds(anna)
        (due,) = rolls_due([anna.client_id], local(12, 7, 20, 1))
        assert (due.stage, due.days_left, due.acknowledged_at) == ("no_roll", 0, None)

        bring(anna, local(12, 7, 21), number="R-2", first=date(2026, 12, 8), days=28)
        tell(local(12, 7, 21))
        assert rolls_due([anna.client_id], local(12, 7, 21)) == []
        assert open_requests([anna.client_id]) == []
        assert [each.kind for each in open_tasks_of([anna.client_id])] == ["roll_change"]
        assert not Alert.objects.filter(closed_at=None).exists()

    def test_who_does_the_task_acknowledges_it(self, anna, now):
        bring(anna, now)
        load(anna, now)
        tell(local(11, 27, 9))
        (task,) = [each for each in open_tasks_of([anna.client_id]) if each.kind == "roll_order"]
        finish_task(task.id, by="W. Wijk", now=local(11, 27, 10))
        (due,) = rolls_due([anna.client_id], local(11, 27, 10))
        assert due.acknowledged_by == "W. Wijk"

    def test_there_is_nothing_to_acknowledge_while_all_is_well(self, anna, now):
        bring(anna, now, days=28)
        tell(now)
        with pytest.raises(SupplyRefused):
            acknowledge(anna.client_id, by="W", note="", now=now)

    def test_a_roll_that_is_made_and_not_in_the_home_is_to_be_brought(self, anna, now):
        bring(anna, now)
        load(anna, now)
        register(anna, now, number="R-2", first=TUESDAY + 7 * DAY, days=28)
        tell(local(11, 30, 8, 1))
        assert open_kinds(anna) == [("roll_bring", "nurse", True)]

    def test_the_change_is_planned_inside_its_window_for_who_was_agreed(self, anna, now):
        """R19: the type is not known, so after the last sachet."""
        agreed = ArrangementSeen(loader_role="caregiver", loader="Team Noord")
        arrange_rolls(anna.client_id, agreed, by="W", role="nurse", now=now)
        first = bring(anna, now)
        load(anna, now)
        bring(anna, now, number="R-2", first=TUESDAY + 7 * DAY, days=28)
        tell(local(11, 26, 9))
        assert open_kinds(anna) == []
        tell(local(11, 28, 9))
        (task,) = open_tasks_of([anna.client_id])
        assert (task.kind, task.owner_role, task.due_at) == ("roll_change", "caregiver", local(12, 1, 7, 30))
        assert task.detail["from"] == "30-11 20:00"
        window = roll_seen(first, local(11, 28, 9)).window
        assert (window.opens_at, window.closes_at) == (local(11, 30, 20), local(12, 1, 7, 30))
        tell(local(11, 30, 20, 1))
        load(anna, local(11, 30, 20, 10), number="R-2", last=84, count=84)
        assert open_kinds(anna) == []

    def test_as_many_statements_for_one_client_as_for_ten(self, zorg, now):
        counted = []
        for names in (["een"], [f"c{n}" for n in range(10)]):
            for name in names:
                voice = arrive(zorg, name, f"D-{name.upper()}", now)
                bring(voice, now, number=f"R-{name}")
                load(voice, now, number=f"R-{name}")
            RollSupply.objects.update(look_at=now)
            at = local(11, 27, 9) + len(counted) * DAY
            with CaptureQueriesContext(connection) as captured:
                assert tell(at) == len(names) + (len(names) > 1)
            counted.append(len(captured))
        assert counted[1] <= counted[0] + 2


class TestRecall:
    def contents(self, anna, **by_sequence):
        packed = sachets_for(
            queries.planned_doses([anna.client_id], TUESDAY, TUESDAY + 7 * DAY)[anna.client_id]
        )
        other = (Content(code="2", text="Ander", amount="1"),)
        return [replace(each, contents=by_sequence.get(f"s{each.sequence}", other)) for each in packed]

    def test_only_the_sachets_to_come_that_hold_it(self, anna, now, said):
        """R22: high-risk tasks, and the change flow is told."""
        held = (Content(code="1", text="Middel", amount="1", lot="L7"),)
        older = (Content(code="1", text="Middel", amount="1", lot="L6"),)
        unsaid = (Content(code="1", text="Middel", amount="1"),)
        id = register(anna, now, sachets=self.contents(anna, s1=held, s10=held, s11=older, s12=unsaid))
        deliver_roll(id, "W", now)
        load(anna, now)
        at = local(11, 25, 12)
        house = [anna.organisation_id]
        (found,) = recall_rolls(
            organisation_ids=house, code="1", lot="L7", because="verontreinigd", by="A", now=at
        )
        assert found.sequences == (10, 12)
        assert found.first_at == local(11, 27, 8)
        assert [each.sequences for each in said if isinstance(each, RollRecalled)] == [(10, 12)]
        assert [each.because for each in said if isinstance(each, RollsToCompare)][-1:] == ["recall"]
        assert ("recall", "nurse", True) in open_kinds(anna)
        seen = roll_seen(id, at)
        assert seen.recalls[0].sequences == (10, 12)
        tell(at)
        (due,) = rolls_due([anna.client_id], at)
        assert due.uncovered_at == found.first_at

    def test_a_roll_of_unknown_contents_is_looked_at_and_a_recalled_one_not_used(self, anna, now):
        id = register(anna, now)
        found = recall_rolls(organisation_ids=[anna.organisation_id], code="1", because="x", by="A", now=now)
        assert [each.sequences for each in found] == [()]
        assert [each.kind for each in open_tasks_of([anna.client_id])] == ["recall_check"]
        (found,) = recall_rolls(
            organisation_ids=[anna.organisation_id], numbers=["26-0418"], because="x", by="A", now=now
        )
        assert len(found.sequences) == 21
        with pytest.raises(RollRefused, match="recalled"):
            deliver_roll(id, "W", now)

    def test_another_organisations_rolls_are_left_alone(self, anna, now):
        register(anna, now)
        eva = cast.Organisation.objects.get(name="Thuiszorg Eva")
        assert (
            recall_rolls(organisation_ids=[eva.id], numbers=["26-0418"], because="x", by="A", now=now) == []
        )


def test_a_client_without_rolls_is_seen_without_any(anna, now):
    assert rolls_seen([anna.client_id], now) == {anna.client_id: []}
    assert roll_seen(anna.client_id, now) is None
