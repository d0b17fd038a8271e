"""Outside the roll: versions over days, second person, most per day, clock changes (R5, R31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.outside.checks import check_giving, check_words
from reik.medication.outside.lines import (
    GIVEN,
    IN_ERROR,
    NO_WORD,
    NOW,
    TO_COME,
    Given,
    Giving,
    LooseDose,
    LooseVersion,
    LooseWords,
    OutsideRefused,
    expand,
    same_person,
    standing,
    word_of,
)

ZONE = ZoneInfo("Europe/Amsterdam")
PHONE = "Apotheek (053)"
LINE, CLIENT = UUID(int=1), UUID(int=2)
DROPS = LooseWords(
    product="Timolol oogdruppels", amount="1 druppel", starts_on=date(2026, 11, 1), times=(time(8),)
)
NEED = LooseWords(
    product="Paracetamol 500 mg",
    amount="1 tablet",
    starts_on=date(2026, 11, 1),
    as_needed=True,
    max_per_day=4,
)
WRITTEN = datetime(2026, 11, 1, 6, 0, tzinfo=UTC)


def version(
    says: LooseWords, number: int = 1, at: datetime = WRITTEN, *, stopped: bool = False
) -> LooseVersion:
    return LooseVersion(
        id=UUID(int=100 + number), line=LINE, client_id=CLIENT, version=number, says=says, stopped=stopped,
        because="", written_by="Anja", written_role="nurse", written_at=at,
    )  # fmt: skip


def giving(at: datetime, *, name: str = "Anja", planned: LooseDose | None = None, **more: object) -> Giving:
    said = Giving(
        line=LINE, day=planned.day if planned else at.astimezone(ZONE).date(), at=planned.at if planned else None,
        amount="1", given_at=at, given_name=name,
    )  # fmt: skip
    return replace(said, **more)  # type: ignore[arg-type]


def row(said: Giving, number: int = 1, corrects: UUID | None = None) -> Given:
    return Given(
        id=UUID(int=number), client_id=CLIENT, said=said, recorded_by="Anja", recorded_at=said.given_at,
        corrects=corrects,
    )  # fmt: skip


def refusal(
    said: Giving, line: LooseVersion, dose: LooseDose | None, earlier: list[Given], now: datetime
) -> OutsideRefused | None:
    try:
        check_giving(said, line, dose, earlier, now, ZONE, phone=PHONE)
    except OutsideRefused as refused:
        return refused
    return None


def local(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def the_dose(says: LooseWords = DROPS, day: date = date(2026, 11, 23)) -> LooseDose:
    return expand([version(says)], day, day + timedelta(days=1), ZONE)[0]


@given(
    st.dates(date(2026, 1, 2), date(2032, 1, 1)),
    st.lists(st.times(), min_size=1, max_size=6, unique_by=lambda each: (each.hour, each.minute)),
)
def test_every_local_day_has_each_time_once_also_when_clocks_change(first: date, times: list[time]) -> None:
    at = tuple(each.replace(second=0, microsecond=0) for each in times)
    says = replace(DROPS, starts_on=first, times=at)
    begun = version(says, at=datetime(2025, 1, 1, tzinfo=UTC))
    doses = expand([begun], first, first + timedelta(days=14), ZONE)
    assert sorted((dose.day, dose.at) for dose in doses) == sorted(
        (first + timedelta(days=number), each) for number in range(14) for each in at
    )
    for dose in doses:
        wall = dose.due_at.astimezone(ZONE)
        assert wall.date() == dose.day
        assert wall.time() >= dose.at  # in the gap of spring a little later, never earlier


def test_half_past_two_on_the_two_days_on_which_the_clock_changes() -> None:
    says = replace(DROPS, times=(time(2, 30),), starts_on=date(2026, 1, 1))
    spring = the_dose(says, date(2027, 3, 28))
    autumn = expand([version(replace(says, starts_on=date(2026, 1, 1)), at=datetime(2026, 1, 1, tzinfo=UTC))],
                    date(2026, 10, 25), date(2026, 10, 26), ZONE)  # fmt: skip
    assert spring.due_at == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert [dose.due_at for dose in autumn] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


@given(st.integers(0, 72), st.integers(0, 72), st.booleans())
def test_a_later_version_takes_over_without_a_gap_or_a_double(
    first_h: int, second_h: int, stopped: bool
) -> None:
    """At each instant at most one version counts, and what was planned before a change stays."""
    begin = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    old = version(replace(DROPS, times=(time(8), time(20)), starts_on=date(2026, 11, 20)), at=WRITTEN)
    written = begin + timedelta(hours=first_h)
    new = version(
        replace(DROPS, times=(time(8), time(14)), starts_on=date(2026, 11, 23)), 2, written, stopped=stopped
    )
    doses = expand([new, old], date(2026, 11, 22), date(2026, 11, 28), ZONE)
    assert len({(dose.day, dose.at) for dose in doses}) == len(doses)
    for dose in doses:
        assert (dose.version.version == 1) == (dose.due_at < written)
    before = [
        dose for dose in expand([old], date(2026, 11, 22), date(2026, 11, 28), ZONE) if dose.due_at < written
    ]
    assert before == [dose for dose in doses if dose.due_at < written]
    at = begin + timedelta(hours=second_h)
    assert len(standing([old, new], at, ZONE)) == (0 if stopped and at >= written else 1)


def test_every_third_day_counts_from_the_first_one() -> None:
    says = replace(DROPS, every_days=3, starts_on=date(2026, 11, 1))
    doses = expand([version(says)], date(2026, 11, 20), date(2026, 12, 1), ZONE)
    assert [dose.day.day for dose in doses] == [22, 25, 28]


def test_a_time_whose_window_has_passed_when_the_line_is_written_is_not_asked_for() -> None:
    at = local(date(2026, 11, 23), time(9, 30))
    doses = expand([version(replace(DROPS, starts_on=date(2026, 11, 23)), at=at)], date(2026, 11, 23),
                   date(2026, 11, 25), ZONE)  # fmt: skip
    assert [dose.day.day for dose in doses] == [24]
    early = expand([version(replace(DROPS, starts_on=date(2026, 11, 23)), at=at - timedelta(minutes=45))],
                   date(2026, 11, 23), date(2026, 11, 24), ZONE)  # fmt: skip
    assert [dose.day.day for dose in early] == [23]


_NAMES = st.text("abcAB é'", min_size=1, max_size=6).filter(str.strip)
_ACCOUNTS = st.sampled_from([None, UUID(int=7), UUID(int=8)])


@given(_NAMES, _ACCOUNTS, _NAMES, _ACCOUNTS)
def test_the_second_person_is_never_the_first(
    name: str, account: UUID | None, other: str, other_account: UUID | None
) -> None:
    dose = the_dose(replace(DROPS, second_person=True))
    said = giving(
        dose.due_at, name=name, planned=dose, given_by=account, second_name=other, second_by=other_account
    )
    same = " ".join(name.split()).casefold() == " ".join(other.split()).casefold()
    same = same or (account is not None and account == other_account)
    assert same_person(name, account, other, other_account) == same
    refused = refusal(said, dose.version, dose, [], dose.due_at)
    assert (refused is not None and refused.code == "second_same") == same
    assert same or refused is None


def test_where_a_second_person_is_demanded_nobody_is_no_second_person() -> None:
    dose = the_dose(replace(DROPS, second_person=True))
    with pytest.raises(OutsideRefused, match="second person"):
        check_giving(giving(dose.due_at, planned=dose), dose.version, dose, [], dose.due_at, ZONE, phone="")


@given(st.lists(st.integers(0, 49 * 60), max_size=14), st.integers(1, 4))
def test_as_needed_is_never_given_more_often_on_a_local_day_than_the_most(
    minutes: list[int], most: int
) -> None:
    """Over the night in which the clock is put back, when the day has 25 hours."""
    says = replace(NEED, max_per_day=most, starts_on=date(2026, 10, 1))
    line = version(says, at=datetime(2026, 10, 1, tzinfo=UTC))
    begin = local(date(2026, 10, 25), time(0))
    given_rows: list[Given] = []
    for number, minute in enumerate(sorted(minutes)):
        at = begin + timedelta(minutes=minute)
        said = giving(at)
        of_day = [each for each in given_rows if each.said.given_at.astimezone(ZONE).date() == said.day]
        refused = refusal(said, line, None, given_rows, at)
        assert (refused is not None) == (len(of_day) >= most)
        if refused is None:
            given_rows.append(row(said, number + 1))
        else:
            assert refused.code == "most_reached"
            assert PHONE in str(refused)


def test_one_planned_time_is_given_once_and_a_mistake_is_put_right_first() -> None:
    dose = the_dose()
    first = row(giving(dose.due_at, planned=dose))
    at = dose.due_at + timedelta(minutes=10)
    with pytest.raises(OutsideRefused, match="given already"):
        check_giving(
            giving(at, planned=dose, because="toch"), dose.version, dose, [first], at, ZONE, phone=""
        )
    wrong = row(
        giving(at, planned=dose, not_given=IN_ERROR, because="verkeerde cliënt"), 2, corrects=first.id
    )
    check_giving(giving(at, planned=dose), dose.version, dose, [first, wrong], at, ZONE, phone="")


@pytest.mark.parametrize(("minutes", "code"), [(-61, "early"), (61, "late"), (-60, ""), (60, ""), (0, "")])
def test_early_and_late_need_a_reason(minutes: int, code: str) -> None:
    dose = the_dose()
    at = dose.due_at + timedelta(minutes=minutes)
    if not code:
        check_giving(giving(at, planned=dose), dose.version, dose, [], at, ZONE, phone="")
        return
    with pytest.raises(OutsideRefused) as refused:
        check_giving(giving(at, planned=dose), dose.version, dose, [], at, ZONE, phone="")
    assert refused.value.code == code
    check_giving(giving(at, planned=dose, because="met huisarts"), dose.version, dose, [], at, ZONE, phone="")


def test_within_the_least_interval_only_with_a_reason() -> None:
    line = version(replace(NEED, gap_min=240))
    first = local(date(2026, 11, 23), time(23))
    soon = first + timedelta(hours=3)  # another local day, and still too soon
    with pytest.raises(OutsideRefused) as refused:
        check_giving(giving(soon), line, None, [row(giving(first))], soon, ZONE, phone="HAP (0900)")
    assert refused.value.code == "too_soon"
    assert "HAP (0900)" in str(refused.value)
    check_giving(giving(soon, because="arts"), line, None, [row(giving(first))], soon, ZONE, phone="")
    later = first + timedelta(hours=4)
    check_giving(giving(later), line, None, [row(giving(first))], later, ZONE, phone="")


def test_silence_is_no_word_and_never_a_miss() -> None:
    dose = the_dose()
    stands = [
        word_of(dose, [], dose.due_at + timedelta(minutes=minutes))[0] for minutes in (-1, 0, 59, 60, 6000)
    ]
    assert stands == [TO_COME, NOW, NOW, NO_WORD, NO_WORD]
    refused = row(giving(dose.due_at, planned=dose, not_given="refused"))
    later = row(giving(dose.due_at + timedelta(minutes=20), planned=dose), 2)
    assert word_of(dose, [refused], dose.due_at)[0] == "not_given"
    assert word_of(dose, [refused, later], dose.due_at) == (GIVEN, later)


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (replace(DROPS, product=" "), "words_missing"),
        (replace(DROPS, times=()), "times_missing"),
        (replace(NEED, times=(time(8),)), "times_missing"),
        (replace(DROPS, times=(time(8), time(8))), "times_twice"),
        (replace(DROPS, weekdays=frozenset()), "weekdays_missing"),
        (replace(DROPS, weekdays=frozenset({1}), every_days=2), "days_both"),
        (replace(DROPS, last_on=date(2026, 10, 1)), "period_odd"),
        (replace(DROPS, responsible="device"), "responsible_missing"),
        (replace(NEED, max_per_day=0), "max_odd"),
    ],
)
def test_a_line_that_cannot_be_is_refused(says: LooseWords, code: str) -> None:
    with pytest.raises(OutsideRefused) as refused:
        check_words(says)
    assert refused.value.code == code
