"""What may be written about medication outside the roll, and what not, or only with a reason. Pure (R5, R31)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reik.medication.outside.lines import (
    AHEAD_AT_MOST,
    IN_ERROR,
    LONGEST_BACK,
    MOST_TIMES,
    REASONS,
    RESPONSIBLE,
    Given,
    Giving,
    LooseDose,
    LooseVersion,
    LooseWords,
    OutsideRefused,
    counting,
    same_person,
)
from reik.medication.times.schedule import EVERY_DAY


def check_words(says: LooseWords) -> None:
    """Raise OutsideRefused for a line that cannot be."""
    if not says.product.strip() or not says.amount.strip():
        raise OutsideRefused("words_missing", "Say which medicine it is, and how much.")
    if says.as_needed == bool(says.times):
        raise OutsideRefused("times_missing", "Give the times, or say that it is as needed.")
    if len(set(says.times)) < len(says.times) or len(says.times) > MOST_TIMES:
        raise OutsideRefused("times_twice", "Each time stands once, and there are at most 24.")
    if any(each.second or each.microsecond or each.tzinfo is not None for each in says.times):
        raise OutsideRefused("times_odd", "A time is hours and minutes.")
    if not says.weekdays or not says.weekdays <= EVERY_DAY:
        raise OutsideRefused("weekdays_missing", "Name the days of the week.")
    if says.every_days > 1 and says.weekdays != EVERY_DAY:
        raise OutsideRefused("days_both", "Give weekdays, or every so many days; not both.")
    _check_numbers(says)
    if says.responsible not in RESPONSIBLE:
        raise OutsideRefused("responsible_missing", "Say who gives this.")


def _check_numbers(says: LooseWords) -> None:
    if not 1 <= says.every_days <= 366:
        raise OutsideRefused("days_odd", "Every so many days is 1 to 366.")
    if not 5 <= says.window_min <= 720:
        raise OutsideRefused("window_odd", "The window is 5 to 720 minutes.")
    if not 0 <= says.gap_min <= 10_080:
        raise OutsideRefused("gap_odd", "The least interval is 0 (none) up to a week, in minutes.")
    if says.max_per_day is not None and not 1 <= says.max_per_day <= 48:
        raise OutsideRefused("max_odd", "At most so many times a day is 1 to 48.")
    if says.last_on is not None and says.last_on < says.starts_on:
        raise OutsideRefused("period_odd", "The last day is not before the first.")


def check_giving(
    said: Giving, version: LooseVersion, dose: LooseDose | None, earlier: Sequence[Given], now: datetime,
    zone: ZoneInfo, *, phone: str,
) -> None:  # fmt: skip
    """Raise OutsideRefused for what may not be written down as given, or only with a reason.

    `dose`: the planned time, None for as needed. `earlier`: the line's rows, without the one that is put right.
    `phone`: whom to phone now, with the number.
    """
    if not said.given_name.strip():
        raise OutsideRefused("giver_missing", "Say who gave it.")
    if said.given_at > now + AHEAD_AT_MOST:
        raise OutsideRefused("in_future", "This time is still to come: write it down when it was given.")
    if said.given_at < now - LONGEST_BACK:
        raise OutsideRefused("long_ago", "This is more than a week ago: write it into the care record.")
    if said.not_given:
        _check_not_given(said)
        return
    if not said.amount.strip():
        raise OutsideRefused("amount_missing", "Say how much was given.")
    _check_second(said, version.says)
    rows = [each for each in counting(earlier) if not each.said.not_given]
    if dose is not None:
        _check_planned(said, dose, rows)
    elif version.says.max_per_day is not None:
        _check_most(said, version.says.max_per_day, rows, zone, phone)
    _check_gap(said, version.says.gap_min, rows, phone)


def _check_not_given(said: Giving) -> None:
    if said.not_given not in (*REASONS, IN_ERROR):
        raise OutsideRefused("reason_missing", "Say why it was not given.")
    if said.not_given in ("other", IN_ERROR) and not (said.remark.strip() or said.because.strip()):
        raise OutsideRefused("remark_missing", "Say in a few words what happened.")


def _check_second(said: Giving, says: LooseWords) -> None:
    if says.second_person and not said.second_name.strip():
        raise OutsideRefused("second_missing", "A second person has to be there: say who.")
    if said.second_name.strip() and same_person(
        said.given_name, said.given_by, said.second_name, said.second_by
    ):
        raise OutsideRefused("second_same", "The second person is somebody else than who gives it.")


def _check_planned(said: Giving, dose: LooseDose, rows: Sequence[Given]) -> None:
    """R31: one planned time is given once; early and late need a reason."""
    if any((each.said.day, each.said.at) == (dose.day, dose.at) for each in rows):
        raise OutsideRefused(
            "given_before", "This time was given already: put that entry right if it is wrong."
        )
    if said.because.strip():
        return
    if said.given_at < dose.due_at - timedelta(minutes=dose.version.says.window_min):
        raise OutsideRefused("early", "This is early: say why, and with whom that was agreed.")
    if said.given_at > dose.deadline_at:
        raise OutsideRefused("late", "This is late: say why, and with whom that was agreed.")


def _check_most(said: Giving, most: int, rows: Sequence[Given], zone: ZoneInfo, phone: str) -> None:
    """As needed: at most so many times on the local day on which it is given; nobody overrides that here."""
    day = said.given_at.astimezone(zone).date()
    count = sum(each.said.given_at.astimezone(zone).date() == day for each in rows)
    if count >= most:
        raise OutsideRefused(
            "most_reached", f"It was given {count} times today, and {most} is the most. Phone {phone} first.",
            count=str(count), most=str(most), phone=phone,
        )  # fmt: skip


def _check_gap(said: Giving, gap_min: int, rows: Sequence[Given], phone: str) -> None:
    """R31: not sooner after the last time (or before the next) than the least interval, without a reason."""
    near = [each for each in rows if abs(each.said.given_at - said.given_at) < timedelta(minutes=gap_min)]
    if near and not said.because.strip():
        last = max(near, key=lambda each: each.said.given_at)
        raise OutsideRefused(
            "too_soon",
            f"It was given less than {gap_min} minutes apart. Phone {phone} first, and say with whom it was agreed.",
            minutes=str(gap_min), phone=phone, last=last.said.given_at.astimezone(UTC).isoformat(),
        )  # fmt: skip
