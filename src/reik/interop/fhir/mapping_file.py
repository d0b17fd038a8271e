"""The resources of a file, and which of them are agreements (plan contract B1 to B5). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reik.interop.fhir.mapping_values import SNOMED, Json, codings, has_code, identifier, objects, one, text
from reik.medication.agreed.agreements import Block, comparable

CATEGORIES = {  # B1, in this order
    ("MedicationDispense", "422037009"): Block.TA,
    ("MedicationRequest", "395067002"): Block.WDS,
    ("MedicationRequest", "33633005"): Block.MA,
}
IN_ERROR = "entered-in-error"


def block_of(resource: Json) -> Block | None:
    """B1; None for everything that is no agreement."""
    for (kind, code), block in CATEGORIES.items():
        if resource.get("resourceType") == kind and _in_category(resource, code):
            return block
    return None


def _in_category(resource: Json, code: str) -> bool:
    return any(
        has_code(coding, SNOMED, code)
        for each in objects(resource.get("category"))
        for coding in codings(each)
    )


@dataclass(frozen=True, slots=True)
class Entry:
    url: str | None
    resource: Json


class File:
    """The resources of the documents, found by full URL, `Type/id` or identifier (B5)."""

    def __init__(self, documents: tuple[Json, ...], *, in_error: bool) -> None:
        entries = [entry for document in documents for entry in _entries(document, None)]
        self.agreements = [
            (block, entry.resource)
            for entry in entries
            if (block := block_of(entry.resource)) is not None
            and (in_error or entry.resource.get("status") != IN_ERROR)
        ]
        self._addressed: dict[str, Json] = {}
        self._identified: dict[tuple[str, str], Json] = {}
        for entry in entries:
            kind, name = text(entry.resource.get("resourceType")), text(entry.resource.get("id"))
            for address in (entry.url, f"{kind}/{name}" if kind and name else None):
                if address is not None:
                    self._addressed.setdefault(address, entry.resource)
            for each in objects(entry.resource.get("identifier")):
                if (written := identifier(each)) is not None:
                    self._identified.setdefault((kind or "", comparable(written)), entry.resource)

    def behind(self, reference: Json, inside: Json, kind: str) -> Json | None:
        """The resource that a reference means: contained, in the file, or by its identifier."""
        literal = text(reference.get("reference"))
        if literal is not None and literal.startswith("#"):
            contained = objects(inside.get("contained"))
            return next((each for each in contained if each.get("id") == literal[1:]), None)
        if literal is not None:
            found = self._addressed.get(literal) or self._addressed.get(literal.partition("/_history/")[0])
            if found is not None:
                return found
        written = identifier(one(reference.get("identifier")))
        return self._identified.get((kind, comparable(written))) if written is not None else None


def _entries(document: Json, url: str | None) -> Iterator[Entry]:
    yield Entry(url, document)
    if document.get("resourceType") != "Bundle":
        return
    for entry in objects(document.get("entry")):
        for resource in objects(entry.get("resource")):
            yield from _entries(resource, text(entry.get("fullUrl")))
