"""What an organisation is paid after the dispensers come, per insurer and year. Pure (R83, C21).

Lapsed care is no longer declared (by the hour), or the price per client changes. The insurer pays for the dispenser,
an amount or hours of home-care technology. Hours that are filled again are declared, under the ceiling of turnover.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from reik.value.case.hours import Hours
from reik.value.case.setting import BY_HOUR, Funder, Ramp, Setting
from reik.value.case.values import Array, Values

Found = tuple[Array | None, tuple[str, ...]]
"""Euros by draw and month, or what is missing for them."""
LINES = ("lapsed", "dispenser", "refilled_more", "refilled_heavier", "above_ceiling")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paying:
    """One insurer over the months: a general assumption, replaced in the years for which it agreed otherwise."""

    funder: Funder
    values: Values
    setting: Setting

    def of(self, key: str) -> Array | None:
        """By draw and month; None: for a month nothing is known."""
        general = self.values.of.get(key)
        agreed = [self.agreed(key, month) for month in range(self.setting.months)]
        if general is None and None in agreed:
            return None
        own = np.array([np.nan if each is None else each for each in agreed]).reshape(1, -1)
        return own if general is None else np.where(np.isnan(own), general, own)

    def agreed(self, key: str, month: int) -> float | None:
        terms = self.funder.terms_in(self.setting.year_of(month))
        return None if terms is None else terms.values.get(key)

    def by_hour(self) -> Array:
        """1 in months that are paid by the hour, 0 by the client."""
        modes = []
        for month in range(self.setting.months):
            terms = self.funder.terms_in(self.setting.year_of(month))
            modes.append((self.setting.mode if terms is None else terms.mode) == BY_HOUR)
        return np.array(modes, dtype=np.float64).reshape(1, -1)


def income_of(
    values: Values, setting: Setting, hours: Hours, ramp: Ramp, freed: Array
) -> Mapping[str, Found]:
    """The lines of all insurers together; `above_ceiling` is what was worked and not paid (positive)."""
    each = [
        _of_one(_Paying(funder=funder, values=values, setting=setting), hours, ramp, freed)
        for funder in setting.funders
    ]
    return {key: _together(one[key] for one in each) for key in LINES}


def _together(found: Iterable[Found]) -> Found:
    rows = list(found)
    missing = tuple({name: None for _amount, names in rows for name in names})
    amounts = [amount for amount, _names in rows if amount is not None]
    return (None, missing) if missing else (np.sum(np.stack(np.broadcast_arrays(*amounts)), axis=0), ())


def _of_one(paying: _Paying, hours: Hours, ramp: Ramp, freed: Array) -> dict[str, Found]:
    share = paying.funder.share
    lapsed = _lapsed(paying, hours.care * ramp.active * share, ramp.active * share)
    dispenser = _dispenser(paying, ramp.active * share)
    more = _refilled(paying, freed * share, "use_more_clients_pct")
    heavier = _refilled(paying, freed * share, "use_heavier_pct")
    return {
        "lapsed": lapsed, "dispenser": dispenser, **_under_ceiling(paying, lapsed, dispenser, more, heavier)
    }  # fmt: skip


def _lapsed(paying: _Paying, care: Array, active: Array) -> Found:
    """Negative where less is declared."""
    hourly = paying.by_hour()
    amount = np.zeros_like(care)
    if hourly.any():
        tariff, part = paying.of("tariff_hour_eur"), paying.of("declarable_pct")
        if tariff is None or part is None:
            return None, _names(tariff_hour_eur=tariff, declarable_pct=part)
        amount = amount - hourly * care * part / 100 * tariff
    if not hourly.all():
        change = paying.of("client_price_change_eur")
        if change is None:
            return None, ("client_price_change_eur",)
        amount = amount + (1 - hourly) * active * change
    return amount, ()


def _dispenser(paying: _Paying, active: Array) -> Found:
    """An amount, or where none is agreed the hours that may be declared for it."""
    amount = paying.of("dispenser_month_eur")
    if amount is not None:
        return amount * active, ()
    allowed, tariff = paying.of("technology_hours_month"), paying.of("tariff_hour_eur")
    if allowed is not None and tariff is not None:
        return allowed * tariff * active, ()
    return None, ("dispenser_month_eur",) if allowed is None else ("tariff_hour_eur",)


def _refilled(paying: _Paying, freed: Array, use: str) -> Found:
    needs = ("refilled_declarable_pct", use)
    tariff = paying.of("tariff_hour_eur")
    missing = (*paying.values.missing(needs), *_names(tariff_hour_eur=tariff))
    if missing or tariff is None:
        return None, missing
    return freed * paying.values.part(use) * paying.values.part("refilled_declarable_pct") * tariff, ()


def _under_ceiling(
    paying: _Paying, lapsed: Found, dispenser: Found, more: Found, heavier: Found
) -> dict[str, Found]:
    """What is filled again is paid as far as the ceiling has room; the rest is worked for nothing."""
    keys = ("refilled_more", "refilled_heavier", "above_ceiling")
    if more[0] is None or heavier[0] is None:
        names = tuple(dict.fromkeys((*more[1], *heavier[1])))
        return dict.fromkeys(keys, (None, names))
    ceiling = paying.of("turnover_ceiling_eur")
    if ceiling is None:
        return {keys[0]: more, keys[1]: heavier, keys[2]: (np.zeros_like(more[0]), ())}
    turnover = paying.of("turnover_year_eur")
    if turnover is None or lapsed[0] is None or dispenser[0] is None:
        names = (*_names(turnover_year_eur=turnover), *lapsed[1], *dispenser[1])
        return dict.fromkeys(keys, (None, names))
    # A general ceiling is of all insurers together; what one insurer agreed is its own.
    room = np.maximum((_own(paying, ceiling, "turnover_ceiling_eur")
                       - _own(paying, turnover, "turnover_year_eur")) / 12 - lapsed[0] - dispenser[0], 0.0)  # fmt: skip
    wish = more[0] + heavier[0]
    paid = np.divide(np.minimum(wish, room), wish, out=np.ones(np.broadcast_shapes(wish.shape, room.shape)),
                     where=wish > 0)  # fmt: skip
    return {keys[0]: (more[0] * paid, ()), keys[1]: (heavier[0] * paid, ()), keys[2]: (wish * (1 - paid), ())}


def _own(paying: _Paying, amount: Array, key: str) -> Array:
    agreed = [paying.agreed(key, month) is not None for month in range(paying.setting.months)]
    return amount * np.where(np.array(agreed).reshape(1, -1), 1.0, paying.funder.share)


def _names(**found: Array | None) -> tuple[str, ...]:
    return tuple(name for name, each in found.items() if each is None)
