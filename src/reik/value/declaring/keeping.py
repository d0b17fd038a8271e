"""Writes and reads of who pays for each client's care (R83). Nothing is edited: the newest that has begun counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.people.queries import organisations_of
from reik.value.declaring.rules import LAWS
from reik.value.models import ClientFunding, FundingTerms

LONGEST_NAME, LONGEST_OTHER = 120, 120
EARLIEST = date(2015, 1, 1)
AHEAD = timedelta(days=366)
TYPED, CSV = "typed", "csv"


class FundingRefused(ValueError):
    """This cannot be written down so; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFunding:
    """Who pays for a client from a day on; `until`: the last day, None: on and on. `law`: one of LAWS."""

    client_id: UUID
    insurer: str
    law: str
    since: date
    until: date | None = None
    also_paid_by: str = ""


def check(new: NewFunding, today: date) -> None:
    """Raise FundingRefused for what cannot be."""
    if not 0 < len(new.insurer.strip()) <= LONGEST_NAME or "\x00" in new.insurer + new.also_paid_by:
        raise FundingRefused("insurer", "Name the insurer, in at most 120 letters.")
    if new.law not in LAWS:
        raise FundingRefused("law", "Choose by which law the care is paid.")
    if not EARLIEST <= new.since <= today + AHEAD:
        raise FundingRefused(
            "since", "Give the day from which this counts: from 2015, within a year from now."
        )
    if new.until is not None and new.until < new.since:
        raise FundingRefused("until", "The last day does not lie before the first.")
    if len(new.also_paid_by) > LONGEST_OTHER:
        raise FundingRefused("also", "Say who else pays in at most 120 letters.")


@transaction.atomic
def fund(new: Sequence[NewFunding], *, by: str, now: datetime, source: str = TYPED) -> list[UUID]:
    """Write these down, all or none; gives the ids of what was new: what stands there already is left as it is.

    Raises FundingRefused.
    """
    houses = organisations_of([each.client_id for each in new])
    before = newest_of([each.client_id for each in new])
    known = {name.casefold(): name for house in set(houses.values()) for name in insurers_of(house)}
    rows = []
    for each in new:
        if each.client_id not in houses:
            raise FundingRefused("client", "This client is not in the records: look at the list again.")
        check(each, now.date())
        name = known.setdefault(" ".join(each.insurer.split()).casefold(), " ".join(each.insurer.split()))
        row = ClientFunding(
            id=new_id(now), organisation_id=houses[each.client_id], client_id=each.client_id, insurer=name,
            law=each.law, since=each.since, until=each.until, also_paid_by=each.also_paid_by.strip(), source=source,
            by=by, created_at=now,
        )  # fmt: skip
        if not _same(before.get(each.client_id), row):
            rows.append(row)
    ClientFunding.objects.bulk_create(rows)
    return [each.id for each in rows]


_SAID = ("insurer", "law", "since", "until", "also_paid_by")


def _same(old: FundingSeen | None, row: ClientFunding) -> bool:
    return old is not None and all(getattr(old, name) == getattr(row, name) for name in _SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingSeen:
    """One row of who pays, with who wrote it down."""

    id: UUID
    client_id: UUID
    insurer: str
    law: str
    since: date
    until: date | None
    also_paid_by: str
    source: str
    by: str
    created_at: datetime


def _seen(row: ClientFunding) -> FundingSeen:
    return FundingSeen(**{name: getattr(row, name) for name in FundingSeen.__dataclass_fields__})


def funding_of(client_id: UUID) -> list[FundingSeen]:
    """Everything that was written down of this client, the one that counts last first."""
    rows = ClientFunding.objects.filter(client_id=client_id).order_by("-since", "-created_at", "-id")
    return [_seen(each) for each in rows]


def newest_of(client_ids: Collection[UUID]) -> dict[UUID, FundingSeen]:
    """What was written down last of each client. One statement."""
    rows = ClientFunding.objects.filter(client_id__in=client_ids)
    newest = rows.order_by("client_id", "-created_at", "-id").distinct("client_id")
    return {each.client_id: _seen(each) for each in newest}


def insurers_of(organisation_id: UUID) -> list[str]:
    """Every insurer that terms or a client's funding name, as it was first written."""
    names: dict[str, str] = {}
    for model in (FundingTerms, ClientFunding):
        rows = model.objects.filter(organisation_id=organisation_id)
        for name in rows.order_by("insurer").values_list("insurer", flat=True).distinct():
            names.setdefault(name.casefold(), name)
    return sorted(filter(None, names.values()), key=str.casefold)
