"""Taking the BSN out of a content before it is stored, and putting it back on output (architecture, rule 6).

Every free-standing number of nine digits that passes the 11-test is taken out, wherever it stands: in an
identifier, a reference, a search address or a narrative. What was no BSN comes back all the same. A person's
own resource, with telephone and address, is sealed whole.
"""

from __future__ import annotations

import re
from uuid import UUID

from reik.interop.fhir.identifiers import is_bsn
from reik.kernel.crypto import vault

_NINE = re.compile(r"(?<!\d)\d{9}(?!\d)")
# A control character never stands unescaped in JSON, so the mark cannot be mistaken.
_MARK = re.compile("\x01(\\d+)\x02")
_PERSON = re.compile(r'"resourceType":"(?:Patient|RelatedPerson)"')
HIDDEN = "*********"


def take_out(organisation_id: UUID, text: str) -> tuple[str, bytes | None]:
    """JSON text without BSN, and sealed what was taken out of it: numbers, all of it, or None for nothing."""
    if _PERSON.search(text):
        return "", vault().seal_text(organisation_id, text)
    numbers: list[str] = []

    def mark(found: re.Match[str]) -> str:
        number = found.group()
        if not is_bsn(number):
            return number
        if number not in numbers:
            numbers.append(number)
        return f"\x01{numbers.index(number)}\x02"

    plain = _NINE.sub(mark, text)
    return plain, vault().seal_text(organisation_id, ",".join(numbers)) if numbers else None


def put_back(organisation_id: UUID, text: str, sealed: bytes | None) -> str:
    """The JSON text as it was. Raises SealBroken when the organisation's key was destroyed."""
    if sealed is None:
        return text
    if not text:
        return vault().open_text(organisation_id, sealed)
    numbers = vault().open_text(organisation_id, sealed).split(",")
    return _MARK.sub(lambda found: numbers[int(found.group(1))], text)


def hidden(text: str) -> str:
    """The text for a log: without anything that could be a BSN."""
    return re.sub(r"\d{9,}", HIDDEN, text)


def token_value(organisation_id: UUID, value: str) -> str:
    """The value as an index row holds it: a keyed fingerprint for what is, or could be, a BSN."""
    if not _NINE.search(value) or not any(is_bsn(each) for each in _NINE.findall(value)):
        return value
    return "#" + vault().blind_index(organisation_id, value).hex()
