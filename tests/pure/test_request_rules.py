"""Requests to pharmacies: who is asked how, what may be answered, until when (R20, R22, R23)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from reik.medication.requests import rules
from reik.medication.requests.rules import RequestRefused, Route
from reik.people.opening import Opening

WORKDAYS = Opening(hours={day: (time(8, 30), time(17, 30)) for day in range(1, 6)})
NEVER = Opening(hours={})
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Amsterdam
MONDAY_NIGHT = MONDAY + timedelta(hours=12)


@pytest.mark.parametrize(
    ("known", "works_in_reik", "writable", "urgency", "is_open", "expected"),
    [
        (False, False, False, "week", True, Route(channel="none")),
        (True, True, False, "now", True, Route(channel="account")),
        (True, True, False, "now", False, Route(channel="account", phone_now=True)),
        (True, True, True, "today", False, Route(channel="account")),
        (True, False, True, "now", True, Route(channel="link")),
        (True, False, True, "now", False, Route(channel="phone", phone_now=True)),
        (True, False, True, "week", False, Route(channel="link")),
        (True, False, False, "week", True, Route(channel="phone", phone_now=True)),
    ],
)
def test_who_is_asked_how(
    known: bool, works_in_reik: bool, writable: bool, urgency: str, is_open: bool, expected: Route
) -> None:
    assert (
        rules.route(
            known=known, works_in_reik=works_in_reik, writable=writable, urgency=urgency, is_open=is_open
        )
        == expected
    )


def test_one_request_has_one_answer_and_a_late_one_counts() -> None:
    assert rules.step(rules.step("open", "tell"), "answer") == "answered"
    for ended in ("answered", "withdrawn"):
        for event in ("answer", "withdraw", "tell"):
            with pytest.raises(RequestRefused):
                rules.step(ended, event)


def _check(**changed: str) -> None:
    given = {
        "answer": "agreed",
        "text": "",
        "by": "R. Blok",
        "how": "link",
        "read_back_by": "",
        "kind": "question",
    }
    rules.check_answer(answers=("agreed", "call_back"), **(given | changed))


def test_an_answer_counts_with_a_name_and_by_phone_with_a_read_back() -> None:
    _check()
    _check(how="phone", read_back_by="Anja")
    _check(how="paper", read_back_by="Anja", kind="confirm_in_writing")
    for wrong, code in (
        ({"answer": "perhaps"}, "answer"), ({"by": "  "}, "by"), ({"how": "pigeon"}, "how"),
        ({"how": "phone"}, "read_back"), ({"how": "phone", "read_back_by": " "}, "read_back"),
        ({"how": "phone", "read_back_by": "Anja", "kind": "confirm_in_writing"}, "in_writing"),
        ({"text": "x" * 2001}, "text"),
    ):  # fmt: skip
        with pytest.raises(RequestRefused) as refused:
            _check(**wrong)
        assert refused.value.code == code


def test_a_link_lasts_seven_days_or_a_day_after_the_time_to_answer() -> None:
    assert rules.expires_at(MONDAY, MONDAY + timedelta(hours=1)) == MONDAY + timedelta(days=7)
    assert rules.expires_at(MONDAY, MONDAY + timedelta(days=9)) == MONDAY + timedelta(days=10)


def test_no_answer_is_said_again_at_the_next_opening() -> None:
    tuesday = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    assert rules.tells_again_at(WORKDAYS, MONDAY) == tuesday
    assert rules.tells_again_at(WORKDAYS, MONDAY_NIGHT) == tuesday
    friday = MONDAY + timedelta(days=4)
    assert rules.tells_again_at(WORKDAYS, friday) == tuesday + timedelta(days=6)
    assert rules.tells_again_at(NEVER, MONDAY) == MONDAY + timedelta(days=1)


def test_in_writing_by_the_end_of_the_next_working_day() -> None:
    assert rules.in_writing_by(WORKDAYS, MONDAY) == datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    # Thursday: Friday 25 and Saturday 26 December are holidays, and the pharmacy is closed on Sunday.
    christmas_eve = datetime(2026, 12, 24, 10, 0, tzinfo=UTC)
    assert rules.in_writing_by(WORKDAYS, christmas_eve) == datetime(2026, 12, 28, 16, 30, tzinfo=UTC)


def test_one_letter_a_week_in_opening_hours() -> None:
    later = [MONDAY + timedelta(days=12)]
    due = rules.letter_is_due
    assert due(opening=WORKDAYS, answer_bys=later, last_weekly=None, now=MONDAY)
    assert not due(opening=WORKDAYS, answer_bys=later, last_weekly=None, now=MONDAY_NIGHT)
    assert not due(opening=WORKDAYS, answer_bys=[], last_weekly=None, now=MONDAY)
    assert not due(opening=WORKDAYS, answer_bys=later, last_weekly=MONDAY, now=MONDAY + timedelta(days=4))
    assert due(opening=WORKDAYS, answer_bys=later, last_weekly=MONDAY, now=MONDAY + timedelta(days=7))
    soon = [MONDAY + timedelta(days=6)]
    assert due(opening=WORKDAYS, answer_bys=soon, last_weekly=MONDAY, now=MONDAY + timedelta(days=4))


def test_answers_are_a_few_different_code_words() -> None:
    assert not rules.answers_flaw(("agreed", "call_back"))
    for wrong in ((), ("a", "a"), ("With space",), tuple("abcdefghi")):
        assert rules.answers_flaw(wrong)
    for kind, answers in rules.USUAL_ANSWERS.items():
        assert not rules.answers_flaw(answers), kind
