"""The business case: euros of society, insurer and organisation, and what it does to turnover (R65 to R69)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.value.case.hours import DAYS_OF_MONTH, hours_of
from reik.value.case.money import COSTS, INCOME, SIDES, compute
from reik.value.case.parameters import parameters
from reik.value.case.setting import BY_CLIENT, Funder, Setting, Terms
from reik.value.case.values import likely
from tests.pure.case_numbers import PLAIN, asked, in_all, numbers, own

everything = st.fixed_dictionaries({key: numbers(key) for key in parameters()})


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
