"""The order of a dispenser as a supplier reads it: a letter, or JSON in the supplier's own names. Pure (R3).

Neither says anything of medicine, of health, or of a BSN: `OrderText` has no place for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from reik.pathway.enrolment.ordering import FIELDS, OrderText, is_fixed

LETTER = "dispenser_order"
"""The letter that `reik.interop.email` hands in as it stands here."""
SUBJECT = "Bestelling medicijndispenser {order}"
TEXT = """\
{organisation} bestelt een dispenser.

Nummer van deze bestelling: {order}
Type: {model}
Graag geleverd op: {wanted_on}
Wie installeert: {installs}

Voor: {client}
Adres: {address}
Telefoon: {phone}

Signalen per dag: {times_per_day}
Taal: {language}
Volume: {volume}
Extra signaalgever: {extra_signal}
{note}
Bevestigt u deze bestelling? Bel {organisation}: {organisation_phone}, en noem het nummer.
Antwoorden op deze e-mail wordt niet gelezen.
"""
_INSTALLS = {"team": "het zorgteam", "supplier": "u (de leverancier)", "pharmacy": "de apotheek"}
_VOLUMES = {"low": "zacht", "normal": "gewoon", "high": "hard"}


def values(text: OrderText) -> dict[str, Any]:
    """All fields under our own names, as JSON values: dates as 2026-11-23, yes and no as booleans."""
    found = {name: getattr(text, name) for name in FIELDS}
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in found.items()}


def mapped(text: OrderText, mapping: Mapping[str, str]) -> dict[str, Any]:
    """The JSON of a webhook: their names for our fields, "a.b" as b inside a; without a mapping our own names.

    A field that the mapping does not name is left out. `mapping` was checked by `ordering.mapping_flaw`.
    """
    ours = values(text)
    if not mapping:
        return ours
    made: dict[str, Any] = {}
    for name, theirs in mapping.items():
        *parts, last = theirs.split(".")
        place = made
        for part in parts:
            place = place.setdefault(part, {})
        place[last] = name[1:-1] if is_fixed(name) else ours[name]
    return made


def letter(text: OrderText) -> dict[str, str]:
    """The letter, with its subject. The subject names nobody: it is read on screens that lie open."""
    said = {
        **values(text),
        "wanted_on": f"{text.wanted_on:%d-%m-%Y}",
        "installs": _INSTALLS.get(text.installs, text.installs),
        "volume": _VOLUMES.get(text.volume, text.volume),
        "extra_signal": "ja" if text.extra_signal else "nee",
        "phone": text.phone or "niet bekend",
        "note": f"Voor de bezorger: {text.note}\n" if text.note else "",
    }
    return {"letter": LETTER, "subject": SUBJECT.format(order=text.order), "text": TEXT.format(**said)}


def body(text: OrderText, channel: str, mapping: Mapping[str, str]) -> dict[str, Any]:
    """What the outbox carries for this channel: email or webhook."""
    return letter(text) if channel == "email" else mapped(text, mapping)
