"""Every roll, written by a packer as CSV, fixed width or XML, is read back the same; a broken file never half (R15)."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.interop.rolls import mapping_file
from reik.interop.rolls.mapping import read_rolls
from reik.interop.rolls.mapping_file import read_mapping
from reik.interop.rolls.roll_format import NotARoll, RollFile, as_json, read_roll, schema
from reik.interop.rolls.rows import FileRefused
from tests.adapters.rolls import packers

DOCS = Path(__file__).parents[3] / "docs" / "reference"
SHIPPED = Path(mapping_file.__file__).parent / "mappings"
PACKERS: dict[str, Callable[[Sequence[RollFile]], bytes]] = {
    "voorbeeld-csv": packers.as_csv, "voorbeeld-vast": packers.as_fixed, "voorbeeld-xml": packers.as_xml,
}  # fmt: skip
MAPPINGS = {name: read_mapping((SHIPPED / f"{name}.toml").read_text()) for name in PACKERS}
SYSTEMS = {"voorbeeld-csv": "urn:oid:2.16.840.1.113883.2.4.4.10", "voorbeeld-vast": "urn:oid:2.16.840.1.113883.2.4.4.7",
           "voorbeeld-xml": "urn:oid:2.16.840.1.113883.2.4.4.8"}  # fmt: skip

letters = st.characters(
    codec="cp1252", exclude_categories=["Cc", "Cf", "Zs", "Zl", "Zp", "Cs"], exclude_characters="\xa0"
)
words = st.text(letters, min_size=1, max_size=30)
codes = st.from_regex(r"[A-Z0-9]{1,8}", fullmatch=True)
amounts = st.integers(1, 9999).map(lambda hundredths: f"{hundredths / 100:.2f}".rstrip("0").rstrip("."))
contents = st.fixed_dictionaries(
    {"text": words, "code": codes, "unit": st.sampled_from(["stuk", "ml"])}, optional={"amount": amounts}
)
moments = st.fixed_dictionaries(
    {
        "day": st.integers(0, 27),
        "minute": st.integers(0, 24 * 60 - 1),
        "sachets": st.lists(st.lists(contents, min_size=1, max_size=4), min_size=1, max_size=3),
    }
)


def made(
    name: str, number: str, first: date, planned: list[dict[str, Any]], edges: tuple[bool, bool], start: int
) -> RollFile:
    """A roll as this packer can write it."""
    sachets: list[dict[str, Any]] = [{"sequence": start, "kind": "header"}] if edges[0] else []
    for each in sorted(planned, key=lambda each: (each["day"], each["minute"])):
        day = first + timedelta(days=each["day"])
        for k, inside in enumerate(each["sachets"], start=1):
            sachets.append(
                {"sequence": start + len(sachets), "kind": "dose", "day": day.isoformat(), "k": k,
                 "n": len(each["sachets"]), "at": f"{each['minute'] // 60:02}:{each['minute'] % 60:02}",
                 "barcode": f"Z{start + len(sachets)}", "contents": [one | {"system": SYSTEMS[name]} for one in inside]}
            )  # fmt: skip
    sachets += [{"sequence": start + len(sachets), "kind": "trailer"}] if edges[1] else []
    days = [each["day"] for each in planned]
    since, until = (first + timedelta(days=each) for each in (min(days), max(days) + 1))
    return read_roll(
        {"number": number, "packer": "Voorbeeldpakker", "sachets": sachets,
         "period": {"since": f"{since}T00:00", "until": f"{until}T00:00"},
         "count": sum(each["kind"] == "dose" for each in sachets),
         "client": {"identifiers": [{"system": "urn:voorbeeldpakker:client", "value": "K-1"}], "name": "A. Voorbeeld",
                    "birth_date": "1950-02-03"}}
    )  # fmt: skip


rolls = st.tuples(
    st.sampled_from(sorted(PACKERS)),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.lists(moments, min_size=1, max_size=6, unique_by=lambda each: (each["day"], each["minute"])),
    st.tuples(st.booleans(), st.booleans()),
    st.integers(0, 900),
)


@settings(max_examples=100, deadline=None)
@given(rolls)
def test_every_roll_comes_back_as_it_was_written(drawn: tuple[Any, ...]) -> None:
    name, first, planned, edges, start = drawn
    written = [made(name, number, first, planned, edges, start) for number in ("26-0001", "26-0002")]
    reading = read_rolls(PACKERS[name](written), MAPPINGS[name])
    assert reading.refused == ()
    assert [each.roll for each in reading.rolls] == written
    again = read_rolls(as_json(written).encode(), None)
    assert [each.roll for each in again.rolls] == written
    jsonschema.validate(json.loads(as_json(written[:1])), schema())


@settings(max_examples=100, deadline=None)
@given(rolls, st.randoms(use_true_random=False))
def test_a_broken_file_gives_whole_rolls_or_none(drawn: tuple[Any, ...], chance: random.Random) -> None:
    """Bytes lost, doubled or changed: what is read is a whole roll, or it is refused; never anything else."""
    name, first, planned, edges, start = drawn
    data = bytearray(PACKERS[name]([made(name, "26-0001", first, planned, edges, start)]))
    at = chance.randrange(len(data))
    match chance.randrange(3):
        case 0:
            del data[at : at + chance.randrange(1, 40)]
        case 1:
            data[at] = chance.randrange(256)
        case _:
            data[at:at] = data[max(0, at - 30) : at]
    try:
        reading = read_rolls(bytes(data), MAPPINGS[name])
    except FileRefused:
        return
    for each in reading.rolls:
        doses = sum(sachet.kind == "dose" for sachet in each.roll.sachets)
        assert each.roll.count in (doses, msgspec.UNSET)
        assert read_roll(msgspec.to_builtins(each.roll)) == each.roll


# The pages of docs/


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads((DOCS / "roll.schema.json").read_text()) == json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_examples_are_valid_by_the_schema_and_can_be_read() -> None:
    examples = [
        json.loads(text) for text in re.findall(r"```json\n(.*?)```", (DOCS / "roll.md").read_text(), re.S)
    ]
    examples += [json.loads(path.read_text()) for path in Path(__file__).parent.glob("*.json")]
    assert len(examples) == 4
    for each in examples:
        jsonschema.validate(each, schema())
        assert read_roll(each).number == each["number"]


def test_a_roll_that_the_schema_refuses_is_refused_here_too() -> None:
    roll = json.loads((Path(__file__).parent / "voorbeeld.csv.json").read_text())
    validator = jsonschema.Draft202012Validator(schema())
    for field, value in (
        ("number", ""),
        ("sachets", []),
        ("extra", 1),
        ("client", {"bsn": "12"}),
        ("count", 0),
    ):
        wrong = roll | {field: value}
        assert not validator.is_valid(wrong), field
        with pytest.raises(NotARoll):
            read_roll(wrong)
