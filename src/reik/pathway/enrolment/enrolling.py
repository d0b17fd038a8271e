"""Registering a client (aanmelden): the pharmacy is asked with the times that are wanted, and promises a roll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.queries import timetables
from reik.medication.requests.asking import NewRequest, ask
from reik.medication.requests.rules import TODAY, WEEK, usual_answer_by
from reik.medication.requests.seen import RequestSeen, requests_about
from reik.pathway.asking import keep_tasks
from reik.pathway.enrolment.enrolment_facts import PharmacyAsked, RollPromised
from reik.pathway.locking import lock, lock_all
from reik.pathway.models import CarePath, Evidence
from reik.pathway.path import State
from reik.people.pharmacies import PharmacyCard, pharmacies_of

START_CLIENT = "start_client"
MOST_TIMES, LONGEST_TEXT, LONGEST_NAME = 12, 500, 80
LONGEST_PROMISE = timedelta(days=120)
ASKED_FROM = (State.SELECTING, State.ENROLLING, State.ROLL, State.DELIVERING, State.STARTING)


class EnrolmentRefused(ValueError):
    """This cannot be asked or written down like this; `code` names the field to a screen."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the pharmacy is asked: rolls from this day on, with these times; local wall-clock times."""

    starts_on: date
    times: Sequence[time]
    text: str = ""
    soon: bool = False


def ask_pharmacy(path_id: UUID, asked: Asked, *, by: str, now: datetime, zone: ZoneInfo) -> UUID:
    """Ask one client's pharmacy: `ask_pharmacies` for one; gives the request's id."""
    return ask_pharmacies({path_id: asked}, by=by, now=now, zone=zone)[path_id]


@transaction.atomic
def ask_pharmacies(
    asked: Mapping[UUID, Asked], *, by: str, now: datetime, zone: ZoneInfo
) -> dict[UUID, UUID]:
    """Ask these clients' pharmacies to deliver rolls; gives each path's request. Set-wise.

    Another question about a path replaces the one before. Raises EnrolmentRefused (state, starts_on, times, text)
    and RequestRefused; then nothing was asked.
    """
    paths = lock_all(asked)
    for id, path in paths.items():
        _check_asked(path, asked[id], now.astimezone(zone).date())
    cards = pharmacies_of([each.client_id for each in paths.values()])
    new = [_request(path, asked[id], cards.get(path.client_id), by, now) for id, path in paths.items()]
    requests = dict(zip(paths, ask(new, now), strict=True))
    keep_tasks(paths, now, by)
    facts.publish(
        [
            PharmacyAsked(
                organisation_id=path.organisation_id, client_id=path.client_id, path_id=id,
                request_id=requests[id], starts_on=asked[id].starts_on, by=by,
            )
            for id, path in paths.items()
        ],
        now,
    )  # fmt: skip
    return requests


def _check_asked(path: CarePath, asked: Asked, today: date) -> None:
    if path.state not in ASKED_FROM:
        raise EnrolmentRefused(
            "state", "The pharmacy is asked once it was chosen for: look at the care path."
        )
    if asked.starts_on < today:
        raise EnrolmentRefused("starts_on", "Choose a day that is still to come.")
    if not 1 <= len(set(asked.times)) <= MOST_TIMES:
        raise EnrolmentRefused("times", f"Give 1 to {MOST_TIMES} times of the day.")
    if len(asked.text) > LONGEST_TEXT:
        raise EnrolmentRefused("text", f"Say it in at most {LONGEST_TEXT} letters.")


def _request(path: CarePath, asked: Asked, card: PharmacyCard | None, by: str, now: datetime) -> NewRequest:
    urgency = TODAY if asked.soon else WEEK
    return NewRequest(
        organisation_id=path.organisation_id, client_id=path.client_id, kind=START_CLIENT, urgency=urgency,
        answer_by=usual_answer_by(urgency, card.opening, now) if card else now + timedelta(days=1),
        by=by, about=path.id,
        detail={
            "starts_on": asked.starts_on.isoformat(),
            "times": [f"{each:%H:%M}" for each in sorted(set(asked.times))],
            **({"text": asked.text.strip()} if asked.text.strip() else {}),
        },
    )  # fmt: skip


def asked_of(path_id: UUID) -> list[RequestSeen]:
    """What the pharmacy was asked for this path, the newest first."""
    rows = requests_about([path_id]).get(path_id, [])
    return [each for each in reversed(rows) if each.kind == START_CLIENT]


def times_wanted(path_id: UUID, client_id: UUID) -> list[time]:
    """The times to begin with: as the pharmacy was asked last, else as her confirmed schedule has them."""
    for each in asked_of(path_id):
        times = each.detail.get("times")
        if isinstance(times, list):
            return [time.fromisoformat(str(one)) for one in times]
    tables = timetables([client_id]).get(client_id)
    return sorted({line.at for line in tables[-1].lines}) if tables else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A roll that is not registered yet: its first and last day, who of the pharmacy said so, who packs it."""

    first_day: date
    last_day: date
    told_by: str
    packer: str = ""


@transaction.atomic
def promise_roll(
    path_id: UUID, promise: Promise, *, by: str, role: str, now: datetime, zone: ZoneInfo
) -> UUID:
    """Write down what the pharmacy promised: the roll counts as arranged until its last day is over.

    Raises EnrolmentRefused: state, days, told_by.
    """
    path = lock(path_id)
    today = now.astimezone(zone).date()
    if path.ended_at is not None:
        raise EnrolmentRefused("state", "This care path has ended: look at it again.")
    if not today <= promise.last_day or not promise.first_day <= promise.last_day:
        raise EnrolmentRefused("days", "The last day comes after the first, and is still to come.")
    if promise.last_day - promise.first_day > LONGEST_PROMISE:
        raise EnrolmentRefused("days", "A roll serves some weeks: check the days.")
    if not 0 < len(promise.told_by.strip()) <= LONGEST_NAME or len(promise.packer) > LONGEST_NAME:
        raise EnrolmentRefused("told_by", "Say who of the pharmacy promised it.")
    until = datetime.combine(promise.last_day + timedelta(days=1), time(0), zone)
    row = Evidence.objects.create(
        id=new_id(now), organisation_id=path.organisation_id, client_id=path.client_id, path=path,
        kind="roll_confirmed", key=promise.first_day.isoformat(), at=now, told_at=now, by=by, role=role,
        holds_until=until,
        detail={
            "first_day": promise.first_day.isoformat(), "last_day": promise.last_day.isoformat(),
            "told_by": promise.told_by.strip(), "packer": promise.packer.strip(),
        },
    )  # fmt: skip
    keep_tasks([path.id], now, by)
    told = RollPromised(
        organisation_id=path.organisation_id, client_id=path.client_id, path_id=path.id,
        first_day=promise.first_day, last_day=promise.last_day, by=by,
    )  # fmt: skip
    facts.publish([told], now)
    return row.id
