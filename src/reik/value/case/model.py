"""The business case of one organisation from its assumptions: one call, one document. Pure (R65 to R69, C21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from reik.value.case.bands import Amount, amount, over_all, per_client_month, per_year, plain, sum_of, unknown
from reik.value.case.hours import LINES, WEEKS_OF_MONTH, hours_of, travel_minutes
from reik.value.case.money import COSTS, INCOME, SAVED, SIDES, Result, compute, hours_missing
from reik.value.case.parameters import Range
from reik.value.case.sensitivity import (
    break_even_dispensers,
    break_even_month,
    by_gross_hours,
    start_effect,
    tornado,
    variants,
)
from reik.value.case.setting import Setting, SettingRefused, check_setting
from reik.value.case.values import USES, Array, Values, drawn, likely, not_counted

DRAWS, SEED = 2000, 1
MOST_DRAWS = 20_000


def business_case(
    ranges: Mapping[str, Range],
    setting: Setting,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    shape: str = "pert",
) -> dict[str, Any]:
    """The whole case: hours, euros, turnover, break-even, what it hangs on. The same seed gives the same document.

    Raises SettingRefused. Where an assumption is missing an amount is None and names what to fill in.
    """
    check_setting(setting)
    values = likely(ranges)
    _check_uses(values)
    missing = hours_missing(values, setting)
    if missing:
        return {"fill_in": sorted(missing), "not_counted": list(not_counted(ranges)), "hours": None}
    draws = max(1, min(draws, MOST_DRAWS))
    samples = drawn(ranges, draws, seed, shape=shape)
    one, many = compute(values, setting), compute(samples, setting)
    return {
        **_outcome(one, many, values, samples),
        "tornado": tornado(ranges, setting),
        "by_gross_hours": by_gross_hours(values, setting),
        "variants": variants(values, setting),
        "start_effect": start_effect(values, setting),
        "draws": draws, "seed": seed, "shape": shape,
        "not_counted": list(not_counted(ranges)),
        "fill_in": sorted({name for line in one.lines.values() for name in line.missing}),
    }  # fmt: skip


def _outcome(one: Result, many: Result, values: Values, samples: Values) -> dict[str, Any]:
    return {
        "hours": _hours(one, many, values),
        "money": _money(one, many),
        "care_cost": _care_cost(one, many, values, samples),
        "turnover": _turnover(one, many, values),
        "cash_in": _cash_in(one, values),
        "break_even": _break_even(one, many, values),
        "green": _green(one, values),
    }


def _check_uses(values: Values) -> None:
    if sum(float(values.or_zero(key).ravel()[0]) for key in USES) > 100 + 1e-9:
        raise SettingRefused(
            "cash_in",
            "An hour is cashed in once: more clients, heavier care and fewer hired are 100 % at most.",
        )


def _hours(one: Result, many: Result, values: Values) -> dict[str, Any]:
    """Care and travel are never one figure only (R65)."""
    last = -1
    fte = WEEKS_OF_MONTH * values["fte_hours_week"]
    totals = ("gross", "net_care", "net_travel", "net")
    keys = (*(name for name, _sign in LINES), *totals)
    return {
        "per_client_month": {key: _hours_line(key, one, many, values) for key in keys},
        "per_month_at_full_size": {
            "net_care": amount(one.net_care[:, last], many.net_care[:, last]),
            "net_travel": amount(one.net_travel[:, last], many.net_travel[:, last]),
            "net": amount(one.net_hours[:, last], many.net_hours[:, last]),
            "fte": amount(one.net_hours[:, last] / fte, many.net_hours[:, last] / fte),
        },
        "in_all": {
            "net_care": amount(one.net_care.sum(axis=1), many.net_care.sum(axis=1)),
            "net_travel": amount(one.net_travel.sum(axis=1), many.net_travel.sum(axis=1)),
            "net": amount(one.net_hours.sum(axis=1), many.net_hours.sum(axis=1)),
        },
        "visits_per_client_month": {
            "lapsed": amount(one.hours.visits_lapsed, many.hours.visits_lapsed),
            "own": amount(one.hours.visits_own, many.hours.visits_own),
        },
        "active_by_month": [plain(each) for each in one.ramp.active[0]],
    }


ONLY_IF_KNOWN = {
    "administration": "administration_minutes_week", "false_care": "false_visit_pct",
    "false_travel": "false_visit_pct", "phone": "alert_phone_minutes", "registration": "registration_minutes_week",
}  # fmt: skip
"""Lines that count as nothing in `net` when nobody filled them in: they are shown as not known, never as 0 hours."""


def _hours_line(key: str, one: Result, many: Result, values: Values) -> Amount:
    missing = values.missing([ONLY_IF_KNOWN[key]]) if key in ONLY_IF_KNOWN else ()
    if missing and not (key == "registration" and one.setting.record_link):
        return unknown(missing)
    return amount(getattr(one.hours, key), getattr(many.hours, key))


def _money(one: Result, many: Result) -> dict[str, Any]:
    def line(key: str) -> dict[str, Any]:
        return {
            "in_all": over_all(key, one, many),
            "per_client_month": per_client_month([key], one, many),
            "per_year": per_year(key, one),
        }

    return {
        "sides": {key: line(key) for key in SIDES},
        "costs": {key: line(key) for key in COSTS},
        "income": {key: line(key) for key in (*INCOME, "subsidy")},
        "saved": {key: line(key) for key in SAVED},
    }


def _care_cost(one: Result, many: Result, values: Values, draws: Values) -> dict[str, Amount]:
    """Euros per client-month of the unique moments: as it is now, and with the dispenser and all that comes with it."""
    missing = values.missing(("wage_hour_eur", "km_per_hour", "km_eur"))
    if missing:
        return {"now": unknown(missing), "hybrid": unknown(missing)}
    now = amount(_now(values), _now(draws))
    lacking = [each for key in COSTS for each in one.lines[key].missing]
    if lacking or not one.ramp.active.sum():
        return {"now": now, "hybrid": unknown(lacking)}
    return {"now": now, "hybrid": amount(_hybrid(one, values), _hybrid(many, draws))}


def _now(values: Values) -> Array:
    """Every unique moment at its time and its way."""
    days, leg = WEEKS_OF_MONTH * 7, travel_minutes(values) / 60
    each = (values["care_minutes"] / 60 + leg) * values["wage_hour_eur"]
    found: Array = (
        values["unique_moments_per_day"] * days * (each + leg * values["km_per_hour"] * values["km_eur"])
    )
    return found


def _hybrid(result: Result, values: Values) -> Array:
    months = float(result.ramp.active.sum())
    hours = result.net_hours.sum(axis=1) / months * values["wage_hour_eur"].ravel()
    way = sum_of(["travel_saved"], result) / months
    found: Array = _now(values).ravel() - hours - way + sum_of(COSTS, result) / months
    return found


def _turnover(one: Result, many: Result, values: Values) -> dict[str, Any]:
    """What it does to turnover, a card of its own: less declared, paid for the dispenser, filled again."""
    lines = {
        key: {"in_all": over_all(key, one, many), "per_year": per_year(key, one)}
        for key in (*INCOME, "above_ceiling")
    }
    missing = [each for key in INCOME for each in one.lines[key].missing]
    if missing:
        return {"lines": lines, "change": unknown(missing), "change_pct_of_turnover": unknown(missing)}
    change = amount(sum_of(INCOME, one), sum_of(INCOME, many))
    share = unknown(["turnover_year_eur"])
    turnover = values.of.get("turnover_year_eur")
    if turnover is not None and turnover.ravel()[0] > 0:
        years = turnover.ravel()[0] * one.setting.years
        share = amount(100 * sum_of(INCOME, one) / years, 100 * sum_of(INCOME, many) / years)
    return {"lines": lines, "change": change, "change_pct_of_turnover": share}


def _cash_in(one: Result, values: Values) -> dict[str, Any]:
    """What becomes of the freed hours of a month at full size; what nobody chose for is cashed in nowhere."""
    freed = max(plain(one.net_hours[0, -1]), 0.0)
    missing = values.missing(USES)
    if missing:
        return {"freed": freed, "uses": None, "unused": None, "missing": list(missing)}
    parts = {key: plain(freed * values.part(key).ravel()[0]) for key in USES}
    return {"freed": freed, "uses": parts, "unused": plain(freed - sum(parts.values())), "missing": []}


def _break_even(one: Result, many: Result, values: Values) -> dict[str, Any]:
    """`chance_pct`: of the draws, how many end at zero or above for the organisation."""
    line, draws = one.lines["organisation"], many.lines["organisation"]
    if line.amount is None or draws.amount is None:
        return {"month": None, "dispensers": None, "chance_pct": None, "missing": sorted(line.missing)}
    return {
        "month": break_even_month(one), "dispensers": break_even_dispensers(values, one.setting),
        "chance_pct": round(100 * float(np.mean(draws.amount.sum(axis=1) >= 0))), "missing": [],
    }  # fmt: skip


def _green(one: Result, values: Values) -> dict[str, Any]:
    """Kilometres and CO₂ per client-month; making and disposal of the device stand beside the travel that lapses."""
    km = one.hours.net_travel * values["km_per_hour"] if not values.missing(["km_per_hour"]) else None
    travel = making = None
    if km is not None and not values.missing(["car_pct", "car_co2_g_km"]):
        travel = km * values.part("car_pct") * values["car_co2_g_km"] / 1000
    if not values.missing(["device_co2_kg", "device_life_months", "active_pct"]):
        making = values["device_co2_kg"] / values["device_life_months"] / values.part("active_pct")
    both = None if travel is None or making is None else travel - making
    wanted = ("km_per_hour", "car_pct", "car_co2_g_km", "device_co2_kg", "device_life_months")
    return {
        "km_less": _first(km), "co2_kg_travel_less": _first(travel), "co2_kg_making_and_disposal": _first(making),
        "co2_kg_less": _first(both), "missing": list(values.missing(wanted)),
    }  # fmt: skip


def _first(found: Array | None) -> float | None:
    return None if found is None else plain(found.ravel()[0])


def hours_at(ranges: Mapping[str, Range], *, centre: bool, **fixed: float) -> dict[str, float]:
    """Likely hours of one client-month with some assumptions fixed: gross, net, and care and travel apart."""
    values = likely(ranges)
    for key, value in fixed.items():
        values = values.with_one(key, value)
    hours = hours_of(values, centre=centre, record_link=True)
    return {
        "gross": plain(hours.gross.ravel()[0]), "net": plain(hours.net.ravel()[0]),
        "care": plain(hours.care.ravel()[0]), "travel": plain(hours.travel.ravel()[0]),
    }  # fmt: skip
