"""What is asked of the model: how many dispensers from when, with or without a centre, paid by whom. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from reik.value.case.values import Array, Values

BY_HOUR, BY_CLIENT = "hour", "client"
MODES = (BY_HOUR, BY_CLIENT)
LONGEST_YEARS, MOST_DISPENSERS = 5, 100_000
TERM_KEYS = (
    "tariff_hour_eur", "declarable_pct", "client_price_change_eur", "dispenser_month_eur", "technology_hours_month",
    "turnover_year_eur", "turnover_ceiling_eur",
)  # fmt: skip
"""What may be agreed with one insurer for a year; each is an assumption that it replaces."""


class SettingRefused(ValueError):
    """This cannot be asked; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed with an insurer for a year. `values`: TERM_KEYS -> number; else the general one counts."""

    year: int
    mode: str = BY_HOUR
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Funder:
    """An insurer with its share (0 to 1) of the clients, and its terms by year; of a later year the last one counts."""

    insurer: str = ""
    share: float = 1.0
    terms: tuple[Terms, ...] = ()

    def terms_in(self, year: int) -> Terms | None:
        before = [each for each in self.terms if each.year <= year]
        return max(before, key=lambda each: each.year, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`dispensers`: active ones at full size. `active_now`: in use already; `per_month`: how many are added in a month.

    `year`, `month`: of the first month. `mode` for whom no terms are known: by hour or by client.
    """

    dispensers: int
    active_now: int = 0
    per_month: float | None = None
    years: int = 3
    year: int = 2026
    month: int = 1
    centre: bool = True
    record_link: bool = True
    mode: str = BY_HOUR
    gross_hours: float | None = None
    funders: tuple[Funder, ...] = (Funder(),)

    @property
    def months(self) -> int:
        return 12 * self.years

    def year_of(self, month: int) -> int:
        """The calendar year of month 0, 1, …"""
        return self.year + (self.month - 1 + month) // 12


def check_setting(setting: Setting) -> None:
    """Raise SettingRefused for what cannot be."""
    if not 1 <= setting.years <= LONGEST_YEARS:
        raise SettingRefused("years", f"A business case runs over 1 to {LONGEST_YEARS} years.")
    if not 0 <= setting.active_now <= setting.dispensers <= MOST_DISPENSERS:
        raise SettingRefused(
            "dispensers", f"Give 0 to {MOST_DISPENSERS} dispensers, at least as many as are in use now."
        )
    if setting.per_month is not None and not 0 < setting.per_month < math.inf:
        raise SettingRefused("per_month", "Give how many dispensers are added in a month: more than 0.")
    if setting.gross_hours is not None and not 0 <= setting.gross_hours <= 100:
        raise SettingRefused("gross_hours", "Hours per dispenser-month lie between 0 and 100.")
    modes = {setting.mode, *(terms.mode for each in setting.funders for terms in each.terms)}
    if not modes <= set(MODES):
        raise SettingRefused("mode", "Care is paid by the hour or by the client.")
    if not setting.funders or abs(sum(each.share for each in setting.funders) - 1) > 1e-6:
        raise SettingRefused("share", "The insurers' shares of the clients make one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """Dispensers by month: `active`, `new` (started in it, replacements too), `ended`, `issued` (active or idle)."""

    active: Array
    new: Array
    ended: Array
    issued: Array


def ramp_of(setting: Setting, values: Values) -> Ramp:
    """One row per draw, one column per month. Those in use now are not started again."""
    steps = np.arange(1, setting.months + 1, dtype=np.float64).reshape(1, -1)
    added = steps * (setting.dispensers if setting.per_month is None else setting.per_month)
    active = np.minimum(float(setting.dispensers), setting.active_now + added)
    before = np.concatenate([np.full((1, 1), float(setting.active_now)), active[:, :-1]], axis=1)
    ended = before * values.or_zero("ended_pct_month") / 100
    return Ramp(
        active=active, new=active - before + ended, ended=ended,
        issued=active / values.part("active_pct") if "active_pct" in values.of else active,
    )  # fmt: skip
