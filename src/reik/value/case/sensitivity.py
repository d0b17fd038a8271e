"""What the outcome hangs on: one assumption at a time, 5 to 11 hours, with and without a centre. Pure (R68)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from reik.value.case.bands import plain, sum_of, total
from reik.value.case.hours import needed
from reik.value.case.money import COSTS, Result, compute
from reik.value.case.parameters import Range
from reik.value.case.setting import MOST_DISPENSERS, Setting
from reik.value.case.values import Values, likely

GROSS_HOURS = (5, 6, 7, 8, 9, 10, 11)
"""Hours per dispenser-month between which the published sources lie."""
SIZES = (5, 10, 20, 50, 100, 200, 500)
SIDE = "organisation"


def tornado(ranges: Mapping[str, Range], setting: Setting) -> list[dict[str, Any]]:
    """Each assumption at its low and its high, all others likely: net hours per client-month and euros in all.

    The one that moves most goes first: by euros where they are known, else by hours.
    """
    values = likely(ranges)
    rows = []
    for key, each in ranges.items():
        if not each.wide:
            continue
        ends = [compute(values.with_one(key, end), setting) for end in (each.low, each.high)]
        hours = [plain(one.hours.net.ravel()[0]) for one in ends]
        euros = [_euros(one) for one in ends]
        if hours[0] != hours[1] or euros[0] != euros[1]:
            rows.append(
                {"key": key, "low": each.low, "high": each.high, "net_hours": hours, "organisation": euros}
            )
    return sorted(rows, key=_swing, reverse=True)


def _euros(result: Result) -> float | None:
    line = result.lines[SIDE]
    return None if line.amount is None else plain(total(line)[0])


def _swing(row: dict[str, Any]) -> tuple[float, float]:
    hours, euros = row["net_hours"], row["organisation"]
    known = euros[0] is not None and euros[1] is not None
    return abs(euros[1] - euros[0]) if known else 0.0, abs(hours[1] - hours[0])


def by_gross_hours(values: Values, setting: Setting) -> list[dict[str, Any]]:
    """R68: when a dispenser saves 5 to 11 hours a month before own work, with and without a centre."""
    rows = []
    for centre in (True, False):
        if values.missing(needed(centre=centre)):
            continue
        for gross in GROSS_HOURS:
            result = compute(values, replace(setting, centre=centre, gross_hours=float(gross)))
            rows.append(
                {
                    "gross_hours": gross, "centre": centre, "net_hours": plain(result.hours.net.ravel()[0]),
                    "organisation": _euros(result),
                }
            )  # fmt: skip
    return rows


def variants(values: Values, setting: Setting) -> list[dict[str, Any]]:
    """All in town or all in the country, with or without a centre, with or without a record link."""
    rows = []
    for area, rural in (("urban", 0.0), ("rural", 100.0)):
        there = values.with_one("rural_pct", rural)
        for centre, link in ((True, True), (True, False), (False, True), (False, False)):
            if there.missing(needed(centre=centre)):
                continue
            result = compute(there, replace(setting, centre=centre, record_link=link))
            hours = result.hours
            rows.append(
                {
                    "area": area, "centre": centre, "record_link": link, "net_care": plain(hours.net_care.item()),
                    "net_travel": plain(hours.net_travel.item()), "organisation": _euros(result),
                }
            )  # fmt: skip
    return rows


def break_even_month(result: Result) -> int | None:
    """The first month (from 1) from which the organisation's sum stays at zero or above; None: never."""
    line = result.lines[SIDE]
    if line.amount is None:
        return None
    below = np.flatnonzero(np.cumsum(line.amount[0]) < 0)
    first = int(below[-1]) + 2 if below.size else 1
    return first if first <= result.setting.months else None


def break_even_dispensers(values: Values, setting: Setting) -> int | None:
    """The fewest dispensers at which the organisation does not lose over these years; None: at no number."""

    def gains(dispensers: int) -> bool:
        asked = replace(setting, dispensers=dispensers, active_now=min(setting.active_now, dispensers))
        euros = _euros(compute(values, asked))
        return euros is not None and euros >= 0

    if values.missing(needed(centre=setting.centre)) or compute(values, setting).lines[SIDE].amount is None:
        return None
    high = 1
    while not gains(high):
        high *= 2
        if high > MOST_DISPENSERS:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if gains(middle) else (middle, high)
    return high


def start_effect(values: Values, setting: Setting) -> list[dict[str, Any]]:
    """What a client-month costs with few and with many dispensers: what is paid once weighs on few."""
    rows = []
    for size in SIZES:
        result = compute(values, replace(setting, dispensers=size, active_now=0))
        known = all(result.lines[key].amount is not None for key in COSTS)
        months = float(result.ramp.active.sum())
        rows.append(
            {
                "dispensers": size,
                "cost_per_client_month": plain(sum_of(COSTS, result)[0] / months) if known else None,
            }
        )
    return rows
