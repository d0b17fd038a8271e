"""What the demo's organisations agreed: rosters with one swap and one gap, routes by them, and rules of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.alerting.models import Arrangement, ArrangementStep, HandlingCode
from reik.alerting.protocols import protocols_of
from reik.kernel.operations import mark_installation
from reik.ops.database import as_owner
from reik.ops.demo import cast as demo
from reik.ops.demo import house_rules, on_duty
from reik.ops.demo.arranged import agree_routes
from reik.ops.demo.moving_in import let_in, move_in
from reik.people import rosters as turns
from reik.people.homes_access import accesses_of
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
        "Bereikbare dienst Twentestroom": 1, "Dienst Losser": 0, "Dienst Zuid": 0
    }  # fmt: skip
    assert RosterException.objects.exclude(swap=None).count() == 2
    (gap,) = gaps["Bereikbare dienst Twentestroom"]
    assert timedelta(hours=72) < gap.starts_at - start < timedelta(days=7)
    assert gap.ends_at - gap.starts_at == timedelta(hours=5)


def test_routes_rosters_and_rules_of_the_organisations(now: datetime) -> None:
    as_owner(lambda: mark_installation("demo", now))
    since, town = now - timedelta(days=7), move_in(demo.PEOPLE, now - timedelta(days=7))
    let_in(town, since)
    made = on_duty.stand_by(town, now)
    agree_routes(town.residents, now, rosters=made)
    house_rules.agree_rules(town, since, now)
    used = set(ArrangementStep.objects.exclude(roster_id=None).values_list("roster_id", flat=True))
    assert used == set(made.values())
    for hours in range(24):  # at any hour whoever plays one of these two is on duty
        (first, second) = turns.on_duty([made["Team Zuid"]], now + timedelta(hours=hours))[made["Team Zuid"]]
        assert (first.name, second.name) == ("Petra Kamphuis", "Anja ter Horst")
    assert not Arrangement.objects.filter(emergency_id=None).exists()
    for care in (demo.TWENTESTROOM, demo.LINDE):
        organisation = town.organisations[care]
        assert {each.cause for each in protocols_of(organisation)} == set(house_rules.PROTOCOLS)
        assert HandlingCode.objects.filter(organisation_id=organisation).count() == len(house_rules.CODES)
    ways = accesses_of([each.client_id for each in town.residents])
    assert {each.how for each in ways.values()} == {"key_safe", "key_holder", "client_opens"}
    assert [each.created_at for each in ways.values() if each.checked_at is None] == [now]
