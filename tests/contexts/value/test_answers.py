"""Answers to the questionnaires: a client's newest counts, a professional's cannot be traced to her (C17)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from reik.kernel.ids import new_id
from reik.value.indicators.answering import (
    ClientAnswers,
    answer_of_client,
    answer_of_professional,
    forms_of_client,
    has_answered,
    said_in,
)
from reik.value.indicators.questionnaires import CARER, AnswersRefused
from reik.value.indicators.seen import IndicatorSeen, measurement_plan
from reik.value.rollups.seen import Days
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
AUTUMN = Days(since=date(2026, 11, 1), until=date(2026, 12, 2))
GOOD = {"works": 5, "trust": 4, "keep": 5}
AGREES = {"works": 4, "safe": 4, "advise": 4}


def of(client_id: UUID, answers: dict[str, int], **other: object) -> ClientAnswers:
    return ClientAnswers(client_id=client_id, questionnaire="client_adoption", answers=answers, **other)  # type: ignore[arg-type]


def line(organisation_id: UUID, key: str, now: datetime = NOW) -> IndicatorSeen:
    return next(each for each in measurement_plan(organisation_id, AUTUMN, now) if each.indicator.key == key)


def test_a_clients_newest_answers_count_once() -> None:
    people = cast.gather(NOW)
    zorg = people.zorg.id
    clients = [cast.welcome(people.zorg, f"C {n}", NOW).id for n in range(11)]
    for at, each in enumerate(clients[:10]):
        answers = GOOD if at < 7 else {**GOOD, "keep": 1}
        answer_of_client(zorg, of(each, answers, on=NOW.date() - DAY), by="Anja", now=NOW)
    answer_of_client(zorg, of(clients[0], {**GOOD, "trust": 1, "keep": 1}), by="Anja", now=NOW)
    answer_of_client(zorg, of(clients[10], dict.fromkeys(GOOD, 0), voice=CARER), by="Petra", now=NOW)
    found = line(zorg, "client_adoption").now
    assert (found.value, found.measure and found.measure.cases) == (60.0, 10), (
        "who does not know is not counted"
    )
    said = said_in(zorg, "client_adoption", AUTUMN)
    assert (said.forms, said.shares["keep"][1].n, said.shares["keep"][0].n) == (11, 4, 1)
    (latest, first) = forms_of_client(clients[0])
    assert (latest.answers["trust"], first.answers["trust"], latest.voice) == (1, 4, "client")
    assert [each.by for each in forms_of_client(clients[10])] == ["Petra"]


def test_what_cannot_be_kept_is_refused() -> None:
    people = cast.gather(NOW)
    client = cast.welcome(people.zorg, "C", NOW).id
    for given, code in (
        (of(client, GOOD, voice="neighbour"), "voice"), (of(client, {**GOOD, "keep": 9}), "keep"),
        (of(client, GOOD, on=NOW.date() + DAY), "on"), (of(client, GOOD, on=NOW.date() - 93 * DAY), "on"),
        (of(new_id(NOW), GOOD), "client"),
        (ClientAnswers(client_id=client, questionnaire="professional_adoption", answers=AGREES), "questionnaire"),
        (ClientAnswers(client_id=client, questionnaire="none", answers=AGREES), "questionnaire"),
    ):  # fmt: skip
        with pytest.raises(AnswersRefused) as refused:
            answer_of_client(people.zorg.id, given, by="Anja", now=NOW)
        assert refused.value.code == code
    with pytest.raises(AnswersRefused, match="not of this organisation"):
        answer_of_client(people.eva.id, of(client, GOOD), by="Anja", now=NOW)


def test_a_professional_answers_once_per_half_year_and_nothing_says_who() -> None:
    people = cast.gather(NOW)
    zorg, accounts = people.zorg.id, [new_id(NOW) for _ in range(10)]
    for each in accounts:
        assert not has_answered(zorg, each, "professional_adoption", NOW)
        counts_from = answer_of_professional(zorg, each, "professional_adoption", AGREES, NOW)
        assert counts_from == date(2026, 12, 1)
    assert has_answered(zorg, accounts[0], "professional_adoption", NOW)
    with pytest.raises(AnswersRefused) as refused:
        answer_of_professional(zorg, accounts[0], "professional_adoption", AGREES, NOW + 30 * DAY)
    assert refused.value.code == "again"
    assert not has_answered(zorg, accounts[0], "professional_adoption", NOW + 60 * DAY), "another half year"
    with connection.cursor() as cursor:
        cursor.execute("SELECT v::text FROM value_questionnaireanswer AS v")
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT t::text FROM value_questionnaireturn AS t")
        turns = [row[0] for row in cursor.fetchall()]
    assert (len(rows), len(turns)) == (10, 10)
    for written in rows + turns:
        assert not any(str(each) in written for each in accounts)
        assert NOW.date().isoformat() not in written, "no day on which she answered"
    assert line(zorg, "professional_adoption").now.value == 100.0


def test_a_professionals_answer_counts_from_the_next_month_on() -> None:
    people = cast.gather(NOW)
    for _ in range(10):
        answer_of_professional(people.zorg.id, new_id(NOW), "professional_adoption", AGREES, NOW)
    november = Days(since=AUTUMN.since, until=date(2026, 12, 1))
    assert said_in(people.zorg.id, "professional_adoption", november).forms == 0
    assert said_in(people.zorg.id, "professional_adoption", AUTUMN).enough


def test_few_forms_tell_nothing_but_how_many() -> None:
    people = cast.gather(NOW)
    for _ in range(9):
        answer_of_professional(people.zorg.id, new_id(NOW), "professional_adoption", AGREES, NOW)
    said = said_in(people.zorg.id, "professional_adoption", AUTUMN)
    assert (said.forms, said.shares, said.enough) == (9, {}, False)
    assert line(people.zorg.id, "professional_adoption").now.status == "too_few"
