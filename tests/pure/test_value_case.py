"""The business case: hours, euros, sides, turnover, band; by hand, and for any assumptions whatever (R65 to R69)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.value.case.hours import DAYS_OF_MONTH, LINES, hours_of
from reik.value.case.model import business_case
from reik.value.case.money import COSTS, INCOME, SIDES, compute
from reik.value.case.parameters import (
    ABOVE_ZERO,
    EMPTY,
    GROUPS,
    LIMITS,
    OWN,
    Range,
    RangeRefused,
    check_range,
    parameters,
    ranges,
    sources,
)
from reik.value.case.sensitivity import break_even_dispensers, break_even_month
from reik.value.case.setting import BY_CLIENT, Funder, Setting, SettingRefused, Terms, check_setting
from reik.value.case.values import drawn, likely

TARIFFS = {
    "wage_hour_eur", "device_month_eur", "device_start_eur", "device_return_eur", "coupling_start_eur",
    "coupling_year_eur", "centre_month_eur", "centre_alert_eur", "project_start_eur", "tariff_hour_eur",
    "client_price_change_eur", "dispenser_month_eur", "turnover_year_eur", "turnover_ceiling_eur",
}  # fmt: skip
PLAIN = {
    "unique_moments_per_day": 2.0, "reduction_pct": 75.0, "care_minutes": 6.0, "travel_minutes_urban": 4.0,
    "travel_minutes_rural": 8.0, "rural_pct": 50.0, "loading_days": 30.4375 / 2, "loading_minutes": 12.0,
    "loading_team_pct": 100.0, "alerts_per_100_moments": 4.0, "alert_visit_minutes": 30.0, "centre_closed_pct": 75.0,
    "visit_pct_alone": 100.0, "active_pct": 100.0, "fte_hours_week": 36.0, "wage_hour_eur": 40.0,
    "km_per_hour": 30.0, "km_eur": 0.2, "device_month_eur": 80.0, "device_start_eur": 100.0, "device_return_eur": 0.0,
    "coupling_start_eur": 6000.0, "coupling_year_eur": 1200.0, "centre_month_eur": 10.0, "centre_alert_eur": 2.0,
    "workers_trained": 20.0, "training_hours": 2.0, "project_start_eur": 10000.0, "subsidy_eur": 5000.0,
    "tariff_hour_eur": 70.0, "declarable_pct": 100.0, "dispenser_month_eur": 200.0, "use_more_clients_pct": 50.0,
    "use_heavier_pct": 20.0, "use_fewer_hired_pct": 10.0, "refilled_declarable_pct": 60.0,
}  # fmt: skip


def own(**values: float) -> dict[str, Range]:
    """Ranges of one number each."""
    return {
        key: Range(low=value, likely=value, high=value, origin=OWN, source="test", date="2026-11-22")
        for key, value in values.items()
    }


def in_all(values: dict[str, float], setting: Setting, key: str) -> float:
    amount = compute(likely(own(**values)), setting).lines[key].amount
    assert amount is not None
    return float(amount.sum())


def numbers(key: str) -> st.SearchStrategy[float]:
    least, most = LIMITS[parameters()[key].unit]
    low = 1.0 if key in ABOVE_ZERO else least
    return st.floats(low, min(most, 1000.0), allow_nan=False)


everything = st.fixed_dictionaries({key: numbers(key) for key in parameters()})
asked = st.builds(
    Setting,
    dispensers=st.integers(0, 400),
    per_month=st.none() | st.floats(0.5, 50),
    years=st.integers(1, 5),
    centre=st.booleans(),
    record_link=st.booleans(),
    mode=st.sampled_from(["hour", "client"]),
)


class TestAssumptions:
    def test_every_range_that_comes_along_has_a_source_and_a_date(self) -> None:
        for key, each in parameters().items():
            assert each.group in GROUPS, key
            assert each.nl, key
            assert each.what_en, key
            if each.default is not None:
                assert each.default.source, key
                assert each.default.date, key
                check_range(key, each.default.low, each.default.likely, each.default.high)

    def test_no_tariff_comes_along(self) -> None:
        assert {key for key in TARIFFS if key in ranges()} == set()
        assert {
            key for key, each in parameters().items() if each.unit in ("€/h", "€/month", "€/year")
        } <= TARIFFS

    def test_every_source_has_an_address(self) -> None:
        assert all(each.url.startswith("https://") and each.title for each in sources().values())

    @pytest.mark.parametrize(
        ("key", "low", "likely_one", "high", "code"),
        [
            ("care_minutes", -1, 5, 10, "limits"),
            ("care_minutes", 8, 5, 10, "order"),
            ("reduction_pct", 10, 50, 101, "limits"),
            ("active_pct", 0, 50, 100, "limits"),
            ("care_minutes", 1, float("nan"), 10, "number"),
            ("nonsense", 1, 2, 3, "key"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, key: str, low: float, likely_one: float, high: float, code: str
    ) -> None:
        with pytest.raises(RangeRefused) as refused:
            check_range(key, low, likely_one, high)
        assert refused.value.code == code

    def test_ones_own_goes_before_what_is_measured_and_that_before_what_is_published(self) -> None:
        assert ranges()["care_minutes"].likely == 7.5
        assert ranges({}, own(care_minutes=6.0))["care_minutes"].likely == 6.0
        assert ranges(own(care_minutes=4.0), own(care_minutes=6.0))["care_minutes"].likely == 4.0


class TestHours:
    def test_by_hand(self) -> None:
        found = hours_of(likely(own(**PLAIN)), centre=True, record_link=True)
        moments = 2 * DAYS_OF_MONTH
        assert found.care.item() == pytest.approx(moments * 0.75 * 6 / 60)
        assert found.travel.item() == pytest.approx(moments * 0.75 * 6 / 60)
        assert found.loading_care.item() == pytest.approx(2 * 12 / 60)
        assert found.loading_travel.item() == pytest.approx(2 * 6 / 60)
        visits = moments * 0.04 * 0.25
        assert found.alert_travel.item() == pytest.approx(visits * 6 / 60)
        assert (found.alert_care + found.alert_travel).item() == pytest.approx(visits * 0.5)

    @given(everything, st.booleans(), st.booleans())
    def test_care_and_travel_are_apart_and_own_work_is_taken_off_once(
        self, values: dict[str, float], centre: bool, link: bool
    ) -> None:
        found = hours_of(likely(own(**values)), centre=centre, record_link=link)
        assert found.net.item() == pytest.approx((found.net_care + found.net_travel).item())
        by_line = sum(sign * getattr(found, name).item() for name, sign in LINES)
        assert found.net.item() == pytest.approx(by_line, abs=1e-6)
        assert all(getattr(found, name).item() >= -1e-9 for name, _sign in LINES)
        at_home = likely(own(**{**values, "travel_minutes_urban": 0.0, "travel_minutes_rural": 0.0}))
        here = hours_of(at_home, centre=centre, record_link=link)
        assert here.care.item() == found.care.item()
        assert here.travel.item() == 0.0

    @given(
        everything,
        st.sampled_from(["alerts_per_100_moments", "loading_minutes", "registration_minutes_week"]),
    )
    def test_more_own_work_never_saves_more(self, values: dict[str, float], key: str) -> None:
        less = hours_of(likely(own(**values)), centre=False, record_link=False)
        more = hours_of(
            likely(own(**{**values, key: values[key] * 1.5 + 1})), centre=False, record_link=False
        )
        assert more.net.item() <= less.net.item() + 1e-9

    def test_the_hours_of_a_source_may_be_set_instead(self) -> None:
        found = hours_of(likely(own(**PLAIN)), centre=True, record_link=True, gross=5.0)
        assert found.gross.item() == pytest.approx(5.0)
        assert found.care.item() == pytest.approx(found.travel.item())


class TestEuros:
    def test_by_hand(self) -> None:
        setting = Setting(dispensers=10, years=1)
        care = 2 * DAYS_OF_MONTH * 0.75 * 6 / 60
        assert in_all(PLAIN, setting, "lapsed") == pytest.approx(-care * 10 * 12 * 70)
        assert in_all(PLAIN, setting, "dispenser") == 10 * 12 * 200
        assert in_all(PLAIN, setting, "device") == 10 * 12 * 80
        assert in_all(PLAIN, setting, "device_start") == 10 * 100
        assert in_all(PLAIN, setting, "coupling") == pytest.approx(6000 + 1200)
        assert in_all(PLAIN, setting, "training") == 20 * 2 * 40
        alerts = 2 * DAYS_OF_MONTH * 0.04
        assert in_all(PLAIN, setting, "centre") == pytest.approx(10 * 12 * (10 + 2 * alerts))
        hours = hours_of(likely(own(**PLAIN)), centre=True, record_link=True)
        way = hours.net_travel.item() * 10 * 12 * 30 * 0.2
        assert in_all(PLAIN, setting, "travel_saved") == pytest.approx(way)
        net = hours.net.item() * 10 * 12
        assert in_all(PLAIN, setting, "wage_saved") == pytest.approx(net * 0.1 * 40)
        assert in_all(PLAIN, setting, "refilled_more") == pytest.approx(net * 0.5 * 0.6 * 70)

    @given(everything, asked)
    def test_society_is_insurer_organisation_and_others(
        self, values: dict[str, float], setting: Setting
    ) -> None:
        lines = compute(likely(own(**values)), setting).lines
        sides = {key: lines[key].amount for key in SIDES}
        assert all(each is not None for each in sides.values())
        apart = sides["insurer"] + sides["organisation"] + sides["others"]  # type: ignore[operator]
        scale = max(1.0, *(float(np.abs(lines[key].amount).max()) for key in (*COSTS, *INCOME)))  # type: ignore[arg-type]
        assert np.allclose(apart, sides["society"], rtol=0, atol=1e-9 * scale)  # type: ignore[arg-type]

    @given(everything, asked, st.integers(1, 50))
    def test_more_dispensers_never_save_fewer_hours_before_own_work_nor_cost_less(
        self, values: dict[str, float], setting: Setting, more: int
    ) -> None:
        few = compute(likely(own(**values)), setting)
        many = compute(likely(own(**values)), replace(setting, dispensers=setting.dispensers + more))
        assert (few.hours.gross * few.ramp.active).sum() <= (many.hours.gross * many.ramp.active).sum()
        for key in COSTS:
            assert few.lines[key].amount.sum() <= many.lines[key].amount.sum() + 1e-6  # type: ignore[union-attr]

    @given(asked)
    def test_nothing_in_nothing_out(self, setting: Setting) -> None:
        zero = dict.fromkeys(parameters(), 0.0) | {
            "active_pct": 100.0, "fte_hours_week": 36.0, "loading_days": 7.0, "device_life_months": 12.0,
            "km_per_hour": 1.0,
        }  # fmt: skip
        result = compute(likely(own(**zero)), setting)
        assert not result.net_hours.any()
        assert all(each.amount is not None and not each.amount.any() for each in result.lines.values())

    def test_a_line_of_which_something_is_not_known_has_no_amount_and_names_it(self) -> None:
        without = {key: value for key, value in PLAIN.items() if key != "tariff_hour_eur"}
        lines = compute(likely(own(**without)), Setting(dispensers=10)).lines
        assert lines["lapsed"].amount is None
        assert lines["lapsed"].missing == ("tariff_hour_eur",)
        assert lines["insurer"].missing == lines["organisation"].missing == ("tariff_hour_eur",)
        assert lines["society"].amount is not None
        assert lines["dispenser"].amount is not None

    def test_without_a_centre_and_a_record_link_their_prices_need_not_be_known(self) -> None:
        keys = {"centre_month_eur", "centre_alert_eur", "coupling_start_eur", "coupling_year_eur"}
        without = {key: value for key, value in PLAIN.items() if key not in keys}
        alone = compute(likely(own(**without)), Setting(dispensers=10, centre=False, record_link=False))
        assert alone.lines["organisation"].amount is not None
        assert set(compute(likely(own(**without)), Setting(dispensers=10)).lines["society"].missing) == keys

    def test_starting_takes_hours_once_and_who_stops_is_started_again(self) -> None:
        setting = Setting(dispensers=10, per_month=4, years=1)
        plain = compute(likely(own(**PLAIN)), setting)
        assert list(plain.ramp.active[0, :4]) == [4, 8, 10, 10]
        with_start = compute(likely(own(**PLAIN, start_minutes_client=120.0)), setting)
        assert (plain.net_care - with_start.net_care).sum() == pytest.approx(10 * 2)
        stopping = compute(likely(own(**PLAIN, start_minutes_client=120.0, ended_pct_month=10.0)), setting)
        assert list(stopping.ramp.ended[0, :4]) == pytest.approx([0, 0.4, 0.8, 1.0])
        assert stopping.ramp.new.sum() == pytest.approx(10 + stopping.ramp.ended.sum())

    def test_rent_runs_on_what_is_issued_and_hours_are_made_by_what_is_active(self) -> None:
        setting = Setting(dispensers=10, years=1)
        values = {**PLAIN, "active_pct": 40.0}
        assert in_all(values, setting, "device") == pytest.approx(25 * 12 * 80)
        assert in_all(values, setting, "device_start") == pytest.approx(25 * 100)
        assert in_all(values, setting, "lapsed") == in_all(PLAIN, setting, "lapsed")

    def test_hours_that_the_dispenser_costs_are_paid_in_full(self) -> None:
        values = {**PLAIN, "reduction_pct": 0.0}
        result = compute(likely(own(**values)), Setting(dispensers=1, years=1))
        saved = result.lines["wage_saved"].amount
        assert saved is not None
        assert result.net_hours.sum() < 0
        assert saved.sum() == pytest.approx(result.net_hours.sum() * 40)


class TestIncome:
    def test_by_the_client_the_price_changes_and_no_hour_is_lost(self) -> None:
        values = {**PLAIN, "client_price_change_eur": -50.0}
        assert in_all(values, Setting(dispensers=10, years=1, mode=BY_CLIENT), "lapsed") == -50 * 10 * 12

    def test_hours_of_home_care_technology_are_paid_where_no_amount_is_agreed(self) -> None:
        values = {key: value for key, value in PLAIN.items() if key != "dispenser_month_eur"}
        values["technology_hours_month"] = 2.5
        assert in_all(values, Setting(dispensers=10, years=1), "dispenser") == 2.5 * 70 * 10 * 12

    def test_each_insurer_pays_what_it_agreed_for_that_year(self) -> None:
        funders = (
            Funder(insurer="Oost", share=0.25, terms=(
                Terms(year=2026, values={"dispenser_month_eur": 100.0}),
                Terms(year=2027, values={"dispenser_month_eur": 300.0}),
            )),
            Funder(insurer="West", share=0.75),
        )  # fmt: skip
        setting = Setting(dispensers=40, years=1, year=2026, month=7, funders=funders)
        assert in_all(PLAIN, setting, "dispenser") == pytest.approx(10 * (6 * 100 + 6 * 300) + 30 * 12 * 200)

    def test_terms_of_one_insurer_do_not_stand_for_another(self) -> None:
        without = {key: value for key, value in PLAIN.items() if key != "dispenser_month_eur"}
        agreed = Funder(
            insurer="Oost", share=0.5, terms=(Terms(year=2026, values={"dispenser_month_eur": 1.0}),)
        )
        setting = Setting(dispensers=10, funders=(agreed, Funder(insurer="West", share=0.5)))
        assert compute(likely(own(**without)), setting).lines["dispenser"].missing == ("dispenser_month_eur",)

    def test_two_insurers_without_terms_of_their_own_are_as_one(self) -> None:
        values = {**PLAIN, "turnover_year_eur": 1e6, "turnover_ceiling_eur": 1.01e6}
        two = (Funder(insurer="Oost", share=0.3), Funder(insurer="West", share=0.7))
        for key in (*INCOME, "above_ceiling"):
            one = in_all(values, Setting(dispensers=50, years=1), key)
            assert in_all(values, Setting(dispensers=50, years=1, funders=two), key) == pytest.approx(one)
        assert in_all(values, Setting(dispensers=50, years=1), "above_ceiling") > 0

    @given(st.floats(0, 2e6), st.floats(0, 2e6), st.floats(0, 1000))
    def test_nothing_is_paid_above_the_ceiling(self, turnover: float, room: float, payment: float) -> None:
        ceiling = turnover + room
        values = {
            **PLAIN, "turnover_year_eur": turnover, "turnover_ceiling_eur": ceiling, "dispenser_month_eur": payment,
        }  # fmt: skip
        setting = Setting(dispensers=50, years=1)
        result = compute(likely(own(**values)), setting).lines
        free = compute(likely(own(**{**PLAIN, "dispenser_month_eur": payment})), setting).lines
        month = {key: result[key].amount[0, 0] for key in (*INCOME, "above_ceiling")}  # type: ignore[index]
        refilled = month["refilled_more"] + month["refilled_heavier"]
        wish = sum(float(free[key].amount[0, 0]) for key in ("refilled_more", "refilled_heavier"))  # type: ignore[index]
        assert refilled + month["above_ceiling"] == pytest.approx(wish)
        if refilled > 1e-6:
            after = turnover / 12 + month["lapsed"] + month["dispenser"] + refilled
            assert after <= ceiling / 12 + 1e-6 * max(1.0, ceiling)


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
