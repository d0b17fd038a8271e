"""Requests to a pharmacy: who is asked how at what hour, what may be answered, and until when. Pure (R20, R22, R23)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reik.people.opening import Opening

OPEN, UNANSWERED, ANSWERED, WITHDRAWN = "open", "unanswered", "answered", "withdrawn"
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (OPEN, "answer"): ANSWERED,
    (OPEN, "withdraw"): WITHDRAWN,
    (OPEN, "tell"): UNANSWERED,
    (UNANSWERED, "answer"): ANSWERED,  # late, and still counts
    (UNANSWERED, "withdraw"): WITHDRAWN,
    (UNANSWERED, "tell"): UNANSWERED,  # said again at the next opening
}
"""What becomes of a request; a pair that is missing is refused: one request, one answer."""

URGENT, TODAY, WEEK = "now", "today", "week"
ACCOUNT, LINK, PHONE, PAPER, NOBODY = "account", "link", "phone", "paper", "none"
IN_WRITING = "confirm_in_writing"
CONFIRMED, NOT_CORRECT = "confirmed", "not_correct"
USUAL_ANSWERS: Mapping[str, tuple[str, ...]] = {
    "question": ("answered", "call_back"),
    "late_time": ("answered", "call_back"),
    "roll_needed": ("agreed", "call_back"),
    "leftovers": ("agreed", "call_back"),
    "recall": ("agreed", "call_back"),
    "start_client": ("agreed", "refused", "call_back"),
    "stop_client": ("agreed", "call_back"),
    "confirm_change": ("agreed", "refused", "call_back"),
    IN_WRITING: (CONFIRMED, NOT_CORRECT),
}
"""What may be answered where the one who asks gives no answers of its own."""

LINK_LASTS, AFTER_ANSWER_BY = timedelta(days=7), timedelta(hours=24)
TRIES = 5
CODE = re.compile(r"\d{6}", re.ASCII)
ANSWERS_MOST, TEXT_MOST, NAME_MOST = 8, 2000, 120
_WORD = re.compile(r"[a-z0-9_]{1,40}")
TOLD_WITHIN: Mapping[str, timedelta] = {
    URGENT: timedelta(minutes=15), TODAY: timedelta(hours=2), WEEK: timedelta(days=1),
}  # fmt: skip
"""How long the nurse has to phone after "no answer"; also for a question that has to be phoned at once."""
SOON = timedelta(days=3)
"""A question of the week that must be answered within this time goes at once, whatever letter went before."""


class RequestRefused(ValueError):
    """This cannot be done with this request; `code` says why to a screen, the message says what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def step(state: str, event: str) -> str:
    """The state after `event`. Raises RequestRefused for what may not happen any more."""
    after = TRANSITIONS.get((state, event))
    if after is None:
        said = "is answered already" if state == ANSWERED else "was withdrawn"
        raise RequestRefused(state, f"This request {said}: look at the client's list of requests.")
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a question goes out. `phone_now`: a person phones the number that is open now, besides or instead."""

    channel: str
    phone_now: bool = False


def route(*, known: bool, works_in_reik: bool, writable: bool, urgency: str, is_open: bool) -> Route:
    """By account, by letter, by phone, or nobody is known. Urgent outside opening hours is phoned (R23)."""
    if not known:
        return Route(channel=NOBODY)
    at_night = urgency == URGENT and not is_open
    if works_in_reik:
        return Route(channel=ACCOUNT, phone_now=at_night)
    if at_night or not writable:
        return Route(channel=PHONE, phone_now=True)
    return Route(channel=LINK)


def answers_flaw(answers: Sequence[str]) -> str:
    """What is wrong with these code words as a choice; empty when nothing is."""
    if not 1 <= len(answers) <= ANSWERS_MOST or len(set(answers)) != len(answers):
        return f"Give 1 to {ANSWERS_MOST} different answers."
    if not all(_WORD.fullmatch(each) for each in answers):
        return "An answer is a code word of small letters, digits and _."
    return ""


def check_answer(
    *, kind: str, answers: Sequence[str], answer: str, text: str, by: str, how: str, read_back_by: str
) -> None:
    """Raise RequestRefused for an answer that does not count (R23: a phone answer has name and read-back)."""
    if answer not in answers:
        raise RequestRefused("answer", "Choose one of the answers to this request.")
    if not by.strip() or len(by) > NAME_MOST:
        raise RequestRefused("by", "Say who of the pharmacy answers.")
    if len(text) > TEXT_MOST:
        raise RequestRefused("text", f"An answer has at most {TEXT_MOST} characters.")
    if how not in (ACCOUNT, LINK, PHONE, PAPER):
        raise RequestRefused("how", "An answer comes by account, link, phone or paper.")
    if how == PHONE and kind == IN_WRITING:
        raise RequestRefused("in_writing", "This is asked for in writing: a phone call does not do.")
    if how in (PHONE, PAPER) and not read_back_by.strip():
        raise RequestRefused("read_back", "Say who read the answer back to the pharmacy.")


def expires_at(asked_at: datetime, answer_by: datetime) -> datetime:
    """Until when a reply link works: seven days, or a day after `answer_by` when that is later."""
    return max(asked_at + LINK_LASTS, answer_by + AFTER_ANSWER_BY)


def usual_answer_by(urgency: str, opening: Opening, now: datetime) -> datetime:
    """Before when a nurse's question is to be answered: within the hour, before the pharmacy closes, or in a week."""
    if urgency == URGENT:
        return now + timedelta(hours=1)
    if urgency == WEEK:
        return now + timedelta(days=7)
    opens = opening.next_open(now)
    closes = _closes(opening, opens.astimezone(opening.zone).date()) if opens else None
    return closes or now + timedelta(hours=8)


def tells_again_at(opening: Opening, at: datetime) -> datetime:
    """The next opening after the one that is now; a day later for a pharmacy that never opens."""
    local = at.astimezone(opening.zone)
    closes = _closes(opening, local.date())
    after = closes if opening.is_open(at) and closes else at
    return opening.next_open(after) or at + timedelta(days=1)


def in_writing_by(opening: Opening, at: datetime) -> datetime:
    """The end of the next working day, by which a telephone answer is confirmed in writing (R23)."""
    day = opening.working_days_after(at.astimezone(opening.zone).date(), 1)
    return _closes(opening, day) or at + timedelta(days=3)


def _closes(opening: Opening, day: date) -> datetime | None:
    hours = opening.hours_of(day)
    return datetime.combine(day, hours[1], opening.zone).astimezone(UTC) if hours else None


def letter_is_due(
    *, opening: Opening, answer_bys: Sequence[datetime], last_weekly: datetime | None, now: datetime
) -> bool:
    """Whether what is not urgent goes to this pharmacy now: once a calendar week in its opening hours, or when
    something has to be answered soon."""
    if not answer_bys or not opening.is_open(now):
        return False
    if min(answer_bys) - now <= SOON or last_weekly is None:
        return True
    return _week(last_weekly, opening) != _week(now, opening)


def _week(at: datetime, opening: Opening) -> tuple[int, int]:
    local = at.astimezone(opening.zone).isocalendar()
    return local.year, local.week
