"""Which Patient of this interface is which client of Reik; by resources that were linked."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from reik.interop.fhir.store.models import Resource


def patients_of_clients(client_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The Patient that was received first of each client; a client of whom none came in is missing. One statement."""
    rows = Resource.objects.filter(type="Patient", client_id__in=client_ids).order_by("-id")
    return {client_id: id for id, client_id in rows.values_list("id", "client_id") if client_id is not None}


def clients_of_patients(patient_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The client of each of these Patients that is linked. One statement."""
    rows = Resource.objects.filter(type="Patient", id__in=patient_ids, client_id__isnull=False)
    return {id: client_id for id, client_id in rows.values_list("id", "client_id") if client_id is not None}
