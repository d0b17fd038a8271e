"""The measurement plan as data: each indicator with its definition, and what is known of it nationally. Pure (R70)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DOMAINS = ("accessibility", "quality", "affordability", "sustainability")
MUST, SHOULD = "must", "should"
PRIORITIES = (MUST, SHOULD)
SHARE, RATE, MEAN = "share", "rate", "mean"
KINDS = (SHARE, RATE, MEAN)
LOW, HIGH = "low", "high"
BETTER = ("", LOW, HIGH)
"""Which way is better; empty: neither."""
ACCEPTED, INSUFFICIENT, UNKNOWN = "accepted", "insufficient", "unknown"
STATUSES = (ACCEPTED, INSUFFICIENT, UNKNOWN)
TYPED = "typed"
EVIDENCE_SOURCE = "Digizo.nu, Hybride aanreiking van medicatie met een medicijndispenser, chapter 3 (2025)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the national plan decided on evidence, for the type of dispenser with which it was found."""

    device: str
    status: str
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One indicator. Texts by language (`nl`, `en`); `measure`: a function of `measures`, or `typed`.

    `typeable`: what Reik cannot count may be typed, also of now. `named`: the national plan names it; `factors`:
    assumptions of the business case that it uses; `own`: added by an organisation.
    """

    key: str
    domain: str
    priority: str
    kind: str
    per: int
    unit: str
    better: str
    measure: str
    title: Mapping[str, str]
    numerator: Mapping[str, str]
    denominator: Mapping[str, str]
    source: Mapping[str, str]
    evidence: tuple[Evidence, ...] = ()
    factors: tuple[str, ...] = ()
    typeable: bool = False
    named: bool = False
    own: bool = False

    def status_for(self, device: str) -> str:
        """What is known nationally for a type of dispenser: of another type nothing follows."""
        for each in self.evidence:
            if each.device.casefold() == device.casefold():
                return each.status
        return UNKNOWN


@cache
def indicators() -> Mapping[str, Indicator]:
    """All of the plan, in its order."""
    with (HERE / "plan.toml").open("rb") as stream:
        return {key: _indicator(key, given) for key, given in tomllib.load(stream).items()}


def _indicator(key: str, given: Mapping[str, Any]) -> Indicator:
    def texts(name: str) -> dict[str, str]:
        return {language: given[f"{name}_{language}"] for language in ("nl", "en")}

    evidence = tuple(
        Evidence(device=each["device"], status=each["status"], said={"nl": each["nl"], "en": each["en"]})
        for each in given.get("evidence", ())
    )
    return Indicator(
        key=key, domain=given["domain"], priority=given["priority"], kind=given["kind"], per=given.get("per", 1),
        unit=given["unit"], better=given["better"], measure=given["measure"],
        title={"nl": given["nl"], "en": given["en"]}, numerator=texts("numerator"),
        denominator=texts("denominator"), source=texts("source"), evidence=evidence,
        factors=tuple(given.get("factors", ())),
        typeable=given.get("typeable", given["measure"] == TYPED), named=given["named"],
    )  # fmt: skip


def printed() -> str:
    """The table of docs/reference/indicators.md."""
    lines = []
    for domain in DOMAINS:
        lines += [
            f"## {domain.capitalize()}", "",
            "| indicator | | numerator / denominator | source in Reik | evidence (device type) |",
            "|---|---|---|---|---|",
        ]  # fmt: skip
        lines += [_line(each) for each in indicators().values() if each.domain == domain] + [""]
    return "\n".join(lines).rstrip()


def _line(each: Indicator) -> str:
    found = "; ".join(f"{seen.status} ({seen.device}): {seen.said['en']}" for seen in each.evidence)
    named = each.priority if each.named else f"{each.priority}, added by Reik"
    unit = each.unit if each.kind != RATE or each.per == 1 else f"per {each.per:,} moments"
    return (
        f"| `{each.key}` {each.title['en']} ({unit}) | {named} | {each.numerator['en']} / {each.denominator['en']} |"
        f" {each.source['en']} | {found or 'unknown'} |"
    )
