"""A dispenser leaves the client for good: it is nobody's, and hands out nothing (R13)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.away.keeping import note
from reik.dispensing.away.path import State
from reik.dispensing.devices.facts import DispenserFetched
from reik.dispensing.devices.swapping import take_in
from reik.dispensing.models import Absence, Dispenser, RollStay
from reik.kernel import facts
from reik.medication.queries import rolls_of
from reik.tasks.operations import end_tasks_about


class TakeInRefused(ValueError):
    """This dispenser cannot be taken in like this; `code` is for a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


# What is to come and of which nobody said anything was never going to be given by anybody any more.
FORGET = """
DELETE FROM dispensing_moment AS m WHERE m.dispenser_id = %s AND m.client_id = %s AND m.due_at > %s
    AND m.outcome IS NULL AND m.presented = 0 AND m.out = 0 AND m.closed_seq = 0 AND m.verdict = ''
    AND NOT m.contested AND m.by_hand = 0
    AND NOT EXISTS (SELECT FROM dispensing_handgiving AS g WHERE g.moment_id = m.id)
    AND NOT EXISTS (SELECT FROM dispensing_mention AS s WHERE s.dispenser_id = m.dispenser_id AND s.key = m.key)
"""


@transaction.atomic
def take_in_for_good(*, client_id: UUID, by: str, now: datetime) -> str:
    """Who fetched it says so; gives the device's name. Its stop ends, and what was planned on it goes.

    Raises TakeInRefused without a name, without a dispenser, with a roll in it, and while it still hands out.
    """
    if not by.strip():
        raise TakeInRefused("by", "Say who took the dispenser back.")
    rows = Dispenser.objects.select_for_update(no_key=True).filter(client_id=client_id)
    old = rows.first()
    if old is None:
        raise TakeInRefused("none", "No dispenser stands with this client any more.")
    if holds_a_roll(old.id, client_id):
        raise TakeInRefused(
            "roll_inside", "A roll is in this dispenser: take it out and count what is left first."
        )
    absence = _stopped(client_id)
    if absence is None:
        raise TakeInRefused("runs", "This dispenser still hands out: wait until its last moment is over.")
    take_in(old, by.strip(), now)
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [old.id, client_id, now])
    _end(absence, by.strip(), now)
    facts.publish(
        [
            DispenserFetched(
                organisation_id=old.organisation_id, dispenser_id=old.id, client_id=client_id, at=now,
                device=old.device, because=absence.reason, by=by.strip(),
            )
        ],
        now,
    )  # fmt: skip
    return old.device


def holds_a_roll(dispenser_id: UUID, client_id: UUID) -> bool:
    """Whether a roll is in it, by its ledger or by who loaded it.

    Of a device that was switched off no word comes any more: a person who took the roll out is believed.
    """
    rolls = rolls_of(client_id)
    out = rolls.filter(left_at__isnull=False).exclude(state="loaded").values_list("number", flat=True)
    inside = RollStay.objects.filter(dispenser_id=dispenser_id, state="loaded").exclude(roll__in=list(out))
    return inside.exists() or rolls.filter(state="loaded").exists()


@transaction.atomic
def end_stop(*, client_id: UUID, by: str, now: datetime) -> str:
    """Roll and dispenser of a client who was stopped are back; gives the device's name, empty where none stood there.

    Raises TakeInRefused as `take_in_for_good`.
    """
    if Dispenser.objects.filter(client_id=client_id).exists():
        return take_in_for_good(client_id=client_id, by=by, now=now)
    absence = _stopped(client_id)
    if absence is None:
        raise TakeInRefused("none", "No dispenser stands with this client any more.")
    _end(absence, by, now)
    return ""


def _stopped(client_id: UUID) -> Absence | None:
    rows = Absence.objects.select_for_update(no_key=True)
    return rows.filter(client_id=client_id, ended_at=None, state=State.STOPPED.value).first()


def _end(absence: Absence, by: str, now: datetime) -> None:
    """A restart may follow: the end of this stop must not reach into it."""
    absence.state, absence.ended_at, absence.until = State.ENDED.value, now, max(now, absence.starts_at)
    absence.save()
    note(absence, "device_returned", by, now)
    end_tasks_about([absence.id], as_="done", by=by, now=now)
