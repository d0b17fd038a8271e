"""Answers to the short questionnaires: a client's with her name, a professional's without (C17).

Of a professional two things are kept apart: the answers, in a month and under an id that says nothing, and a
fingerprint of her account for this half year, without a time, so that she is asked once. Neither points to the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.shares import Share
from reik.people.models import Client
from reik.value.indicators.questionnaires import (
    CLIENT,
    QUESTIONNAIRES,
    VOICES,
    AnswersRefused,
    check_answers,
    half_year,
    newest_of_each,
    next_month,
)
from reik.value.models import QuestionnaireAnswer, QuestionnaireTurn
from reik.value.rollups.seen import Days

ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientAnswers:
    """What a client said. `voice`: herself, or an informal carer for her; `by`: who asked, or that carer.

    `on`: the day on which she answered; earlier than today where it was typed over from paper.
    """

    client_id: UUID
    questionnaire: str
    answers: Mapping[str, int]
    voice: str = CLIENT
    on_paper: bool = False
    on: date | None = None


def answer_of_client(organisation_id: UUID, given: ClientAnswers, *, by: str, now: datetime) -> UUID:
    """Keep them; her newest ones of a period count. Raises AnswersRefused."""
    check_answers(given.questionnaire, given.answers)
    today = now.astimezone(ZONE).date()
    if QUESTIONNAIRES[given.questionnaire].of != CLIENT:
        raise AnswersRefused("questionnaire", "This one is not for clients.")
    if given.voice not in VOICES:
        raise AnswersRefused("voice", "Say who answered: the client, or an informal carer for her.")
    if not Client.objects.filter(id=given.client_id, organisation_id=organisation_id).exists():
        raise AnswersRefused("client", "This client is not of this organisation.")
    on = given.on or today
    if on > today or (today - on).days > LATEST_FROM_PAPER:
        raise AnswersRefused("on", f"The day is today or earlier, at most {LATEST_FROM_PAPER} days ago.")
    row = QuestionnaireAnswer.objects.create(
        id=new_id(now), organisation_id=organisation_id, questionnaire=given.questionnaire, client_id=given.client_id,
        answers=dict(given.answers), answered_on=on, voice=given.voice, on_paper=given.on_paper, by=by.strip(),
        created_at=now,
    )  # fmt: skip
    return row.id


LATEST_FROM_PAPER = 92
"""Days after which a paper form is too old to say how it goes."""


@transaction.atomic
def answer_of_professional(
    organisation_id: UUID, account_id: UUID, questionnaire: str, answers: Mapping[str, int], now: datetime
) -> date:
    """Keep them without who gave them, once per half year. Returns from which day they count.

    They count from the next month on, together with those of that month: nobody sees a figure move right after a
    colleague answered. Raises AnswersRefused, `again` when this account answered in this half year.
    """
    check_answers(questionnaire, answers)
    if QUESTIONNAIRES[questionnaire].of == CLIENT:
        raise AnswersRefused("questionnaire", "This one is for clients.")
    today = now.astimezone(ZONE).date()
    mark = _mark(organisation_id, account_id, questionnaire, today)
    _, first = QuestionnaireTurn.objects.get_or_create(organisation_id=organisation_id, mark=mark)
    if not first:
        raise AnswersRefused("again", "You answered in this half year already.")
    counts_from = next_month(today)
    QuestionnaireAnswer.objects.create(
        id=uuid4(), organisation_id=organisation_id, questionnaire=questionnaire, answers=dict(answers),
        answered_on=counts_from, created_at=datetime.combine(counts_from, time(0), ZONE),
    )  # fmt: skip
    return counts_from


def has_answered(organisation_id: UUID, account_id: UUID, questionnaire: str, now: datetime) -> bool:
    """Whether this account answered in this half year; what it said cannot be found."""
    mark = _mark(organisation_id, account_id, questionnaire, now.astimezone(ZONE).date())
    return QuestionnaireTurn.objects.filter(organisation_id=organisation_id, mark=mark).exists()


def _mark(organisation_id: UUID, account_id: UUID, questionnaire: str, today: date) -> bytes:
    return vault().blind_index(organisation_id, f"{questionnaire} {half_year(today)} {account_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientForm:
    """One form of a client, as it was filled in."""

    questionnaire: str
    answers: Mapping[str, int]
    answered_on: date
    voice: str
    on_paper: bool
    by: str


def forms_of_client(client_id: UUID) -> list[ClientForm]:
    """Her forms, the newest first."""
    rows = QuestionnaireAnswer.objects.filter(client_id=client_id).order_by("-answered_on", "-created_at")
    names = ClientForm.__dataclass_fields__
    return [ClientForm(**{name: getattr(each, name) for name in names}) for each in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said to one questionnaire in a period. `shares`: question → answer → share of the forms.

    Empty with too few forms: then not even the counts are told, since a few people can be told apart by them.
    """

    questionnaire: str
    forms: int
    shares: Mapping[str, Mapping[int, Share]]

    @property
    def enough(self) -> bool:
        return bool(self.shares)


def said_in(organisation_id: UUID, questionnaire: str, days: Days) -> Said:
    """By question, how often each answer was given: of each client her newest form, of professionals all forms."""
    given = answers_in(organisation_id, questionnaire, days)
    if not Share(0, len(given)).enough:
        return Said(questionnaire=questionnaire, forms=len(given), shares={})
    shares = {}
    for question in QUESTIONNAIRES[questionnaire].questions:
        counted = Counter(each[question] for each in given if question in each)
        shares[question] = {answer: Share(n, len(given)) for answer, n in counted.items()}
    return Said(questionnaire=questionnaire, forms=len(given), shares=shares)


def answers_in(organisation_id: UUID, questionnaire: str, days: Days) -> list[dict[str, int]]:
    """The newest answers of each client, or all forms of professionals, of these days."""
    rows = QuestionnaireAnswer.objects.filter(
        organisation_id=organisation_id, questionnaire=questionnaire, answered_on__gte=days.since,
        answered_on__lt=days.until,
    ).order_by("answered_on", "created_at", "id")  # fmt: skip
    return newest_of_each((each.client_id or each.id, each.answers) for each in rows)
