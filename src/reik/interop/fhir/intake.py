"""From the bytes of a message to a letter: its entries, its one Patient, and nothing that is not understood. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from reik.interop.fhir.checking import EXCHANGED, MOST_ISSUES, findings
from reik.interop.fhir.identifiers import BSN, identifier_pair, identifiers, is_bsn, plain_system
from reik.interop.fhir.outcome import Issue, Refused, refused
from reik.interop.fhir.reading import LARGEST, Unreadable, read
from reik.medication.codes.systems import CodeOddity, oddity

# What stands in a message about medication or an indication; answers and the like are never sent to Reik.
TAKEN = EXCHANGED - {"Bundle", "CapabilityStatement", "OperationOutcome"}
_ABOUT_A_CLIENT = frozenset(
    {
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "ServiceRequest",
    }
)
_TEST_BSN = re.compile(r"9999\d{5}")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One resource of a message, as it was sent."""

    place: str
    full_url: str
    resource: Mapping[str, Any]
    request: Mapping[str, Any]
    only_if_new: Pair | None  # ifNoneExist: what is known under this identifier stays as it is

    @property
    def type(self) -> str:
        return str(self.resource["resourceType"])

    @property
    def names(self) -> tuple[str, ...]:
        """How a reference within the message may point here (plan contract B5)."""
        id = self.resource.get("id")
        return tuple(each for each in (self.full_url, f"{self.type}/{id}" if id else "") if each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A transaction Bundle that can be understood: its entries and the one Patient it is about."""

    bundle: Mapping[str, Any]
    entries: Sequence[Entry]
    patient: Entry


def read_letter(data: bytes, *, made_up_only: bool = False) -> Letter:
    """Read and judge one message; `made_up_only` refuses a BSN outside the test range. Raises Refused."""
    try:
        bundle = read(data)
    except Unreadable as failure:
        raise refused(413 if len(data) > LARGEST else 400, failure.message, failure.place) from None
    _must_be_transaction(bundle)
    issues = findings(bundle)
    if issues:
        raise Refused(422, *named(issues, bundle))
    entries = [_entry(index, each) for index, each in enumerate(bundle["entry"])]
    patient = _the_patient(entries)
    issues = list(_misplaced(entries, patient))
    if made_up_only:
        issues += _real_people(entries)
    if issues:
        raise Refused(422, *named(issues[:MOST_ISSUES], bundle))
    return Letter(bundle=bundle, entries=entries, patient=patient)


_IN_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]")


def named(issues: Sequence[Issue], bundle: Mapping[str, Any]) -> list[Issue]:
    """Each issue with the resource that it is about, as a pharmacy counts them: "MedicationDispense 2"."""
    kinds = [_kind(each) for each in bundle.get("entry", [])] if isinstance(bundle.get("entry"), list) else []
    named = []
    for issue in issues:
        found = _IN_ENTRY.match(issue.place)
        index = int(found.group(1)) if found else -1
        if 0 <= index < len(kinds) and kinds[index] in EXCHANGED:
            number = kinds[: index + 1].count(kinds[index])
            issue = replace(issue, resource=f"{kinds[index]} {number}")
        named.append(issue)
    return named


def _kind(entry: Any) -> str:
    resource = entry.get("resource") if isinstance(entry, Mapping) else None
    return str(resource.get("resourceType", "")) if isinstance(resource, Mapping) else ""


_ODD = {
    CodeOddity.NO_NUMBER: "This is no number of its system: look whether the product is the one that was meant.",
    CodeOddity.CHECK_DIGIT: "The check digit of this code does not fit: look whether it is the one that was meant.",
}


def warnings(letter: Letter) -> Iterator[tuple[int, Issue]]:
    """What is odd about the codes of products, each with the number of its entry; nothing is refused for it."""
    for index, entry in enumerate(letter.entries):
        for name in ("code", "medicationCodeableConcept"):
            if name != "code" or entry.type == "Medication":
                for place, text in _odd_codes(entry.resource.get(name)):
                    issue = Issue(
                        text=text,
                        code="code-invalid",
                        place=f"{entry.place}.{name}{place}",
                        severity="warning",
                    )
                    yield index, issue


def _odd_codes(concept: Any) -> Iterator[tuple[str, str]]:
    codings = concept.get("coding") if isinstance(concept, Mapping) else None
    for index, each in enumerate(codings if isinstance(codings, list) else []):
        system, code = each.get("system"), each.get("code")
        if isinstance(system, str) and isinstance(code, str):
            text = _ODD.get(oddity(system, code) or CodeOddity.UNKNOWN_SYSTEM)
            if text:
                yield f".coding[{index}].code", text


def _must_be_transaction(bundle: Mapping[str, Any]) -> None:
    kind = bundle["resourceType"]
    if kind != "Bundle":
        text = "Reik takes a Bundle of type transaction here, no other resource."
        raise refused(422, text, kind if kind in EXCHANGED else "resourceType", code="not-supported")
    if bundle.get("type") != "transaction":
        raise refused(422, "Reik takes a Bundle of type transaction.", "Bundle.type", code="not-supported")
    if not isinstance(bundle.get("entry"), list):
        raise refused(422, "This message has no entries.", "Bundle.entry", code="required")


def _entry(index: int, entry: Mapping[str, Any]) -> Entry:
    place = f"Bundle.entry[{index}]"
    resource, request = entry.get("resource"), entry.get("request")
    if resource is None:
        raise refused(422, "An entry needs its resource.", f"{place}.resource", code="required")
    if resource["resourceType"] not in TAKEN:
        text = "Reik does not take this type of resource in a message."
        raise refused(422, text, f"{place}.resource", code="not-supported")
    if request is None or request.get("method") != "POST":
        raise refused(422, "Reik takes entries with POST.", f"{place}.request.method", code="not-supported")
    if str(request.get("url", "")).strip("/") != resource["resourceType"]:
        text = "The address of a POST is the type of its resource."
        raise refused(422, text, f"{place}.request.url", code="value")
    return Entry(
        place=f"{place}.resource",
        full_url=entry.get("fullUrl", ""),
        resource=resource,
        request=request,
        only_if_new=_only_if_new(request.get("ifNoneExist"), resource, place),
    )


def _only_if_new(query: str | None, resource: Mapping[str, Any], place: str) -> Pair | None:
    """Conditional create, by one of the resource's own identifiers."""
    if query is None:
        return None
    match parse_qsl(query.removeprefix("?")):
        case [("identifier", token)]:
            system, _, value = token.rpartition("|")
            if (plain_system(system), value) in identifiers(resource):
                return plain_system(system), value
    text = "Reik takes ifNoneExist with one identifier of the resource itself."
    raise refused(422, text, f"{place}.request.ifNoneExist", code="not-supported")


def _the_patient(entries: Sequence[Entry]) -> Entry:
    patients = [each for each in entries if each.type == "Patient"]
    if len(patients) != 1:
        place = patients[1].place if patients else "Bundle.entry"
        text = f"A message is about one Patient; this one has {len(patients)}."
        raise refused(422, text, place, code="invariant")
    return patients[0]


def _misplaced(entries: Sequence[Entry], patient: Entry) -> Iterator[Issue]:
    """Entries under one address twice, and what is about somebody else than the message's Patient."""
    seen: set[str] = set()
    for each in entries:
        if each.full_url and each.full_url in seen:
            text = "Two entries have the same fullUrl."
            yield Issue(text=text, code="duplicate", place=each.place.replace(".resource", ".fullUrl"))
        seen.add(each.full_url)
        subject = each.resource.get("subject")
        if each.type in _ABOUT_A_CLIENT and subject is None:
            yield Issue(text="Of whom this is must be said.", code="required", place=f"{each.place}.subject")
        elif each.type in _ABOUT_A_CLIENT and not points_at(subject, patient):
            yield Issue(
                text="This is of somebody else than the Patient of this message.",
                code="business-rule",
                place=f"{each.place}.subject",
            )


def points_at(reference: Any, entry: Entry) -> bool:
    """Whether a Reference means this entry: by address, or by one of its identifiers."""
    if not isinstance(reference, Mapping):
        return False
    literal = reference.get("reference")
    if literal is not None:
        return literal in entry.names
    return identifier_pair(reference.get("identifier")) in set(identifiers(entry.resource))


def _real_people(entries: Sequence[Entry]) -> Iterator[Issue]:
    for each in entries:
        for index, (system, value) in enumerate(identifiers(each.resource)):
            if system == BSN and not _TEST_BSN.fullmatch(value):
                text = "This is a demo: it takes made-up people only (BSN 9999xxxxx)."
                place = f"{each.place}.identifier[{index}].value"
                yield Issue(text=text, code="business-rule", place=place)


def bsn_of(patient: Mapping[str, Any]) -> str | None:
    """The Patient's BSN, if the message gives one."""
    return next(
        (value for system, value in identifiers(patient) if system == BSN and is_bsn(value)),
        None,
    )


def birth_date_of(patient: Mapping[str, Any]) -> date | None:
    """The day of birth, when it is known to the day."""
    try:
        return date.fromisoformat(str(patient.get("birthDate", "")))
    except ValueError:
        return None
