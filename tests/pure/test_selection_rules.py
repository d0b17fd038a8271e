"""The selection form, the shared decision and the baseline: what answers ask for, and what may be written down."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.baseline import baseline_rules as baseline
from reik.pathway.baseline.baseline_rules import BaselineRefused, VisitRefused, WeekMoment
from reik.pathway.selection import deciding_rules as deciding
from reik.pathway.selection import measures, questions
from reik.pathway.selection.deciding_rules import DecisionRefused, Said
from reik.pathway.selection.measures import Planned, Signing
from reik.pathway.selection.questions import (
    AGAIN,
    FITS,
    MEASURE,
    NOTE,
    QUESTIONS,
    SECOND,
    AnswerRefused,
    Given,
    Question,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
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


# The decision.

said_so = st.builds(
    Said, choice=st.sampled_from(deciding.CHOICES), decided_by=st.sampled_from(["client", "representative"]),
    representative=st.sampled_from(["", "Petra"]), capacity=st.sampled_from(deciding.CAPACITIES),
    resistance=st.sampled_from(["none", "shown"]), wzd=st.sampled_from(deciding.WZD),
    wzd_on=st.sampled_from([None, TODAY]), at=st.just(NOW),
)  # fmt: skip


@given(said_so)
def test_an_agreement_is_a_yes_of_who_may_give_it_without_resistance(said: Said) -> None:
    if not deciding.is_agreement(said):
        return
    assert said.choice == "yes"
    assert said.resistance == "none"
    assert (said.decided_by, said.capacity) in (("client", "able"), ("representative", "not_able"))


@given(said_so)
def test_a_yes_that_may_be_written_never_comes_from_who_cannot_give_it(said: Said) -> None:
    try:
        deciding.check(said, NOW, TODAY)
    except DecisionRefused:
        return
    if said.choice == "yes":
        assert said.capacity != "doubtful"
        assert not (said.decided_by == "client" and said.capacity == "not_able")
        assert said.decided_by == "client" or said.representative


@pytest.mark.parametrize("choice", ["no", "withdrawn"])
@pytest.mark.parametrize("capacity", deciding.CAPACITIES)
def test_a_no_asks_for_no_reason_and_not_for_capacity(choice: str, capacity: str) -> None:
    deciding.check(Said(choice=choice, capacity=capacity, at=NOW), NOW, TODAY)


def test_resistance_of_who_cannot_decide_asks_for_the_wzd() -> None:
    one = Said(choice="later", capacity="not_able", resistance="shown", at=NOW)
    assert deciding.asks_wzd(one)
    assert not deciding.asks_wzd(Said(choice="later", capacity="able", resistance="shown", at=NOW))
    decided = Said(
        choice="yes", decided_by="representative", representative="Petra", capacity="not_able",
        resistance="shown", wzd="step_plan", wzd_on=TODAY, at=NOW,
    )  # fmt: skip
    assert deciding.is_wzd_decision(decided)
    assert not deciding.is_agreement(decided)


# The baseline.


def moment(at: time = time(8), **more: object) -> WeekMoment:
    values: dict[str, object] = {
        "weekdays": 0b1111111, "unique": True, "care_minutes": Decimal(10), "travel_minutes": Decimal(5),
        "who": "caregiver",
    }  # fmt: skip
    return WeekMoment(at=at, **{**values, **more})  # type: ignore[arg-type]


def test_a_week_counts_each_day_of_each_moment() -> None:
    week = baseline.week_of([moment(), moment(time(20), weekdays=0b11, unique=False)], Decimal(30))
    assert (week.moments, week.unique, week.care, week.travel, week.total) == (9, 7, 90, 45, 165)


@pytest.mark.parametrize(
    ("moments", "code", "row"),
    [
        ([], "none", None),
        ([moment(), moment(weekdays=1)], "twice", 1),
        ([moment(weekdays=0)], "weekdays", 0),
        ([moment(care_minutes=Decimal(0))], "minutes", 0),
        ([moment(travel_minutes=Decimal(300))], "minutes", 0),
        ([moment(who="neighbour")], "who", 0),
        ([moment(time(8, 0, 30))], "time", 0),
    ],
)
def test_what_is_no_baseline(moments: list[WeekMoment], code: str, row: int | None) -> None:
    with pytest.raises(BaselineRefused) as refused:
        baseline.check_baseline(moments, Decimal(0), TODAY, TODAY)
    assert (refused.value.code, refused.value.row) == (code, row)


@given(st.times(), st.integers(1, 127), st.integers(0, 90))
def test_a_dispenser_near_a_visit_does_the_same_work_on_its_own_days_only(
    at: time, days: int, off: int
) -> None:
    minutes = (at.hour * 60 + at.minute + off) % 1440
    near = time(minutes // 60, minutes % 60)
    assert baseline.same_work(at, days, {(day, near) for day in range(1, 8)}) == days
    assert baseline.same_work(at, days, {(1, near)}) == days & 1
    minutes = (at.hour * 60 + at.minute + 91) % 1440
    assert baseline.same_work(at, days, {(1, time(minutes // 60, minutes % 60))}) == 0


def test_winding_down_has_a_day_and_keeping_a_reason_and_a_day_that_is_over_proves_nothing() -> None:
    for state, because, day in (("winding_down", "", None), ("winding_down", "", TODAY - timedelta(1)),
                                ("kept", " ", None), ("gone", "", None)):  # fmt: skip
        with pytest.raises(VisitRefused):
            baseline.check_visit(state, because, day, TODAY)
    baseline.check_visit("kept", "insuline", None, TODAY)
    assert baseline.runs_still("winding_down", TODAY, TODAY)
    assert not baseline.runs_still("winding_down", TODAY + timedelta(1), TODAY)
    assert not baseline.runs_still("kept", None, TODAY)
    assert questions.MEANS == (FITS, NOTE, MEASURE, SECOND, AGAIN)
