"""What is left of rolls in the rows: told by stages until acknowledged, and the change in its window (R17 to R21)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Alert
from reik.medication.facts import RollNearlyEmpty
from reik.medication.models import RollSupply
from reik.medication.requests.seen import open_requests
from reik.medication.rolls.life import arrange_rolls
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.medication.rolls.life_seen import roll_seen, rolls_due
from reik.medication.rolls.supply import SupplyRefused, acknowledge
from reik.tasks.operations import finish_task
from reik.tasks.queries import open_tasks_of
from tests.contexts.rolls.lived import local, open_kinds, pharmacy, tell
from tests.contexts.rolls.rolls_of import DAY, TUESDAY, arrive, bring, load, register


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
