"""What a caller searches for, from the parameters of a FHIR search. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from reik.interop.fhir.identifiers import plain_system
from reik.interop.fhir.outcome import refused

USUAL, MOST = 50, 200
CATEGORIES = frozenset(
    {
        "Communication", "Condition", "MedicationAdministration", "MedicationDispense", "MedicationRequest",
        "MedicationStatement", "Observation", "ServiceRequest",
    }
)  # fmt: skip
OF_A_PATIENT = CATEGORIES | {"RelatedPerson"}
TASK = "Task"
_OF_TASK = {"status": "status", "code": "code"}
# Parameters of the interface itself, not of what is searched.
_OUTER = frozenset({"_format", "_pretty", "_count", "_page"})
_TOKEN_NAMES = {
    "identifier": "identifier",
    "category": "category",
    "patient.identifier": "patient.identifier",
    "subject.identifier": "patient.identifier",
    "subject:Patient.identifier": "patient.identifier",
}
_ID_NAMES = {"_id": "_id", "patient": "patient", "subject": "patient"}
_COMPARISONS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "sa": ">", "eb": "<"}
_SPLIT = re.compile(r"(?<!\\),")
Token = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Updated:
    """One side of a condition on _lastUpdated: a comparison of SQL and an instant."""

    comparison: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All of these must hold; of the tokens (system, value) of one parameter, and of its ids, any one."""

    type: str
    count: int = USUAL
    tokens: tuple[tuple[str, tuple[Token, ...]], ...] = ()
    ids: tuple[tuple[str, tuple[UUID, ...]], ...] = ()
    updated: tuple[Updated, ...] = ()
    used: tuple[tuple[str, str], ...] = field(default=())
    ignored: tuple[str, ...] = ()


def parameters_of(type: str) -> dict[str, str]:
    """The search parameters of a type, with their FHIR type, for the CapabilityStatement."""
    if type == TASK:
        return {
            "_id": "token", "_lastUpdated": "date", "patient": "reference", "status": "token", "code": "token",
        }  # fmt: skip
    found = {"_id": "token", "_lastUpdated": "date", "identifier": "token"}
    if type in CATEGORIES:
        found["category"] = "token"
    if type in OF_A_PATIENT:
        found |= {"patient": "reference", "patient.identifier": "token"}
    return found


def parse(type: str, pairs: Sequence[tuple[str, str]], *, strict: bool = False) -> Search:
    """The search that these parameters ask; `strict` refuses what Reik does not know. Raises Refused (400)."""
    made = Search(type=type)
    for name, text in pairs:
        if "\x00" in text:
            raise refused(400, "This value holds a character that FHIR forbids.", name[:60])
        if name in _OUTER:
            made = replace(made, count=_count(text)) if name == "_count" else made
        elif _applies(type, name):
            made = replace(_with(made, name, text), used=(*made.used, (name, text)))
        elif strict or name.partition(":")[0] in (*_TOKEN_NAMES, *_ID_NAMES, "_lastUpdated"):
            # One that narrows the answer is never skipped over: the answer would show too much.
            raise refused(400, "Reik does not know this search parameter for this type.", name[:60])
        else:
            made = replace(made, ignored=(*made.ignored, name))
    return made


def _applies(type: str, name: str) -> bool:
    if type == TASK:
        return name in ("_id", "_lastUpdated", *_OF_TASK, "patient", "subject")
    if name in ("_id", "_lastUpdated", "identifier"):
        return True
    if name == "category":
        return type in CATEGORIES
    return type in OF_A_PATIENT and (name in _TOKEN_NAMES or name in _ID_NAMES)


def _with(asked: Search, name: str, text: str) -> Search:
    if name in _TOKEN_NAMES:
        tokens = tuple(_token(each) for each in _SPLIT.split(text))
        return replace(asked, tokens=(*asked.tokens, (_TOKEN_NAMES[name], tokens)))
    if asked.type == TASK and name in _OF_TASK:
        said = tuple(_token(each) for each in _SPLIT.split(text))
        return replace(asked, tokens=(*asked.tokens, (name, said)))
    if name in _ID_NAMES:
        return replace(asked, ids=(*asked.ids, (_ID_NAMES[name], tuple(_ids(text)))))
    return replace(asked, updated=(*asked.updated, *_updated(text)))


def _token(text: str) -> Token:
    """`value` (any system), `|value` (none), `system|` (any value) or `system|value`."""
    system, bar, value = text.rpartition("|")
    if not text.strip("|"):
        raise refused(400, "This search parameter has no value.", "identifier or category")
    return plain_system(system) if bar else None, value.replace("\\,", ",") or None


def _ids(text: str) -> Iterator[UUID]:
    """Ids of Reik are UUIDs: another text is nothing that Reik has, which is not wrong."""
    for each in _SPLIT.split(text):
        try:
            yield UUID(each.removeprefix("Patient/"))
        except ValueError:
            continue


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise refused(400, "This must be a whole number.", "_count")
    return min(int(text), MOST)


def _updated(text: str) -> Iterator[Updated]:
    prefix = text[:2] if text[:2].isalpha() else "eq"
    value = text[2:] if text[:2].isalpha() else text
    start, end = _stretch(value)
    if prefix == "eq":
        yield from (Updated(">=", start), Updated("<", end))
    elif prefix in ("gt", "sa"):
        yield Updated(">=", end)
    elif prefix == "le":
        yield Updated("<", end)
    elif prefix in _COMPARISONS:
        yield Updated(_COMPARISONS[prefix], start)
    else:
        raise refused(400, "Reik does not know this prefix.", "_lastUpdated")


def _stretch(text: str) -> tuple[datetime, datetime]:
    """A date or instant as the stretch of time that it names; without offset it is UTC."""
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        raise refused(400, "This must be a date or an instant.", "_lastUpdated") from None
    if len(text) == len("2026-01-01"):
        return at, at + timedelta(days=1)
    return at, at + timedelta(milliseconds=1 if "." in text else 1000)
