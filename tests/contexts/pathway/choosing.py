"""A client who chooses for a dispenser: indication, form, measures and decision."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from reik.medication.operations import confirm_schedule, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.pathway import queries
from reik.pathway.baseline import baselines
from reik.pathway.selection import indications, selecting, selection_seen
from reik.pathway.selection.deciding_rules import Said
from reik.pathway.selection.indications import Entry
from reik.pathway.selection.measures import Planned
from reik.pathway.selection.questions import FITS, NOTE, QUESTIONS, Given
from reik.people.models import Client
from reik.tasks.models import Task
from tests.cast import Cast, welcome

FATMA = {"by": "Fatma Yılmaz", "role": "nurse"}
AUTHOR = {"author_id": UUID(int=7), "author": "Fatma Yılmaz", "role": "nurse"}
TODAY = date(2026, 11, 23)


@pytest.fixture
def client(cast: Cast, now: datetime) -> Client:
    return welcome(cast.zorg, "Mw. Jansen", now)


def indicated(client: Client, now: datetime) -> UUID:
    taken = indications.enter(Entry(client_id=client.id, basis="zvw", starts_on=TODAY), now=now, **FATMA)
    assert taken.path_id is not None
    return taken.path_id


def fill_in(path_id: UUID, now: datetime, **otherwise: str) -> None:
    """Good answers, but for what is named."""
    for each in QUESTIONS:
        if not each.answers or each.after or each.wanted:
            continue
        good = next(one.code for one in each.answers if one.means in (FITS, NOTE))
        answer = otherwise.get(each.code, good)
        was = selection_seen.draft_of(path_id)
        selecting.save_answer(
            path_id, each.code, Given(answers=(answer,), who="zus"), now=now,
            was_at=was.by.get(each.code, ("", ""))[1] if was else "", **FATMA,
        )  # fmt: skip


def planned(*named: str) -> tuple[Planned, ...]:
    return tuple(Planned(measure=each, role="caregiver", due_on=TODAY + timedelta(3)) for each in named)


def yes(now: datetime) -> Said:
    return Said(choice="yes", at=now, carer="Petra", words="Graag, dan kan ik weg.")


def tasks(client: Client) -> dict[str, str]:
    rows = Task.objects.filter(client_id=client.id, ended_at=None, kind__startswith="path.")
    return {f"{each.kind[5:]}{':' + each.key if each.key else ''}": each.owner_role for each in rows}


def state(client: Client) -> str:
    path = queries.last_path_of(client.id)
    return path.state if path else ""


def measured(client: Client, now: datetime) -> UUID:
    """A path with a baseline taken over from the schedule as it was proposed."""
    draft = write_schedule(
        organisation_id=client.organisation_id, client_id=client.id, by="Anja", now=now,
        lines=[TimeLine(weekdays=EVERY_DAY, at=time(8))],
    )  # fmt: skip
    confirm_schedule(draft, "Joke", now)
    path_id = indicated(client, now)
    moments = baselines.proposed(client.id, now)
    baselines.measure(path_id, moments, Decimal(20), measured_on=TODAY, by="Fatma", now=now)
    return path_id
