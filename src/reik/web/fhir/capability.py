"""The CapabilityStatement: what this interface really does, nothing that is still to come."""

from __future__ import annotations

from typing import Any

from reik.interop.fhir.intake import TAKEN
from reik.interop.fhir.search import TASK, parameters_of

# What can be asked for: what messages bring, and the messages themselves.
TYPES = TAKEN | {"Bundle"}
RELEASED = "2026-11-22"
_ACTS = ("read", "vread", "history-instance", "search-type")


def capability_statement(base: str) -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "name": "Reik",
        "title": "Reik: MP9 messages of a pharmacy and indications of a care record in, and what was received",
        "status": "active",
        "date": RELEASED,
        "kind": "instance",
        "software": {"name": "Reik"},
        "implementation": {"description": "Reik, FHIR R4", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [
            {
                "mode": "server",
                "documentation": (
                    "POST a transaction Bundle about one Patient (MP9 3.0: TA, MVE, MA, WDS and products; or "
                    "ServiceRequests that indicate medicatieaanreiking, by the codes of the organisation) to the "
                    "base. Entries are POSTs; Reik recognises a resource by its business identifier and makes a "
                    "new version only where the content differs. A patient whom the organisation does not know "
                    "is stored and waits to be linked by a person. X-Reik-Organisation names a partner whose "
                    "records the request is about. Search by BSN with POST _search."
                ),
                "security": {"description": "Bearer token of an integration account, over TLS."},
                "resource": [*(_resource(each) for each in sorted(TYPES)), _task()],
                "interaction": [{"code": "transaction"}],
            }
        ],
    }


def _task() -> dict[str, Any]:
    """Made by Reik itself, so without versions."""
    return {
        "type": TASK,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "updateCreate": False,
        "searchParam": [{"name": name, "type": kind} for name, kind in parameters_of(TASK).items()],
    }


def _resource(type: str) -> dict[str, Any]:
    return {
        "type": type,
        "interaction": [{"code": each} for each in _ACTS],
        "versioning": "versioned",
        "readHistory": True,
        "updateCreate": False,
        "searchParam": [{"name": name, "type": kind} for name, kind in parameters_of(type).items()],
    }
