"""What planning gives, and its JSON form (contract A4 to A12). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reik.medication.agreed.agreements import Amount, Block, MostPer, Product, StopKind
from reik.medication.agreed.calendar import ZONE, ZONE_NAME
from reik.medication.agreed.stops import Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product of one agreement at one moment; never summed (A7). Dose 0 is an explicit "give nothing" (H1)."""

    agreement: str
    treatment: str | None
    product: Product
    dose: Decimal | None
    unit: str | None
    packable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """All items of one instant, slot and exactness (A6). `at` is an instant in UTC."""

    at: datetime
    slot: str
    exact: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnNeed:
    """What the client may take on her own need (H3)."""

    agreement: str
    treatment: str | None
    product: Product
    low: Amount | None
    high: Amount | None
    limit: MostPer | None
    criteria: tuple[str, ...]
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplannable:
    """An agreement that a person must look at (H6)."""

    agreement: str
    reason: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan of [since, until); moments ascend by instant, then slot."""

    since: date
    until: date
    moments: tuple[Moment, ...]
    as_needed: tuple[OnNeed, ...]
    unplannable: tuple[Unplannable, ...]
    stopped: tuple[Stopped, ...]


def to_json(plan: Plan) -> dict[str, Any]:
    """A4; all four lists are always there (A5)."""
    return {
        "zone": ZONE_NAME,
        "from": plan.since.isoformat(),
        "until": plan.until.isoformat(),
        "moments": [_moment(each) for each in plan.moments],
        **lists_to_json(plan),
    }


def lists_to_json(plan: Plan) -> dict[str, Any]:
    """The three lists for people, without the moments."""
    return {
        "as_needed": [_on_need(each) for each in plan.as_needed],
        "unplannable": [
            {"agreement": each.agreement, "reason": each.reason, "text": each.text}
            for each in plan.unplannable
        ],
        "stopped": [_stopped(each) for each in plan.stopped],
    }


def decimal_text(value: Decimal | None) -> str | None:
    """A9: no exponent, no superfluous zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def local_text(instant: datetime) -> str:
    """A5: local time with seconds and the offset valid at that instant."""
    return instant.astimezone(ZONE).isoformat(timespec="seconds")


def _moment(moment: Moment) -> dict[str, Any]:
    return {
        "at": local_text(moment.at),
        "exact": moment.exact,
        "slot": moment.slot,
        "items": [_item(each) for each in moment.items],
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "agreement": item.agreement,
        "treatment": item.treatment,
        "product": _product(item.product),
        "dose": decimal_text(item.dose),
        "unit": item.unit,
        "packable": item.packable,
    }


def _product(product: Product) -> dict[str, Any]:
    return {"system": product.system, "code": product.code, "display": product.display}


def _on_need(need: OnNeed) -> dict[str, Any]:
    low, high = need.low, need.high
    told = next((each for each in (low, high) if each is not None and each.value is not None), None)
    return {
        "agreement": need.agreement,
        "treatment": need.treatment,
        "product": _product(need.product),
        "dose_low": decimal_text(low.value if low is not None else None),
        "dose_high": decimal_text(high.value if high is not None else None),
        "unit": told.unit if told is not None else None,
        "max_dose": _limit(need.limit),
        "criteria": list(need.criteria),
        "text": need.text,
    }


def _limit(limit: MostPer | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    most = limit.most
    return {
        "value": decimal_text(most.value),
        "unit": most.unit if most.value is not None else None,
        "per": decimal_text(limit.per),
        "per_unit": limit.per_unit,
    }


def _stopped(stopped: Stopped) -> dict[str, Any]:
    return {
        "agreement": stopped.agreement,
        "block": Block(stopped.block).value,
        "kind": StopKind(stopped.kind).value,
        "at": local_text(stopped.at.instant),
        "by": stopped.by,
        "in_file": stopped.in_file,
    }
