"""Writes of coming back: the checks before the restart, the restart itself, and what was taken along (R11, R12)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.dispensing.away import cover as away_cover
from reik.dispensing.away import path as away
from reik.dispensing.away.keeping import (
    CALL,
    DETAILS,
    RETURN,
    UNCONFIRMED,
    lock,
    lock_absence,
    note,
    tell_covered,
)
from reik.dispensing.away.path import AwayRefused, Event, State
from reik.dispensing.away.seen import SachetInside, sachets_inside
from reik.dispensing.by_hand import blocking
from reik.dispensing.commands.giving import give as give_command
from reik.dispensing.facts import AbsenceEnded, CommandAnswered
from reik.dispensing.models import Absence
from reik.kernel import facts
from reik.medication.requests.operations import NewRequest, ask
from reik.medication.requests.rules import WEEK
from reik.tasks.operations import NewTask, end_tasks, end_tasks_about, open_tasks
from reik_dispenser.messages import CommandType

RETURN_WITHIN = timedelta(hours=2)
ANSWER_WITHIN = timedelta(days=7)
BY = "reik"
JUST_SAID = timedelta(minutes=2)


@transaction.atomic
def come_back(*, absence_id: UUID, returned_at: datetime, by: str, now: datetime) -> None:
    """The client is back. The dispenser goes on withholding until the checks are done (R12).

    Raises AwayRefused for an instant before the absence, or in the future.
    """
    absence = lock_absence(absence_id)
    absence.state = away.step(State(absence.state), Event.COME_BACK).value
    if not absence.starts_at <= returned_at <= now:
        raise AwayRefused("Say when the client came back: after the absence began, and not in the future.")
    _be_back(absence, returned_at, by, now, "came_back")


@transaction.atomic
def undo_stop(*, absence_id: UUID, by: str, because: str, now: datetime) -> None:
    """It was a mistake: the client is there. The checks come before the restart all the same."""
    if not because.strip():
        raise AwayRefused("Say how the mistake came about.")
    absence = lock_absence(absence_id)
    absence.state = away.step(State(absence.state), Event.MISTAKE).value
    # What fell due meanwhile was missed after all: it is decided anew, and people hear of it.
    _be_back(absence, absence.starts_at, by, now, "mistake", because.strip())


@transaction.atomic
def take_back_stop(*, client_id: UUID, by: str, now: datetime) -> None:
    """A stop that was said by mistake a moment ago: the dispenser goes on as if nothing had been said.

    One that was not made just now keeps its checks: the care team has its task.
    """
    lock(client_id)
    row = Absence.objects.select_for_update(no_key=True).filter(client_id=client_id, ended_at=None).first()
    if row is None or row.reason not in (away.NOT_SAID, away.DIED):
        return
    if now - row.created_at > JUST_SAID or row.state not in (State.AWAY, State.STOPPED):
        return
    event = Event.MISTAKE if row.state == State.STOPPED else Event.COME_BACK
    row.state = away.step(away.step(State(row.state), event), Event.RESUME).value
    row.returned_at = row.starts_at
    if row.dispenser_id is None:
        _finish(row, by, now)
    elif not blocking.paused_by_others([row.dispenser_id], [row.id]):
        _give_resume(row, by, now)
    row.save()
    note(row, "taken_back", by, now)
    end_tasks_about([row.id], as_="dropped", by=by, now=now)
    away_cover.cover([client_id], row.starts_at, now)


def _be_back(
    absence: Absence, returned_at: datetime, by: str, now: datetime, kind: str, text: str = ""
) -> None:
    absence.returned_at = returned_at
    absence.save()
    note(absence, kind, by, now, text)
    end_tasks([absence.client_id], CALL, as_="done", by=by, now=now)
    end_tasks([absence.client_id], DETAILS, as_="dropped", by=by, now=now)
    open_tasks(
        [
            NewTask(
                organisation_id=absence.organisation_id, client_id=absence.client_id, kind=RETURN,
                owner_role="nurse", due_at=now + RETURN_WITHIN, by=by, about=absence.id, high_risk=True,
                detail={"returned_at": returned_at.isoformat()},
            )
        ],
        now,
    )  # fmt: skip
    away_cover.cover([absence.client_id], absence.starts_at, now)
    tell_covered(absence, now)


@transaction.atomic
def check(
    *,
    absence_id: UUID,
    what: str,
    by: str,
    now: datetime,
    text: str = "",
    removed: Collection[int] = (),
    others: str = "",
) -> None:
    """One of the checks before the restart was done (R12).

    For the roll: `removed` are the numbers of the sachets that were taken out. For the route `text` says who
    answered; for medication who said what changed. Raises AwayRefused for another check, or without a text.
    """
    if what not in away.CHECKS:
        raise AwayRefused(f"Checks are: {', '.join(away.CHECKS)}.")
    if what != away.ROLL and not text.strip():
        raise AwayRefused("Say whom you asked, and what the answer was.")
    absence = lock_absence(absence_id)
    absence.state = away.step(State(absence.state), Event.CHECK).value
    absence.checks[what] = {
        "by": by, "at": now.isoformat(), "text": text.strip(), "removed": sorted(set(removed)), "others": others,
    }  # fmt: skip
    absence.save()
    note(absence, f"checked_{what}", by, now, text.strip())
    if what == away.ROLL:
        _ask_about_leftovers(absence, by, now)


def _ask_about_leftovers(absence: Absence, by: str, now: datetime) -> None:
    """The roll does not fit any more: its sachets of these days are over, and the pharmacy hears how many."""
    inside = sachets_inside(absence.id)
    if not inside:
        return
    ask(
        [
            NewRequest(
                organisation_id=absence.organisation_id, client_id=absence.client_id, kind="leftovers",
                about=absence.id, urgency=WEEK, answers=(), answer_by=now + ANSWER_WITHIN, by=by,
                detail={"why": "absence", "sachets": [f"{each.roll} {each.number}" for each in inside]},
            )
        ],
        now,
    )  # fmt: skip


@transaction.atomic
def resume(*, absence_id: UUID, by: str, now: datetime) -> None:
    """The checks are done: the dispenser may hand out again. Ended when the device confirms it.

    What fell due before the return is never handed out late: it is held first and, where the type cannot hold
    single sachets, must have been taken out, or its latest hand-out time must be over. Raises AwayRefused.
    """
    absence = lock_absence(absence_id)
    state = away.step(State(absence.state), Event.RESUME)
    missing = away.missing_checks(absence.checks)
    if missing:
        raise AwayRefused(f"First check: {', '.join(missing)}.")
    if absence.dispenser_id is None:
        _finish(absence, by, now)
        return
    if blocking.paused_by_others([absence.dispenser_id], [absence.id]):
        raise AwayRefused(
            "The dispenser is paused for another reason too (a change of the roll, or a dose by hand): end that first."
        )
    absence.state = state.value
    still = _still_possible(absence, now)
    if still and not _hold(absence, still, by, now):
        latest = max(each.latest_at for each in still)
        raise AwayRefused(
            "This dispenser cannot hold single sachets: take out those of the time away and enter their numbers,"
            f" or wait until {latest:%H:%M} UTC."
        )
    if not still:
        _give_resume(absence, by, now)
    absence.save()
    note(absence, "resume_asked", by, now)


def _still_possible(absence: Absence, now: datetime) -> list[SachetInside]:
    """Sachets of the time away that the dispenser could still hand out late, and that nobody took out."""
    roll = absence.checks.get(away.ROLL, {}).get("removed", [])
    return [each for each in sachets_inside(absence.id) if each.latest_at > now and each.number not in roll]


def _hold(absence: Absence, still: Sequence[SachetInside], by: str, now: datetime) -> bool:
    """Have them held; the restart waits for the answer. False: this type cannot."""
    assert absence.dispenser_id is not None
    rolls = {each.roll for each in still}
    if len(rolls) > 1 or not blocking.can_hold_single(absence.dispenser_id):
        return False
    absence.hold_id = give_command(
        organisation_id=absence.organisation_id, dispenser_id=absence.dispenser_id, type=CommandType.HOLD_SACHETS,
        data={"roll": rolls.pop(), "sachets": sorted(each.number for each in still)}, by=by, now=now,
    )  # fmt: skip
    return True


def _give_resume(absence: Absence, by: str, now: datetime) -> None:
    assert absence.dispenser_id is not None
    absence.hold_id = None
    absence.resume_id = give_command(
        organisation_id=absence.organisation_id, dispenser_id=absence.dispenser_id, type=CommandType.RESUME,
        data={"by": by}, by=by, now=now,
    )  # fmt: skip


def _finish(absence: Absence, by: str, now: datetime) -> None:
    absence.state, absence.ended_at = State.ENDED.value, now
    absence.save()
    note(absence, "resumed", by, now)
    for kind in (RETURN, UNCONFIRMED):
        end_tasks([absence.client_id], kind, as_="done", by=by, now=now)
    _tell_ended(absence, by, now)


def _tell_ended(absence: Absence, by: str, now: datetime) -> None:
    facts.publish(
        [
            AbsenceEnded(
                organisation_id=absence.organisation_id, client_id=absence.client_id, absence_id=absence.id,
                reason=absence.reason, by=by, checks=absence.checks,
            )
        ],
        now,
    )  # fmt: skip


def note_answers(answers: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler: what devices answered to holding what is over, and to the restart."""
    wanted = (CommandType.RESUME, CommandType.HOLD_SACHETS)
    about = {each.command_id: each for each in answers if each.type in wanted}
    if not about:
        return
    waiting = Absence.objects.filter(state=State.RESUMING)
    ids = [*waiting.filter(resume_id__in=about).values_list("id", flat=True)]
    ids += waiting.filter(hold_id__in=about).values_list("id", flat=True)
    for id in sorted(ids):
        absence = lock_absence(id)
        if absence.hold_id in about:
            _held(absence, about[absence.hold_id], now)
        elif absence.resume_id in about:
            _resumed(absence, about[absence.resume_id], now)


def _held(absence: Absence, answer: CommandAnswered, now: datetime) -> None:
    """What is out already needs no holding."""
    if answer.state == "confirmed" or answer.reason == "already_out":
        _give_resume(absence, BY, now)
    else:
        absence.state, absence.hold_id = away.step(State(absence.state), Event.NOT_RESUMED).value, None
    note(absence, f"hold_{answer.state}", "device", now, answer.reason)
    absence.save()


def _resumed(absence: Absence, answer: CommandAnswered, now: datetime) -> None:
    if answer.state == "confirmed":
        absence.state = away.step(State(absence.state), Event.RESUMED).value
        _finish(absence, "device", now)
        return
    absence.state = away.step(State(absence.state), Event.NOT_RESUMED).value
    absence.save()
    note(absence, f"resume_{answer.state}", "device", now, answer.reason)
