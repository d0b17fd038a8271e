"""What went wrong, as FHIR says it: issues with a place, a refusal that carries them, and the OperationOutcome. Pure.

A text never repeats what the message said: an answer may end in somebody's log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

# IssueType (FHIR R4) by the status of an answer that says no more than its status.
_CODES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported",
    413: "too-long", 415: "not-supported", 422: "processing", 500: "exception", 503: "transient",
}  # fmt: skip


class Who(StrEnum):
    """Who has to act on a refusal."""

    SUPPLIER = "the supplier of the sending system"
    PHARMACIST = "the pharmacist who sends it"
    KEEPER = "whoever keeps the accounts of this organisation"
    SENDER = "the sending system, which sends it again"
    RECORD = "who wrote it in the care record"
    MANAGER = "a team manager of this organisation"


# By the code of an issue: what a person typed is hers to correct, how a message is built her supplier's.
_WHO = {
    "value": Who.PHARMACIST, "business-rule": Who.PHARMACIST, "invariant": Who.PHARMACIST, "login": Who.KEEPER,
    "forbidden": Who.KEEPER, "transient": Who.SENDER,
}  # fmt: skip
_PATH = re.compile(r"[A-Z]\w*(\.\w+(\[\d+\])?)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong. `place` is a FHIRPath (`Bundle.entry[2].resource…`) or a line of the message."""

    text: str
    code: str = "invalid"
    place: str = ""
    severity: str = "error"
    resource: str = ""  # which one it is about, in words: its type and its place among those of that type
    acts: Who | None = None  # who must act, where the code alone does not say it

    @property
    def who(self) -> Who:
        """The person who must act."""
        return self.acts or _WHO.get(self.code, Who.SUPPLIER)


class Refused(Exception):
    """The message is not taken: `status` is 400 (no FHIR), 413, or 422 (FHIR that Reik cannot understand) …"""

    def __init__(self, status: int, *issues: Issue) -> None:
        said = (f"{each.text} ({each.place})" if each.place else each.text for each in issues)
        super().__init__("; ".join(_writable(each) for each in said))
        self.status = status
        self.issues = issues
        self.message_id: UUID | None = None  # under which the raw message is kept

    @property
    def reason(self) -> str:
        """One line for the inbox: codes and places, no content."""
        said = "; ".join(
            f"{each.code} {each.place}".strip() + (f" ({each.resource})" if each.resource else "")
            for each in self.issues[:5]
        )
        who = ", ".join(dict.fromkeys(each.who.name.lower() for each in self.issues))
        return f"{self.status} {_writable(said)}; to act: {who}"


def refused(status: int, text: str, place: str = "", *, code: str = "") -> Refused:
    """A refusal with one issue."""
    return Refused(status, Issue(text=text, place=place, code=code or _CODES.get(status, "processing")))


def operation_outcome(issues: Sequence[Issue], message_id: UUID | None = None) -> dict[str, Any]:
    """The OperationOutcome (JSON form) that tells these issues, and under which number the message is kept."""
    told = [_issue(each) for each in issues]
    if message_id is not None:
        told.append(
            {
                "severity": "information",
                "code": "informational",
                "details": {"text": f"Nothing was changed. The message is kept as {message_id}."},
            }
        )
    return {"resourceType": "OperationOutcome", "issue": told}


def _issue(issue: Issue) -> dict[str, Any]:
    made: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"text": _writable(_whole(issue))},
    }
    place = _writable(issue.place)
    if place:
        made["diagnostics"] = place
        if _PATH.fullmatch(place):
            made["expression"] = [place]
    return made


def _whole(issue: Issue) -> str:
    """The sentence with the resource that it is about and, for what is wrong, who has to act."""
    about = f"{issue.resource}: " if issue.resource else ""
    acts = f" To be put right by {issue.who}." if issue.severity in ("error", "fatal") else ""
    return f"{about}{issue.text}{acts}"


def _writable(text: str) -> str:
    """A place may hold a name that the message made up: short, and with letters only that can be written."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:300])
