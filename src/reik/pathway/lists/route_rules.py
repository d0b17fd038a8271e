"""The order in which clients are visited until tours are planned: by postcode and address. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

POSTCODE = re.compile(r"\b([1-9]\d{3})\s?([A-Z]{2})\b")
NUMBER = re.compile(r"^(?P<street>.*?)\s*(?P<number>\d+)\s*(?P<rest>[^,\d]*)$")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Place:
    """Where an address stands in a round; its fields in this order sort. One without an address comes last."""

    unknown: bool
    postcode: str
    town: str
    street: str
    number: int
    rest: str

    @property
    def area(self) -> str:
        """The neighbourhood: the four digits of the postcode, else the town."""
        return self.postcode[:4] or self.town


def place_of(address: str) -> Place:
    """Reads "Straat 12a, 7621 AB Borne" or "Straat 12, Borne"; what cannot be read sorts by its text."""
    text = " ".join(address.upper().split())
    found = POSTCODE.search(text)
    postcode = found[1] + found[2] if found else ""
    if found:
        text = (text[: found.start()].rstrip() + " " + text[found.end() :].lstrip()).strip()
    first, _comma, town = text.partition(",")
    split = NUMBER.match(first.strip())
    return Place(
        unknown=not address.strip(), postcode=postcode, town=town.strip(" ,"),
        street=split["street"] if split else first.strip(), number=int(split["number"][:6]) if split else 0,
        rest=split["rest"].strip() if split else "",
    )  # fmt: skip
