"""Indications that a care record sends: entered and ended as on the screen, nothing guessed (R1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.pathway.models import Indication
from reik.pathway.selection import indications
from reik.pathway.selection.indication_codes import Code, codes_of
from reik.pathway.selection.indications import FHIR, Entry
from reik.pathway.terms import terms_of
from reik.people.queries import organisations_of
from reik.tasks.operations import NewTask, open_tasks

BY, ROLE = "ECD", "reik"
DIFFERS = "path.indication_differs"
WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One indication of the care record under its own `key`. `because`: it is over, and why (a code)."""

    key: str
    basis: str
    because: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    in_care_plan: bool = False


def known_codes(organisation_id: UUID) -> dict[Code, str]:
    """The codes by which this organisation indicates medicatieaanreiking, each with its basis. One statement."""
    return codes_of(terms_of([organisation_id])[organisation_id].choices)


@transaction.atomic
def follow(client_id: UUID, said: Sequence[Incoming], now: datetime) -> None:
    """Do for this client what her care record says: first what ended, then what holds.

    Raises IndicationRefused and PathRefused; then nothing of it is done.
    """
    for each in said:
        if each.because:
            _end(client_id, each, now)
    for each in said:
        if not each.because and each.starts_on is not None:
            entry = Entry(
                client_id=client_id, basis=each.basis, starts_on=each.starts_on, ends_on=each.ends_on,
                in_care_plan=each.in_care_plan, source_key=each.key,
            )  # fmt: skip
            indications.enter(entry, by=BY, role=ROLE, now=now, source=FHIR)


def _end(client_id: UUID, said: Incoming, now: datetime) -> None:
    """Only the indication of that key. Is another one open, that Reik never had from there: a nurse looks."""
    rows = Indication.objects.filter(client_id=client_id)
    under_key = list(rows.filter(source_key=said.key).values_list("ended_at", flat=True))
    if None in under_key:
        indications.end(client_id, said.because, by=BY, now=now)
    elif not under_key and rows.filter(ended_at=None).exists():
        organisation_id = organisations_of([client_id])[client_id]
        open_tasks(
            [
                NewTask(
                    organisation_id=organisation_id, client_id=client_id, kind=DIFFERS, owner_role="nurse",
                    due_at=now + WITHIN, by=BY, detail={"because": said.because},
                )
            ],
            now,
        )  # fmt: skip
