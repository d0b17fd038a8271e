"""The business case as a document: its seed, its band, break-even, and what cannot be asked (R65 to R69)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.value.case.model import business_case
from reik.value.case.money import compute
from reik.value.case.parameters import EMPTY, Range, ranges
from reik.value.case.sensitivity import break_even_dispensers, break_even_month
from reik.value.case.setting import Funder, Setting, SettingRefused, check_setting
from reik.value.case.values import drawn, likely
from tests.pure.case_numbers import PLAIN, asked, own


class TestCase:
    @settings(max_examples=8, deadline=None)
    @given(asked, st.integers(0, 10_000))
    def test_the_same_seed_gives_the_same_document(self, setting: Setting, seed: int) -> None:
        found = ranges(own(**PLAIN | {"client_price_change_eur": 0.0}), {})
        found["care_minutes"] = ranges()["care_minutes"]
        one = business_case(found, setting, draws=50, seed=seed)
        assert json.dumps(one) == json.dumps(business_case(found, setting, draws=50, seed=seed))

    def test_the_band_lies_about_the_likely_one_and_hangs_on_the_seed(self) -> None:
        one, other = (business_case(ranges(), Setting(dispensers=10), seed=seed) for seed in (1, 2))
        net = one["hours"]["per_client_month"]["net"]
        assert net["p10"] < net["p50"] < net["p90"]
        assert net["p10"] < net["likely"] < net["p90"]
        assert net["p50"] != other["hours"]["per_client_month"]["net"]["p50"]
        assert net["likely"] == other["hours"]["per_client_month"]["net"]["likely"]

    def test_with_published_ranges_only_there_are_hours_and_no_euros(self) -> None:
        case = business_case(ranges(), Setting(dispensers=10))
        assert case["hours"]["per_client_month"]["net"]["likely"] > 0
        for side in ("society", "insurer", "organisation"):
            assert case["money"]["sides"][side]["in_all"]["likely"] is None
            assert case["money"]["sides"][side]["in_all"]["missing"]
        assert {"wage_hour_eur", "tariff_hour_eur", "device_month_eur"} <= set(case["fill_in"])
        assert "administration_minutes_week" in case["not_counted"]
        hours = case["hours"]["per_client_month"]
        assert hours["phone"]["likely"] is None  # not 0: nobody said how long it takes
        assert hours["phone"]["missing"] == ["alert_phone_minutes"]
        assert hours["registration"]["likely"] == 0  # with a record link nobody types
        assert case["break_even"]["month"] is None
        assert case["turnover"]["change"]["likely"] is None

    def test_everything_filled_in_leaves_nothing_to_fill_in(self) -> None:
        case = business_case(ranges(own(**PLAIN)), Setting(dispensers=10))
        assert case["fill_in"] == []
        money = case["money"]["sides"]
        apart = sum(money[key]["in_all"]["likely"] for key in ("insurer", "organisation", "others"))
        assert money["society"]["in_all"]["likely"] == pytest.approx(apart, abs=0.05)
        assert case["turnover"]["change"]["likely"] == pytest.approx(-money["insurer"]["in_all"]["likely"])
        assert sum(case["cash_in"]["uses"].values()) + case["cash_in"]["unused"] == pytest.approx(
            case["cash_in"]["freed"], abs=0.05
        )

    def test_an_hour_is_cashed_in_once(self) -> None:
        with pytest.raises(SettingRefused) as refused:
            business_case(ranges(own(**PLAIN | {"use_heavier_pct": 60.0})), Setting(dispensers=10))
        assert refused.value.code == "cash_in"

    def test_what_moves_most_goes_first_and_5_to_11_hours_are_there_with_and_without_a_centre(self) -> None:
        case = business_case(ranges(), Setting(dispensers=10))
        swings = [abs(each["net_hours"][1] - each["net_hours"][0]) for each in case["tornado"]]
        assert swings == sorted(swings, reverse=True)
        assert case["tornado"][0]["key"] == "unique_moments_per_day"
        grid = {(each["gross_hours"], each["centre"]): each["net_hours"] for each in case["by_gross_hours"]}
        assert set(grid) == {(hours, centre) for hours in range(5, 12) for centre in (True, False)}
        assert all(grid[hours, True] > grid[hours, False] for hours in range(5, 12))

    def test_town_and_country_differ_in_travel_only(self) -> None:
        rows = business_case(ranges(own(**PLAIN)), Setting(dispensers=10))["variants"]
        found = {(each["area"], each["centre"], each["record_link"]): each for each in rows}
        assert len(found) == 8
        town, country = found["urban", True, True], found["rural", True, True]
        assert country["net_travel"] > town["net_travel"]
        # An unplanned visit takes as long as it takes: with more of it on the road, less of it is care.
        assert country["net_care"] == pytest.approx(town["net_care"], abs=0.05)
        assert found["urban", True, False]["organisation"] > town["organisation"]

    def test_few_dispensers_cost_more_each(self) -> None:
        rows = business_case(ranges(own(**PLAIN)), Setting(dispensers=10))["start_effect"]
        costs = [each["cost_per_client_month"] for each in rows]
        assert costs == sorted(costs, reverse=True)
        assert costs[0] > costs[-1]

    def test_break_even_is_the_month_from_which_it_stays_above(self) -> None:
        values = {**PLAIN, "subsidy_eur": 0.0}
        result = compute(likely(own(**values)), Setting(dispensers=30, years=3))
        line = result.lines["organisation"].amount
        assert line is not None
        month = break_even_month(result)
        sums = np.cumsum(line[0])
        assert month is not None
        assert month > 1
        assert sums[month - 2] < 0 <= sums[month - 1]
        assert (sums[month - 1 :] >= 0).all()

    def test_break_even_dispensers_is_the_fewest(self) -> None:
        values = likely(own(**PLAIN))
        setting = Setting(dispensers=30, years=2)
        fewest = break_even_dispensers(values, setting)
        assert fewest is not None
        assert fewest > 1
        gain = [
            compute(values, replace(setting, dispensers=each)).lines["organisation"].amount.sum()  # type: ignore[union-attr]
            for each in (fewest - 1, fewest)
        ]
        assert gain[0] < 0 <= gain[1]

    def test_making_and_disposal_stand_beside_the_travel_that_lapses(self) -> None:
        more = {"car_pct": 50.0, "car_co2_g_km": 120.0, "device_co2_kg": 60.0, "device_life_months": 60.0}
        green = business_case(ranges(own(**PLAIN | more)), Setting(dispensers=10))["green"]
        assert green["co2_kg_making_and_disposal"] == 1.0
        assert green["co2_kg_travel_less"] == pytest.approx(green["km_less"] * 0.5 * 0.12, abs=0.01)
        assert green["co2_kg_less"] == pytest.approx(green["co2_kg_travel_less"] - 1.0, abs=0.011)
        assert business_case(ranges(own(**PLAIN)), Setting(dispensers=10))["green"]["co2_kg_less"] is None

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"years": 6}, "years"),
            ({"dispensers": -1}, "dispensers"),
            ({"active_now": 11}, "dispensers"),
            ({"per_month": 0.0}, "per_month"),
            ({"mode": "gift"}, "mode"),
            ({"funders": ()}, "share"),
            ({"funders": (Funder(share=0.5),)}, "share"),
            ({"gross_hours": -1.0}, "gross_hours"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, wrong: dict[str, Any], code: str) -> None:
        with pytest.raises(SettingRefused) as refused:
            check_setting(Setting(**{"dispensers": 10, **wrong}))
        assert refused.value.code == code

    def test_without_one_of_the_hours_assumptions_there_is_no_case_and_it_is_named(self) -> None:
        found = {key: each for key, each in ranges().items() if key != "care_minutes"}
        assert business_case(found, Setting(dispensers=10))["fill_in"] == ["care_minutes"]


@given(st.floats(0, 50), st.floats(0, 50), st.floats(0, 50), st.sampled_from(["pert", "triangular"]))
def test_draws_stay_within_their_range(low: float, more: float, most: float, shape: str) -> None:
    each = Range(low=low, likely=low + more, high=low + more + most, origin=EMPTY, source="", date="")
    column = drawn({"care_minutes": each}, 200, 3, shape=shape)["care_minutes"]
    assert column.shape == (200, 1)
    assert column.min() >= each.low - 1e-9
    assert column.max() <= each.high + 1e-9


def test_pert_has_its_mean_where_it_belongs() -> None:
    each = Range(low=0.0, likely=3.0, high=12.0, origin=EMPTY, source="", date="")
    assert drawn({"care_minutes": each}, 20_000, 5)["care_minutes"].mean() == pytest.approx(4.0, abs=0.05)


def test_what_is_filled_in_for_one_never_moves_the_draws_of_another() -> None:
    alone = drawn({"care_minutes": ranges()["care_minutes"]}, 20, 7)["care_minutes"]
    assert np.array_equal(alone, drawn(ranges(), 20, 7)["care_minutes"])


def test_two_assumptions_are_drawn_apart() -> None:
    same = Range(low=0.0, likely=3.0, high=12.0, origin=EMPTY, source="", date="")
    assert len("loading_minutes") == len("use_heavier_pct")
    found = drawn({"loading_minutes": same, "use_heavier_pct": same}, 2000, 5)
    pair = np.hstack([found["loading_minutes"], found["use_heavier_pct"]])
    assert abs(np.corrcoef(pair.T)[0, 1]) < 0.1
