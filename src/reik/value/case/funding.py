"""What was agreed with insurers, by year, and which part of the clients each pays for (C21, R83)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from reik.kernel.ids import new_id
from reik.value.case.parameters import check_range
from reik.value.case.setting import BY_HOUR, MODES, TERM_KEYS, Funder, SettingRefused, Terms
from reik.value.declaring.terms import DeclaringTerms, terms_from
from reik.value.models import ClientFunding, FundingTerms

FIRST_YEAR, LAST_YEAR = 2015, 2100


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """Terms as they are filled in. `values`: TERM_KEYS -> number, what was not agreed is not there."""

    insurer: str
    year: int
    mode: str
    values: Mapping[str, float]
    source: str
    declaring: Mapping[str, Any] = field(default_factory=dict)  # of `declaring.terms.declaring_json`


def agree_terms(organisation_id: UUID, new: NewTerms, *, by: str, now: datetime) -> UUID:
    """Keep them; the newest of an insurer and a year counts. Raises SettingRefused, RangeRefused."""
    if not new.insurer.strip() or not new.source.strip():
        raise SettingRefused("terms", "Name the insurer, and where this was agreed.")
    if not FIRST_YEAR <= new.year <= LAST_YEAR or new.mode not in MODES:
        raise SettingRefused("terms", "Give the year, and whether care is paid by the hour or by the client.")
    for key, value in new.values.items():
        if key not in TERM_KEYS:
            raise SettingRefused(
                "terms", f"{key!r} is not agreed with an insurer: {', '.join(TERM_KEYS)} are."
            )
        check_range(key, value, value, value)
    row = FundingTerms.objects.create(
        id=new_id(now), organisation_id=organisation_id, insurer=new.insurer.strip(), year=new.year,
        terms={"mode": new.mode, **new.values, **({"declaring": dict(new.declaring)} if new.declaring else {})},
        source=new.source.strip(), by=by, created_at=now,
    )  # fmt: skip
    return row.id


def terms_of(organisation_id: UUID) -> dict[str, tuple[Terms, ...]]:
    """The newest terms of each insurer and year, by insurer."""
    found: dict[str, list[Terms]] = defaultdict(list)
    for each in agreed_of(organisation_id):
        found[each.insurer].append(each.terms)
    return {insurer: tuple(terms) for insurer, terms in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The terms of one insurer and year, with where they were agreed and who filled them in."""

    insurer: str
    terms: Terms
    declaring: DeclaringTerms
    source: str
    by: str
    created_at: datetime


def agreed_of(organisation_id: UUID) -> list[Agreed]:
    """The newest terms of each insurer and year, by insurer and year."""
    rows = FundingTerms.objects.filter(organisation_id=organisation_id)
    newest = rows.order_by("insurer", "year", "-created_at", "-id").distinct("insurer", "year")
    return [
        Agreed(
            insurer=each.insurer,
            terms=_terms(each),
            declaring=terms_from(each.terms),
            source=each.source,
            by=each.by,
            created_at=each.created_at,
        )
        for each in newest
    ]


def _terms(row: FundingTerms) -> Terms:
    values = {key: float(row.terms[key]) for key in TERM_KEYS if row.terms.get(key) is not None}
    return Terms(year=row.year, mode=row.terms.get("mode", BY_HOUR), values=values)


def funders(organisation_id: UUID, client_ids: Collection[UUID], today: date) -> tuple[Funder, ...]:
    """Insurers by their share of these clients. With one insurer only, all are its; else nobody's go unnamed."""
    terms = terms_of(organisation_id)
    rows = ClientFunding.objects.filter(
        organisation_id=organisation_id, client_id__in=client_ids, since__lte=today
    )
    newest = rows.order_by("client_id", "-since", "-created_at").distinct("client_id")
    counted = Counter(newest.values_list("insurer", flat=True))
    if not counted and len(terms) == 1:
        counted = Counter(terms.keys())
    elif len(client_ids) > counted.total():
        counted[""] += len(client_ids) - counted.total()
    whole = counted.total()
    if not whole:
        return (Funder(),)
    return tuple(
        Funder(insurer=insurer, share=number / whole, terms=terms.get(insurer, ()))
        for insurer, number in sorted(counted.items())
    )
