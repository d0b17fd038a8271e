"""What clients of the demo said to the short questionnaires: made up, and enough of them for a figure (C17)."""

from __future__ import annotations

from datetime import datetime, timedelta

from reik.ops.demo import cast
from reik.ops.demo.moving_in import Resident, Town
from reik.value.indicators.answering import ClientAnswers, answer_of_client
from reik.value.indicators.questionnaires import CARER, CLIENT, DO_NOT_KNOW, QUESTIONNAIRES

NURSE = "Anja ter Horst"
SILENT, BY_CARER, PAPER = 4, 5, 3
"""Every so manieth client was not asked, was answered for by her informal carer, filled in paper."""
SAID = (5, 4, 4, 5, 3, 5, 4, 2, 5, 4, DO_NOT_KNOW)
"""Most are content, some are not, and one does not know; taken in turn."""
DAYS_BACK = 14


def happen(town: Town, since: datetime, now: datetime) -> None:
    """Both lists of most clients, spread over the last two weeks of the demo's past."""
    house = town.organisations[cast.TWENTESTROOM]
    for each in town.residents:
        if each.organisation_id == house and each.number % SILENT:
            at = max(since, now - timedelta(days=1 + each.number % DAYS_BACK))
            for form in _lists(each):
                answer_of_client(house, form, by=_by(form, each), now=at)


def _lists(resident: Resident) -> list[ClientAnswers]:
    voice = CARER if resident.number % BY_CARER == 1 else CLIENT
    return [
        ClientAnswers(
            client_id=resident.client_id, questionnaire=form.key, voice=voice,
            answers={key: _said(resident.number + 3 * n + 2 * at) for at, key in enumerate(form.questions)},
            on_paper=voice == CLIENT and resident.number % PAPER == 0,
        )
        for n, form in enumerate(each for each in QUESTIONNAIRES.values() if each.of == CLIENT)
    ]  # fmt: skip


def _said(turn: int) -> int:
    return SAID[turn % len(SAID)]


def _by(form: ClientAnswers, resident: Resident) -> str:
    return resident.person.carer if form.voice == CARER else NURSE
