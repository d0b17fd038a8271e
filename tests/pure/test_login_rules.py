"""Rules of logging in that need no database: codes of an app, waits, and how long one stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.kernel.login import totp
from reik.kernel.login.limits import LONGEST, NOTHING, PASSWORD, Tries, Wrong, wait
from reik.kernel.login.staying import DEFAULTS, StayWrong, goes_on, may_act, stay_of, stays

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
NONE = Wrong(0, None)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (20000000000, "65353130")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    assert totp.code_of(b"12345678901234567890", seconds // 30, digits=8) == code


def test_a_code_works_a_period_early_or_late_and_never_again() -> None:
    secret, step = b"x" * 20, totp.step_at(NOW)
    for drift, works in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        found = totp.step_of(secret, totp.code_of(secret, step + drift), NOW, after=0)
        assert (found == step + drift) is works
    assert totp.step_of(secret, totp.code_of(secret, step), NOW, after=step) is None


def here(number: int, *, known: bool = False, elsewhere: Wrong = NONE) -> timedelta:
    return wait(Tries(here=Wrong(number, NOW), elsewhere=elsewhere, address=NONE, known=known), PASSWORD, NOW)


def test_five_are_free_and_then_each_doubles_the_wait_to_a_quarter_of_an_hour() -> None:
    assert [here(each).total_seconds() for each in (0, 4, 5, 6, 7)] == [0, 0, 1, 2, 4]
    assert here(500) == LONGEST


@given(st.integers(0, 10_000))
def test_what_others_do_never_slows_an_address_that_she_knows(number: int) -> None:
    assert here(0, known=True, elsewhere=Wrong(number, NOW)) == NOTHING
    assert here(0, elsewhere=Wrong(number, NOW)) <= LONGEST


@given(st.sampled_from(sorted(DEFAULTS)), st.integers(0, 60 * 24 * 40), st.integers(0, 60 * 24 * 40))
def test_nobody_stays_longer_than_her_role_may(role: str, since_in: int, since_seen: int) -> None:
    stay = stay_of(role)
    in_at = NOW - timedelta(minutes=since_in)
    seen_at = max(in_at, NOW - timedelta(minutes=since_seen))
    on = goes_on(stay, in_at, seen_at, NOW)
    assert on is (NOW - in_at < stay.most and (stay.idle is None or NOW - seen_at < stay.idle))


def test_only_an_informal_carer_is_asked_again_before_she_acts() -> None:
    assert [role for role in DEFAULTS if not may_act(stay_of(role), NOW - timedelta(hours=12), NOW)] == [
        "informal_carer"
    ]


def test_the_setting_is_read_or_refused() -> None:
    read = stays("nurse=10/1, informal_carer=240/-/6")
    assert read["nurse"].most == timedelta(hours=10)
    assert read["nurse"].idle == timedelta(hours=1)
    assert (read["informal_carer"].idle, read["informal_carer"].act) == (None, timedelta(hours=6))
    for wrong in ("nurse", "nurse=-", "nurse=0/1", "cook=12", "nurse=1/2/3/4", "nurse=99999"):
        with pytest.raises(StayWrong):
            stays(wrong)
