"""Another device takes the place of a defective one, or a device begins anew: it gets again what withholds (R44, N5).

What withholds is told before the plan, and the plan holds nothing of it until the device confirms
(`withholding.first`). History stays where it was made: the ledger, the rolls' sums and the moments that anything was
said of are the old device's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.away import path as away
from reik.dispensing.away.keeping import note, pause_anew
from reik.dispensing.away.path import Event, State
from reik.dispensing.by_hand import blocking
from reik.dispensing.commands.giving import give
from reik.dispensing.devices.facts import DispenserSwapped, JournalLost
from reik.dispensing.models import Absence, DeviceCommand, DevicePlan, Dispenser, HandGiving, Moment, RollStay
from reik.dispensing.plans import keeping as plan_keeping
from reik.dispensing.withholding import holding as withholding
from reik.kernel import facts
from reik.kernel.rows import array
from reik.medication.changes import device as change_device
from reik.medication.changes.rows import of
from reik.medication.changes.sachets import affected_from, sachets_of
from reik.medication.facts import SachetsToHold
from reik.medication.models import Change
from reik_dispenser.messages import CommandType

NOTHING_AT_DEVICE = ("", "lifted")
FIRST = timedelta(milliseconds=1)
"""What is given earlier is sent earlier."""


class SwapRefused(ValueError):
    """These devices cannot be swapped like this; `code` is for a screen, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """`open_moments`: names of doses that fell due at the old device and came to no end: a person gives them."""

    old_id: UUID
    new_id: UUID
    open_moments: list[str] = field(default_factory=list)


@transaction.atomic
def swap(*, client_id: UUID, device: str, by: str, because: str, now: datetime) -> Swapped:
    """Take the client's device in and place `device` with her. The old one is paused, wherever it is.

    Raises SwapRefused for a device that is not enrolled, is placed elsewhere, or has a roll in it; for a client
    without one; and without a name and a reason.
    """
    if not by.strip() or not because.strip():
        raise SwapRefused("because", "Say who swaps the dispenser, and what was wrong with it.")
    old, new = _lock(client_id, device.strip().upper())
    _check(old, new, now)
    take_in(old, by, now)
    new.client_id = client_id
    new.region = old.region  # where she lives; network and supplier are the device's own (N4)
    new.save(update_fields=["client_id", "region"])
    forget_plan([new.id])
    _move_moments(client_id, old.id, new.id, now)
    _carry_over(client_id, old.id, new, by, now)
    begin_anew([client_id], by, now)
    facts.publish(
        [
            DispenserSwapped(
                organisation_id=new.organisation_id, client_id=client_id, dispenser_id=old.id, at=now, new_id=new.id
            )
        ],
        now,
    )  # fmt: skip
    waiting = Moment.objects.filter(dispenser_id=old.id, client_id=client_id, outcome=None).order_by("due_at")
    return Swapped(old_id=old.id, new_id=new.id, open_moments=list(waiting.values_list("key", flat=True)))


def _lock(client_id: UUID, device: str) -> tuple[Dispenser, Dispenser]:
    ids = {
        *Dispenser.objects.filter(client_id=client_id).values_list("id", flat=True),
        *Dispenser.objects.filter(device=device).values_list("id", flat=True),
    }
    rows = list(Dispenser.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id"))
    old = next((each for each in rows if each.client_id == client_id), None)
    new = next((each for each in rows if each.device == device), None)
    if old is None:
        raise SwapRefused("none", "This client has no dispenser: place one with her instead.")
    if new is None or new.organisation_id != old.organisation_id:
        raise SwapRefused(
            "unknown", "This device is not enrolled: check the label, or have it enrolled first."
        )
    return old, new


def _check(old: Dispenser, new: Dispenser, now: datetime) -> None:
    if new.id == old.id:
        raise SwapRefused("same", "This device stands there already: give the label of the other one.")
    if new.client_id is not None:
        raise SwapRefused("placed", "This device is placed with another client: take it in first.")
    if RollStay.objects.filter(dispenser_id=new.id, state="loaded").exists():
        raise SwapRefused("roll", "A roll is in this device: take it out of it before it is placed.")
    if new.heard_at is None:
        raise SwapRefused(
            "not_heard", "This device has not been heard yet: give it power, and wait a minute."
        )
    if Moment.objects.filter(dispenser_id=new.id, due_at__gt=now).exists():
        raise SwapRefused("used", "This device handed out doses of a later hour today: take another one.")


def take_in(old: Dispenser, by: str, now: datetime) -> None:
    """The old device is nobody's: it is told to hand out nothing."""
    DeviceCommand.objects.filter(dispenser_id=old.id, number=None, ended_at=None).update(
        state="replaced", ended_at=now
    )
    blocking.pause(
        organisation_id=old.organisation_id, dispenser_id=old.id, until=None, by=by, now=now
    )  # a device without a client hands out nothing
    old.client_id = None
    old.save(update_fields=["client_id"])
    forget_plan([old.id])


MOVE = """
UPDATE dispensing_moment AS m SET dispenser_id = %s FROM (
    SELECT m.id FROM dispensing_moment AS m WHERE m.dispenser_id = %s AND m.client_id = %s AND m.due_at > %s
        AND m.outcome IS NULL AND m.presented = 0 AND m.out = 0 AND m.closed_seq = 0 AND m.verdict = ''
        AND NOT m.contested AND m.by_hand = 0
        AND NOT EXISTS (SELECT FROM dispensing_handgiving AS g WHERE g.moment_id = m.id)
        AND NOT EXISTS (SELECT FROM dispensing_mention AS s WHERE s.dispenser_id = m.dispenser_id AND s.key = m.key)
    ORDER BY m.id FOR NO KEY UPDATE OF m) AS n WHERE m.id = n.id
"""


def _move_moments(client_id: UUID, old_id: UUID, new_id: UUID, now: datetime) -> None:
    """Moments to come of which nobody said anything are the new device's; all others stay where they were said."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [new_id, old_id, client_id, now])


def forget_plan(dispenser_ids: Collection[UUID]) -> None:
    """Nothing that such a device was given counts any more: the next plan is given whole."""
    DevicePlan.objects.filter(dispenser_id__in=dispenser_ids).update(moments=None, renew_at=None)


def _carry_over(client_id: UUID, old_id: UUID, new: Dispenser, by: str, now: datetime) -> None:
    """What the old device withheld for reasons of their own is asked of the new one; a pause of its past life ends."""
    Absence.objects.filter(client_id=client_id, ended_at=None).update(dispenser_id=new.id)
    HandGiving.objects.filter(dispenser_id=old_id, blocks_by=blocking.PAUSE, lifted_at=None).update(
        lifted_at=now
    )
    HandGiving.objects.filter(dispenser_id=old_id, held_until__isnull=False).update(dispenser_id=new.id)
    DeviceCommand.objects.filter(dispenser_id=new.id, number=None, ended_at=None).update(
        state="replaced", ended_at=now
    )
    newest = (
        DeviceCommand.objects.filter(dispenser_id=new.id, type__in=("pause", "resume"))
        .exclude(state__in=("replaced", "expired"))
        .order_by("given_at", "id")
        .last()
    )
    if newest is not None and newest.type == CommandType.PAUSE and not _is_paused(client_id, new.id):
        give(
            organisation_id=new.organisation_id, dispenser_id=new.id, type=CommandType.RESUME, data={"by": by},
            by=by, now=now,
        )  # fmt: skip


def _is_paused(client_id: UUID, dispenser_id: UUID) -> bool:
    """Whether something wants this client's device to hand out nothing at all."""
    if blocking.paused_by_others([dispenser_id], []):
        return True
    return Change.objects.filter(client_id=client_id, ended_at=None, pause_at__isnull=False).exists()


def begin_anew(client_ids: Collection[UUID], by: str, now: datetime) -> None:
    """These clients' devices know nothing: rolls, then all that withholds, then the plan. They are locked."""
    plan_keeping.expect_anew(client_ids, now - FIRST)  # a hold of a roll that it does not know is refused
    _hold_next_again(client_ids, now)
    _pause_again(client_ids, by, now)
    _withhold_again(client_ids, now)
    plan_keeping.keep(client_ids, now)


def _hold_next_again(client_ids: Collection[UUID], now: datetime) -> None:
    """What would come too soon after a dose by hand (R31)."""
    rows = HandGiving.objects.select_for_update(no_key=True).filter(
        client_id__in=client_ids, held_until__gt=now, held_command_id__isnull=False
    )
    for each in rows.order_by("id"):
        where = blocking.Lying(roll=each.held_roll, sachets=tuple(each.held_sachets))
        each.held_command_id = blocking.hold(
            organisation_id=each.organisation_id, dispenser_id=each.dispenser_id, where=where,
            places=(1 << len(where.sachets)) - 1, by="reik", now=now,
        )  # fmt: skip
        each.save(update_fields=["held_command_id"])


def _pause_again(client_ids: Collection[UUID], by: str, now: datetime) -> None:
    """A client who is away, or who died, gets nothing from another device either (R10, R49)."""
    rows = Absence.objects.select_for_update(no_key=True).filter(client_id__in=client_ids, ended_at=None)
    for absence in rows.exclude(state=State.PLANNED).order_by("id"):
        if absence.state == State.RESUMING:  # the restart was asked of a device that is not there any more
            absence.state = away.step(State.RESUMING, Event.NOT_RESUMED).value
            absence.hold_id = absence.resume_id = None
        pause_anew(absence, by, now)
        note(absence, "other_device", by, now)


def _withhold_again(client_ids: Collection[UUID], now: datetime) -> None:
    """Every change that has not ended: what the pharmacy has not permitted is withheld by this device too (N5)."""
    rows = list(
        Change.objects.select_for_update(no_key=True, of=("self",))
        .filter(client_id__in=client_ids, ended_at=None, removed_at=None)
        .exclude(device_state__in=NOTHING_AT_DEVICE)
        .select_related("roll")
        .order_by("id")
    )
    permitted = [each for each in rows if each.device_state == "lifting"]
    change_device.note_lifted([each.id for each in permitted], now)
    asked = [each for each in rows if each.device_state != "lifting"]
    for each in asked:
        each.device_state, each.command_id, each.pause_at, each.paused_until = "none", None, None, None
        each.device_held, each.device_not_held = [], []
        each.save(
            update_fields=[
                "device_state", "command_id", "pause_at", "paused_until", "device_held", "device_not_held",
            ]
        )  # fmt: skip
    withholding.withhold([_to_hold(each) for each in asked], now)


def _to_hold(change: Change) -> SachetsToHold:
    return SachetsToHold(
        **of(change), sachets=tuple(sachets_of(affected_from(change.affected))), first_at=change.first_at
    )


def follow_new_journals(told: Sequence[JournalLost], now: datetime) -> None:
    """Handler: a device that begins a new journal may have lost its memory with it: it is told everything again."""
    begun = {each.dispenser_id for each in told if each.reason == "new_journal"}
    clients = _clients_at(begun)
    if clients:
        forget_plan(begun)
        begin_anew(clients, "reik", now)


def _clients_at(dispenser_ids: Collection[UUID]) -> list[UUID]:
    """Where these dispensers stand."""
    if not dispenser_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id FROM dispensing_dispenser WHERE id = ANY(%s::uuid[]) AND client_id IS NOT NULL"
            " ORDER BY id",
            [array("uuid", dispenser_ids)],
        )
        return [row[0] for row in cursor.fetchall()]
