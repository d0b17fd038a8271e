"""A recall in the rows: only the sachets that hold it, unknown contents looked at, nobody else's (R22, R24)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reik.medication import queries
from reik.medication.facts import RollRecalled, RollsToCompare
from reik.medication.operations import deliver_roll
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.life_seen import roll_seen, rolls_due
from reik.medication.rolls.recall import recall_rolls
from reik.medication.rolls.sachets import Content, sachets_for
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.contexts.rolls.lived import local, open_kinds, tell
from tests.contexts.rolls.rolls_of import DAY, TUESDAY, load, register


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
