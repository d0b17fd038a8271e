"""How an insurer counts a month with a dispenser, as it was agreed for a year, and what the days come to. Pure.

Nothing is assumed: what was not agreed stays unknown, and an amount that rests on it is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MONTH, SHARE = "month", "share"
COUNTS = (MONTH, SHARE)
"""The whole price from a number of days on, or by the days of the month."""
PAID, NOT_PAID = "paid", "not_paid"
SAID = (PAID, NOT_PAID)
PART = "part"
MOST_DAYS = 31
CENT = Decimal("0.01")


class DeclaringRefused(ValueError):
    """This cannot be agreed so; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaringTerms:
    """What was agreed for one year. `price` in euros of a whole month; None or empty: not agreed.

    `count`: MONTH or SHARE; `fewest_days`: of MONTH, from how many declarable days on. `pause`, `admission`: whether
    such a day is paid: PAID, NOT_PAID.
    """

    price: Decimal | None = None
    count: str = ""
    fewest_days: int | None = None
    pause: str = ""
    admission: str = ""


def terms_from(kept: Mapping[str, Any]) -> DeclaringTerms:
    """Of the JSON of `FundingTerms.terms`: the price of a month, else the hours that may be declared for it."""
    said = kept.get("declaring") or {}
    days = said.get("fewest_days")
    return DeclaringTerms(
        price=_price(kept), count=said.get("count", ""), fewest_days=None if days is None else int(days),
        pause=said.get("pause", ""), admission=said.get("admission", ""),
    )  # fmt: skip


def _price(kept: Mapping[str, Any]) -> Decimal | None:
    month, hours, tariff = (
        kept.get(key) for key in ("dispenser_month_eur", "technology_hours_month", "tariff_hour_eur")
    )
    if month is not None:
        return Decimal(str(month))
    if hours is None or tariff is None:
        return None
    return Decimal(str(hours)) * Decimal(str(tariff))


def declaring_json(count: str, fewest_days: int | None, pause: str, admission: str) -> dict[str, Any]:
    """As it is kept. Raises DeclaringRefused."""
    if count not in ("", *COUNTS):
        raise DeclaringRefused("count", "Choose by the month, by the days, or leave it open.")
    if fewest_days is not None and (count != MONTH or not 1 <= fewest_days <= MOST_DAYS):
        raise DeclaringRefused("fewest_days", "From 1 to 31 days, and only where a month counts as a whole.")
    if pause not in ("", *SAID) or admission not in ("", *SAID):
        raise DeclaringRefused("days", "Say whether such days are paid, or leave it open.")
    said = {"count": count, "fewest_days": fewest_days, "pause": pause, "admission": admission}
    return {key: value for key, value in said.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Euros, to the cent; None with why it cannot be said: price, part, month_runs (whole or part is not known yet)."""

    euros: Decimal | None
    missing: str = ""


def amount_of(terms: DeclaringTerms, days: int, of: int) -> Amount:
    """What `days` declarable days of a month of `of` days come to; whether they are enough is asked before."""
    if terms.price is None:
        return Amount(euros=None, missing="price")
    if days == of or (terms.count == MONTH and terms.fewest_days is not None):
        return Amount(euros=terms.price.quantize(CENT, ROUND_HALF_UP))
    if terms.count == SHARE:
        return Amount(euros=(terms.price * days / of).quantize(CENT, ROUND_HALF_UP))
    return Amount(euros=None, missing=PART)


def enough(terms: DeclaringTerms, days: int) -> bool:
    """Whether so many days reach what was agreed."""
    return terms.count != MONTH or terms.fewest_days is None or days >= terms.fewest_days
