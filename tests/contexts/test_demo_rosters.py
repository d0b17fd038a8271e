"""The demo's rosters: around the clock, with one swap and one gap, whenever somebody starts it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.kernel.operations import mark_installation
from reik.ops.database import as_owner
from reik.ops.demo import cast as demo
from reik.ops.demo import on_duty
from reik.ops.demo.moving_in import let_in, move_in
from reik.people.models import Roster, RosterException
from reik.people.rosters.operations import gaps_ahead

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("days", [0, 3, 5])
def test_one_swap_and_one_gap_whatever_the_day(now: datetime, days: int) -> None:
    start = now + timedelta(days=days, hours=days)
    as_owner(lambda: mark_installation("demo", start))
    town = move_in(demo.PEOPLE, start)
    let_in(town, start)
    on_duty.stand_by(town, start)
    gaps = {each.name: gaps_ahead(each.id, start) for each in Roster.objects.all()}
    assert {name: len(found) for name, found in gaps.items()} == {
        "Bereikbare dienst Twentestroom": 1, "Dienst Losser": 0
    }  # fmt: skip
    assert RosterException.objects.exclude(swap=None).count() == 2
    (gap,) = gaps["Bereikbare dienst Twentestroom"]
    assert timedelta(hours=72) < gap.starts_at - start < timedelta(days=7)
    assert gap.ends_at - gap.starts_at == timedelta(hours=5)
