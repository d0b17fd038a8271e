"""Exports of plannings: guessed, read by a mapping, judged row by row. Golden files of three fictional systems."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reik.value.planning.guessing import date_format_of, guess
from reik.value.planning.mapping import MappingRefused, PlanningMap, as_json, from_json
from reik.value.planning.parsing import Parser
from reik.value.planning.reading import Reading, first_rows, preview, read_places, read_planning
from reik.value.planning.sheets import Sheet, SheetRefused, open_sheet
from reik.value.planning.weeks import Known, week_from

GOLDEN = Path(__file__).parent / "fixtures" / "planning"


def read(path: Path, **changed: object) -> tuple[Sheet, PlanningMap, Reading]:
    sheet = open_sheet(path)
    mapping, _ = guess(sheet.header, first_rows(sheet)[1])
    mapping = mapping.with_(**changed)
    return sheet, mapping, read_planning(sheet, mapping)


def kinds(reading: Reading) -> dict[str, str]:
    return dict(reading.visits.select("client", "kind").iter_rows())


def test_a_dutch_export_with_a_title_above_its_header() -> None:
    sheet, mapping, found = read(GOLDEN / "a_puntkomma.csv")
    assert sheet.said == {"kind": "csv", "encoding": "utf-8", "separator": ";"}
    assert mapping.columns["travel"] == "Reistijd (min)"
    assert (mapping.date_format, mapping.unit) == ("dd-mm-jjjj", "minutes")
    assert {each.line: (each.reason, each.value) for each in found.refused} == {
        8: ("overlap", "6"), 10: ("negative", "10:00 – 09:45"), 11: ("date", "31-02-2026"), 13: ("client", ""),
        14: ("width", "3"),
    }  # fmt: skip
    visits = {(each["client"], each["worker"]): each for each in found.visits.iter_rows(named=True)}
    assert visits["1003", "M01"]["kind"] == "unique"
    assert visits["1003", "M02"]["kind"] == "none", "another worker at the same client is another visit"
    assert visits["1002", "M01"]["minutes"] == 35, "two rows that touch are one visit"
    assert visits["1002", "M01"]["lines"] == 2
    assert visits["1005", "M03"]["minutes"] == 20, "over midnight"
    assert visits["1008", "M04"]["kind"] == "combined", "longer than a unique visit may be"
    assert visits["1001", "M01"]["travel"] == 4.5
    assert not visits["1001", "M01"]["estimated"]
    assert visits["1003", "M01"]["estimated"], (
        "a leg that the planning does not name, between two known places"
    )
    assert 1 < visits["1003", "M01"]["travel"] < 10
    assert visits["1005", "M03"]["travel"] is None, "no place, no leg"
    assert found.counted["refused"] == 5
    assert found.counted["joined"] == 1


def test_free_text_keeps_only_words_that_were_judged() -> None:
    _, mapping, found = read(
        GOLDEN / "b_komma.csv", activity_as="words", activities={"medicatie": "medication", "wassen": "care"}
    )
    assert mapping.date_format == "d mmm jjjj"
    rows = {each["client"]: each for each in found.visits.iter_rows(named=True)}
    assert (rows["21"]["kind"], rows["21"]["minutes"]) == ("unique", 10)
    assert (rows["22"]["kind"], rows["22"]["activity"]) == ("combined", "wassen; medicatie")
    assert rows["21"]["start"] == datetime(2026, 1, 5, 7, 15)  # noqa: DTZ001
    assert [(each.line, each.reason) for each in found.refused] == [(4, "zero"), (5, "long")]


def test_a_calendar_with_folded_lines_alarms_and_a_repeating_visit() -> None:
    sheet, mapping, found = read(GOLDEN / "c_agenda.ics")
    assert sheet.said["kind"] == "ics"
    assert mapping.columns["client"] == "LOCATION"
    rows = {each["client"]: each for each in found.visits.iter_rows(named=True)}
    assert rows["Cliënt 31"]["start"] == datetime(2026, 1, 12, 7, 30)  # noqa: DTZ001
    assert rows["Cliënt 31"]["minutes"] == 10
    assert rows["Cliënt 32"]["start"] == datetime(2026, 1, 12, 8, 0), "an instant on the wall clock"  # noqa: DTZ001
    assert rows["Cliënt 32"]["worker"] == "Route 1"
    assert [each.reason for each in found.refused] == ["repeats"]


def test_a_workbook_says_the_same_as_a_text(tmp_path: Path) -> None:
    path = tmp_path / "planning.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        day, clock = book.add_format({"num_format": "dd-mm-yyyy"}), book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["Cliëntnummer", "Datum", "Begintijd", "Duur", "Medewerker", "Uursoort"])
        sheet.write_row(1, 0, [1001.0])
        sheet.write_datetime(1, 1, datetime(2026, 1, 12), day)  # noqa: DTZ001
        sheet.write_datetime(1, 2, time(7, 30), clock)
        sheet.write_row(1, 3, [12.5, "M01", "MED"])
    _, _, found = read(path)
    (row,) = found.visits.iter_rows(named=True)
    assert (row["client"], row["minutes"], row["kind"]) == ("1001", 12.5, "unique")
    assert row["start"] == datetime(2026, 1, 12, 7, 30)  # noqa: DTZ001


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "Cliënt\tDatum\tBegin\tDuur\tActiviteit\n7\t2026-01-05\t8.05\t5\tMED\n", encoding=encoding
    )
    sheet, _, found = read(path)
    assert sheet.header[0] == "Cliënt"
    assert sheet.said["separator"] == "tab"
    assert kinds(found) == {"7": "unique"}


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"\xd0\xcf\x11\xe0rest", "xls"), (b"abc\x00def", "binary"), (b"one\ntwo\n", "header"),
     (b"PK\x03\x04no", "broken")],
)  # fmt: skip
def test_what_is_no_planning_is_refused_with_a_sentence(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    with pytest.raises(SheetRefused) as refused:
        open_sheet(path)
    assert refused.value.code == code


def test_a_worker_who_never_stops_and_an_overlap_within_bounds(tmp_path: Path) -> None:
    begins = (datetime(2026, 1, 5) + timedelta(hours=3 * n) for n in range(12))  # noqa: DTZ001
    rows = [f"{n};{each:%d-%m-%Y;%H:%M};120;M1;ADL" for n, each in enumerate(begins)]
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["Cliënt;Datum;Begin;Duur;Medewerker;Activiteit", *rows]))
    _, _, found = read(path)
    assert {each.reason for each in found.refused} == {"shift"}
    assert [each.line for each in found.refused] == [10, 11, 12, 13], "what ends after 24 hours on end"
    path.write_text(
        "Cliënt;Datum;Begin;Duur;Medewerker\n1;05-01-2026;08:00;10;M1\n2;05-01-2026;08:06;10;M1\n"
    )
    assert not read(path)[2].refused
    assert [each.reason for each in read(path, overlap_minutes=3)[2].refused] == ["overlap"]


def test_days_that_can_be_read_in_two_ways_are_told() -> None:
    assert date_format_of(["03/04/2026", "05/04/2026"]) == ("dd/mm/jjjj", False)
    assert date_format_of(["03/04/2026", "03/28/2026"]) == ("mm/dd/jjjj", True)
    assert date_format_of(["28-03-2026"]) == ("dd-mm-jjjj", True)
    assert date_format_of(["20260328"]) == ("jjjjmmdd", True)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.dates(date(2001, 1, 1), date(2099, 1, 1)), st.times().map(lambda t: t.replace(second=0, microsecond=0)),
            st.integers(1, 1440), st.text("abcXYZ019 ;\"',é", min_size=1, max_size=8).filter(str.strip),
        ), min_size=1, max_size=8,
    ),
    st.sampled_from(["dd-mm-jjjj", "jjjj-mm-dd", "dd/mm/jjjj", "dd.mm.jjjj", "mm/dd/jjjj", "jjjjmmdd"]),
    st.sampled_from(["min", "colon", "comma"]),
)  # fmt: skip
def test_what_was_written_is_read_back(rows: list[tuple[date, time, int, str]], form: str, way: str) -> None:
    from reik.value.planning.mapping import DATE_FORMATS

    lengths = {"min": str, "colon": lambda n: f"{n // 60}:{n % 60:02}", "comma": lambda n: f"{n},0"}
    texts = [
        [f"{day.strftime(DATE_FORMATS[form])}", f"{at:%H:%M}", lengths[way](minutes), client]
        for day, at, minutes, client in rows
    ]
    columns = {"date": "d", "start": "s", "minutes": "m", "client": "c"}
    parser = Parser(("d", "s", "m", "c"), PlanningMap(columns=columns, date_format=form))
    found, refused = parser.read(range(2, 2 + len(rows)), texts)
    assert not refused
    assert [
        (each["start"].date(), each["start"].time(), each["minutes"], each["client"])
        for each in found.iter_rows(named=True)
    ] == [(day, at, minutes, client.strip()) for day, at, minutes, client in rows]


def test_a_mapping_survives_json_and_nonsense_is_refused() -> None:
    mapping = PlanningMap(
        columns={"client": "a", "start": "b", "minutes": "c"}, activities={"MED": "medication"}
    )
    assert from_json(as_json(mapping)) == mapping
    for wrong, code in (
        ({}, "form"), ({"columns": {}}, "client"), ({"columns": {"client": "a", "start": "b"}}, "length"),
        ({**as_json(mapping), "zone": "Mars"}, "form"), ({**as_json(mapping), "unique_minutes": 0}, "bounds"),
        ({**as_json(mapping), "extra": 1}, "form"), ({**as_json(mapping), "activities": {"MED": "x"}}, "form"),
    ):  # fmt: skip
        with pytest.raises(MappingRefused) as refused:
            from_json(wrong)
        assert refused.value.code == code


def test_places_of_ones_own_give_coordinates(tmp_path: Path) -> None:
    places, path = tmp_path / "p.csv", tmp_path / "x.csv"
    places.write_text("postcode;huisnummer;lat;lon\n1234 AB;5;52,1;5,1\n1234AB;52,2;5,2\n1234;52,3;5,3\n")
    path.write_text(
        "Cliënt;Datum;Begin;Duur;Postcode;Huisnummer\n1;05-01-2026;08:00;10;1234ab;5\n2;05-01-2026;08:00;10;1234AB;9\n"
        "3;05-01-2026;08:00;10;1234 ZZ;9\n4;05-01-2026;08:00;10;9999 ZZ;9\n"
    )
    sheet = open_sheet(path)
    mapping, _ = guess(sheet.header, first_rows(sheet)[1])
    found = read_planning(sheet, mapping, read_places(places)).visits.sort("line")
    assert found["latitude"].to_list() == [52.1, 52.2, 52.3, None]


def test_a_usual_week_rests_on_half_of_the_days() -> None:
    first = date(2026, 1, 5)
    days = [first + timedelta(n) for n in range(28)]
    morning = [Known(day, time(8, n % 3 * 10), 10, 4.0, unique=True) for n, day in enumerate(days)]
    sunday_once = [Known(days[6], time(20), 10, None, unique=True)]
    weekend = [Known(day, time(13), 25, None, unique=False) for day in days if day.weekday() > 4]
    week = week_from([*morning, *sunday_once, *weekend], first, days[-1])
    assert [(each.at, each.weekdays, each.unique) for each in week] == [
        (time(8, 10), 0b1111111, True), (time(13), 0b1100000, False),
    ]  # fmt: skip
    assert (week[0].travel, week[1].travel) == (4.0, None)


def test_a_preview_is_what_is_read() -> None:
    sheet = open_sheet(GOLDEN / "a_puntkomma.csv")
    lot = first_rows(sheet)
    mapping, sure = guess(sheet.header, lot[1])
    visits, refused = preview(sheet, lot, mapping)
    reading = read_planning(sheet, mapping)
    assert [each["line"] for each in visits] == reading.visits["line"].sort().to_list()
    assert refused == reading.refused
    assert sure, "31-02 has a day above 12"
