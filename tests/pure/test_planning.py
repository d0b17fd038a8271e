"""Every rule of the plan contract and every reason, on small messages made for it (`fixtures/mp9`)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reik.interop.fhir.mapping import agreements
from reik.interop.fhir.reading import read
from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.planning import plan, to_json

FIXTURES = Path(__file__).parent / "fixtures" / "mp9"
CASES = sorted(path.stem for path in FIXTURES.glob("*.json"))
REASONS = [
    "unknown-modifier", "no-period", "period-invalid", "period-condition", "unresolved-stop", "treatment-held",
    "wds-overlap", "cycle-invalid", "cycle-overflow", "sequence-mixed", "bounds-mismatch", "bounds-range",
    "bounds-invalid", "no-dosage", "no-timing", "dose-range", "dose-invalid", "frequency-range", "period-range",
    "count-range", "timing-conflict", "timing-unsupported", "weekday-missing", "date-missing", "slots-missing",
    "slot-conflict", "step-too-short",
]  # fmt: skip
# Those of the command (A1 to A5) and of the product (A11) have tests of their own.
RULES = [f"A{n}" for n in (6, 7, 8, 9, 10, 12)] + [
    f"{letter}{number}"
    for letter, last in {"B": 7, "C": 5, "D": 4, "E": 9, "F": 9, "G": 12, "H": 6, "I": 6}.items()
    for number in range(1, last + 1)
]


def load(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))


def planned(case: dict[str, Any]) -> dict[str, Any]:
    found = agreements(read(json.dumps(case["file"]).encode()))
    return to_json(plan(found, date.fromisoformat(case["from"]), case["days"]))


def short(identifier: str | None) -> str:
    return str(identifier).rpartition("|")[2]


def moments(made: dict[str, Any]) -> list[str]:
    return [
        f"{moment['at']} {moment['slot']}{' exact' if moment['exact'] else ''} {short(item['agreement'])}"
        f" {item['dose'] or '-'} {item['unit'] or '-'}{' rol' if item['packable'] else ''}"
        for moment in made["moments"]
        for item in moment["items"]
    ]


def needs(made: dict[str, Any]) -> list[str]:
    found = []
    for each in made["as_needed"]:
        most = each["max_dose"]
        limit = f"{most['value']} {most['unit']}/{most['per']} {most['per_unit']}" if most else "-"
        dose = f"{each['dose_low']} {each['dose_high']} {each['unit']}"
        found.append(f"{short(each['agreement'])} {dose} {limit} {', '.join(each['criteria'])}")
    return found


def refusals(made: dict[str, Any]) -> list[str]:
    return [
        " ".join(filter(None, (short(each["agreement"]), each["reason"], each["text"])))
        for each in made["unplannable"]
    ]


def stops(made: dict[str, Any]) -> list[str]:
    return [
        f"{short(each['agreement'])} {each['block']} {each['kind']} {each['at']} {short(each['by'])}"
        f" {each['in_file']}"
        for each in made["stopped"]
    ]


@pytest.mark.parametrize("name", CASES)
def test_the_rule(name: str) -> None:
    case = load(name)
    made = planned(case)
    assert sorted(moments(made)) == sorted(case["moments"])
    assert sorted(needs(made)) == sorted(case["as_needed"])
    assert sorted(refusals(made)) == sorted(case["unplannable"])
    assert sorted(stops(made)) == sorted(case["stopped"])


@pytest.mark.parametrize("name", CASES)
def test_agreements_can_be_stored(name: str) -> None:
    found = agreements(read(json.dumps(load(name)["file"]).encode()))
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Agreement, ...]) == found


def test_every_rule_and_reason_has_a_message() -> None:
    cases = [load(name) for name in CASES]
    assert set(RULES) <= {rule for case in cases for rule in case["rules"]}
    reached = {line.split()[1] for case in cases for line in case["unplannable"]}
    assert reached == set(REASONS)


def test_one_moment_for_each_instant_slot_and_exactness_in_order() -> None:
    """A6"""
    for name in CASES:
        made = planned(load(name))["moments"]
        places = [(moment["at"], moment["slot"], moment["exact"]) for moment in made]
        assert len(set(places)) == len(places)


def test_xml_is_read_like_json() -> None:
    """A1, A11: the contained product that was chosen, its name from the text."""
    found = agreements(read((FIXTURES / "a01-xml.xml").read_bytes()))
    made = to_json(plan(found, date(2026, 3, 1), 5))
    at = ["2026-03-01T08:00:00+01:00", "2026-03-01T20:00:00+01:00"]
    assert [moment["at"] for moment in made["moments"]][:2] == at
    assert len(made["moments"]) == 4
    assert made["moments"][0]["items"] == [
        {
            "agreement": "urn:oid:2.999.1|T1",
            "treatment": None,
            "product": {"system": "urn:oid:2.999.8", "code": "H1", "display": "Pil van de apotheek"},
            "dose": "0.5",
            "unit": "stuk",
            "packable": True,
        }
    ]
    assert (made["zone"], made["from"], made["until"]) == ("Europe/Amsterdam", "2026-03-01", "2026-03-06")
    assert (made["as_needed"], made["unplannable"], made["stopped"]) == ([], [], [])
