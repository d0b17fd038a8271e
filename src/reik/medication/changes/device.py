"""What a dispenser says of withholding the sachets of a change, and of letting them go again (N5, rule 9).

Dispensing tells it here; what the device did not do is work for a person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication.changes import tasks as change_tasks
from reik.medication.changes.meaning import HOLD, LIFTS
from reik.medication.changes.path import Event, State, step
from reik.medication.changes.rows import done, of
from reik.medication.facts import ChangeHeld
from reik.medication.models import Change

BY = "reik"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSaid:
    """What became of the command that a change waits for: confirmed, refused, unknown or expired.

    `held`, `not_held`: numbers of sachets, as far as the device named them.
    """

    command_id: UUID
    state: str
    held: tuple[int, ...] = ()
    not_held: tuple[int, ...] = ()


_AFTER = {
    ("asked", True): "held", ("pausing", True): "paused", ("lifting", True): "lifted",
    ("asked", False): "failed", ("pausing", False): "failed", ("lifting", False): "lifting",
}  # fmt: skip


def note_asked(asked: Sequence[Change]) -> None:
    """Dispensing has told the device, or will: `device_state`, `command_id` and the times of a pause were set."""
    Change.objects.bulk_update(asked, ["device_state", "command_id", "pause_at", "paused_until"])


@transaction.atomic
def note_lifted(change_ids: Collection[UUID], now: datetime) -> None:
    """There was nothing to tell the device: what these changes permit is permitted."""
    rows = Change.objects.select_for_update(no_key=True, of=("self",)).filter(id__in=change_ids)
    for change in rows.select_related("roll").order_by("id"):
        change.device_state = "lifted"
        change.save(update_fields=["device_state"])
        if change.state == State.CONFIRMED and change.choice in LIFTS:
            done(change, BY, now)


@transaction.atomic
def note_device(said: Sequence[DeviceSaid], now: datetime) -> None:
    """The device answered, or never did. What it did not do is work for a person (rule 9)."""
    by_command = {each.command_id: each for each in said}
    rows = list(
        Change.objects.select_for_update(no_key=True, of=("self",))
        .filter(command_id__in=list(by_command), ended_at=None)
        .select_related("roll")
        .order_by("id")
    )
    for change in rows:
        assert change.command_id is not None
        _note(change, by_command[change.command_id], now)


def _note(change: Change, said: DeviceSaid, now: datetime) -> None:
    confirmed = said.state == "confirmed"
    before = change.device_state
    change.device_state = _AFTER.get((before, confirmed), before)
    if before == "asked":
        change.device_held, change.device_not_held = list(said.held), list(said.not_held)
        if not confirmed and said.held:
            change.device_state = "partly"
    change.save(update_fields=["device_state", "device_held", "device_not_held"])
    if change.device_state in ("held", "paused"):
        change_tasks.end_not_held([change], now)
        facts.publish([ChangeHeld(**of(change))], now)
    state = State(change.state)
    if state is State.CONFIRMED and change.device_state == ("lifted" if change.choice in LIFTS else "held"):
        if change.choice in LIFTS or change.choice == HOLD:
            done(change, "device", now)
    elif state is State.CARRIED_OUT and change.choice == HOLD and change.device_state in ("failed", "partly"):
        change.state = step(state, Event.UNDONE)
        change.save(update_fields=["state"])
        change_tasks.move_owned(change, "device", now)
