"""The Bundles that answer: of a transaction, a search, a history. No database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reik.interop.fhir.outcome import Issue, operation_outcome
from reik.interop.fhir.store.keeping import Became, Kept, instant
from reik.interop.fhir.store.operations import Taken
from reik.interop.fhir.store.queries import Found, Stored


def transaction_response(taken: Taken, base: str, *, with_resources: bool) -> dict[str, Any]:
    """Each entry of the message as it now stands, in the order of the message."""
    entries = [_answered(each, base) for each in taken.kept]
    for index in sorted({index for index, _ in taken.warnings}):
        odd = [issue for of, issue in taken.warnings if of == index]
        entries[index]["response"]["outcome"] = operation_outcome(odd)
    if with_resources:
        entries = [
            {"resource": each.resource, **entry} for each, entry in zip(taken.kept, entries, strict=True)
        ]
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}


def _answered(kept: Kept, base: str) -> dict[str, Any]:
    return {
        "response": {
            "status": "201 Created" if kept.became is Became.NEW else "200 OK",
            "location": f"{base}/{kept.type}/{kept.id}/_history/{kept.version}",
            "etag": f'W/"{kept.version}"',
            "lastModified": instant(kept.recorded_at),
        }
    }


def searchset(found: Found, base: str, links: Mapping[str, str], ignored: Sequence[str]) -> dict[str, Any]:
    """One page; parameters that Reik does not know are named in an outcome beside what was found."""
    return searchset_of([each.resource for each in found.page], found.total, base, links, ignored)


def searchset_of(
    page: Sequence[Mapping[str, Any]], total: int, base: str, links: Mapping[str, str], ignored: Sequence[str]
) -> dict[str, Any]:
    """As `searchset`, of resources with their type and id."""
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"{base}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match"},
        }
        for each in page
    ]
    if ignored:
        issue = Issue(
            severity="warning",
            code="not-supported",
            text="Reik does not know these search parameters and left them aside: "
            + ", ".join(ignored)[:200],
        )
        entries.append({"resource": operation_outcome([issue]), "search": {"mode": "outcome"}})
    made: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": [{"relation": relation, "url": url} for relation, url in links.items()],
    }
    return {**made, "entry": entries} if entries else made


def history(versions: Sequence[Stored], base: str, own: str) -> dict[str, Any]:
    """All versions of one resource, the newest first."""
    return {
        "resourceType": "Bundle",
        "type": "history",
        "total": len(versions),
        "link": [{"relation": "self", "url": own}],
        "entry": [_version(each, base) for each in versions],
    }


def _version(stored: Stored, base: str) -> dict[str, Any]:
    created = stored.version == 1
    address = stored.type if created else f"{stored.type}/{stored.id}"
    return {
        "fullUrl": f"{base}/{stored.type}/{stored.id}",
        "resource": stored.resource,
        "request": {"method": "POST" if created else "PUT", "url": address},
        "response": {
            "status": "201 Created" if created else "200 OK",
            "etag": f'W/"{stored.version}"',
            "lastModified": instant(stored.recorded_at),
        },
    }
