"""Every example of MP9 gives the expected result or a named reason; printed as a table by folder (`-s`)."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from reik.interop.fhir.intake import read_letter
from reik.interop.fhir.mapping import agreements
from reik.interop.fhir.outcome import Issue, Refused
from reik.interop.fhir.reading import read
from reik.medication.agreed.agreements import Block
from reik.medication.agreed.planning import plan, to_json
from tests.proofs.test_plan_cases import MESSAGES, TODAY, without_macros

pytestmark = pytest.mark.skipif(not MESSAGES.is_dir(), reason=f"needs the examples in {MESSAGES}")
FILES = sorted([*MESSAGES.glob("*/*.xml"), *MESSAGES.glob("*/*.json")]) if MESSAGES.is_dir() else []
DAYS = 366


def planned(file: Path) -> tuple[Counter[str], set[str]]:
    """How many agreements of a file ended how, and which TA or WDS nothing was said of."""
    found = agreements(read(without_macros(file.read_bytes())))
    starts = [each.period.start[:10] for each in found if each.period and each.period.start]
    since = min(map(date.fromisoformat, starts), default=TODAY)
    made = to_json(plan(found, since - timedelta(days=1), DAYS))
    moments = {item["agreement"] for moment in made["moments"] for item in moment["items"]}
    needed = {each["agreement"] for each in made["as_needed"]}
    stopped = {each["agreement"] for each in made["stopped"]}
    stops = {each["by"] for each in made["stopped"]} | {each.id for each in found if each.stop is not None}
    told: Counter[str] = Counter()
    told["moments"] = len(made["moments"])
    told["planned"], told["as needed"] = len(moments), len(needed)
    told["stopped"] = len(stopped)
    reasons = {each["agreement"] for each in made["unplannable"]}
    for each in made["unplannable"]:
        told[f"not: {each['reason']}"] += 1
    # A WDS decides over its TA (I1), which then has no moments of its own.
    under = {
        each.id
        for each in found
        for other in found
        if each.block is Block.TA and other.block is Block.WDS and each.treatment == other.treatment
    }
    silent = {each.id for each in found if each.block is not Block.MA}
    return told, silent - moments - needed - stopped - stops - reasons - under


def test_every_example_is_planned_or_says_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    silent: dict[str, set[str]] = {}
    for file in FILES:
        told, left = planned(file)
        row = table[file.parent.name]
        row.update(told)
        row["files"] += 1
        if left:
            silent[f"{file.parent.name}/{file.name}"] = left
    for folder, row in sorted(table.items()):
        reasons = ", ".join(
            f"{name[5:]} {count}" for name, count in sorted(row.items()) if name.startswith("not:")
        )
        print(
            f"{folder:24} {row['files']:3} files {row['moments']:6} moments of {row['planned']:3} agreements,"
            f" {row['as needed']:3} as needed, {row['stopped']:3} stopped; not planned: {reasons or 'none'}"
        )
    assert len(FILES) > 150
    assert sum(row["moments"] for row in table.values()) > 5000
    assert silent == {}


def test_every_pharmacy_message_can_be_taken_in_and_all_else_is_refused_with_a_reason() -> None:
    """What a pharmacy sends (a transaction) is understood; the other examples are refused by name, never half."""
    reasons: Counter[str] = Counter()
    for file in FILES:
        issues = issues_of(without_macros(file.read_bytes()))
        assert not issues or file.parent.name != "pharmacy-TA-MVE", file.name
        assert all(each.place and each.who for each in issues), file.name
        reasons.update(each.text for each in issues[:1])
    assert sum(reasons.values()) > 60, reasons


def issues_of(data: bytes) -> list[Issue]:
    try:
        read_letter(data)
    except Refused as refusal:
        return list(refusal.issues)
    return []
