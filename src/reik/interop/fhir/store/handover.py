"""THE place where what came in leaves the store, without anybody's BSN: agreements for medication, indications for
the care path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from reik.interop.fhir import mapping, mapping_indication
from reik.interop.fhir.checking import ZONE
from reik.interop.fhir.outcome import Issue, Refused, Who
from reik.interop.fhir.store.sealing import HIDDEN
from reik.interop.fhir.writing import from_json, to_json
from reik.medication import operations as medication
from reik.pathway.path import PathRefused
from reik.pathway.selection import incoming
from reik.pathway.selection.incoming import Incoming
from reik.pathway.selection.indications import IndicationRefused

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
    """Give the agreements of one message to medication, which takes each message once; gives how many.

    What it says of indications goes to the care path. Raises Refused for one that cannot be kept.
    """
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
    _indications(bundle, organisation_id, client_id, now)
    return len(agreements)


def _indications(bundle: Mapping[str, Any], organisation_id: UUID, client_id: UUID, now: datetime) -> None:
    resources = [each["resource"] for each in bundle["entry"]]
    if all(each["resourceType"] != mapping_indication.TYPE for each in resources):
        return
    codes = incoming.known_codes(organisation_id)
    told = mapping_indication.hear(resources, codes, now.astimezone(ZONE).date()).told
    said = [
        Incoming(
            key=each.key, basis=each.basis, because=each.because, starts_on=each.starts_on,
            ends_on=each.ends_on, in_care_plan=each.in_care_plan,
        )
        for each in told
    ]  # fmt: skip
    try:
        incoming.follow(client_id, said, now)
    except (IndicationRefused, PathRefused) as refusal:
        issue = Issue(text=str(refusal), place=mapping_indication.TYPE, code="conflict", acts=Who.RECORD)
        raise Refused(422, issue) from None
