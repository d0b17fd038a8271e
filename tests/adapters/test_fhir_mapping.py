"""FHIR R4 and MP9: reading bytes, and resources to agreements."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop.fhir import reading
from reik.interop.fhir.mapping import agreements
from reik.interop.fhir.reading import Unreadable, read
from reik.medication.agreed.agreements import Block, Product, Reference
from reik.medication.agreed.planning import plan, to_json
from reik.ops import cli

FIXTURES = Path(__file__).parents[1] / "pure" / "fixtures" / "mp9"
XML = (FIXTURES / "a01-xml.xml").read_bytes()
FILES = [json.loads(path.read_text("utf-8"))["file"] for path in sorted(FIXTURES.glob("*.json"))]
SPACE = 'xmlns="http://hl7.org/fhir"'
DOCTYPE = '<!DOCTYPE x [<!ENTITY e "b">]>'
TWO = "<resource><Basic/><Basic/></resource>"
SNOMED = "http://snomed.info/sct"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"


def agreement(**more: object) -> dict[str, Any]:
    category = {"coding": [{"system": SNOMED, "code": "422037009"}]}
    return {"resourceType": "MedicationDispense", "id": "t", "category": category, **more}


# Reading


def test_xml_becomes_the_json_form() -> None:
    patient = f"""<Patient {SPACE}><id value="p"/>
        <extension url="http://x"><valueDecimal value="0.50"/></extension>
        <identifier><system value="s"/><value value="1"/></identifier>
        <active value="true"/>
        <name><given value="Jan"/><given id="g"/><given value="Piet"><extension url="http://q"><valueCode value="c"/>
        </extension></given></name>
        <birthDate><extension url="http://a"><valueCode value="unknown"/></extension></birthDate>
        <multipleBirthInteger value="2"/>
        <photo><size value="12"/></photo>
        <communication><language><text value="nl"/></language><preferred value="false"/></communication>
    </Patient>"""
    assert read(patient.encode()) == {
        "resourceType": "Patient",
        "id": "p",
        "extension": [{"url": "http://x", "valueDecimal": Decimal("0.50")}],
        "identifier": [{"system": "s", "value": "1"}],
        "active": True,
        "name": [
            {
                "given": ["Jan", None, "Piet"],
                "_given": [None, {"id": "g"}, {"extension": [{"url": "http://q", "valueCode": "c"}]}],
            }
        ],
        "_birthDate": {"extension": [{"url": "http://a", "valueCode": "unknown"}]},
        "multipleBirthInteger": 2,
        "photo": [{"size": 12}],
        "communication": [{"language": {"text": "nl"}, "preferred": False}],
    }


def test_the_same_dispense_in_both_forms() -> None:
    made = read(XML)
    dispense = made["entry"][0]["resource"]
    assert isinstance(dispense["category"], dict)  # 0..1 here, 0..* in MedicationRequest
    assert isinstance(dispense["dosageInstruction"][0]["timing"]["repeat"]["when"], list)
    assert dispense["contained"][0]["resourceType"] == "Medication"
    assert dispense["text"]["div"].startswith("<div")
    assert str(dispense["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"]) == "0.50"
    assert read(json.dumps(made, default=str).replace('"0.50"', "0.50").encode()) == made


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_xml_in_other_encodings(encoding: str) -> None:
    text = XML.decode().replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8")
    assert read(text.encode(encoding)) == read(XML)


UNREADABLE = {
    "empty": (b" \n", "line 1 column 1"),
    "neither": (b"hello", "line 1 column 1"),
    "broken json": (b'{"resourceType":\n"Patient"', "line 2 column 10"),
    "no object": (b"[]", "line 1 column 1"),
    "no type": (b"{}", "line 1 column 1"),
    "twice": (b'{"resourceType":"Patient","name":[{"text":"a","text":"b"}]}', "Patient.name[0]"),
    "no number": (b'{"resourceType":"Patient","x":[NaN]}', "Patient.x[0]"),
    "endless number": (b'{"resourceType":"Patient","x":1e999}', "Patient.x"),
    "text for a number": (b'{"resourceType":"Patient","multipleBirthInteger":"2"}', "Patient.multipleBirthInteger"),
    "text for a boolean": (b'{"resourceType":"Patient","active":"true"}', "Patient.active"),
    "half a letter": (b'{"resourceType":"Patient","id":"\\ud800"}', "Patient.id"),
    "a zero letter": (b'{"resourceType":"Patient","id":"a\\u0000"}', "Patient.id"),
    "not utf-8": (b'{"resourceType":"\xff"}', "byte 17"),
    "deep json": (b'{"a":' * 100_000, "whole message"),
    "broken xml": (f"<Patient {SPACE}>\n<a></Patient>".encode(), "line 2 column 14"),
    "no namespace": (b"<Patient/>", "line 1: Patient"),
    "no resource": (f"<patient {SPACE}/>".encode(), "line 1: patient"),
    "doctype": (f'{DOCTYPE}<Patient {SPACE}><id value="&e;"/></Patient>'.encode(), "line 1 column 1"),
    "xml number": (f'<Patient {SPACE}>\n<multipleBirthInteger value="x"/></Patient>'.encode(),
                   "line 2: Patient.multipleBirthInteger"),
    "half a number": (f'<Patient {SPACE}><multipleBirthInteger value="1.5"/></Patient>'.encode(),
                      "line 1: Patient.multipleBirthInteger"),
    "no truth": (f'<Patient {SPACE}><active value="yes"/></Patient>'.encode(), "line 1: Patient.active"),
    "text between": (f"<Patient {SPACE}><name>Bakker</name></Patient>".encode(), "line 1: Patient.name"),
    "text behind": (f'<Patient {SPACE}><name/><name/>x</Patient>'.encode(), "line 1: Patient.name[1]"),
    "strange attribute": (f'<Patient {SPACE}><active value="true" x="1"/></Patient>'.encode(),
                          "line 1: Patient.active"),
    "value and parts": (f'<Patient {SPACE}><name value="a"><text value="b"/></name></Patient>'.encode(),
                        "line 1: Patient.name"),
    "deep xml": (f"<Patient {SPACE}>{'<a>' * 150}{'</a>' * 150}</Patient>".encode(), "line 1: Patient" + ".a" * 101),
    "two resources": (f"<Bundle {SPACE}><entry>{TWO}</entry></Bundle>".encode(), "line 1: Bundle.entry.resource"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_with_its_place(name: str) -> None:
    data, place = UNREADABLE[name]
    with pytest.raises(Unreadable) as caught:
        read(data)
    assert caught.value.place == place
    assert caught.value.message.endswith(".")


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(Unreadable, match="larger"):
        read(b" " * 11)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(XML) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_damaged_bytes_are_read_or_unreadable(place: int, put: bytes, gone: int) -> None:
    try:
        made = read(XML[:place] + put + XML[place + gone :])
    except Unreadable:
        return
    plan(agreements(made), date(2026, 3, 1), 3)


# Mapping


@pytest.mark.parametrize(
    ("kind", "category", "block"),
    [
        ("MedicationDispense", {"system": SNOMED, "code": "422037009"}, Block.TA),
        ("MedicationRequest", {"system": SNOMED, "code": "395067002"}, Block.WDS),
        ("MedicationRequest", {"system": "urn:oid:2.16.840.1.113883.6.96", "code": "33633005"}, Block.MA),
        ("MedicationDispense", {"system": SNOMED, "code": "373784005"}, None),
        ("MedicationRequest", {"system": SNOMED, "code": "422037009"}, None),
        ("MedicationDispense", {"system": "http://other", "code": "422037009"}, None),
        ("MedicationStatement", {"system": SNOMED, "code": "422979000"}, None),
    ],
)
def test_which_resources_count(kind: str, category: dict[str, str], block: Block | None) -> None:
    """B1"""
    found = agreements({"resourceType": kind, "category": [{"coding": [category]}]})
    assert [each.block for each in found] == ([block] if block is not None else [])


@pytest.mark.parametrize(
    ("codes", "product"),
    [
        ([{"code": "1", "system": "a", "display": "A"}, {"code": "2", "system": "b"}], ("a", "1", "A")),
        (
            [{"code": "1", "system": "a"}, {"code": "2", "system": "b", "userSelected": True}],
            ("b", "2", "text"),
        ),
        ([{"system": "a", "display": "A"}, {"code": "OTH", "system": NULL_FLAVOR}], (None, None, "text")),
        ([], (None, None, "text")),
    ],
)
def test_the_product(codes: list[dict[str, object]], product: tuple[str, str, str]) -> None:
    """A11"""
    code = {"coding": codes, "text": "text"}
    entry = {"fullUrl": "urn:uuid:m", "resource": {"resourceType": "Medication", "id": "m", "code": code}}
    for reference in ("urn:uuid:m", "Medication/m", "#m"):
        file = agreement(
            medicationReference={"reference": reference, "display": "shown"}, contained=[entry["resource"]]
        )
        (made,) = agreements({"resourceType": "Bundle", "entry": [{"resource": file}, entry]})
        assert made.product == Product(system=product[0], code=product[1], display=product[2])
    (made,) = agreements(agreement(medicationCodeableConcept=code))
    assert (made.product.system, made.product.code, made.product.display) == product


def test_a_product_that_is_not_in_the_file() -> None:
    """A11"""
    (made,) = agreements(agreement(medicationReference={"reference": "Medication/9", "display": "shown"}))
    assert made.product == Product(display="shown")


def test_references_logical_and_literal() -> None:
    """B5"""
    logical = {"identifier": {"system": "urn:oid:1", "value": "M"}}
    prescription = {"resourceType": "MedicationRequest", "id": "m", "identifier": [logical["identifier"]]}
    for reference in (logical, {"reference": "MedicationRequest/m"}, {"reference": "urn:uuid:m"}):
        file = agreement(authorizingPrescription=[reference])
        entries = [{"resource": file}, {"fullUrl": "urn:uuid:m", "resource": prescription}]
        made = agreements({"resourceType": "Bundle", "entry": entries})[0]
        assert "1|M" in made.prescriptions[0].keys
    (made,) = agreements(agreement(authorizingPrescription=[{"reference": "urn:uuid:9"}]))
    assert made.prescriptions == (Reference(found="urn:uuid:9"),)


STRANGE = [None, [], {}, "", "x", 0, -1, True, [None], [[]], {"x": 1}, [{"value": {}}], Decimal("1E+40"), 1.5]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_strange_shape_never_raises(file: dict[str, Any], data: st.DataObject) -> None:
    """Any element of any fixture is replaced or dropped."""
    made = deepcopy(file)
    for _ in range(data.draw(st.integers(1, 3))):
        spots = list(_spots(made))
        owner, name = data.draw(st.sampled_from(spots))
        if data.draw(st.booleans()):
            del owner[name]
        else:
            owner[name] = deepcopy(data.draw(st.sampled_from(STRANGE)))
        if not made.get("entry"):
            break
    json.dumps(to_json(plan(agreements(made), date(2026, 3, 1), 3)))


def _spots(value: object) -> Any:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in list(pairs):
        yield value, name
        yield from _spots(inner)


# The command


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A1, A2"""
    file = str(FIXTURES / "a01-xml.xml")
    assert cli.main(["plan", file, "--from", "2026-03-01", "--days", "2", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [moment["slot"] for moment in made["moments"]] == ["MORN", "EVE", "MORN", "EVE"]
    assert made["until"] == "2026-03-03"
    assert cli.main(["plan", file, "--from", "2026-03-01"]) == 0
    assert "0.5 stuk Pil van de apotheek [rol]" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--from", "8999-01-01", "--days", "999999"]])
def test_unreadable_input(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A1: exit 2, a line on stderr, nothing on stdout."""
    file = tmp_path / "x"
    file.write_text("hello")
    assert cli.main(["plan", str(file), *arguments]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "/nowhere/at/all", "--json"]) == 2
    assert capsys.readouterr().out == ""
