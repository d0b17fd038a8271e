"""Packers' files by their mappings: golden files, and refusals with a place and without content (R15 to R17)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reik.interop.rolls import mapping_file
from reik.interop.rolls.mapping import Reading, read_rolls
from reik.interop.rolls.mapping_file import MappingFile, MappingRefused, read_mapping
from reik.interop.rolls.roll_format import as_json, sachets_on
from reik.interop.rolls.rows import FileRefused

HERE = Path(__file__).parent
SHIPPED = Path(mapping_file.__file__).parent / "mappings"
EXAMPLES = {"voorbeeld.csv": "voorbeeld-csv", "vast.txt": "voorbeeld-vast", "multidose.xml": "multidose-be"}


def mapping(name: str) -> MappingFile:
    return read_mapping((SHIPPED / f"{name}.toml").read_text())


def read(file: str, *changes: tuple[str, str]) -> Reading:
    data = (HERE / file).read_bytes()
    for old, new in changes:
        assert old.encode() in data, old
        data = data.replace(old.encode(), new.encode(), 1)
    return read_rolls(data, mapping(EXAMPLES[file]))


def told(reading: Reading) -> list[tuple[str, str, str]]:
    return [(each.number, each.place, each.code) for each in reading.refused]


@pytest.mark.parametrize("file", EXAMPLES)
def test_a_packers_file_becomes_the_canonical_rolls(file: str) -> None:
    reading = read(file)
    golden = HERE / f"{file}.json"
    assert as_json([each.roll for each in reading.rolls]) + "\n" == golden.read_text()
    again = read_rolls(golden.read_bytes(), None)
    assert [each.roll for each in again.rolls] == [each.roll for each in reading.rolls]


def test_header_and_trailer_never_count_and_a_moment_has_several_sachets() -> None:
    roll = read("voorbeeld.csv").rolls[0].roll
    assert [(each.sequence, each.empty, each.k, each.n) for each in sachets_on(roll)] == [
        (0, True, 1, 1), (1, False, 1, 2), (2, False, 2, 2), (3, False, 1, 1), (4, False, 1, 1), (5, False, 1, 1),
        (6, True, 1, 1),
    ]  # fmt: skip
    first = sachets_on(roll)[1]
    assert [(each.text, each.amount, each.unit, each.lot) for each in first.contents or ()] == [
        ("Metoprolol tablet 50mg", "1", "stuk", "C7"), ("Furosemide tablet 40mg", "0.5", "stuk", "C8"),
    ]  # fmt: skip
    assert (roll.expires_on, roll.period.since, roll.period.until) == (
        date(2027, 1, 31), "2026-11-24T00:00", "2026-11-26T00:00",
    )  # fmt: skip


def test_a_broken_roll_is_refused_whole_and_the_other_is_taken() -> None:
    fixed, xml = read("vast.txt"), read("multidose.xml")
    assert [each.roll.number for each in fixed.rolls] == ["26-0419"]
    assert told(fixed) == [("26-0420", "line 13, count", "count")]
    assert [each.roll.number for each in xml.rolls] == ["202611000017-P-77"]
    assert told(xml) == [("202611000017-P-78", "line 31, Adm", "time")]


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ("Z;24-11-2026;20:00", "Z;24-13-2026;20:00", "line 6", "date"),
        ("Z;24-11-2026;20:00", "Z;24-11-2026;", "line 6", "time"),
        ("Z;24-11-2026;20:00", "Z;24-11-2026;24:00", "line 6", "time"),
        ("Z;24-11-2026;20:00", "X;24-11-2026;20:00", "line 6", "kind"),
        (";0,5;", ";0.5;", "line 4", "amount"),
        (";0,5;", ";half;", "line 4", "amount"),
        (";2;Z;", ";drie;Z;", "line 5", "number"),
        (";Furosemide tablet 40mg;", ";;", "line 4", "no_text"),
        ("K-1001;A. Voorbeeld;03-02-1950;4", "K-1002;A. Voorbeeld;03-02-1950;4", "line 7", "differs"),
        (";6;N;;;;;;;;", ";6;N;;;;Paracetamol;1;1;stuk;", "line 9", "filled"),
        (
            ";Z005;Simvastatine tablet 20mg;44444;1;stuk;",
            ";Z005;Simvastatine tablet 20mg;44444;1",
            "line 8",
            "columns",
        ),
        (";Z005;Simvastatine tablet 20mg;44444;1;stuk;", ";Z005;;;;;", "line 8", "no_contents"),
        ("Z;24-11-2026;08:00;Z001;Furosemide", "Z;24-11-2026;09:00;Z001;Furosemide", "line 4", "differs"),
        ("Metoprolol tablet 50mg", "Metoprolol\x07 50mg", "line 3", "control"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, place: str, code: str) -> None:
    reading = read("voorbeeld.csv", (old, new))
    assert reading.rolls == ()
    assert ("26-0418", place, code) in told(reading)


@pytest.mark.parametrize("name", ["voorbeeld-csv", "voorbeeld-vast", "multidose-be"])
@pytest.mark.parametrize(
    "data", [b"", b"  \r\n", b"PK\x03\x04\x00\xff\xfe", b'{"a": 1}', b"<a/>", b"\xff" * 99]
)
def test_another_file_is_refused_with_a_sentence(name: str, data: bytes) -> None:
    with pytest.raises(FileRefused, match=r"[.]$"):
        read_rolls(data, mapping(name))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"a": 1, "a": 2}', b"[" * 100_000, b"\xff", b"\x00"])
def test_what_is_no_canonical_json_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read_rolls(data, None)


def test_a_wrong_encoding_is_told_with_its_line() -> None:
    data = (HERE / "voorbeeld.csv").read_bytes().replace(b"Simvastatine", b"Simvastatin\xe9", 1)
    with pytest.raises(FileRefused, match="line 6: This is not utf-8"):
        read_rolls(data, mapping("voorbeeld-csv"))


def test_a_line_without_a_roll_refuses_all_since_any_may_lack_it() -> None:
    with pytest.raises(FileRefused) as refused:
        read(
            "voorbeeld.csv",
            (
                "26-0418;8700000004180;70x60;31-01-2027;5;24-11-2026;25-11-2026;K-1001;A. Voorbeeld;03-02-1950;3",
                ";;;;;;;;;;3",
            ),
        )
    assert (refused.value.code, refused.value.place) == ("no_number", "line 6")


def test_entities_and_document_types_are_not_taken() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><MultidoseExport>&y;</MultidoseExport>'
    for data in (bomb, b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><MultidoseExport/>'):
        with pytest.raises(FileRefused) as refused:
            read_rolls(data, mapping("multidose-be"))
        assert refused.value.code in ("doctype", "no_rows")
    assert refused.value.code == "doctype"


def test_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(FileRefused, match="larger than 5 MB"):
        read_rolls(b" " * 5_000_001, None)


def test_digits_without_separators_are_never_guessed() -> None:
    """1122026 could be two days."""
    text = (SHIPPED / "voorbeeld-csv.toml").read_text().replace('"%d-%m-%Y"', '"%d%m%Y"')
    data = (HERE / "voorbeeld.csv").read_text().replace("24-11-2026", "1122026").replace("-11-2026", "112026")
    reading = read_rolls(data.encode(), read_mapping(text))
    assert reading.rolls == ()
    assert {each.code for each in reading.refused} == {"date"}


# Mapping files


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kind = "csv"', 'kind = "excel"', "kind"),
        ('sequence = "zakje"', "", "sachet.sequence"),
        ('date = "%d-%m-%Y"', 'date = "%d-%b-%Y"', "date"),
        ('date = "%d-%m-%Y"', 'date = "%d-%m"', "date"),
        ('time = "%H:%M"', 'time = "%I:%M %p"', "time"),
        ('encoding = "utf-8"', 'encoding = "rot13"', "encoding"),
        ('delimiter = ";"', 'delimiter = ";;"', "csv.delimiter"),
        ('rule = "kind"', 'rule = "sometimes"', "empty.rule"),
        ('amount = "aantal"', 'amout = "aantal"', "contents"),
        ('until = "tot_en_met"', "", "roll.since"),
        ("[roll]", "[roll", "not TOML"),
        (
            '[[client.identifiers]]\nsystem = "urn:voorbeeldpakker:client"\nwhere = "klantnummer"',
            "",
            "client",
        ),
    ],
)
def test_a_mapping_that_could_be_misread_is_refused(old: str, new: str, said: str) -> None:
    text = (SHIPPED / "voorbeeld-csv.toml").read_text()
    assert old in text
    with pytest.raises(MappingRefused, match=said):
        read_mapping(text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("voorbeeld-vast", 'count = "22-25"', 'count = "25-22"'),
        ("multidose-be", 'day = "Date"', 'day = "Date["'),
        ("multidose-be", 'day = "Date"', 'day = "x:Date"'),
    ],
)
def test_positions_and_xpaths_are_checked_before_any_file(name: str, old: str, new: str) -> None:
    with pytest.raises(MappingRefused):
        read_mapping((SHIPPED / f"{name}.toml").read_text().replace(old, new))


# Canonical JSON


def golden() -> dict[str, Any]:
    value: dict[str, Any] = json.loads((HERE / "voorbeeld.csv.json").read_text())
    return value


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        (lambda roll: roll.pop("period"), "roll", "element"),
        (lambda roll: roll.update(numbr="1"), "roll", "element"),
        (lambda roll: roll["sachets"][1].update(at="8:00"), "sachets[1].at", "element"),
        (lambda roll: roll["sachets"][1].update(at=None), "sachets[1]", "no_time"),
        (lambda roll: roll["sachets"][1].update(sequence=2), "sachets[2].sequence", "twice"),
        (lambda roll: roll["sachets"][1].update(k=3), "sachets[1]", "k_of_n"),
        (lambda roll: roll["sachets"][1].update(kind="header"), "sachets[1]", "filled"),
        (lambda roll: roll["sachets"][1].update(contents=[]), "sachets[1].contents", "element"),
        (
            lambda roll: roll["sachets"][1]["contents"][0].update(amount="1,5"),
            "sachets[1].contents[0].amount",
            "element",
        ),
        (lambda roll: roll.update(count=9), "count", "count"),
        (lambda roll: roll["period"].update(until="2026-11-01T00:00"), "period", "wrong_period"),
        (lambda roll: roll["period"].update(until="2026-13-01T00:00"), "period", "wrong_period"),
        (lambda roll: roll.update(packer="a\u0000b"), "roll", "control"),
    ],
)
def test_a_canonical_roll_that_is_wrong_names_its_element(change: Any, place: str, code: str) -> None:
    roll = golden()
    change(roll)
    reading = read_rolls(json.dumps(roll).encode(), None)
    assert reading.rolls == ()
    assert [(each.place, each.code) for each in reading.refused] == [(place, code)]


def test_of_several_rolls_the_good_ones_are_read() -> None:
    bad = golden() | {"number": "B", "sachets": []}
    reading = read_rolls(json.dumps([golden(), bad]).encode(), None)
    assert [each.roll.number for each in reading.rolls] == ["26-0418"]
    assert told(reading) == [("B", "roll 2, sachets", "element")]


def test_two_rolls_of_one_number_are_both_refused() -> None:
    reading = read_rolls(json.dumps([golden(), golden()]).encode(), None)
    assert reading.rolls == ()
    assert [each.code for each in reading.refused] == ["twice", "twice"]


def test_a_refusal_never_repeats_what_the_file_says() -> None:
    for old, new in (
        ("24-11-2026;20:00", "24-11-2026;Geheim"),
        (";0,5;", ";Geheim;"),
        (";3;Z;", ";Geheim;Z;"),
        (";3;Z;", ";3;Geheim;"),
    ):
        assert all("Geheim" not in each.sentence for each in read("voorbeeld.csv", (old, new)).refused)
    roll = golden()
    roll["sachets"][0]["kind"] = "Geheim"
    roll["number"] = 5
    assert "Geheim" not in read_rolls(json.dumps(roll).encode(), None).refused[0].sentence
