"""What stood on a paper that was printed, so that Reik can tell when it is old: a mark per group of facts. Pure.

A mark is a fingerprint, not the words: it says that something changed and what it was about, and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping

from reik.pathway.forms.catalogue import AWAY, FAULT, LOADING, POWER_CUT
from reik.pathway.forms.fields import Value

CARD = "card"
STAYING = (CARD, LOADING, FAULT, POWER_CUT, AWAY)
"""The papers that stay in a home; the others are used once, at a table."""
NAME, PHONE, ROUTE, TIMES, DEVICE, PHARMACY, HOUSE, TEXT = GROUPS = (
    "name", "phone", "route", "times", "device", "pharmacy", "house", "text",
)  # fmt: skip
GROUP_OF: Mapping[str, str] = {
    "client": NAME, "born": NAME,
    "organisation": HOUSE, "team": HOUSE,
    "pharmacy": PHARMACY, "pharmacy_phone": PHONE,
    "who_care": PHONE, "phone_care": PHONE, "who_fault": PHONE, "phone_fault": PHONE,
    "times": TIMES, "window": TIMES,
    "dispenser": DEVICE, "signal": DEVICE, "knows": DEVICE, "battery": DEVICE, "roll_change": DEVICE, "early": DEVICE,
    "first_responder": ROUTE, "follow_up": ROUTE,
}  # fmt: skip
"""About what each field is; the day of today makes no paper old."""
ON_CARD = ("client", "times", "window", "follow_up", "who_care", "phone_care", "signal", "battery")


def marks_of(values: Mapping[str, Value], used: Collection[str], text: str) -> dict[str, str]:
    """The mark of each group of which this paper uses a field, and of its text."""
    groups: dict[str, list[object]] = {}
    for name in sorted(used):
        if name in GROUP_OF:
            groups.setdefault(GROUP_OF[name], []).append([name, values.get(name, "")])
    return {group: _mark(said) for group, said in groups.items()} | {TEXT: _mark(text)}


def _mark(said: object) -> str:
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:16]


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What is not any more as it was printed, in the order of GROUPS."""
    return [each for each in GROUPS if then.get(each) != now.get(each)]
