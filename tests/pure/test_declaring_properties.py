"""Whatever is known of a month: every day in use is in one line, and unknown is never declarable (R83, N7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reik.value.declaring.months import Month, Period, month_of
from reik.value.declaring.rules import (
    ADMISSION,
    AWAY,
    DECLARABLE,
    IN_USE,
    PAUSE,
    Away,
    Facts,
    Paid,
    Use,
    lines_of,
)
from tests.pure.test_declaring_rules import AFTER, TERMS, days, facts

instants = st.integers(0, 71 * 24).map(
    lambda hours: datetime(2026, 9, 25, tzinfo=UTC) + timedelta(hours=hours)
)
dates = st.dates(date(2026, 9, 20), date(2026, 12, 5))
months = st.sampled_from([month_of(each) for each in ("2026-09", "2026-10", "2026-11", "2024-02", "2027-03")])


@st.composite
def known(draw: st.DrawFn) -> Facts:
    uses = []
    for _ in range(draw(st.integers(1, 2))):
        since = draw(dates)
        until = draw(st.none() | st.dates(since, date(2027, 1, 1)))
        goals = tuple(Period(since=each) for each in draw(st.lists(dates, max_size=1)))
        uses.append(Use(since=since, until=until, setting=draw(st.sampled_from(["zvw", "wmo"])), goals=goals))
    aways = []
    for _ in range(draw(st.integers(0, 2))):
        since_at = draw(instants)
        until_at = draw(
            st.none() | st.integers(1, 900).map(lambda hours, a=since_at: a + timedelta(hours=hours))
        )
        aways.append(
            Away(kind=draw(st.sampled_from([PAUSE, ADMISSION, AWAY])), since=since_at, until=until_at)
        )
    paids = [
        Paid(insurer=draw(st.sampled_from(["Zorgzeker", "Anders"])), law="zvw", since=each)
        for each in sorted(draw(st.lists(dates, max_size=2)))
    ]
    return facts(
        uses=tuple(uses),
        aways=tuple(aways),
        paids=tuple(paids),
        quiet=frozenset(draw(st.lists(dates, max_size=4))),
    )


@given(known(), months, dates)
def test_every_day_in_use_is_in_exactly_one_line(known: Facts, month: Month, today: date) -> None:
    found = lines_of(known, month, today, {"Zorgzeker": TERMS})
    used = [day for day in month.days if day < today and any(use.has(day) for use in known.uses)]
    assert sum(each.total for each in found) == len(used)
    assert days(found, DECLARABLE) <= month.length
    for each in found:
        assert each.first <= each.last
        assert (each.state == DECLARABLE) is (each.reasons == ())
        assert each.insurer or each.state != DECLARABLE
        assert (each.amount is not None) is (each.state == DECLARABLE)
    total = sum(each.amount.euros for each in found if each.amount and each.amount.euros)
    assert total <= Decimal(93)


@given(known(), months, instants, st.integers(1, 400))
def test_being_away_longer_never_makes_more_days_in_use(
    known: Facts, month: Month, since: datetime, hours: int
) -> None:
    longer = Away(kind=PAUSE, since=since, until=since + timedelta(hours=hours))
    more = facts(uses=known.uses, aways=(*known.aways, longer), paids=known.paids, quiet=known.quiet)
    before = lines_of(known, month, AFTER, {"Zorgzeker": TERMS})
    after = lines_of(more, month, AFTER, {"Zorgzeker": TERMS})
    assert sum(each.days.get(IN_USE, 0) for each in after) <= sum(each.days.get(IN_USE, 0) for each in before)
    assert sum(each.total for each in after) == sum(each.total for each in before)
