"""A whole list of schedules as CSV: read line by line, each refusal with its number (R15)."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.times.schedule import EVERY_DAY
from reik.ops.schedule_csv import LineRefused, ListRefused, read, weekdays

HEADER = "naam;geboortedatum;bsn;dagen;tijd;zakjes;venster;uiterlijk\n"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("ma wo vr", {1, 3, 5}),
        ("MA, wo,VR", {1, 3, 5}),
        ("ma-vr", {1, 2, 3, 4, 5}),
        ("za-ma", {6, 7, 1}),
        ("1/3", {1, 3}),
        ("maandag + sunday", {1, 7}),
        ("dagelijks", EVERY_DAY),
        (" Elke  dag ", EVERY_DAY),
    ],
)
def test_weekdays_as_people_write_them(text, days):
    assert weekdays(text) == days


@pytest.mark.parametrize("text", ["", "x", "ma-", "-", "8", "maa"])
def test_weekdays_that_cannot_be_read_are_never_guessed(text):
    with pytest.raises(LineRefused):
        weekdays(text)


def test_a_list_is_read_line_by_line():
    asked, refused = read(
        HEADER + "Anna de Vries;31-12-1940;;ma-vr;08:00;2;15;60\n;;999990019;dagelijks;20.00;1;;\n"
    )
    assert refused == {}
    first, second = asked
    assert (first.number, first.name, first.birth_date) == (2, "Anna de Vries", date(1940, 12, 31))
    assert (first.line.at, first.line.sachets, first.line.window_min, first.line.late_min) == (
        time(8),
        2,
        15,
        60,
    )
    assert (second.number, second.bsn, second.line.window_min, second.line.late_min) == (
        3,
        "999990019",
        45,
        None,
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (";;123456789;ma;08:00;1;;", "BSN is not valid"),
        ("Anna;;;ma;08:00;1;;", "say who"),
        ("Anna;1940;;ma;08:00;1;;", "birth date"),
        ("Anna;31-12-1940;;noon;08:00;1;;", "weekdays"),
        ("Anna;31-12-1940;;ma;8 uur;1;;", "time"),
        ("Anna;31-12-1940;;ma;25:00;1;;", "time"),
        ("Anna;31-12-1940;;ma;08:00;een;;", "number of sachets"),
        ("Anna;31-12-1940;;ma;08:00;31;;", "1 to 30 sachets"),
        ("Anna;31-12-1940;;ma;08:00;1;0;", "window"),
        ("Anna;31-12-1940;;ma;08:00;1;45;30", "latest hand-out time"),
        ("Anna;31-12-1940", "weekdays"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_number(line, says):
    _, refused = read(HEADER + "Bert;1-1-1930;;ma;08:00;1;;\n" + line + "\n")
    assert list(refused) == [3]
    assert says in refused[3]
    assert "123456789" not in refused[3]


@pytest.mark.parametrize("text", ["", "\n", "a;b;c\n", "naam;dagen;tijd;zakjes\n", "bsn;dagen;tijd\n"])
def test_what_is_no_list_is_refused_whole(text):
    with pytest.raises(ListRefused):
        read(text)


def test_comma_and_english_do_as_well():
    asked, refused = read('bsn,weekdays,time,sachets\n999990019,"mo,we",08:00,1\n')
    assert refused == {}
    assert asked[0].line.weekdays == {1, 3}


@given(text=st.text(max_size=200))
def test_nothing_that_a_file_may_hold_breaks_the_reader(text):
    for whole in (text, HEADER + text):
        try:
            read(whole)
        except ListRefused:
            continue
