"""What the answers of a selection ask for, what outcome they suggest, and what a signature asks for. Pure (R4).

Answers suggest, a person decides: `suggested` never gives "no", whatever was answered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reik.pathway.selection.questions import (
    AGAIN,
    MEASURE,
    SECOND,
    AnswerRefused,
    Given,
    Question,
    unanswered,
)

SUITABLE, WITH_MEASURES, NOT_NOW, NO = "suitable", "with_measures", "not_now", "no"
OUTCOMES = (SUITABLE, WITH_MEASURES, NOT_NOW, NO)
GOOD = (SUITABLE, WITH_MEASURES)
LONGEST_WAIT = timedelta(days=366)
LOOK_AGAIN_DAYS = 91
"""When it is looked at again, unless a person says another day."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Whose work it is, and within how many days; a person may say otherwise at signing."""

    role: str
    days: int


MEASURES: Mapping[str, Measure] = {
    "why_now": Measure("nurse", 7),
    "person_at_moment": Measure("nurse", 7),
    "other_help": Measure("nurse", 7),
    "swallow_aid": Measure("caregiver", 14),
    "swallow_advice": Measure("nurse", 7),
    "practise_signal": Measure("caregiver", 14),
    "trial_weeks": Measure("caregiver", 28),
    "button_aid": Measure("caregiver", 14),
    "sachet_aid": Measure("caregiver", 14),
    "louder_signal": Measure("caregiver", 14),
    "large_print": Measure("caregiver", 14),
    "extra_signal": Measure("caregiver", 14),
    "fault_person": Measure("nurse", 7),
    "old_stock_away": Measure("caregiver", 7),
    "follow_closely": Measure("nurse", 14),
    "look_in_home": Measure("caregiver", 7),
    "coverage_test": Measure("caregiver", 14),
    "other_network": Measure("nurse", 28),
    "fixed_socket": Measure("caregiver", 14),
    "power_arranged": Measure("nurse", 28),
    "out_of_reach": Measure("caregiver", 14),
    "tell_apart": Measure("caregiver", 14),
    "sooner_evaluation": Measure("nurse", 28),
    "changes_arranged": Measure("nurse", 14),
    "wait_for_course": Measure("nurse", 91),
    "outside_arranged": Measure("nurse", 7),
    "ask_pharmacy": Measure("nurse", 7),
    "ask_capacity": Measure("nurse", 7),
    "with_representative": Measure("nurse", 7),
    "talk_again": Measure("nurse", 14),
    "wzd": Measure("nurse", 3),
    "planned_visits": Measure("nurse", 3),
    "second_observer": Measure("nurse", 7),
    "talk_together": Measure("nurse", 14),
    "solve_objection": Measure("nurse", 14),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """A measure with the question and answer that ask for it."""

    measure: str
    question: str
    answer: str
    means: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What the answers come to. `open`: questions without an answer; `outcome` is then as far as is known."""

    outcome: str
    asks: tuple[Asks, ...]
    open: tuple[str, ...]

    @property
    def measures(self) -> list[str]:
        """Each measure once, in the order of the questions."""
        return list(dict.fromkeys(each.measure for each in self.asks))

    @property
    def again(self) -> bool:
        return any(each.means == AGAIN for each in self.asks)

    @property
    def second(self) -> bool:
        return any(each.means == SECOND for each in self.asks)


def suggested(questions: Sequence[Question], given: Mapping[str, Given]) -> Suggested:
    """What these answers ask for. Never "no": that is a person's decision, with a reason."""
    asks = tuple(
        Asks(measure=answer.measure, question=each.code, answer=answer.code, means=answer.means)
        for each in questions
        for code in given.get(each.code, Given()).answers
        if (answer := each.answer(code)) is not None and answer.means in (MEASURE, SECOND, AGAIN)
    )
    again = any(each.means == AGAIN for each in asks)
    outcome = NOT_NOW if again else WITH_MEASURES if asks else SUITABLE
    return Suggested(outcome=outcome, asks=asks, open=tuple(unanswered(questions, given)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What is done about one measure: by whom and before when, or why it is not needed."""

    measure: str
    role: str = ""
    due_on: date | None = None
    not_needed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What a person signs."""

    outcome: str
    because: tuple[str, ...] = ()
    planned: tuple[Planned, ...] = ()
    look_again_on: date | None = None
    second: str = ""
    second_on: date | None = None


def check_signing(
    said: Signing, found: Suggested, today: date, *, author: str, roles: Collection[str], two: bool = False
) -> None:
    """Raise AnswerRefused for what cannot be signed. `two`: the organisation wants a second observer."""
    if said.outcome not in OUTCOMES:
        raise AnswerRefused("outcome", "Choose what it came to.")
    if found.open and said.outcome in GOOD:
        raise AnswerRefused("open", f"Answer these first: {', '.join(found.open)}.")
    if said.outcome in (NOT_NOW, NO) and not any(each.strip() for each in said.because):
        raise AnswerRefused("because", "Say why.")
    _check_measures(said, found, today, roles)
    if said.outcome == NOT_NOW and (
        said.look_again_on is None or not today < said.look_again_on <= today + LONGEST_WAIT
    ):
        raise AnswerRefused("look_again", "Say when you look at it again: within a year.")
    _check_second(said, today, author=author, two=two and said.outcome in GOOD)


def _check_measures(said: Signing, found: Suggested, today: date, roles: Collection[str]) -> None:
    if said.outcome == NO:
        return
    planned = {each.measure: each for each in said.planned}
    for measure in found.measures:
        each = planned.get(measure)
        if each is not None and each.not_needed.strip():
            continue
        if each is None or each.role not in roles or each.due_on is None or each.due_on < today:
            raise AnswerRefused(
                "measures", "Each measure has somebody and a day from today on, or why it is not needed."
            )
        if said.outcome == SUITABLE:
            raise AnswerRefused("suitable_bare", "There are measures: choose suitable with measures.")


def _check_second(said: Signing, today: date, *, author: str, two: bool) -> None:
    if said.second.strip().casefold() == author.strip().casefold() and said.second.strip():
        raise AnswerRefused("second_same", "The second person is somebody else.")
    if said.second_on is not None and said.second_on > today:
        raise AnswerRefused("second_future", "The second person observed on a day that is over.")
    if two and not (said.second.strip() and said.second_on):
        raise AnswerRefused(
            "second", "Your organisation wants a second professional to observe: say who and when."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A question that was answered otherwise in a later version; None where it had no answer."""

    question: str
    before: Given | None
    after: Given | None


def changed(before: Mapping[str, Given], after: Mapping[str, Given]) -> list[Changed]:
    """What is otherwise, in the order of the questions of both."""
    codes = [*after, *(code for code in before if code not in after)]
    return [
        Changed(question=code, before=before.get(code), after=after.get(code))
        for code in codes
        if before.get(code) != after.get(code)
    ]
