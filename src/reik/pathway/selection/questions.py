"""The selection form as data: what is asked, which answers there are, and what each answer asks for. Pure (R4).

No answer rejects. An answer that is not simply good names a measure (`measures.MEASURES`), asks for a second look,
or says that it is better to look again later, and names what has to happen until then. What a screen says of a
question and of an answer stands with the screens; the codes here are kept for good, with the version of the form.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

FORM = "1"
"""The version of these questions; it is kept with each signed selection."""

FITS, NOTE, MEASURE, SECOND, AGAIN = "fits", "note", "measure", "second", "again"
MEANS = (FITS, NOTE, MEASURE, SECOND, AGAIN)
"""What an answer asks for: nothing; to be known; a measure; a second look; to look again later, after a measure."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that can be chosen. `measure` is named by every answer that asks for something."""

    code: str
    means: str = FITS
    measure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question, one page. `many`: several answers may be ticked. `dated`, `named`: a day or a name belongs to it.

    `after`: only asked when another question has one of these answers. `wanted`: only where the organisation chose
    it. `by_hand`: only words, no answers to choose from, and it may stay empty.
    """

    code: str
    answers: tuple[Answer, ...] = ()
    many: bool = False
    after: Mapping[str, Collection[str]] = field(default_factory=dict)
    wanted: str = ""
    dated: Collection[str] = ()
    named: Collection[str] = ()
    by_hand: bool = False

    def answer(self, code: str) -> Answer | None:
        """The answer with this code."""
        return next((each for each in self.answers if each.code == code), None)


TWO_OBSERVERS = "two_observers"
"""What an organisation may want besides: a second professional watched as well."""


def _q(code: str, *answers: Answer, **more: Any) -> Question:
    return Question(code=code, answers=answers, **more)


QUESTIONS: tuple[Question, ...] = (
    # The starting rule: she no longer manages her medication, and can still take it.
    _q("manages", Answer("no_longer"), Answer("partly"), Answer("manages", SECOND, "why_now")),
    _q("takes", Answer("alone"), Answer("when_told"), Answer("with_help", MEASURE, "person_at_moment"),
       Answer("not", AGAIN, "other_help")),
    _q("group", Answer("forgets", NOTE), Answer("time_critical", NOTE), Answer("cannot_open", NOTE),
       Answer("many_times", NOTE), Answer("other", NOTE), many=True),
    _q("swallows", Answer("well"), Answer("with_aid", MEASURE, "swallow_aid"),
       Answer("trouble", SECOND, "swallow_advice")),
    _q("signal", Answer("at_once"), Answer("later", MEASURE, "practise_signal"),
       Answer("sometimes", MEASURE, "trial_weeks"), Answer("never", AGAIN, "practise_signal")),
    _q("button", Answer("alone"), Answer("with_aid", MEASURE, "button_aid"),
       Answer("someone", MEASURE, "person_at_moment"), Answer("not", AGAIN, "button_aid")),
    _q("tablets", Answer("alone"), Answer("with_aid", MEASURE, "sachet_aid"),
       Answer("someone", MEASURE, "person_at_moment"), Answer("not", AGAIN, "sachet_aid")),
    _q("senses", Answer("both_well"), Answer("hears_badly", MEASURE, "louder_signal"),
       Answer("sees_badly", MEASURE, "large_print"), Answer("both_badly", MEASURE, "extra_signal")),
    _q("faults", Answer("calls"), Answer("someone_calls"), Answer("nobody", MEASURE, "fault_person")),
    _q("hoards", Answer("no"), Answer("old_stock", MEASURE, "old_stock_away"),
       Answer("hoards", MEASURE, "follow_closely"), Answer("not_known", SECOND, "look_in_home")),
    _q("network", Answer("good"), Answer("weak", MEASURE, "coverage_test"),
       Answer("none", AGAIN, "other_network"), Answer("not_known", MEASURE, "coverage_test")),
    _q("power", Answer("sure"), Answer("pulled_out", MEASURE, "fixed_socket"),
       Answer("cut_off", AGAIN, "power_arranged")),
    _q("housemates", Answer("alone"), Answer("others"), Answer("others_may_take", MEASURE, "out_of_reach")),
    _q("other_dispenser", Answer("nobody"), Answer("yes", MEASURE, "tell_apart"), named=("yes",)),
    _q("course", Answer("stable"), Answer("slowly_less", MEASURE, "sooner_evaluation"),
       Answer("changes_often", MEASURE, "changes_arranged"), Answer("soon_different", AGAIN, "wait_for_course")),
    _q("packable", Answer("all"), Answer("partly", MEASURE, "outside_arranged"),
       Answer("little", SECOND, "ask_pharmacy"), Answer("not_known", MEASURE, "ask_pharmacy")),
    _q("capacity", Answer("able"), Answer("doubtful", SECOND, "ask_capacity"),
       Answer("not_able", MEASURE, "with_representative"), named=("not_able",)),
    _q("resistance", Answer("none"), Answer("hesitates", MEASURE, "talk_again"),
       Answer("shown", SECOND, "wzd")),
    _q("wzd", Answer("asked", MEASURE, "wzd"), Answer("step_plan"), Answer("stopped", AGAIN, "planned_visits"),
       Answer("not_yet", MEASURE, "wzd"), after={"resistance": ("shown",)}, dated=("asked", "step_plan", "stopped")),
    _q("observed", Answer("agrees"), Answer("differs", SECOND, "talk_together"),
       Answer("not_yet", MEASURE, "second_observer"), wanted=TWO_OBSERVERS,
       named=("agrees", "differs"), dated=("agrees", "differs")),
    _q("against", Answer("nothing"), Answer("solvable", MEASURE, "solve_objection"),
       Answer("not_solvable", AGAIN, "talk_together")),
    _q("else", by_hand=True),
)  # fmt: skip
"""In the order in which they are asked."""

BY_CODE: Mapping[str, Question] = {each.code: each for each in QUESTIONS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was answered to one question: the codes, what was seen, and the name and day that belong to it."""

    answers: tuple[str, ...] = ()
    saw: str = ""
    who: str = ""
    on: date | None = None

    @property
    def one(self) -> str:
        """The answer, of a question with one."""
        return self.answers[0] if self.answers else ""


class AnswerRefused(ValueError):
    """This answer cannot be kept; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def asked(given: Mapping[str, Given], wants: Collection[str] = ()) -> tuple[Question, ...]:
    """The questions that this client gets, in order: those that follow from an answer only after that answer."""
    return tuple(
        each
        for each in QUESTIONS
        if (not each.wanted or each.wanted in wants)
        and all(set(given.get(other, Given()).answers) & set(codes) for other, codes in each.after.items())
    )


def unanswered(questions: Sequence[Question], given: Mapping[str, Given]) -> list[str]:
    """The questions without an answer; words alone are asked of nobody."""
    return [each.code for each in questions if not each.by_hand and not given.get(each.code, Given()).answers]


MOST_WORDS = 1000


def check_given(question: Question, said: Given, today: date) -> None:
    """Raise AnswerRefused for what cannot be an answer to this question."""
    if len(said.saw) > MOST_WORDS or len(said.who) > MOST_WORDS:
        raise AnswerRefused("long", f"At most {MOST_WORDS} letters.")
    if question.by_hand:
        return
    if any(question.answer(each) is None for each in said.answers) or (
        len(said.answers) > 1 and not question.many
    ):
        raise AnswerRefused("unknown", "Choose one of the answers.")
    if not said.answers:
        raise AnswerRefused("none", "Choose an answer, or go on to another question.")
    if set(said.answers) & set(question.named) and not said.who.strip():
        raise AnswerRefused("name", "Say who that is.")
    if set(said.answers) & set(question.dated) and said.on is None:
        raise AnswerRefused("day", "Say on which day that was.")
    if said.on is not None and said.on > today:
        raise AnswerRefused("future", "This day is still to come.")


def to_json(given: Mapping[str, Given]) -> dict[str, dict[str, Any]]:
    """As it is kept."""
    return {
        code: {
            "answer": list(each.answers), "saw": each.saw, "who": each.who,
            "on": each.on.isoformat() if each.on else "",
        }
        for code, each in given.items()
    }  # fmt: skip


def from_json(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Given]:
    """Back from how it is kept, in the order of the form: JSON in the database has an order of its own."""
    order = [*(code for code in BY_CODE if code in kept), *(code for code in kept if code not in BY_CODE)]
    return {
        code: Given(
            answers=tuple(each.get("answer") or ()), saw=each.get("saw", ""), who=each.get("who", ""),
            on=date.fromisoformat(each["on"]) if each.get("on") else None,
        )
        for code, each in ((code, kept[code]) for code in order)
    }  # fmt: skip
