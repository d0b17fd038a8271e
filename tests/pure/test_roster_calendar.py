"""Calendar files as turns: repetition by the week, what is otherwise, time zones, and refusals that name the entry."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.people.rosters.calendar_in import MOST_BYTES, CalendarRefused, Turns, Whose, read
from reik.people.rosters.calendar_out import Entry, calendar_of
from reik.people.rosters.duty import Otherwise, Pattern, Stretch, stretches

ZONE = ZoneInfo("Europe/Amsterdam")
FATMA, JOS, JOSE = UUID(int=1), UUID(int=2), UUID(int=3)
WHOSE = Whose(zone=ZONE, members={FATMA: "Fatma", JOS: "Jos de Wit", JOSE: "José"})
NIGHT = "DTSTART;TZID=Europe/Amsterdam:20261123T220000\nDTEND;TZID=Europe/Amsterdam:20261124T080000"


def calendar(*events: str) -> bytes:
    whole = "".join(f"BEGIN:VEVENT\nDTSTAMP:20261101T000000Z\n{each}\nEND:VEVENT\n" for each in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{whole}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def stand(turns: Turns, since: datetime, until: datetime) -> list[Stretch]:
    patterns = [
        Pattern(
            member_id=p.member_id, weekdays=p.weekdays, hours_from=p.hours_from, hours_until=p.hours_until,
            since=p.since, until=p.until, every_weeks=p.every_weeks, place=p.place,
        )
        for p in turns.patterns
    ]  # fmt: skip
    exceptions = sorted(
        (
            Otherwise(member_id=e.member_id, on=e.on, starts_at=e.starts_at, ends_at=e.ends_at, place=e.place)
            for e in turns.exceptions
        ),
        key=lambda each: each.on,
    )
    return stretches(patterns, exceptions, ZONE, since, until)


def starts(turns: Turns, days: int = 60) -> list[str]:
    since = datetime(2026, 11, 1, tzinfo=UTC)
    found = stand(turns, since, since + timedelta(days=days))
    return [f"{each.starts_at.astimezone(ZONE):%m-%d %H:%M}" for each in found]


def test_a_turn_that_comes_back_by_the_week_is_one_pattern() -> None:
    rule = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU"
    found = read(calendar(f"UID:a\nSUMMARY:Fatma\nX-REIK-PLACE:2\n{NIGHT}\n{rule}"), WHOSE)
    (pattern,) = found.patterns
    assert not found.exceptions
    assert (pattern.member_id, pattern.weekdays, pattern.every_weeks, pattern.place) == (FATMA, 0b11, 2, 2)
    assert (pattern.hours_from, pattern.hours_until) == (time(22), time(8))
    assert (pattern.since, pattern.until, pattern.uid) == (date(2026, 11, 23), None, "a")


def test_a_week_of_duty_every_third_week_is_a_week_of_whole_days() -> None:
    event = (
        "UID:w\nSUMMARY:Dienst Jos de Wit (week)\nDTSTART;TZID=Europe/Amsterdam:20261118T080000\n"
        "DTEND;TZID=Europe/Amsterdam:20261125T080000\nRRULE:FREQ=WEEKLY;INTERVAL=3"
    )
    found = stand(
        read(calendar(event), WHOSE), datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 1, 20, tzinfo=UTC)
    )
    assert [(f"{e.starts_at:%m-%d %H}", e.ends_at - e.starts_at) for e in found] == [
        ("11-18 07", timedelta(days=7)), ("12-09 07", timedelta(days=7)), ("12-30 07", timedelta(days=7)),
    ]  # fmt: skip


def test_an_end_by_count_or_until_is_the_same_end() -> None:
    head = f"SUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE"
    by_count = read(calendar(f"UID:a\n{head};COUNT=3"), WHOSE)
    for until in ("20261130T210000Z", "20261130", "20261201T120000Z"):
        assert starts(read(calendar(f"UID:a\n{head};UNTIL={until}"), WHOSE)) == starts(by_count)
    assert starts(by_count) == ["11-23 22:00", "11-25 22:00", "11-30 22:00"]
    assert len(starts(read(calendar(f"UID:a\n{head};UNTIL=20261130T205959Z"), WHOSE))) == 2


def test_what_is_left_out_moved_or_cancelled_is_an_exception() -> None:
    master = (
        f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=WEEKLY;COUNT=4\n"
        "EXDATE;TZID=Europe/Amsterdam:20261130T220000"
    )
    moved = (
        "UID:a\nSUMMARY:Jos de Wit\nRECURRENCE-ID;TZID=Europe/Amsterdam:20261207T220000\n"
        "DTSTART;TZID=Europe/Amsterdam:20261207T230000\nDTEND;TZID=Europe/Amsterdam:20261208T080000"
    )
    gone = (
        "UID:a\nSUMMARY:Fatma\nSTATUS:CANCELLED\nRECURRENCE-ID;TZID=Europe/Amsterdam:20261214T220000\n"
        "DTSTART;TZID=Europe/Amsterdam:20261214T220000\nDTEND;TZID=Europe/Amsterdam:20261215T080000"
    )
    found = read(calendar(gone, moved, master), WHOSE)
    assert starts(found) == ["11-23 22:00", "12-07 23:00"]
    assert [
        e.member_id
        for e in stand(found, datetime(2026, 12, 7, tzinfo=UTC), datetime(2026, 12, 9, tzinfo=UTC))
    ] == [JOS]


def test_times_without_zone_whole_days_and_durations_are_of_the_rosters_clock() -> None:
    found = read(
        calendar(
            "UID:a\nSUMMARY:Fatma\nDTSTART:20261123T220000\nDURATION:PT10H",
            "UID:b\nSUMMARY:Fatma\nDTSTART;VALUE=DATE:20261201",
            "UID:c\nSUMMARY:Fatma\nDTSTART:20261203T210000Z\nDTEND:20261204T070000Z",
        ),
        WHOSE,
    )
    assert starts(found) == ["11-23 22:00", "12-01 00:00", "12-03 22:00"]
    assert found.exceptions[1].ends_at - found.exceptions[1].starts_at == timedelta(days=1)


def test_whose_it_is_stands_in_the_title_or_was_chosen() -> None:
    event = f"UID:a\nSUMMARY:Avonddienst (FATMA)\n{NIGHT}"
    assert read(calendar(event), WHOSE).exceptions[0].member_id == FATMA
    mine = Whose(zone=ZONE, members=WHOSE.members, only=JOS)
    assert read(calendar(event), mine).exceptions[0].member_id == JOS


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (f"UID:a\nSUMMARY:Vrij\n{NIGHT}", "whose"),
        (f"UID:a\nSUMMARY:Fatma en José\n{NIGHT}", "whose"),
        (f"SUMMARY:Fatma\n{NIGHT}", "no_uid"),
        ("UID:a\nSUMMARY:Fatma", "no_start"),
        ("UID:a\nSUMMARY:Fatma\nDTSTART:20261123T220000", "no_end"),
        ("UID:a\nSUMMARY:Fatma\nDTSTART:20261123T220000\nDTEND:20261123T220000", "lasts"),
        ("UID:a\nSUMMARY:Fatma\nDTSTART:20261123T220000\nDTEND:20270623T220000", "lasts"),
        ("UID:a\nSUMMARY:Fatma\nDTSTART:gisteren\nDTEND:20261123T220000", "broken"),
        ("UID:a\nSUMMARY:Fatma\nDTSTART;TZID=Mars:20261123T220000\nDTEND;TZID=Mars:20261124T220000", "zone"),
        (f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=MONTHLY", "repeats"),
        (f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=WEEKLY;BYDAY=2MO", "repeats"),
        (f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=WEEKLY;BYDAY=TU", "repeats"),
        (f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nRRULE:FREQ=SOMETIMES", "broken"),
        (f"UID:a\nSUMMARY:Fatma\n{NIGHT}\nX-REIK-PLACE:9", "place"),
        (
            "UID:a\nSUMMARY:Fatma\nDTSTART:20261123T210000Z\nDTEND:20261124T070000Z\nRRULE:FREQ=WEEKLY",
            "other_clock",
        ),
        (f"UID:a\nSUMMARY:Fatma\nRECURRENCE-ID:20261123T210000Z\n{NIGHT}", "no_master"),
    ],
)  # fmt: skip
def test_an_entry_that_is_no_turn_is_refused_by_name(event: str, code: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        read(calendar(f"UID:fine\nSUMMARY:Fatma\n{NIGHT}", event), WHOSE)
    assert [each.code for each in refused.value.flaws] == [code]
    title = next(line.partition(":")[2] for line in event.split("\n") if line.startswith("SUMMARY"))
    assert str(refused.value).startswith(title)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "no_calendar"), (b"hello", "no_calendar"), (b"\xff\xfe\x00", "no_calendar"),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no_entries"), (b"x" * (MOST_BYTES + 1), "too_big"),
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(text: bytes, code: str) -> None:
    with pytest.raises(CalendarRefused) as refused:
        read(text, WHOSE)
    assert refused.value.flaws[0].code in (code, "no_entries")


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(text: bytes) -> None:
    with pytest.raises(CalendarRefused):
        read(text, WHOSE)


turns = st.lists(
    st.tuples(
        st.sampled_from([FATMA, JOS, JOSE]), st.integers(0, 5000), st.integers(1, 2000), st.integers(1, 3)
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(turns)
def test_what_goes_out_comes_back_as_the_same_hours(given_turns: list[tuple[UUID, int, int, int]]) -> None:
    begin = datetime(2026, 10, 24, tzinfo=UTC)
    minute = timedelta(minutes=1)
    stood = stretches(
        [],
        [
            Otherwise(
                member_id=who, on=True, starts_at=begin + at * minute, ends_at=begin + (at + lasts) * minute,
                place=place,
            )
            for who, at, lasts, place in given_turns
        ],
        ZONE, begin, begin + timedelta(days=10),
    )  # fmt: skip
    entries = [
        Entry(uid=f"{number}@reik", title=WHOSE.members[e.member_id], starts_at=e.starts_at, ends_at=e.ends_at,
              place=e.place)
        for number, e in enumerate(stood)
    ]  # fmt: skip
    back = read(calendar_of("Nacht", entries, begin), WHOSE)
    assert stand(back, begin, begin + timedelta(days=10)) == stood
