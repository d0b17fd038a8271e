"""Which days of a month may be declared: ends of months, the clock's change, leap years, pauses at the edges (R83)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from reik.medication.times.schedule import instant_of
from reik.value.declaring.months import Month, MonthRefused, Period, month_of
from reik.value.declaring.rules import (
    ADMISSION,
    AWAY,
    DECLARABLE,
    NOT,
    PAUSE,
    UNKNOWN,
    Away,
    Facts,
    Line,
    Paid,
    SameWork,
    Use,
    lines_of,
)
from reik.value.declaring.terms import DeclaringRefused, DeclaringTerms, declaring_json, terms_from

ZONE = ZoneInfo("Europe/Amsterdam")
ID = UUID(int=1)
OCTOBER = month_of("2026-10")
AFTER = date(2027, 6, 1)
TERMS = DeclaringTerms(price=Decimal(93), count="share", pause="paid", admission="not_paid")
ALWAYS = Use(since=date(2026, 1, 5), setting="zvw", goals=(Period(since=date(2026, 1, 1)),))
PAID = Paid(insurer="Zorgzeker", law="zvw", since=date(2026, 1, 1))
EVERY = frozenset(range(1, 8))


def at(day: date, hour: int = 0, minute: int = 0) -> datetime:
    return instant_of(day, time(hour, minute), ZONE)


def facts(**more: object) -> Facts:
    given = {"client_id": ID, "zone": ZONE, "uses": (ALWAYS,), "paids": (PAID,)} | more
    return Facts(**given)  # type: ignore[arg-type]


def lines(
    known: Facts, month: Month = OCTOBER, terms: DeclaringTerms | None = TERMS, today: date = AFTER
) -> list[Line]:
    return lines_of(known, month, today, {"Zorgzeker": terms} if terms else {})


def days(found: list[Line], state: str) -> int:
    return sum(each.total for each in found if each.state == state)


def test_a_whole_month_with_everything_there_is_one_line() -> None:
    (line,) = lines(facts())
    assert (line.state, line.total, line.reasons, line.insurer) == (DECLARABLE, 31, (), "Zorgzeker")
    assert line.amount is not None
    assert line.amount.euros == Decimal("93.00")


def test_first_and_last_day_count_and_the_days_beside_them_do_not() -> None:
    use = Use(since=date(2026, 10, 12), until=date(2026, 10, 20), setting="zvw", goals=ALWAYS.goals)
    (line,) = lines(facts(uses=(use,)))
    assert (line.first, line.last, line.total) == (date(2026, 10, 12), date(2026, 10, 20), 9)
    assert line.amount is not None
    assert line.amount.euros == Decimal("27.00")
    assert lines(facts(uses=(use,)), month_of("2026-11")) == []
    assert lines(facts(uses=(use,)), month_of("2026-09")) == []


def test_a_day_that_is_not_over_does_not_count() -> None:
    assert days(lines(facts(), today=date(2026, 10, 12)), DECLARABLE) == 11
    assert lines(facts(), today=date(2026, 10, 1)) == []


def test_february_of_a_leap_year_has_a_day_more() -> None:
    use = Use(since=date(2024, 1, 1), setting="zvw", goals=(Period(since=date(2024, 1, 1)),))
    paid = Paid(insurer="Zorgzeker", law="zvw", since=date(2024, 1, 1))
    known = facts(uses=(use,), paids=(paid,))
    assert days(lines(known, month_of("2028-02")), DECLARABLE) == 0  # later than today
    assert days(lines(known, month_of("2028-02"), today=date(2028, 5, 1)), DECLARABLE) == 29
    assert days(lines(known, month_of("2025-02")), DECLARABLE) == 28


@pytest.mark.parametrize("text", ["2026-13", "2026", "26-10", "2026-1", "1999-12", "oktober"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(MonthRefused):
        month_of(text)


def test_without_a_goal_nothing_and_from_the_day_of_the_goal_on_all() -> None:
    bare = Use(since=ALWAYS.since, setting="zvw")
    (line,) = lines(facts(uses=(bare,)))
    assert (line.state, line.reasons, line.goal) == (NOT, ("goal_missing",), False)
    later = Use(since=ALWAYS.since, setting="zvw", goals=(Period(since=date(2026, 10, 11)),))
    found = lines(facts(uses=(later,)))
    assert (days(found, DECLARABLE), days(found, NOT)) == (21, 10)


def test_who_pays_is_unknown_until_somebody_says_so() -> None:
    (line,) = lines(facts(paids=()))
    assert (line.state, line.reasons, line.insurer) == (UNKNOWN, ("funding_unknown",), "")
    half = Paid(insurer="Zorgzeker", law="zvw", since=date(2026, 10, 1), until=date(2026, 10, 15))
    found = lines(facts(paids=(half,)))
    assert (days(found, DECLARABLE), days(found, UNKNOWN)) == (15, 16)
    no_law = Paid(insurer="Zorgzeker", since=date(2026, 1, 1))
    assert lines(facts(paids=(no_law,)))[0].reasons == ("law_unknown",)


def test_a_change_of_insurer_makes_two_lines_and_never_two_whole_months() -> None:
    moved = (PAID, Paid(insurer="Anders", law="zvw", since=date(2026, 10, 16)))
    share = {"Zorgzeker": TERMS, "Anders": TERMS}
    found = lines_of(facts(paids=moved), OCTOBER, AFTER, share)
    assert [(each.insurer, each.total) for each in found] == [("Zorgzeker", 15), ("Anders", 16)]
    whole = DeclaringTerms(price=Decimal(93), count="month", fewest_days=1, pause="paid", admission="paid")
    found = lines_of(facts(paids=moved), OCTOBER, AFTER, {"Zorgzeker": whole, "Anders": whole})
    assert {each.state for each in found} == {UNKNOWN}
    assert all(each.reasons == ("two_insurers",) for each in found)


@pytest.mark.parametrize(
    ("setting", "law", "fits"),
    [("zvw", "zvw", True), ("wlz_home", "zvw", False), ("wlz_intramural", "wlz", True), ("wmo", "zvw", False),
     ("supported_living", "wmo", True), ("private", "private", True), ("zvw", "wlz", False)],
)  # fmt: skip
def test_two_laws_for_the_same_days_are_double_funding(setting: str, law: str, fits: bool) -> None:
    use = Use(since=ALWAYS.since, setting=setting, goals=ALWAYS.goals)
    (line,) = lines(facts(uses=(use,), paids=(Paid(insurer="Zorgzeker", law=law, since=PAID.since),)))
    assert (line.state == DECLARABLE) is fits
    assert ("law_differs" in line.reasons) is not fits


def test_who_pays_already_is_not_asked_twice() -> None:
    twice = Paid(insurer="Zorgzeker", law="zvw", since=PAID.since, also_paid_by="gemeente")
    (line,) = lines(facts(paids=(twice,)))
    assert (line.state, line.reasons) == (NOT, ("paid_elsewhere",))


def test_a_visit_for_the_same_moment_is_declared_already() -> None:
    mondays = SameWork(weekdays=frozenset({1}))
    found = lines(facts(visits=(mondays,)))
    assert (days(found, DECLARABLE), days(found, NOT)) == (27, 4)  # 5, 12, 19 and 26 October
    assert found[-1].reasons == ("visit_runs",)
    until = date(2026, 10, 8)
    stopped = lines(facts(visits=(SameWork(weekdays=EVERY, until=until),)))
    assert (days(stopped, DECLARABLE), days(stopped, NOT)) == (24, 7)
    unsure = lines(facts(visits=(SameWork(weekdays=EVERY, until=until, sure=False),)))
    assert (days(unsure, DECLARABLE), days(unsure, UNKNOWN), days(unsure, NOT)) == (0, 24, 7)


def test_days_of_which_nothing_was_heard_are_a_line_of_their_own() -> None:
    quiet = frozenset({date(2026, 10, 3), date(2026, 10, 4)})
    found = lines(facts(quiet=quiet))
    assert (days(found, DECLARABLE), days(found, UNKNOWN)) == (29, 2)
    assert lines(facts(heard=False))[0].reasons == ("no_moments",)


def test_terms_of_another_year_do_not_count_and_what_was_not_agreed_stays_open() -> None:
    (line,) = lines(facts(), terms=None)
    assert (line.state, line.reasons) == (NOT, ("terms_missing",))
    bare = DeclaringTerms(price=Decimal(93))
    half = Use(since=date(2026, 10, 12), setting="zvw", goals=ALWAYS.goals)
    (part,) = lines(facts(uses=(half,)), terms=bare)
    assert part.amount is not None
    assert (part.amount.euros, part.amount.missing) == (None, "part")
    (none,) = lines(facts(), terms=DeclaringTerms(count="share"))
    assert none.amount is not None
    assert none.amount.missing == "price"
    away = Away(kind=PAUSE, since=at(date(2026, 10, 5)), until=at(date(2026, 10, 8)))
    found = lines(facts(aways=(away,)), terms=bare)
    assert [(each.state, each.total, each.reasons) for each in found] == [
        (DECLARABLE, 28, ()), (UNKNOWN, 3, ("pause_not_agreed",)),
    ]  # fmt: skip


def test_a_month_counts_whole_from_the_agreed_days_on() -> None:
    terms = DeclaringTerms(
        price=Decimal("80.005"), count="month", fewest_days=15, pause="paid", admission="paid"
    )
    enough = Use(since=date(2026, 10, 17), setting="zvw", goals=ALWAYS.goals)
    (line,) = lines(facts(uses=(enough,)), terms=terms)
    assert line.amount is not None
    assert (line.total, line.amount.euros) == (15, Decimal("80.01"))
    late = Use(since=date(2026, 10, 18), setting="zvw", goals=ALWAYS.goals)
    (line,) = lines(facts(uses=(late,)), terms=terms)
    assert (line.state, line.reasons, line.amount) == (NOT, ("too_few_days",), None)


@pytest.mark.parametrize(
    ("since", "until", "kind", "n"),
    [
        # from midnight to midnight: three whole days
        (at(date(2026, 10, 5)), at(date(2026, 10, 8)), PAUSE, 3),
        # left after midnight, back before it: the days on which she leaves and comes back are days in use
        (at(date(2026, 10, 5), 0, 1), at(date(2026, 10, 8), 23, 59), PAUSE, 2),
        (at(date(2026, 10, 5), 10), at(date(2026, 10, 5), 16), PAUSE, 0),
        # over the edges of the month
        (at(date(2026, 9, 20), 9), at(date(2026, 10, 3)), ADMISSION, 2),
        (at(date(2026, 10, 30), 9), None, ADMISSION, 1),
        # the day that has 25 hours, from its first midnight to its last
        (at(date(2026, 10, 25)), at(date(2026, 10, 26)), PAUSE, 1),
        (at(date(2026, 10, 25)), at(date(2026, 10, 26)) - timedelta(hours=1), PAUSE, 0),
        (at(date(2026, 10, 9)), at(date(2026, 10, 12)), AWAY, 3),
    ],
)
def test_whole_days_away_count_apart(since: datetime, until: datetime | None, kind: str, n: int) -> None:
    found = lines(facts(aways=(Away(kind=kind, since=since, until=until),)))
    assert sum(each.days.get(kind, 0) for each in found) == n
    assert sum(each.total for each in found) == 31
    state = {PAUSE: DECLARABLE, ADMISSION: NOT, AWAY: UNKNOWN}[kind]
    assert sum(each.days.get(kind, 0) for each in found if each.state == state) == n


def test_an_absence_that_follows_on_another_leaves_no_day_between() -> None:
    noon = at(date(2026, 10, 6), 12)
    aways = (
        Away(kind=ADMISSION, since=at(date(2026, 10, 5)), until=noon),
        Away(kind=PAUSE, since=noon, until=at(date(2026, 10, 8))),
    )
    found = lines(facts(aways=aways))
    assert sum(each.days.get(ADMISSION, 0) for each in found) == 1
    assert sum(each.days.get(PAUSE, 0) for each in found) == 2


def test_in_march_the_short_day_is_a_whole_day() -> None:
    sunday = date(2027, 3, 28)
    away = Away(kind=PAUSE, since=at(sunday), until=at(sunday) + timedelta(hours=23))
    found = lines_of(facts(aways=(away,)), month_of("2027-03"), AFTER, {"Zorgzeker": TERMS})
    assert sum(each.days.get(PAUSE, 0) for each in found) == 1


def test_terms_are_read_as_they_were_kept_and_nonsense_is_refused() -> None:
    kept = {
        "technology_hours_month": 1.5,
        "tariff_hour_eur": 60.0,
        "declaring": declaring_json("month", 10, "paid", ""),
    }
    terms = terms_from(kept)
    assert terms == DeclaringTerms(price=Decimal("90.0"), count="month", fewest_days=10, pause="paid")
    assert terms_from({}) == DeclaringTerms()
    for wrong in (
        ("week", None, "", ""),
        ("share", 3, "", ""),
        ("month", 32, "", ""),
        ("", None, "soms", ""),
    ):
        with pytest.raises(DeclaringRefused):
            declaring_json(*wrong)
