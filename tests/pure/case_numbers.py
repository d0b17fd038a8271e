"""Numbers of one's own for a business case."""

from __future__ import annotations

from hypothesis import strategies as st

from reik.value.case.money import compute
from reik.value.case.parameters import ABOVE_ZERO, LIMITS, OWN, Range, parameters
from reik.value.case.setting import Setting
from reik.value.case.values import likely

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


asked = st.builds(
    Setting,
    dispensers=st.integers(0, 400),
    per_month=st.none() | st.floats(0.5, 50),
    years=st.integers(1, 5),
    centre=st.booleans(),
    record_link=st.booleans(),
    mode=st.sampled_from(["hour", "client"]),
)
"""Settings of every kind."""
