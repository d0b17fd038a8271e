"""The business case: its assumptions, and hours of care and travel apart (R65, R69)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.value.case.hours import DAYS_OF_MONTH, LINES, hours_of
from reik.value.case.parameters import GROUPS, RangeRefused, check_range, parameters, ranges, sources
from reik.value.case.values import likely
from tests.pure.case_numbers import PLAIN, TARIFFS, numbers, own

everything = st.fixed_dictionaries({key: numbers(key) for key in parameters()})


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
