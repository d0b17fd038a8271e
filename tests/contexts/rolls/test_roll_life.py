"""The life of rolls in the rows: custody and arrangement, from registering to the count (R13, R17, R21, R24, N6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from reik.dispensing.rolls.abilities import expected_leftovers
from reik.medication.models import Roll, RollStep
from reik.medication.operations import deliver_roll, load_roll, return_roll
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.custody import Step
from reik.medication.rolls.life import arrange_rolls, set_fit, take_step
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.medication.rolls.life_seen import roll_seen, rolls_seen
from reik.medication.rolls.matrix import NOT, SUPPORTED, UNKNOWN, DeviceAbility, FitRow
from reik.medication.rolls.steps import Hand
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.rolls.lived import chain, local, open_kinds, pharmacy, tell
from tests.contexts.rolls.rolls_of import DAY, TUESDAY, bring, device_loads, load, register

HOUR = timedelta(hours=1)


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


def test_a_client_without_rolls_is_seen_without_any(anna, now):
    assert rolls_seen([anna.client_id], now) == {anna.client_id: []}
    assert roll_seen(anna.client_id, now) is None
