"""The codec of FHIR R4: XML and JSON say the same and nothing is lost between them; the table is HL7's own."""

from __future__ import annotations

import json
import lzma
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from reik.interop.fhir import definitions
from reik.interop.fhir.checking import EXCHANGED, findings
from reik.interop.fhir.elements import (
    INTEGERS,
    NUMBERS,
    PRIMITIVES,
    RESOURCES,
    XHTML,
    Part,
    parts_of,
)
from reik.interop.fhir.reading import read
from reik.interop.fhir.writing import canonical, from_json, to_json, to_xml
from tests.contexts.fhir_letters import agreement, as_json, medication, message

SHARED = Path(__file__).parents[3] / "shared" / "data"
EXAMPLES, PROFILES = SHARED / "mp9", SHARED / "profiles"
# HL7's StructureDefinitions of R4, of each element only what the table is made from.
DEFINITIONS = Path(__file__).parent / "vendor" / "fhir-r4-definitions.json.xz"
SPACE = 'xmlns="http://hl7.org/fhir"'
Json = dict[str, Any]


def c14n(data: bytes) -> bytes:
    """XML without what says nothing: order of attributes, blanks between elements, remarks."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True, remove_pis=True)
    return etree.tostring(etree.fromstring(data, parser), method="c14n")


def there_and_back(data: bytes) -> None:
    """XML → model → JSON → model → XML, and what is stored, all say the same."""
    model = read(data)
    again = read(to_json(model))
    assert canonical(again) == canonical(model)
    assert canonical(from_json(canonical(model))) == canonical(model)
    assert c14n(to_xml(again)) == c14n(to_xml(model))
    assert canonical(read(to_xml(again))) == canonical(model)


# All examples of Nictiz and HL7


def examples(ending: str) -> list[Path]:
    return sorted(EXAMPLES.glob(f"*/*.{ending}"))


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"needs the examples in {EXAMPLES}")
def test_every_example_comes_out_as_it_went_in() -> None:
    files = examples("xml")
    assert len(files) > 150
    for file in files:
        data = file.read_bytes()
        assert c14n(to_xml(read(data))) == c14n(data), file.name
        there_and_back(data)
    for file in examples("json"):
        made = read(file.read_bytes())
        assert json.loads(to_json(made)) == json.loads(file.read_bytes())
        again = read(to_xml(made))
        for each in (again, made):  # XML has one kind of line end
            if "text" in each:
                each["text"]["div"] = c14n(each["text"]["div"].encode())
        assert canonical(again) == canonical(made), file.name


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"needs the examples in {EXAMPLES}")
def test_the_two_forms_of_one_example_of_hl7_are_one() -> None:
    core = EXAMPLES / "hl7-core-r4"
    of_xml = read((core / "patient-example.xml").read_bytes())
    of_json = read((core / "patient-example.json").read_bytes())
    for made in (of_xml, of_json):
        made["text"]["div"] = c14n(made["text"]["div"].encode())
    assert of_xml == of_json


# Our own: what the examples do not hold

ODD = f"""<MedicationDispense {SPACE}>
  <id value="a"/>
  <meta><profile value="http://a"/><profile value="http://b"/></meta>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">5 &lt; 6<br/> <b>mg&#160;</b></div></text>
  <contained><Medication><id value="m"/><code id="c"><text value=" twee  spaties &#10;regel"/></code></Medication>
  </contained>
  <contained><Organization><id value="o"/></Organization></contained>
  <modifierExtension url="http://x"><extension url="y"><valueDecimal value="1e2"/></extension></modifierExtension>
  <status id="s1" value="unknown"><extension url="http://z"><valueCode value="q"/></extension></status>
  <quantity><value value="0.50"/></quantity>
  <daysSupply><value id="v" value="0.0000001"/></daysSupply>
  <whenPrepared><extension url="http://absent"><valueCode value="unknown"/></extension></whenPrepared>
  <dosageInstruction><sequence value="1"/><timing><event value="2026-01-01"/>
    <event><extension url="http://absent"/></event><event id="e" value="2026-01-03"/></timing>
    <doseAndRate><doseQuantity><value value="-0"/></doseQuantity></doseAndRate></dosageInstruction>
</MedicationDispense>""".encode()


def test_odd_things_are_kept() -> None:
    assert c14n(to_xml(read(ODD))) == c14n(ODD)
    there_and_back(ODD)
    made = json.loads(to_json(read(ODD)), parse_float=str, parse_int=str)
    assert made["_status"] == {"id": "s1", "extension": [{"url": "http://z", "valueCode": "q"}]}
    assert "whenPrepared" not in made
    timing = made["dosageInstruction"][0]["timing"]
    assert timing["event"] == ["2026-01-01", None, "2026-01-03"]
    assert timing["_event"] == [None, {"extension": [{"url": "http://absent"}]}, {"id": "e"}]
    assert made["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"] == "-0"
    assert made["daysSupply"]["value"] == "0.0000001"
    assert made["modifierExtension"][0]["extension"][0]["valueDecimal"] == "1e2"


def test_what_is_not_fhir_stays_where_it_is_and_is_named() -> None:
    strange = (
        f'<Medication {SPACE}><code/><colour value="red"/><shape><round value="yes"/></shape></Medication>'
    )
    made = read(strange.encode())
    assert made["colour"] == "red"
    assert c14n(to_xml(made)) == c14n(strange.encode())
    bundle = message(agreement(), {**medication(), "colour": "red"})
    assert [each.place for each in findings(read(as_json(bundle)))] == ["Bundle.entry[1].resource.colour"]


def test_a_narrative_may_name_letters_as_html_does() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml">&eacute;&nbsp;&lt;&bogus;</div>'
    made = read(json.dumps({"resourceType": "Basic", "text": {"status": "additional", "div": div}}).encode())
    assert "&amp;bogus;" in to_xml(made).decode() or "&bogus;" not in to_xml(made).decode()
    known = {**made, "text": {"status": "additional", "div": div.replace("&bogus;", "")}}
    assert "é\xa0&lt;</div>" in to_xml(known).decode()


def test_elements_stand_in_the_order_of_the_standard() -> None:
    made = {"resourceType": "Patient", "birthDate": "1950-01-01", "deceasedBoolean": False, "id": "a",
            "name": [{"given": ["A"], "use": "official", "family": "B"}], "active": True}  # fmt: skip
    names = [etree.QName(each).localname for each in etree.fromstring(to_xml(made)).iter()]
    assert names == [
        "Patient",
        "id",
        "active",
        "name",
        "use",
        "family",
        "given",
        "birthDate",
        "deceasedBoolean",
    ]


# Whatever a resource of the table may hold

letters = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    min_size=1,
)
decimals = st.from_regex(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@st.composite
def values(draw: st.DrawFn, part: Part, depth: int) -> Any:
    """A value of this type, and what stands beside it."""
    if part.kind == "boolean":
        return draw(st.booleans())
    if part.kind in INTEGERS:
        return draw(st.integers(0, 2**31 - 1))
    if part.kind in NUMBERS:
        text = draw(decimals)
        return read(f'{{"resourceType":"Basic","x":{text}}}'.encode())["x"]
    if part.kind == XHTML:
        return f'<div xmlns="http://www.w3.org/1999/xhtml">{draw(st.sampled_from(["a", "<p>b</p>", "&lt;"]))}</div>'
    if part.primitive:
        return draw(letters)
    return draw(parts(part.kind, depth))


@st.composite
def parts(draw: st.DrawFn, kind: str, depth: int = 0) -> Json:
    """A resource or a part with a few of its elements; never empty."""
    made: Json = {}
    if kind == "Resource":
        kind = draw(st.sampled_from(["Medication", "Organization", "Patient"]))
    if kind in RESOURCES:
        made["resourceType"] = kind
    known = parts_of(kind)
    shallow = [name for name, part in known.items() if part.primitive]
    names = draw(
        st.lists(st.sampled_from(shallow if depth > 3 and shallow else list(known)), max_size=4, unique=True)
    )
    if depth > 5:
        names = []
    for name in names or ["id"]:
        part = known[name]
        if not part.many:
            made[name] = draw(values(part, depth + 1))
            if part.primitive and name not in ("id", "url") and draw(st.booleans()):
                made[f"_{name}"] = {"id": draw(letters)}
        else:
            made[name] = draw(st.lists(values(part, depth + 1), min_size=1, max_size=3))
    return made


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(EXCHANGED - {"Bundle"})).flatmap(parts))
def test_whatever_a_resource_may_hold_comes_back(made: Json) -> None:
    model = read(to_json(made))
    assert canonical(model) == canonical(made)
    assert canonical(read(to_xml(model))) == canonical(model)
    assert canonical(from_json(to_json(model))) == canonical(model)


@given(decimals)
def test_digits_are_never_touched(text: str) -> None:
    data = f'{{"resourceType":"Observation","valueQuantity":{{"value":{text}}}}}'.encode()
    model = read(data)
    assert to_json(model) == data
    assert f'value="{text}"'.encode() in to_xml(model)
    assert to_json(read(to_xml(model))) == data
    assert to_json(from_json(data)) == data
    assert Decimal(model["valueQuantity"]["value"]) == Decimal(text)


# The table


def test_the_table_is_what_the_definitions_say() -> None:
    with lzma.open(DEFINITIONS) as file:
        entries = json.load(file)["entry"]
    assert len(entries) == 212
    assert definitions.table(each["resource"] for each in entries) == definitions.TABLE.read_text()


def test_the_table_is_made_from_a_definition() -> None:
    def element(path: str, most: str, *types: str, **more: Any) -> Json:
        return {"path": path, "max": most, "type": [{"code": each} for each in types], **more}

    sachet = {
        "resourceType": "StructureDefinition", "fhirVersion": "4.0.1", "kind": "resource", "type": "Sachet",
        "derivation": "specialization",
        "snapshot": {
            "element": [
                element("Sachet", "*"), element("Sachet.id", "1", "id"), element("Sachet.text", "1", "Narrative"),
                element("Sachet.day", "1", "date"), element("Sachet.content", "*", "BackboneElement"),
                element("Sachet.content.id", "1", "http://hl7.org/fhirpath/System.String"),
                element("Sachet.content.amount[x]", "1", "decimal", "Quantity"),
                element("Sachet.content.text", "1", "string"),
                {"path": "Sachet.more", "max": "*", "contentReference": "#Sachet.content"},
            ]
        },
    }  # fmt: skip
    other = {**sachet, "fhirVersion": "4.3.0", "type": "Later"}
    assert definitions.table([other, sachet]) == definitions.HEAD + (
        "+Sachet day:date content*. more*Sachet.content\nSachet.content amount?decimal,Quantity text:string\n"
    )


def test_every_type_that_the_table_names_is_in_the_table() -> None:
    owners = {
        line.removeprefix("+").split(" ")[0]
        for line in definitions.TABLE.read_text().splitlines()
        if not line.startswith("#")
    }
    assert len(RESOURCES) == 146
    assert EXCHANGED <= RESOURCES
    for owner in owners:
        for name, part in parts_of(owner).items():
            assert part.kind in owners | PRIMITIVES | {XHTML, "Resource"}, f"{owner}.{name}: {part.kind}"
    assert not parts_of("Meta")["project"].known  # some vendors' definitions have more than HL7's


NO_ELEMENT = re.compile(r":|^[A-Z]\w*$")


@pytest.mark.skipif(not PROFILES.is_dir(), reason=f"needs the profiles in {PROFILES}")
def test_the_profiles_that_are_exchanged_name_only_what_the_table_knows() -> None:
    """Each element of a differential of MP9 and zib2020 is an element of the base, of one of its types."""
    seen = 0
    for file in sorted(PROFILES.rglob("*.xml")):
        if b"<StructureDefinition" not in file.read_bytes()[:2000]:
            continue
        profile = read(file.read_bytes())
        if profile["type"] not in EXCHANGED | {"Extension", "Dosage"}:
            continue
        for element in profile.get("differential", {}).get("element", []):
            assert _known(element["path"]), f"{file.name}: {element['path']}"
            seen += 1
    assert seen > 1000


def _known(path: str) -> bool:
    owner, *names = path.split(".")
    for name in names:
        parts = parts_of(owner)
        if owner == "Resource":
            return True
        if name.endswith("[x]"):
            return any(each.startswith(name[:-3]) for each in parts)
        if not parts[name].known:
            return False
        owner = parts[name].kind
    return True
