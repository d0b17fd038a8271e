"""An organisation's own indicators: added, changed into a new version, ended; every version stays to be read (C17)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.value.indicators.plan import (
    BETTER,
    DOMAINS,
    KINDS,
    MUST,
    SHARE,
    SHOULD,
    TYPED,
    Indicator,
    indicators,
)
from reik.value.models import OwnIndicator

KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
RESERVED = frozenset({"eigen"})
"""Words that stand in an address where a key could stand."""
TEXTS = ("title", "numerator", "denominator", "source", "unit")
MOST_PER = 1_000_000


class IndicatorRefused(ValueError):
    """This cannot be kept; `code` names the field to a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIndicator:
    """An indicator of one's own, in one language. `kind` as in the plan; `per`: of a rate, per so many.

    `better`: low or high; empty where neither is better.
    """

    key: str
    domain: str
    title: str
    numerator: str
    denominator: str
    source: str
    unit: str
    kind: str = SHARE
    per: int = 1
    must: bool = False
    better: str = ""


def key_of(organisation_id: UUID, title: str) -> str:
    """A short name made from a title, with a number behind it where it is in use, or was."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")[:34]
    stem = stem if KEY.fullmatch(stem) else f"eigen_{stem}".rstrip("_")
    taken = set(OwnIndicator.objects.filter(organisation_id=organisation_id).values_list("key", flat=True))
    taken |= set(indicators()) | RESERVED
    number, key = 2, stem
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key


@transaction.atomic
def add_indicator(organisation_id: UUID, new: NewIndicator, *, by: str, now: datetime) -> UUID:
    """Add one to the plan. Raises IndicatorRefused."""
    _check(new)
    if _living(organisation_id, new.key) is not None:
        raise IndicatorRefused("twice", "There is one with this name: end it first, or take another name.")
    return _kept(organisation_id, new, by, now)


@transaction.atomic
def change_indicator(organisation_id: UUID, new: NewIndicator, *, by: str, now: datetime) -> UUID:
    """Replace its definition by a new version; what was typed under the old one stays. Raises IndicatorRefused."""
    _check(new)
    living = _living(organisation_id, new.key)
    if living is None:
        raise IndicatorRefused("key", "This indicator is not yours, or it was ended already.")
    if (living.definition, living.domain, living.must) == (_definition(new), new.domain, new.must):
        raise IndicatorRefused("same", "Nothing changed: change something, or go back.")
    OwnIndicator.objects.filter(id=living.id).update(ended_at=now)
    return _kept(organisation_id, new, by, now)


def end_indicator(organisation_id: UUID, key: str, *, now: datetime) -> None:
    """Take one's own indicator out of the plan; what was typed for it stays. Raises IndicatorRefused."""
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, key=key, ended_at=None)
    if not rows.update(ended_at=now):
        raise IndicatorRefused("key", "This indicator is not yours, or it was ended already.")


def _living(organisation_id: UUID, key: str) -> OwnIndicator | None:
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, key=key, ended_at=None)
    return rows.select_for_update(no_key=True).first()


def _check(new: NewIndicator) -> None:
    if not KEY.fullmatch(new.key) or new.key in indicators() or new.key in RESERVED:
        raise IndicatorRefused("key", "Give it a short name of its own: small letters, digits and _.")
    if new.domain not in DOMAINS:
        raise IndicatorRefused("domain", "Choose one of the four domains.")
    if new.kind not in KINDS or not 1 <= new.per <= MOST_PER:
        raise IndicatorRefused("kind", "Say whether it is a share, a rate per so many, or a mean.")
    if new.better not in BETTER:
        raise IndicatorRefused("better", "Say which way is better: low, high, or neither.")
    for name in TEXTS:
        if not getattr(new, name).strip():
            raise IndicatorRefused(name, "Say what is counted, of what, from which source and in which unit.")


def _definition(new: NewIndicator) -> dict[str, object]:
    return {
        "nl": new.title.strip(), "numerator": new.numerator.strip(), "denominator": new.denominator.strip(),
        "source": new.source.strip(), "unit": new.unit.strip(), "kind": new.kind, "per": new.per,
        "better": new.better,
    }  # fmt: skip


def _kept(organisation_id: UUID, new: NewIndicator, by: str, now: datetime) -> UUID:
    row = OwnIndicator.objects.create(
        id=new_id(now), organisation_id=organisation_id, key=new.key, domain=new.domain, must=new.must,
        definition=_definition(new), by=by, created_at=now,
    )  # fmt: skip
    return row.id


def own_indicators(organisation_id: UUID) -> list[Indicator]:
    """The organisation's own that have not ended, by domain and name."""
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, ended_at=None)
    found = [_indicator(each) for each in rows.order_by("created_at", "id")]
    return sorted(found, key=lambda each: DOMAINS.index(each.domain))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One definition of an own indicator; `ended_at` None: it counts now."""

    indicator: Indicator
    by: str
    created_at: datetime
    ended_at: datetime | None


def versions_of(organisation_id: UUID, key: str) -> list[Version]:
    """All definitions that it has had, the newest first; empty for one that is not this organisation's."""
    rows = OwnIndicator.objects.filter(organisation_id=organisation_id, key=key)
    return [
        Version(indicator=_indicator(each), by=each.by, created_at=each.created_at, ended_at=each.ended_at)
        for each in rows.order_by("-created_at", "-id")
    ]


def ended_indicators(organisation_id: UUID) -> list[Version]:
    """Those of which no version counts any more, the last version of each, by title."""
    newest: dict[str, OwnIndicator] = {}
    for each in OwnIndicator.objects.filter(organisation_id=organisation_id).order_by("created_at", "id"):
        newest[each.key] = each
    found = [
        Version(indicator=_indicator(each), by=each.by, created_at=each.created_at, ended_at=each.ended_at)
        for each in newest.values()
        if each.ended_at is not None
    ]
    return sorted(found, key=lambda each: each.indicator.title["nl"].casefold())


def _indicator(row: OwnIndicator) -> Indicator:
    def both(name: str) -> dict[str, str]:
        return dict.fromkeys(("nl", "en"), row.definition[name])

    return Indicator(
        key=row.key, domain=row.domain, priority=MUST if row.must else SHOULD, kind=row.definition["kind"],
        per=row.definition["per"], unit=row.definition["unit"], better=row.definition.get("better", ""),
        measure=TYPED, typeable=True, title=both("nl"), numerator=both("numerator"), denominator=both("denominator"),
        source=both("source"), own=True,
    )  # fmt: skip
