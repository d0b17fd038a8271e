"""The selection form: what answers ask for, and what may be signed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.selection import measures, questions
from reik.pathway.selection.measures import Planned, Signing
from reik.pathway.selection.questions import FITS, NOTE, QUESTIONS, AnswerRefused, Given, Question

TODAY = date(2026, 11, 23)
ROLES = ("nurse", "caregiver")


def of_question(question: Question) -> st.SearchStrategy[Given]:
    codes = [each.code for each in question.answers]
    if not codes:
        return st.just(Given())
    most = len(codes) if question.many else 1
    return st.lists(st.sampled_from(codes), max_size=most, unique=True).map(
        lambda chosen: Given(answers=tuple(chosen), who="dr. Vos", on=TODAY)
    )


forms = st.fixed_dictionaries({each.code: of_question(each) for each in QUESTIONS})
wants = st.sampled_from([(), (questions.TWO_OBSERVERS,)])


@given(forms, wants)
def test_no_combination_of_answers_says_no_by_itself(form: dict[str, Given], wanted: tuple[str, ...]) -> None:
    found = measures.suggested(questions.asked(form, wanted), form)
    assert found.outcome in (measures.SUITABLE, measures.WITH_MEASURES, measures.NOT_NOW)
    assert (found.outcome == measures.SUITABLE) == (not found.asks)
    assert set(found.measures) <= measures.MEASURES.keys()


def test_every_answer_that_asks_for_something_names_a_measure_and_no_measure_is_without_an_answer() -> None:
    named = set()
    for question in QUESTIONS:
        for answer in question.answers:
            assert answer.means in questions.MEANS
            assert (answer.means in (FITS, NOTE)) == (not answer.measure), (question.code, answer.code)
            named |= {answer.measure} - {""}
    assert named == measures.MEASURES.keys()
    assert all(each.role in ("nurse", "caregiver", "team_manager") for each in measures.MEASURES.values())


def test_who_cannot_open_a_sachet_is_of_the_target_group_and_suits() -> None:
    form = good_form() | {"group": Given(answers=("cannot_open",))}
    assert measures.suggested(questions.asked(form), form).outcome == measures.SUITABLE


@given(forms, wants)
def test_who_decided_herself_may_sign_any_outcome_with_what_it_asks_for(
    form: dict[str, Given], wanted: tuple[str, ...]
) -> None:
    """An answer stands in nobody's way: with a measure planned or put aside with a reason, every outcome is open."""
    found = measures.suggested(questions.asked(form, wanted), form)
    planned = tuple(Planned(measure=each, role="nurse", due_on=TODAY) for each in found.measures)
    aside = tuple(Planned(measure=each, not_needed="geregeld") for each in found.measures)
    later = Signing(
        outcome=measures.NOT_NOW,
        because=("eerst oefenen",),
        planned=planned,
        look_again_on=TODAY + timedelta(30),
    )
    no = Signing(outcome=measures.NO, because=("blijft bezoek",))
    for each in (later, no):
        measures.check_signing(each, found, TODAY, author="Anja", roles=ROLES)
    if not found.open:
        measures.check_signing(
            Signing(outcome=measures.WITH_MEASURES, planned=planned), found, TODAY, author="Anja", roles=ROLES
        )
        measures.check_signing(
            Signing(outcome=measures.SUITABLE, planned=aside), found, TODAY, author="Anja", roles=ROLES
        )


def good_form() -> dict[str, Given]:
    """The first answer of each question that is good."""
    return {
        each.code: Given(answers=(next(one.code for one in each.answers if one.means in (FITS, NOTE)),))
        for each in QUESTIONS
        if each.answers and each.code not in ("wzd", "observed")
    }


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Signing(outcome="maybe"), "outcome"),
        (Signing(outcome=measures.NO), "because"),
        (Signing(outcome=measures.NOT_NOW, because=("ziek",)), "look_again"),
        (Signing(outcome=measures.NOT_NOW, because=("ziek",), look_again_on=TODAY), "look_again"),
        (Signing(outcome=measures.NOT_NOW, because=("ziek",), look_again_on=TODAY + timedelta(400)), "look_again"),
        (Signing(outcome=measures.SUITABLE, second="anja ", second_on=TODAY), "second_same"),
        (Signing(outcome=measures.SUITABLE, second="Joke", second_on=TODAY + timedelta(1)), "second_future"),
    ],
)  # fmt: skip
def test_what_cannot_be_signed(said: Signing, code: str) -> None:
    form = good_form()
    found = measures.suggested(questions.asked(form), form)
    with pytest.raises(AnswerRefused) as refused:
        measures.check_signing(said, found, TODAY, author="Anja", roles=ROLES)
    assert refused.value.code == code


def test_a_measure_without_somebody_or_a_day_or_a_reason_is_not_signed() -> None:
    form = good_form() | {"senses": Given(answers=("hears_badly",))}
    found = measures.suggested(questions.asked(form), form)
    for planned in (
        (), (Planned(measure="louder_signal", role="cook", due_on=TODAY),),
        (Planned(measure="louder_signal", role="nurse"),),
        (Planned(measure="louder_signal", role="nurse", due_on=TODAY - timedelta(1)),),
    ):  # fmt: skip
        with pytest.raises(AnswerRefused, match="Each measure"):
            measures.check_signing(
                Signing(outcome=measures.WITH_MEASURES, planned=planned),
                found,
                TODAY,
                author="A",
                roles=ROLES,
            )
    whole = (Planned(measure="louder_signal", role="nurse", due_on=TODAY),)
    with pytest.raises(AnswerRefused, match="There are measures"):
        measures.check_signing(
            Signing(outcome=measures.SUITABLE, planned=whole), found, TODAY, author="A", roles=ROLES
        )


def test_two_observers_only_where_the_organisation_wants_it() -> None:
    form = good_form()
    found = measures.suggested(questions.asked(form), form)
    bare = Signing(outcome=measures.SUITABLE)
    measures.check_signing(bare, found, TODAY, author="Anja", roles=ROLES)
    with pytest.raises(AnswerRefused, match="second professional"):
        measures.check_signing(bare, found, TODAY, author="Anja", roles=ROLES, two=True)
    assert "observed" in [each.code for each in questions.asked(form, (questions.TWO_OBSERVERS,))]
    assert "observed" not in [each.code for each in questions.asked(form)]


def test_wzd_is_asked_after_resistance_only() -> None:
    form = good_form()
    assert "wzd" not in [each.code for each in questions.asked(form)]
    form["resistance"] = Given(answers=("shown",))
    assert "wzd" in [each.code for each in questions.asked(form)]
    assert questions.unanswered(questions.asked(form), form) == ["wzd"]


@pytest.mark.parametrize(
    ("question", "said", "code"),
    [
        ("signal", Given(), "none"),
        ("signal", Given(answers=("at_once", "later")), "unknown"),
        ("signal", Given(answers=("alone",)), "unknown"),
        ("capacity", Given(answers=("not_able",)), "name"),
        ("wzd", Given(answers=("step_plan",)), "day"),
        ("wzd", Given(answers=("step_plan",), on=TODAY + timedelta(1)), "future"),
        ("else", Given(saw="x" * 1001), "long"),
    ],
)
def test_what_is_no_answer(question: str, said: Given, code: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        questions.check_given(questions.BY_CODE[question], said, TODAY)
    assert refused.value.code == code


@given(forms)
def test_answers_come_back_as_they_were_kept(form: dict[str, Given]) -> None:
    assert questions.from_json(questions.to_json(form)) == form
    assert measures.changed(form, form) == []


def test_what_changed_between_versions_is_named() -> None:
    before, after = good_form(), good_form() | {"power": Given(answers=("pulled_out",))}
    del after["hoards"]
    assert {each.question: (bool(each.before), bool(each.after)) for each in measures.changed(before, after)} == {
        "power": (True, True), "hoards": (True, False),
    }  # fmt: skip
