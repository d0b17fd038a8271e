"""Findings: differences between agreements and schedule, or roll and plan, that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from reik.kernel.ids import new_id
from reik.medication.models import Finding


class FindingUnknown(Exception):
    """There is no such open finding: someone may have settled it already."""


class Found(Protocol):
    """What a pure comparison gives."""

    @property
    def kind(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def days(self) -> tuple[date, ...]: ...


def keep(
    *, organisation_id: UUID, client_id: UUID, roll_id: UUID | None, found: Sequence[Found], now: datetime
) -> int:
    """What is found is or becomes an open finding; what is found no more has settled itself. Gives how many are open.

    A difference that a person has accepted is not brought up again.
    """
    by_key = {each.key: each for each in found}
    of_client = Finding.objects.filter(client_id=client_id)
    before = of_client.filter(roll_id=roll_id) if roll_id else of_client.filter(roll__isnull=True)
    rows = list(before.filter(Q(settled_at=None) | ~Q(settled_by="")).values_list("key", "settled_at"))
    accepted = {key for key, settled_at in rows if settled_at is not None}
    still_open = {key for key, settled_at in rows if settled_at is None}
    if still_open - by_key.keys():
        before.filter(settled_at=None).exclude(key__in=by_key).update(
            settled_at=now, settled_because="no longer found"
        )
    known = accepted | still_open
    Finding.objects.bulk_create(
        Finding(
            id=new_id(now), organisation_id=organisation_id, client_id=client_id, roll_id=roll_id, kind=each.kind,
            key=key, sentence=each.sentence, first_day=each.days[0], days=len(each.days), found_at=now,
        )
        for key, each in by_key.items()
        if key not in known
    )  # fmt: skip
    return len(by_key.keys() - accepted)


def settle(finding_id: UUID, by: str, because: str, now: datetime) -> None:
    """A person has looked at it. Raises FindingUnknown when it is not open any more."""
    found = Finding.objects.filter(id=finding_id, settled_at=None)
    if not found.update(settled_at=now, settled_by=by, settled_because=because):
        raise FindingUnknown("This difference was settled already, or does not exist.")


def settle_of_roll(roll_id: UUID, by: str, because: str, now: datetime) -> int:
    """The pharmacy accepts what differs between a roll and the plan (R23); gives how many findings."""
    found = Finding.objects.filter(roll_id=roll_id, settled_at=None)
    return found.update(settled_at=now, settled_by=by, settled_because=because)
