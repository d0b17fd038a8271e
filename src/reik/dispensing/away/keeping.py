"""Writes of absences: reporting, beginning, confirming, stopping (R8 to R11, R49). The rules are `path`'s.

Each function locks the client's dispenser, then the absence. Coming back and the restart: `returning`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.dispensing.away import cover as away_cover
from reik.dispensing.away import path as away
from reik.dispensing.away.path import AwayRefused, Event, State
from reik.dispensing.by_hand.blocking import pause
from reik.dispensing.devices.facts import AbsenceCovered, AbsenceExpired
from reik.dispensing.facts import AbsenceBegan, CommandAnswered
from reik.dispensing.models import Absence, AbsenceLine
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.people.models import Client
from reik.people.opening import OFFICE_HOURS
from reik.tasks.operations import NewTask, end_tasks, end_tasks_about, open_tasks
from reik_dispenser.messages import CommandType

CALL, DETAILS, UNCONFIRMED, RETURN = "absence_call", "absence_details", "pause_unconfirmed", "absence_return"
TOLD = "absence_told"
"""Somebody who may not pause a dispenser said that the client is away (`telling`)."""
ANSWERED_WITHIN = timedelta(minutes=15)
CALLED_AT = time(9)
BY = "reik"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAbsence:
    """`resumes`: who tells when the client is back, with her number; she is called the working day before (R10)."""

    client_id: UUID
    reason: str
    starts_at: datetime
    expected_end: datetime
    said_by: str
    resumes: str
    resumes_phone: str = ""


def lock(client_id: UUID) -> tuple[UUID, UUID | None]:
    """The client's organisation and her dispenser, locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dispensing_dispenser WHERE client_id = %s FOR NO KEY UPDATE", [client_id]
        )
        row = cursor.fetchone()
    return Client.objects.values_list("organisation_id", flat=True).get(id=client_id), row[0] if row else None


def lock_absence(absence_id: UUID) -> Absence:
    """The absence, after the client's dispenser. Raises AwayRefused when there is none."""
    client_id = Absence.objects.filter(id=absence_id).values_list("client_id", flat=True).first()
    if client_id is None:
        raise AwayRefused("This absence is not there any more: open the client's page again.")
    lock(client_id)
    return Absence.objects.select_for_update(no_key=True).get(id=absence_id)


def note(absence: Absence, kind: str, by: str, now: datetime, text: str = "") -> None:
    """A line of its history."""
    AbsenceLine.objects.create(
        id=new_id(now), organisation_id=absence.organisation_id, absence_id=absence.id, at=now, kind=kind, by=by,
        text=text,
    )  # fmt: skip


@transaction.atomic
def declare(new: NewAbsence, *, by: str, now: datetime) -> UUID:
    """A client is, or will be, away: from its beginning the dispenser hands out nothing. Gives the absence's id.

    Raises AwayRefused for what is not complete, and while another absence is open.
    """
    away.check_declared(
        reason=new.reason, starts_at=new.starts_at, expected_end=new.expected_end, said_by=new.said_by,
        resumes=new.resumes, now=now,
    )  # fmt: skip
    absence = insert(
        new.client_id, new.reason, State.PLANNED, new.starts_at, new.expected_end, said_by=new.said_by, by=by, now=now,
        resumes=new.resumes.strip(), resumes_phone=new.resumes_phone.strip(),
    )  # fmt: skip
    _plan_call(absence, by, now)
    if new.starts_at <= now:
        begin(absence, by, now)
    away_cover.cover([absence.client_id], absence.starts_at, now)
    return absence.id


def insert(
    client_id: UUID,
    reason: str,
    state: State,
    starts_at: datetime,
    expected_end: datetime | None,
    *,
    said_by: str,
    by: str,
    now: datetime,
    resumes: str = "",
    resumes_phone: str = "",
) -> Absence:
    """A new absence with its first line. Raises AwayRefused while another one is open."""
    organisation_id, dispenser_id = lock(client_id)
    if Absence.objects.filter(client_id=client_id, ended_at=None).exists():
        raise AwayRefused("An absence of this client is open already: change that one.")
    until = None if state is State.STOPPED else away.covered_until(starts_at, expected_end, now)
    absence = Absence.objects.create(
        id=new_id(now), organisation_id=organisation_id, client_id=client_id, dispenser_id=dispenser_id,
        reason=reason, state=state.value, starts_at=starts_at, expected_end=expected_end, until=until,
        confirmed_at=now, said_by=said_by.strip(), noted_by=by, resumes=resumes, resumes_phone=resumes_phone,
        created_at=now,
    )  # fmt: skip
    note(absence, "declared", by, now, said_by.strip())
    end_tasks([client_id], TOLD, as_="done", by=by, now=now)
    return absence


def begin(absence: Absence, by: str, now: datetime) -> None:
    """From now on the dispenser hands out nothing."""
    if absence.state == State.PLANNED:
        absence.state = away.step(State.PLANNED, Event.START).value
        note(absence, "began", by, now)
    _pause(absence, by, now)
    absence.save()
    facts.publish(
        [
            AbsenceBegan(
                organisation_id=absence.organisation_id, client_id=absence.client_id, absence_id=absence.id,
                reason=absence.reason, by=by,
            )
        ],
        now,
    )  # fmt: skip


def _pause(absence: Absence, by: str, now: datetime) -> None:
    """Tell the device; until it confirms, somebody owns that it may still hand out."""
    if absence.dispenser_id is None:
        return
    absence.pause_id = pause(
        organisation_id=absence.organisation_id, dispenser_id=absence.dispenser_id, until=absence.until, by=by, now=now
    )  # fmt: skip
    risk = absence.reason != away.DIED  # nobody is there any more to whom something could be given
    open_tasks([task_of(absence, UNCONFIRMED, by, now + ANSWERED_WITHIN, high_risk=risk)], now)


def pause_anew(absence: Absence, by: str, now: datetime) -> None:
    """Another device stands there, or the same one forgot: it is told too."""
    _pause(absence, by, now)
    absence.save()


def task_of(
    absence: Absence, kind: str, by: str, due_at: datetime, *, high_risk: bool = False, **detail: object
) -> NewTask:
    """A task of the nurse about this absence."""
    return NewTask(
        organisation_id=absence.organisation_id, client_id=absence.client_id, kind=kind, owner_role="nurse",
        due_at=due_at, by=by, about=absence.id, high_risk=high_risk,
        detail={"reason": absence.reason, "resumes": absence.resumes, "phone": absence.resumes_phone, **detail},
    )  # fmt: skip


def _plan_call(absence: Absence, by: str, now: datetime) -> None:
    """R10: who resumes is called the working day before the word that was given ends."""
    end_tasks([absence.client_id], CALL, as_="dropped", by=BY, now=now)
    if absence.until is None:
        return
    zone = ZoneInfo(Client.objects.values_list("zone", flat=True).get(id=absence.client_id))
    ends, today = absence.until.astimezone(zone).date(), now.astimezone(zone).date()
    day = away.call_on(ends, today, OFFICE_HOURS.working_days_before(ends, 1))
    due_at = datetime.combine(day, CALLED_AT, zone)
    open_tasks(
        [
            task_of(
                absence,
                CALL,
                by,
                max(due_at, now),
                until=absence.until.isoformat(),
                until_at=f"{absence.until.astimezone(zone):%d-%m %H:%M}",
            )
        ],
        now,
    )


@transaction.atomic
def confirm(*, absence_id: UUID, until: datetime, said_by: str, by: str, now: datetime) -> None:
    """Who resumes said that the client is away until then: the word covers 7 days at most (R10).

    Raises AwayRefused for an end in the past, or an absence that is over.
    """
    absence = lock_absence(absence_id)
    absence.state = away.step(State(absence.state), Event.CONFIRM).value
    if until <= max(now, absence.starts_at):
        raise AwayRefused("Say until when, after now; or say that the client is back.")
    if not said_by.strip():
        raise AwayRefused("Say who told you.")
    if absence.reason == away.NOT_SAID and not absence.resumes:
        absence.resumes = said_by.strip()
    absence.expected_end, absence.confirmed_at, absence.expired_told_at = until, now, None
    absence.until = away.covered_until(absence.starts_at, until, now)
    if absence.state == State.AWAY:
        _pause(absence, by, now)
    absence.save()
    note(absence, "confirmed", by, now, said_by.strip())
    end_tasks([absence.client_id], DETAILS, as_="done", by=by, now=now)
    _plan_call(absence, by, now)
    away_cover.cover([absence.client_id], absence.starts_at, now)
    tell_covered(absence, now)


def tell_covered(absence: Absence, now: datetime) -> None:
    """An alert that the pause is over can close."""
    if absence.dispenser_id is not None:
        facts.publish([AbsenceCovered(**_about(absence, now))], now)  # type: ignore[arg-type]


def _about(absence: Absence, now: datetime) -> dict[str, object]:
    return {
        "organisation_id": absence.organisation_id, "dispenser_id": absence.dispenser_id,
        "client_id": absence.client_id, "at": now,
    }  # fmt: skip


@transaction.atomic
def cancel(*, absence_id: UUID, by: str, because: str, now: datetime) -> None:
    """An absence that has not begun is off."""
    absence = lock_absence(absence_id)
    absence.state = away.step(State(absence.state), Event.CANCEL).value
    absence.ended_at = now
    absence.save()
    note(absence, "cancelled", by, now, because.strip())
    end_tasks_about([absence.id], as_="dropped", by=by, now=now)
    away_cover.cover([absence.client_id], absence.starts_at, now)


@transaction.atomic
def begin_due(now: datetime, most: int = 100) -> int:
    """Begin absences whose time has come; gives how many. For `reik watch`."""
    due = list(
        Absence.objects.filter(state=State.PLANNED, starts_at__lte=now)
        .order_by("dispenser_id", "id")
        .values_list("id", flat=True)[:most]
    )
    for id in due:
        absence = lock_absence(id)
        if absence.state == State.PLANNED:
            begin(absence, BY, now)
    return len(due)


@transaction.atomic
def tell_expired(now: datetime, most: int = 100) -> int:
    """Announce, once, absences that go on past the word that was given (R10); gives how many. For `reik watch`."""
    due = list(
        Absence.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(state=State.AWAY, until__lte=now, expired_told_at=None)
        .order_by("id")[:most]
    )
    Absence.objects.filter(id__in=[each.id for each in due]).update(expired_told_at=now)
    for each in due:
        note(each, "expired", BY, now)
    facts.publish(
        [
            AbsenceExpired(**_about(each, now), absence_id=each.id)  # type: ignore[arg-type]
            for each in due
            if each.dispenser_id is not None
        ],
        now,
    )
    return len(due)


def note_answers(answers: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler: what devices answered to the pause of an absence. What was not done is an alert of its own (rule 9)."""
    about = {each.command_id: each for each in answers if each.type == CommandType.PAUSE}
    if not about:
        return
    confirmed = []
    for absence in Absence.objects.filter(pause_id__in=about):
        assert absence.pause_id is not None
        answer = about[absence.pause_id]
        note(absence, f"pause_{answer.state}", "device", now, answer.reason)
        if answer.state == "confirmed":
            confirmed.append(absence.client_id)
    if confirmed:
        end_tasks(confirmed, UNCONFIRMED, as_="done", by="device", now=now)
