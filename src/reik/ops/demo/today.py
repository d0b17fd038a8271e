"""What is going on in the neighbourhood on the day that somebody looks: entered as people would enter it.

Only at those whose times do not move with the start of the demo.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.dispensing.away import path as away
from reik.dispensing.away.keeping import NewAbsence, declare
from reik.medication.outside.proposals import ELSEWHERE, decide_otherwise
from reik.medication.outside.seen import proposals_open
from reik.medication.requests.operations import NewRequest, ask
from reik.medication.times.schedule import TimeLine
from reik.ops.demo import letters
from reik.ops.demo.moving_in import Resident
from reik.ops.demo.prescribed import is_written

IN_HOSPITAL = timedelta(days=5)
"""From now until she is expected home."""


@transaction.atomic
def happen(residents: Sequence[Resident], lines: Mapping[UUID, Sequence[TimeLine]], now: datetime) -> None:
    """Another dose for one, an agreement that cannot be planned for a second, a third in hospital, questions."""
    written = [each for each in residents if is_written(each.person) and each.person.times > 1]
    if len(written) < 5:  # a few homes in a test
        return
    changed, unclear, in_hospital, asked = written[:4]
    letters.send_other_dose(changed, lines[changed.client_id], now)
    letters.send_unclear(unclear, now)
    _go_to_hospital(in_hospital, now)
    _ask(asked, now)
    _ask_in_writing(written, now)


def _go_to_hospital(resident: Resident, now: datetime) -> None:
    person = resident.person
    declare(
        NewAbsence(
            client_id=resident.client_id, reason=away.HOSPITAL, starts_at=now, expected_end=now + IN_HOSPITAL,
            said_by=person.carer, resumes=person.carer, resumes_phone="06 555 001 99",
        ),
        by=resident.team_members[0], now=now,
    )  # fmt: skip


def _ask(resident: Resident, now: datetime) -> None:
    """The team asks how late a moment may still be handed out (R29)."""
    ask(
        [
            NewRequest(
                organisation_id=resident.organisation_id, client_id=resident.client_id, kind="question",
                urgency="today", answer_by=now + timedelta(hours=6),
                by=resident.team_members[0],
                detail={"text": "Mag de avondmedicatie ook om 22:00 nog, als mevrouw later thuis is?"},
            )
        ],
        now,
    )  # fmt: skip


def _ask_in_writing(written: Sequence[Resident], now: datetime) -> None:
    """A pharmacy without an account is asked too: by a letter, and the number to phone."""
    theirs = [each for each in written if each.person.team == "Team Losser" and each.number % 4 == 0]
    for each in theirs[:1]:
        ask(
            [
                NewRequest(
                    organisation_id=each.organisation_id, client_id=each.client_id, kind="question", about=None,
                    urgency="today", answer_by=now + timedelta(hours=8), by=each.team_members[0],
                    detail={"text": "De rol eindigt op een feestdag. Wanneer kan de volgende komen?"},
                )
            ],
            now,
        )  # fmt: skip


def settle_in(residents: Sequence[Resident], now: datetime) -> None:
    """On the first day: who gives what lies outside the roll was agreed with the client and her carer (R5)."""
    by_client = {each.client_id: each for each in residents}
    for each in proposals_open(list(by_client)):
        resident = by_client[each.client_id]
        decide_otherwise(
            each.id, ELSEWHERE, by=resident.team_members[0], role="nurse", now=now,
            because=f"{resident.person.carer} let hierop, zo is het afgesproken.",
        )  # fmt: skip
