"""When silence is an outage (N4): one incident is one, whatever else its dispensers have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.alerting.outages.due import answer_by
from reik.alerting.outages.jump import Cell, Rule, RuleRefused, find, rule_of, still

REGIONS = ["noord", "oost", "zuid", "west", "midden"]


def cell(count, since=None, **alike):
    return Cell(count=count, since=since, **alike)


def country(silent_network="", silent_region="", each=2000):
    """Five regions, three networks, two suppliers with a model each, all mixed."""
    cells = []
    for region in REGIONS:
        for network in ("kpn", "vodafone", "odido"):
            for supplier in ("medido", "spencer"):
                silent = network == silent_network or region == silent_region
                cells.append(
                    cell(
                        each, 1000 if silent else None, region=region, network=network, supplier=supplier,
                        model=supplier + "-2",
                    )
                )  # fmt: skip
    return cells


def scopes(found):
    return [(each.scope, each.value) for each in found]


def test_one_network_over_five_regions_is_one_outage_not_six():
    found = find(country(silent_network="kpn", each=1000))
    assert scopes(found) == [("network", "kpn")]
    assert (found[0].silent, found[0].known) == (10_000, 10_000)


def test_one_region_over_three_networks_is_one_outage():
    assert scopes(find(country(silent_region="oost"))) == [("region", "oost")]


def test_a_supplier_that_has_one_model_is_named_once():
    cells = [
        cell(40, 7, supplier="medido", model="m2", network="kpn"),
        cell(60, None, supplier="spencer", model="s1", network="kpn"),
    ]
    assert len(find(cells)) == 1


def test_two_incidents_at_once_are_two():
    cells = [
        cell(50, 10, region="oost", network="kpn"), cell(50, 10, region="west", network="odido", supplier="x"),
        cell(500, None, region="noord", network="kpn"), cell(500, None, region="zuid", network="odido", supplier="x"),
    ]  # fmt: skip
    assert scopes(find(cells)) == [("region", "oost"), ("region", "west")]


def test_more_than_three_at_once_are_one_of_everything():
    cells = [cell(50, 10, region=each) for each in REGIONS] + [cell(5000, None, region="buiten")]
    assert scopes(find(cells)) == [("platform", "all")]


@pytest.mark.parametrize(
    ("silent", "speaking", "found"),
    [(4, 0, 0), (5, 0, 1), (5, 20, 1), (5, 21, 0), (19, 81, 0), (20, 80, 1)],
)
def test_at_least_five_and_at_least_a_fifth(silent, speaking, found):
    cells = [cell(silent, 100, region="oost"), cell(speaking, None, region="oost")]
    assert len(find(cells)) == found


def test_who_was_silent_before_is_the_usual_share():
    cells = [cell(60, 0, region="oost"), cell(4, 100, region="oost"), cell(36, None, region="oost")]
    assert find(cells) == []


def test_silence_that_comes_one_by_one_is_no_jump():
    cells = [cell(1, 100 + 10 * each, region="oost") for each in range(40)]
    assert find([*cells, cell(60, None, region="oost")]) == []


def test_heartbeats_end_over_five_minutes_and_that_is_together():
    cells = [cell(4, 100 + each, region="oost") for each in range(6)]
    assert [each.silent for each in find([*cells, cell(76, None, region="oost")])] == [24]


def test_a_scope_that_shows_first_by_chance_does_not_hide_the_network():
    """One region is just over a fifth, its network just under: what explains them all is named."""
    cells = [
        cell(21, 5, region="oost", network="kpn"), cell(79, None, region="oost", network="kpn"),
        cell(76, 5, region="west", network="kpn"), cell(324, None, region="west", network="kpn"),
    ]  # fmt: skip
    assert scopes(find(cells)) == [("network", "kpn")]


def test_what_is_not_known_of_a_dispenser_is_no_scope():
    assert find([cell(100, 5)]) == []


word = st.sampled_from(["", "a", "b", "c"])
cells_of_any_kind = st.lists(
    st.builds(
        Cell, count=st.integers(1, 60), since=st.one_of(st.none(), st.integers(0, 12)), region=word, network=word,
        supplier=word, model=word,
    ),
    max_size=25,
)  # fmt: skip


@given(cells_of_any_kind)
def test_whatever_is_found_holds_enough_and_no_dispenser_is_in_two(cells):
    rule = Rule()
    found = find(cells, rule)
    assert len(found) <= rule.at_once
    left = cells
    for each in found:
        inside = [one for one in left if each.scope == "platform" or one.value(each.scope) == each.value]
        assert each.silent >= rule.least
        assert sum(one.count for one in inside if one.since) >= each.silent
        if each.scope != "platform":
            assert each.share >= rule.share / 2
        left = [one for one in left if one not in inside]


@given(cells_of_any_kind)
def test_the_order_of_the_counts_changes_nothing(cells):
    assert find(cells) == find(list(reversed(cells)))


@given(cells_of_any_kind)
def test_no_scope_that_jumps_stays_outside(cells):
    """What is left when the found ones are out does not jump any more."""
    found = find(cells)
    if [each.scope for each in found] == ["platform"]:
        return
    left = [each for each in cells if all(each.value(one.scope) != one.value for one in found)]
    assert find(left) == []


def test_an_outage_lasts_until_fewer_than_half_of_what_opens_one_are_silent():
    assert still(10, 100)
    assert not still(9, 100)
    assert not still(4, 4)


NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
minutes = st.integers(-600, 600).map(lambda each: timedelta(minutes=each))


@given(st.integers(0, 2), minutes, st.integers(0, 600))
def test_a_line_is_never_later_than_the_latest_hand_out_time_that_lies_ahead(criticality, deadline, more):
    deadline_at = NOW + deadline
    latest_at = deadline_at + timedelta(minutes=more)
    by = answer_by(criticality=criticality, deadline_at=deadline_at, latest_at=latest_at, now=NOW)
    assert by > NOW
    assert by <= latest_at or latest_at <= NOW
    if criticality == 0:
        assert by <= max(deadline_at, NOW + timedelta(minutes=10))


def test_its_numbers_can_be_set_and_senseless_ones_are_refused():
    assert rule_of(None, None) == Rule()
    assert rule_of("8", "0.5") == Rule(least=8, share=0.5)
    for least, share in (("1", None), ("x", None), (None, "0"), (None, "1.5"), (None, "nan")):
        with pytest.raises(RuleRefused):
            rule_of(least, share)
