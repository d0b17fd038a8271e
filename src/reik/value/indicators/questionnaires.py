"""Short questionnaires as data: adoption by clients and professionals, and clients' control. Pure (C17).

Every question is answered from 1 (not at all) to 5 (fully), or with *I do not know*, which counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

CLIENT, PROFESSIONAL, CARER = "client", "professional", "carer"
VOICES = (CLIENT, CARER)
"""Who may speak in a client's form: she, or an informal carer for her."""
DO_NOT_KNOW = 0
ANSWERS = (1, 2, 3, 4, 5, DO_NOT_KNOW)
CONTENT = 4.0
"""From this average on somebody is content."""


class AnswersRefused(ValueError):
    """These answers cannot be kept; `code` names the question or what is wrong, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """Its questions by key, each by language. `of`: who answers; a professional's name is not kept."""

    key: str
    of: str
    title: Mapping[str, str]
    questions: Mapping[str, Mapping[str, str]]


QUESTIONNAIRES: Mapping[str, Questionnaire] = {
    each.key: each
    for each in (
        Questionnaire(
            key="client_adoption", of=CLIENT,
            title={"nl": "Hoe gaat het met de dispenser?", "en": "How do you get on with the dispenser?"},
            questions={
                "works": {"nl": "De dispenser is makkelijk te gebruiken.", "en": "The dispenser is easy to use."},
                "trust": {"nl": "Ik vertrouw erop dat ik krijg wat ik nodig heb.",
                          "en": "I trust that I get what I need."},
                "keep": {"nl": "Ik wil de dispenser houden.", "en": "I want to keep the dispenser."},
            },
        ),
        Questionnaire(
            key="client_control", of=CLIENT,
            title={"nl": "Regie, houvast en vrijheid", "en": "Control, structure and freedom"},
            questions={
                "control": {"nl": "Ik heb zelf de regie over mijn medicijnen.",
                            "en": "I am in control of my own medicines."},
                "structure": {"nl": "De dispenser geeft mij houvast in de dag.",
                              "en": "The dispenser gives structure to my day."},
                "freedom": {"nl": "Ik hoef minder op iemand te wachten en kan vaker weg.",
                            "en": "I need to wait for somebody less, and can go out more."},
            },
        ),
        Questionnaire(
            key="professional_adoption", of=PROFESSIONAL,
            title={"nl": "Werken met de dispenser", "en": "Working with the dispenser"},
            questions={
                "works": {"nl": "Ik kan goed met de dispenser werken.", "en": "I work well with the dispenser."},
                "safe": {"nl": "Ik vind het veilig voor mijn cliënten.", "en": "I find it safe for my clients."},
                "advise": {"nl": "Ik raad het een collega aan.", "en": "I advise it to a colleague."},
            },
        ),
    )
}  # fmt: skip


def check_answers(questionnaire: str, answers: Mapping[str, int]) -> None:
    """Raise AnswersRefused for what is no questionnaire, no question, no answer, or answered by nothing."""
    form = QUESTIONNAIRES.get(questionnaire)
    if form is None:
        raise AnswersRefused("questionnaire", "Choose one of the questionnaires.")
    for key in form.questions:
        if answers.get(key) not in ANSWERS:
            raise AnswersRefused(key, "Answer every question with 1 to 5, or with: I do not know.")
    if set(answers) - set(form.questions):
        raise AnswersRefused("more", "There are answers to questions that are not asked.")


def average(answers: Mapping[str, int]) -> float | None:
    """The mean of what was answered; None where nothing was known."""
    known = [each for each in answers.values() if each != DO_NOT_KNOW]
    return sum(known) / len(known) if known else None


def is_content(answers: Mapping[str, int]) -> bool | None:
    """Whether somebody is content; None: she could not say."""
    found = average(answers)
    return None if found is None else found >= CONTENT


def newest_of_each(given: Iterable[tuple[UUID, dict[str, int]]]) -> list[dict[str, int]]:
    """Of whoever answered more than once the last one, for rows in the order in which they were given."""
    return list(dict(given).values())


def half_year(day: date) -> str:
    """2026-1, 2026-2: within it a professional is asked once."""
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
