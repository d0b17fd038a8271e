"""Codes of products: one name for a system however it is written, odd numbers warn, a table is read by a map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.codes.file import CodeLine, TableRefused, code_lines, column_map, without_doubles
from reik.medication.codes.systems import CodeOddity, CodeSystem, code_system, oddity, plain_code

HPK, SNOMED = "urn:oid:2.16.840.1.113883.2.4.4.7", "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("written", "code", "system"),
    [
        ("urn:oid:2.16.840.1.113883.2.4.4.8", "14567890", CodeSystem.ZI),
        ("2.16.840.1.113883.2.4.4.10", "1", CodeSystem.PRK),
        (" 2.16.840.1.113883.2.4.4.1 ", "1", CodeSystem.GPK),
        (HPK, "90000001", CodeSystem.LOCAL),
        (HPK, "9000001", CodeSystem.HPK),
        ("urn:oid:2.16.840.1.113883.2.4.3.11.9999.77.90000000.1.1111", "90000001", CodeSystem.LOCAL),
        ("http://snomed.info/sct/11000146104", "1", CodeSystem.SNOMED),
        ("urn:oid:2.16.840.1.113883.6.96", "1", CodeSystem.SNOMED),
        ("http://www.whocc.no/atc", "C07AB02", CodeSystem.ATC),
        ("http://snomed.info/sctx", "1", None),
        (None, "1", None),
    ],
)
def test_a_system_by_oid_and_by_uri(written: str | None, code: str, system: CodeSystem | None) -> None:
    assert code_system(written, code) is system


@pytest.mark.parametrize(
    ("written", "code", "odd"),
    [
        (HPK, "630586", None),
        (HPK, "00630586", None),
        (HPK, "630587", CodeOddity.CHECK_DIGIT),
        (HPK, "63058x", CodeOddity.NO_NUMBER),
        (HPK, "123456789", CodeOddity.NO_NUMBER),
        (SNOMED, "422037009", None),
        (SNOMED, "422037008", CodeOddity.CHECK_DIGIT),
        (SNOMED, "42", CodeOddity.NO_NUMBER),
        ("http://www.whocc.no/atc", "whatever", None),
        ("http://example.org", "1", CodeOddity.UNKNOWN_SYSTEM),
    ],
)
def test_what_is_odd_about_a_code(written: str, code: str, odd: CodeOddity | None) -> None:
    assert oddity(written, code) is odd


@given(st.integers(100_000, 10**17 - 1), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_of_snomed_is_always_noticed(number: int, place: int, more: int) -> None:
    right = next(f"{number}{each}" for each in range(10) if oddity(SNOMED, f"{number}{each}") is None)
    place %= len(right)
    wrong = right[:place] + str((int(right[place]) + more) % 10) + right[place + 1 :]
    assert oddity(SNOMED, wrong) is CodeOddity.CHECK_DIGIT


def test_zeros_in_front_say_nothing() -> None:
    assert plain_code(CodeSystem.HPK, " 00630586 ") == "630586"
    assert plain_code(CodeSystem.SNOMED, "0422") == "0422"


FIXED = {
    "format": "fixed", "encoding": "latin-1", "system": "hpk",
    "columns": {"skip": [1, 1], "code": [2, 8], "name": [10, 12], "atc": [23, 7], "packable": [30, 1]},
    "packable": ["J"], "skip": ["1"],
}  # fmt: skip


def test_a_fixed_width_table() -> None:
    lines = "000630586METOPROLOL Ä C07AB02J\r\n100000001GONE         XXXXXXXN\r\n\x1a".encode("latin-1")
    assert list(code_lines(lines, column_map(FIXED))) == [
        CodeLine(system=CodeSystem.HPK, code="630586", name="METOPROLOL Ä", atc="C07AB02", packable=True)
    ]


def test_a_csv_table_of_which_the_last_line_of_a_code_counts() -> None:
    by = column_map({"format": "csv", "system": "prk", "columns": {"code": "PRK", "name": "Naam"}})
    text = '\ufeffNaam;PRK\n"A; B";00012\n\nC;12\n'.encode()
    lines = list(code_lines(text, by))
    assert [each.name for each in lines] == ["A; B", "C"]
    assert without_doubles(lines) == [CodeLine(system=CodeSystem.PRK, code="12", name="C")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "xml"}, "format"),
        ({"system": "x"}, "system"),
        ({"columns": {"code": [1, 2]}}, "code and name"),
        ({"columns": {"code": [0, 2], "name": [3, 4]}}, "from 1"),
        ({"more": 1}, "only"),
        ({"encoding": "klingon"}, "encoding"),
        ({"columns": {"code": [200, 2], "name": [1, 9]}}, "Line 1 has no code"),
    ],
)
def test_a_wrong_map_is_refused_with_what_to_change(change: dict[str, object], said: str) -> None:
    with pytest.raises(TableRefused, match=said):
        list(code_lines(b"x" * 40, column_map({**FIXED, **change})))


def test_a_csv_without_its_columns_is_refused() -> None:
    by = column_map({"format": "csv", "system": "prk", "columns": {"code": "PRK", "name": "Naam"}})
    with pytest.raises(TableRefused, match="no column PRK"):
        list(code_lines(b"Naam;X\n", by))
    with pytest.raises(TableRefused, match="Line 2 has 1 columns"):
        list(code_lines(b"Naam;PRK\nA\n", by))
