"""The life of a roll by its rules: custody, forecast, window, matrix (R17 to R21)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.medication.rolls.custody import (
    ORDER,
    START,
    TRANSITIONS,
    Step,
    StepRefused,
    checked_count,
    follow,
    next_step,
    possible,
)
from reik.medication.rolls.forecast import (
    DAY,
    Forecast,
    Span,
    Stage,
    Supply,
    days_left,
    forecast,
    needed_on,
    order_at,
    told_again_at,
    working_time_before,
)
from reik.medication.rolls.matrix import ANY, NOT, SHIPPED, SUPPORTED, UNKNOWN, DeviceAbility, FitRow, fit_of
from reik.medication.rolls.window import change_by, change_window
from reik.people.opening import OFFICE_HOURS, Opening

ZONE = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)


def local(year, month, day, hour=0, minute=0):
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def every(first, days, *times):
    """Planned moments at these local times on so many days."""
    return [
        datetime.combine(first + day * DAY, at, ZONE).astimezone(UTC) for day in range(days) for at in times
    ]


class TestCustody:
    def test_the_whole_chain_in_its_order(self):
        """R18, R24: packed to counted at the pharmacy."""
        state = START
        for step in ORDER:
            state = follow(state, step)
        assert state == Step.RETURNED
        assert possible(state) == ()

    @given(st.sampled_from([START, *Step]), st.sampled_from(list(Step)))
    def test_a_pair_that_is_not_in_the_table_is_refused_with_what_comes_first(self, state, step):
        if (state, step) in TRANSITIONS:
            assert follow(state, step) == step
            return
        with pytest.raises(StepRefused) as refused:
            follow(state, step)
        assert str(refused.value).endswith(".")
        assert refused.value.code

    def test_a_packed_roll_is_not_delivered_unchecked(self):
        with pytest.raises(StepRefused, match="not checked"):
            follow(Step.PACKED, Step.DELIVERED)

    def test_what_is_left_is_counted_before_it_goes_back(self):
        with pytest.raises(StepRefused, match="Count first"):
            follow(Step.EMPTIED, Step.HANDED_BACK)

    @given(st.sampled_from([START, *Step]), st.booleans())
    def test_the_step_that_is_offered_may_be_taken(self, state, at_home):
        offered = next_step(state, at_home=at_home)
        if offered is not None:
            assert (state, offered) in TRANSITIONS

    def test_a_count_needs_a_number_and_nought_is_one(self):
        assert checked_count(Step.COUNTED, 0) == 0
        assert checked_count(Step.EMPTIED, None) is None
        with pytest.raises(StepRefused):
            checked_count(Step.RETURNED, None)
        with pytest.raises(StepRefused):
            checked_count(Step.COUNTED, -1)


class TestForecast:
    def test_ordered_at_lead_time_and_two_working_days(self):
        """R20: of the pharmacy's own working days; Sinterklaas is none of the law's holidays, Christmas is."""
        gap = local(2026, 12, 29, 8)
        supply = Supply(lead_days=2)
        # four working days before Tuesday 29 December: 28, 24, 23, 22 (25 and 26 are Christmas, 27 is Sunday)
        assert order_at(gap, supply) == local(2026, 12, 22, 8, 30)

    def test_without_a_known_lead_time_a_week_before(self):
        assert order_at(local(2026, 12, 8, 8), Supply()) == local(2026, 12, 1, 8, 30)

    def test_the_clients_own_day_and_absence_bring_it_forward(self):
        supply = Supply(change_day=5)  # Friday
        assert needed_on(local(2026, 12, 8, 8), supply) == date(2026, 12, 4)
        away = ((local(2026, 12, 4), local(2026, 12, 7)),)
        assert needed_on(local(2026, 12, 8, 8), Supply(change_day=5, away=away)) == date(2026, 11, 27)

    def test_72_hours_of_working_days_leave_the_weekend_out(self):
        """Monday 08:00: eight hours of Monday, Friday, Thursday, and sixteen of Wednesday."""
        at = local(2026, 11, 30, 8)
        assert working_time_before(at, 72 * HOUR, OFFICE_HOURS) == local(2026, 11, 25, 8)

    def test_a_day_of_25_hours_counts_25(self):
        """The clocks go back on Sunday 25 October 2026; a pharmacy that works that day has 25 hours."""
        daily = Opening(hours={day: (time(8), time(18)) for day in range(1, 8)})
        assert working_time_before(local(2026, 10, 26, 8), 72 * HOUR, daily) == local(2026, 10, 23, 9)

    @given(st.integers(0, 3 * 365 * 24 * 60), st.integers(0, 200))
    def test_working_time_lies_before_and_is_at_least_as_long(self, minutes, hours):
        """Over three years with every change of the clock and every holiday."""
        at = local(2026, 1, 1) + timedelta(minutes=minutes)
        before = working_time_before(at, hours * HOUR, OFFICE_HOURS)
        assert at - before >= hours * HOUR
        assert working_time_before(at, (hours + 1) * HOUR, OFFICE_HOURS) <= before - HOUR

    @given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.integers(0, 10))
    def test_an_order_leaves_the_packer_its_working_days(self, day, lead):
        gap = datetime.combine(day, time(8), ZONE).astimezone(UTC)
        ordered = order_at(gap, Supply(lead_days=lead))
        first = ordered.astimezone(ZONE).date()
        between = [first + n * DAY for n in range((day - first).days)]
        assert sum(OFFICE_HOURS.hours_of(each) is not None for each in between) == lead + 2
        assert OFFICE_HOURS.is_open(ordered)

    def test_the_stages_follow_each_other(self):
        """R20, R21: order, 72 working hours, 24 hours, no roll before the next moment."""
        moments = every(date(2026, 11, 23), 30, time(8), time(20))
        span = Span(since=local(2026, 11, 24), until=local(2026, 12, 7, 20), at_home=True)
        cast = forecast(moments, [span], Supply(lead_days=2), local(2026, 11, 24))
        assert cast.covered_until == local(2026, 12, 7, 20)
        assert cast.uncovered_at == local(2026, 12, 8, 8)
        steps = [
            (local(2026, 12, 2, 8, 29), Stage.FINE), (local(2026, 12, 2, 8, 30), Stage.ORDER),
            (local(2026, 12, 3, 8), Stage.ALARM_72), (local(2026, 12, 7, 8), Stage.ALARM_24),
            (local(2026, 12, 7, 20), Stage.NO_ROLL),
        ]  # fmt: skip
        assert [forecast(moments, [span], Supply(lead_days=2), at).stage(at) for at, _ in steps] == [
            each for _, each in steps
        ]

    def test_a_roll_that_is_not_in_the_home_is_no_roll_the_day_before(self):
        moments = every(date(2026, 11, 23), 30, time(8))
        spans = [
            Span(since=local(2026, 11, 24), until=local(2026, 12, 7, 8), at_home=True),
            Span(since=local(2026, 12, 8), until=local(2027, 1, 20, 8), at_home=False),
        ]
        at = local(2026, 12, 7, 9)
        cast = forecast(moments, spans, Supply(), at)
        assert cast.uncovered_at is None
        assert cast.not_home_at == local(2026, 12, 8, 8)
        assert cast.stage(at) is Stage.NO_ROLL

    def test_moments_while_she_is_away_need_no_roll(self):
        moments = every(date(2026, 11, 23), 20, time(8))
        span = Span(since=local(2026, 11, 23), until=local(2026, 11, 30, 8), at_home=True)
        away = ((local(2026, 12, 1), local(2026, 12, 6)),)
        cast = forecast(moments, [span], Supply(away=away), local(2026, 11, 24))
        assert cast.uncovered_at == local(2026, 12, 6, 8)

    def test_a_recalled_sachet_covers_nothing(self):
        moments = every(date(2026, 11, 23), 5, time(8))
        hole = local(2026, 11, 25, 8)
        span = Span(
            since=local(2026, 11, 23), until=local(2026, 11, 27, 8), at_home=True, holes=frozenset({hole})
        )
        assert forecast(moments, [span], Supply(), local(2026, 11, 24)).uncovered_at == hole

    @given(
        st.integers(0, 60 * 24 * 20), st.integers(0, 20), st.integers(0, 20), st.booleans(), st.integers(0, 5)
    )
    def test_time_never_makes_it_better_and_every_gap_is_found(self, minutes, first, length, at_home, lead):
        """Whatever the rolls: what is not covered is reported at its first moment, and the stage only rises."""
        moments = every(date(2026, 10, 20), 30, time(8), time(20))  # over the change of the clocks
        begins = local(2026, 10, 20) + first * DAY
        span = Span(since=begins, until=begins + length * DAY, at_home=at_home)
        now = local(2026, 10, 20) + timedelta(minutes=minutes)
        cast = forecast(moments, [span], Supply(lead_days=lead), now)
        gaps = [each for each in moments if each > now and not span.since <= each <= span.until]
        assert cast.uncovered_at == (gaps[0] if gaps else None)
        assert cast.not_home_at == (
            cast.uncovered_at if at_home else next((each for each in moments if each > now), None)
        )
        stages = [cast.stage(now + n * HOUR) for n in range(0, 200, 7)]
        assert stages == sorted(stages)
        following = cast.next_after(now)
        assert following is None or following > now

    def test_it_is_told_again_in_working_time_and_sooner_when_it_is_late(self):
        friday = local(2026, 11, 27, 16)
        assert told_again_at(Stage.ORDER, friday, OFFICE_HOURS) == local(2026, 11, 30, 8, 30)
        assert told_again_at(Stage.ALARM_24, friday, OFFICE_HOURS) == friday + 4 * HOUR
        assert told_again_at(Stage.NO_ROLL, friday, OFFICE_HOURS) == friday + HOUR

    def test_days_left_are_local_days(self):
        until = local(2026, 11, 30, 23, 30)
        assert days_left(until, local(2026, 11, 30, 0, 10), ZONE) == 0
        assert days_left(until, local(2026, 11, 29, 23, 50), ZONE) == 1
        assert days_left(None, until, ZONE) == 0

    def test_nothing_planned_wants_nothing(self):
        cast = forecast([], [], Supply(), local(2026, 11, 24))
        assert cast == Forecast(
            covered_until=None, uncovered_at=None, not_home_at=None, order_at=None, alarm_at=None,
            last_alarm_at=None, no_roll_at=None,
        )  # fmt: skip


class TestWindow:
    LAST, NEXT = local(2026, 11, 30, 20), local(2026, 12, 1, 8)

    def window(self, change, *, next_due_at=NEXT, delivered_at=None):
        return change_window(
            roll_change=change, last_sachet_at=self.LAST, next_due_at=next_due_at, delivered_at=delivered_at
        )

    def test_after_the_last_sachet_until_half_an_hour_before_the_next(self):
        """R19."""
        window = self.window("after_last_sachet")
        assert (window.opens_at, window.closes_at) == (self.LAST, self.NEXT - timedelta(minutes=30))
        assert window.is_open(self.LAST)
        assert not window.is_open(self.LAST - timedelta(minutes=1))
        assert not window.is_open(window.closes_at)

    @pytest.mark.parametrize("change", [None, "something new"])
    def test_what_is_not_known_is_taken_on_the_careful_side(self, change):
        window = self.window(change, delivered_at=self.LAST - 5 * DAY)
        assert (window.opens_at, window.because) == (self.LAST, "unknown")

    def test_for_any_time_from_the_delivery_on(self):
        delivered = self.LAST - 2 * DAY
        assert self.window("any_time", delivered_at=delivered).opens_at == delivered
        assert self.window("any_time") is None

    def test_it_is_planned_on_the_agreed_day_where_that_lies_inside(self):
        window = self.window("any_time", delivered_at=local(2026, 11, 25, 12))  # Wednesday until Tuesday 7:30
        assert change_by(window, 5, ZONE) == local(2026, 11, 28)  # the end of Friday
        assert change_by(window, None, ZONE) == window.closes_at
        assert change_by(window, 2, ZONE) == window.closes_at  # on Tuesday before the first moment
        after = self.window("after_last_sachet")
        assert change_by(after, 5, ZONE) == after.closes_at  # not inside: the window decides

    def test_two_moments_too_close_give_no_window(self):
        window = self.window("after_last_sachet", next_due_at=self.LAST + timedelta(minutes=20))
        assert not window.possible
        assert not window.is_open(self.LAST)

    def test_the_night_of_the_changing_clock_is_an_hour_longer(self):
        window = change_window(
            roll_change="after_last_sachet", last_sachet_at=local(2026, 10, 24, 20),
            next_due_at=local(2026, 10, 25, 8), delivered_at=None,
        )  # fmt: skip
        assert window.closes_at - window.opens_at == 12.5 * HOUR


class TestMatrix:
    def fit(self, roll_format="baxter", device=None, own=(), packer="Inpakker"):
        return fit_of(packer=packer, roll_format=roll_format, device=device, own=own).fit

    def test_without_a_dispenser_or_its_word_nothing_is_known(self):
        """R17: unknown is told, not refused."""
        assert self.fit() == UNKNOWN
        assert self.fit(device=DeviceAbility()) == UNKNOWN
        assert self.fit(roll_format="", device=DeviceAbility(model="x", roll_format="baxter")) == UNKNOWN
        assert self.fit(roll_format="own 80 mm", device=DeviceAbility(roll_format="baxter")) == UNKNOWN

    def test_the_dispensers_own_word(self):
        assert self.fit(device=DeviceAbility(roll_format="baxter")) == SUPPORTED
        assert self.fit(device=DeviceAbility(roll_format="spencer_box")) == NOT

    def test_an_organisations_own_line_goes_before_and_the_most_exact_wins(self):
        def row(fit, said_on=date(2026, 1, 1), **named):
            return FitRow(**{"packer": ANY, "roll_format": ANY, "model": ANY, **named}, fit=fit, source="us",
                          said_on=said_on)  # fmt: skip

        device = DeviceAbility(model="Medido Connect", roll_format="baxter")
        assert self.fit(device=device, own=[row(NOT)]) == NOT
        own = [row(NOT, model="medido"), row(SUPPORTED, model="medido", packer="inpakker")]
        assert self.fit(device=device, own=own) == SUPPORTED
        assert self.fit(device=device, own=own, packer="Ander") == NOT
        newer = row(UNKNOWN, model="medido", packer="inpakker", said_on=date(2026, 2, 1))
        assert self.fit(device=device, own=[newer, *own]) == UNKNOWN

    def test_every_shipped_line_names_its_source(self):
        assert all(each.source and each.said_on for each in SHIPPED)
        assert not any(each.fit == SUPPORTED for each in SHIPPED)
