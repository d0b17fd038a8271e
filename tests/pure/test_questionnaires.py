"""The short questionnaires: what may be answered, what counts, and when a professional is asked again."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from reik.value.indicators.questionnaires import (
    ANSWERS,
    DO_NOT_KNOW,
    QUESTIONNAIRES,
    AnswersRefused,
    average,
    check_answers,
    half_year,
    is_content,
    newest_of_each,
    next_month,
)


@pytest.mark.parametrize("key", QUESTIONNAIRES)
def test_each_is_three_questions_in_both_languages(key: str) -> None:
    form = QUESTIONNAIRES[key]
    assert len(form.questions) == 3
    for said in (form.title, *form.questions.values()):
        assert set(said) == {"nl", "en"}
        assert "ingenomen" not in said["nl"]


@pytest.mark.parametrize("key", QUESTIONNAIRES)
def test_every_question_has_one_of_the_answers(key: str) -> None:
    questions = list(QUESTIONNAIRES[key].questions)
    for answer in ANSWERS:
        check_answers(key, dict.fromkeys(questions, answer))
    for wrong in (-1, 6, 3.5, None):
        with pytest.raises(AnswersRefused) as refused:
            check_answers(key, {**dict.fromkeys(questions, 3), questions[1]: wrong})  # type: ignore[dict-item]
        assert refused.value.code == questions[1]
    with pytest.raises(AnswersRefused):
        check_answers(key, {**dict.fromkeys(questions, 3), "another": 3})


def test_not_knowing_counts_for_nothing() -> None:
    assert average({"a": 5, "b": DO_NOT_KNOW, "c": 3}) == 4
    assert is_content({"a": DO_NOT_KNOW}) is None
    assert (is_content({"a": 4, "b": 4}), is_content({"a": 4, "b": 3})) == (True, False)


def test_the_newest_of_each_counts() -> None:
    one, other = uuid4(), uuid4()
    assert newest_of_each([(one, {"a": 1}), (other, {"a": 2}), (one, {"a": 3})]) == [{"a": 3}, {"a": 2}]


def test_a_half_year_and_the_month_after_turn_with_the_year() -> None:
    said = [half_year(each) for each in (date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1))]
    assert said == ["2026-1", "2026-2", "2027-1"]
    assert next_month(date(2026, 11, 30)) == date(2026, 12, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
