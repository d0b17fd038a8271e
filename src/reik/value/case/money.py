"""Euros by month: what it costs, what comes in, what it saves, and for whom. Pure (R65 to R67, C21).

A line whose assumptions are not all known has no amount: it names what to fill in. Nothing is taken to be zero
because nobody knew it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from reik.value.case.hours import Hours, hours_of, needed
from reik.value.case.income import income_of
from reik.value.case.setting import Ramp, Setting, ramp_of
from reik.value.case.values import Array, Values, within_the_whole

COSTS = ("device", "device_start", "device_return", "coupling", "centre", "training", "project")
INCOME = ("lapsed", "dispenser", "refilled_more", "refilled_heavier")
SAVED = ("wage_saved", "travel_saved", "care_given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line by draw and month, euros; `amount` None: `missing` is to be filled in first."""

    key: str
    amount: Array | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One computation. Costs are positive; income and savings are positive when good for the organisation."""

    setting: Setting
    hours: Hours
    ramp: Ramp
    net_care: Array
    net_travel: Array
    lines: Mapping[str, Line]

    @property
    def net_hours(self) -> Array:
        """Hours freed by month, of all dispensers, own work off."""
        return self.net_care + self.net_travel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """What a formula may use."""

    values: Values
    setting: Setting
    hours: Hours
    ramp: Ramp
    care: Array
    travel: Array

    @property
    def freed(self) -> Array:
        return np.maximum(self.care + self.travel, 0.0)


def compute(values: Values, setting: Setting) -> Result:
    """All lines. Raises ValueMissing when there are no hours to count with (`hours.needed`)."""
    values = within_the_whole(values)
    hours = hours_of(
        values, centre=setting.centre, record_link=setting.record_link, gross=setting.gross_hours
    )
    ramp = ramp_of(setting, values)
    care = hours.net_care * ramp.active - hours.start_care * ramp.new
    month = _Month(
        values=values,
        setting=setting,
        hours=hours,
        ramp=ramp,
        care=care,
        travel=hours.net_travel * ramp.active,
    )
    lines = {key: _line(key, month) for key in (*COSTS, *SAVED, "subsidy")}
    for key, (amount, missing) in income_of(values, setting, hours, ramp, month.freed).items():
        lines[key] = Line(key=key, amount=amount, missing=missing)
    lines |= _sides(lines)
    return Result(
        setting=setting, hours=hours, ramp=ramp, net_care=care, net_travel=month.travel, lines=lines
    )


def hours_missing(values: Values, setting: Setting) -> tuple[str, ...]:
    """What must be filled in before anything can be computed."""
    return values.missing(needed(centre=setting.centre))


def _line(key: str, month: _Month) -> Line:
    needs, formula = FORMULAS[key]
    wanted = [each for each in needs if not (each in _ONLY_WITH and not _ONLY_WITH[each](month.setting))]
    missing = month.values.missing(wanted)
    return Line(key=key, amount=None, missing=missing) if missing else Line(key=key, amount=formula(month))


_ONLY_WITH: Mapping[str, Callable[[Setting], bool]] = {
    "coupling_start_eur": lambda setting: setting.record_link,
    "coupling_year_eur": lambda setting: setting.record_link,
    "centre_month_eur": lambda setting: setting.centre,
    "centre_alert_eur": lambda setting: setting.centre,
}
"""Without a coupling or a centre, what it costs need not be known."""


def _device(month: _Month) -> Array:
    return month.ramp.issued * month.values["device_month_eur"]


def _device_start(month: _Month) -> Array:
    """Every start brings its share of devices that stand idle."""
    return month.ramp.new / month.values.part("active_pct") * month.values["device_start_eur"]


def _device_return(month: _Month) -> Array:
    return month.ramp.ended * month.values["device_return_eur"]


def _coupling(month: _Month) -> Array:
    if not month.setting.record_link:
        return np.zeros_like(month.care)
    return _at_start(month, month.values["coupling_start_eur"]) + month.values["coupling_year_eur"] / 12


def _centre(month: _Month) -> Array:
    if not month.setting.centre:
        return np.zeros_like(month.care)
    each = month.values["centre_month_eur"] + month.values["centre_alert_eur"] * month.hours.alerts
    return each * month.ramp.active


def _training(month: _Month) -> Array:
    """At the start, and a part of it again in every later year's first month."""
    first = month.values["workers_trained"] * month.values["training_hours"] * month.values["wage_hour_eur"]
    again = np.zeros((1, month.setting.months))
    again[0, 12::12] = 1.0
    yearly: Array = first * month.values.or_zero("training_yearly_pct") / 100 * again
    return _at_start(month, first) + yearly


def _project(month: _Month) -> Array:
    return _at_start(month, month.values["project_start_eur"])


def _subsidy(month: _Month) -> Array:
    return _at_start(month, month.values["subsidy_eur"])


def _wage_saved(month: _Month) -> Array:
    """Only hours for which nobody is hired any more are money; hours that it costs more are paid in full."""
    wage = month.values["wage_hour_eur"]
    more = np.minimum(month.care + month.travel, 0.0)
    return wage * (month.freed * month.values.part("use_fewer_hired_pct") + more)


def _travel_saved(month: _Month) -> Array:
    return month.travel * month.values["km_per_hour"] * month.values["km_eur"]


def _care_given(month: _Month) -> Array:
    """Care that others get with the freed hours, at what it costs to give it."""
    used = month.values.part("use_more_clients_pct") + month.values.part("use_heavier_pct")
    return month.freed * used * month.values["wage_hour_eur"]


def _at_start(month: _Month, once: Array) -> Array:
    found = np.zeros(np.broadcast_shapes(month.care.shape, once.shape))
    found[:, :1] = once
    return found


FORMULAS: Mapping[str, tuple[tuple[str, ...], Callable[[_Month], Array]]] = {
    "device": (("device_month_eur", "active_pct"), _device),
    "device_start": (("device_start_eur", "active_pct"), _device_start),
    "device_return": (("device_return_eur",), _device_return),
    "coupling": (("coupling_start_eur", "coupling_year_eur"), _coupling),
    "centre": (("centre_month_eur", "centre_alert_eur"), _centre),
    "training": (("workers_trained", "training_hours", "wage_hour_eur"), _training),
    "project": (("project_start_eur",), _project),
    "subsidy": (("subsidy_eur",), _subsidy),
    "wage_saved": (("wage_hour_eur", "use_fewer_hired_pct"), _wage_saved),
    "travel_saved": (("km_per_hour", "km_eur"), _travel_saved),
    "care_given": (("wage_hour_eur", "use_more_clients_pct", "use_heavier_pct"), _care_given),
}

SIDES: Mapping[str, Mapping[str, int]] = {
    "insurer": dict.fromkeys(INCOME, -1),
    "organisation": {
        **dict.fromkeys(INCOME, 1), "subsidy": 1, "wage_saved": 1, "travel_saved": 1, **dict.fromkeys(COSTS, -1),
    },
    "others": {"subsidy": -1, "care_given": 1},
    "society": {"wage_saved": 1, "travel_saved": 1, "care_given": 1, **dict.fromkeys(COSTS, -1)},
}  # fmt: skip
"""Who gains what. Society is insurer + organisation + others: what one pays the other falls away in it."""


def _sides(lines: Mapping[str, Line]) -> dict[str, Line]:
    return {side: _sum(side, of, lines) for side, of in SIDES.items()}


def _sum(key: str, signs: Mapping[str, int], lines: Mapping[str, Line]) -> Line:
    missing = {name: None for each in signs for name in lines[each].missing}
    total: Array | None = None
    for each, sign in signs.items():
        amount = lines[each].amount
        if amount is None:
            return Line(key=key, amount=None, missing=tuple(missing))
        total = sign * amount if total is None else total + sign * amount
    return Line(key=key, amount=total)
