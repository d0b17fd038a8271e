"""THE place where agreements leave the store for medication: mapped from what is stored, without anybody's BSN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from reik.interop.fhir import mapping
from reik.interop.fhir.store.sealing import HIDDEN
from reik.interop.fhir.writing import from_json, to_json
from reik.medication import operations as medication

_PEOPLE = ("Patient", "RelatedPerson")


def hand_over(
    resources: Sequence[Mapping[str, Any]],
    *,
    organisation_id: UUID,
    client_id: UUID,
    bsn: str | None,
    message_id: UUID,
    now: datetime,
) -> int:
    """Give the agreements of one message to medication, which takes each message once; gives how many."""
    entries = [{"resource": each} for each in resources if each["resourceType"] not in _PEOPLE]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    text = to_json(bundle)
    if bsn and bsn.encode() in text:
        bundle = from_json(text.replace(bsn.encode(), HIDDEN.encode()))
    agreements = mapping.agreements(bundle, in_error=True)
    if agreements:
        medication.agreements_received(
            organisation_id=organisation_id,
            client_id=client_id,
            agreements=agreements,
            message_id=str(message_id),
            now=now,
        )
    return len(agreements)
