"""Writes of a roll's life besides its loading: checked, delivered to whom, received, counted, returned (R18, N6).

Whatever a step leaves for a person to do is a task in the same transaction. Also how a client's rolls are
arranged, and an organisation's own lines of the matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.ids import new_id
from reik.medication.models import Roll, RollArrangement, RollFit, RollStep
from reik.medication.models.roll_life import DELIVERIES, LETTERBOX, LOADERS
from reik.medication.rolls.check import Refusal, RollRefused
from reik.medication.rolls.custody import AT_HOME, RECEIVERS, Step
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.medication.rolls.matrix import ANY, FITS, FitRow
from reik.medication.rolls.moves import (
    deliver_roll,
    keep_step,
    refuse_unusable,
    return_roll,
    take,
    take_out_roll,
)
from reik.medication.rolls.steps import DEVICE, Hand, NewStep, last_count, note
from reik.medication.rolls.supply import look
from reik.people.models import Client
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import pharmacies_of
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

RECEIVE, COUNT, BACK, RECEIVE_BACK, DIFFER = (
    "roll_receive", "leftovers_count", "leftovers_back", "leftovers_receive", "leftovers_differ",
)  # fmt: skip
RECEIVE_WITHIN = timedelta(hours=24)
COUNT_WITHIN, BACK_WITHIN = timedelta(days=1), timedelta(days=7)
EVERY_STATE = ("registered", "delivered", "loaded", "emptied", "returned")


@transaction.atomic
def take_step(roll_id: UUID, step: Step, hand: Hand, now: datetime) -> None:
    """A person says that this step was done. Raises RollRefused, with what comes first, where it cannot be."""
    if not hand.by.strip():
        raise RollRefused([Refusal("by", "Say who did this.")])
    if step is Step.LOADED:
        raise RollRefused([Refusal("load", "Say with the loading which sachets are on the roll.")])
    if step is Step.DELIVERED and hand.to_whom not in RECEIVERS:
        raise RollRefused([Refusal("to_whom", "Say who took the roll in.")])
    if step in (Step.EMPTIED, Step.TAKEN_OUT):
        take_out_roll(roll_id, step, hand, now)
    elif step is Step.HANDED_BACK:
        return_roll(roll_id, hand.by, hand.note or "leftovers", now, hand)
    elif step is Step.RECEIVED or (step is Step.DELIVERED and hand.to_whom in AT_HOME):
        _come_home(roll_id, step, hand, now)
    else:
        _only_said(roll_id, step, hand, now)
    _leave_to_do(Roll.objects.get(id=roll_id), step, hand, now)


def _come_home(roll_id: UUID, step: Step, hand: Hand, now: datetime) -> None:
    """Into the home: its state changes with the first word of it, and a receipt after that only confirms."""
    roll = Roll.objects.filter(id=roll_id).first()
    if step is Step.RECEIVED and roll is not None and roll.state != "registered":
        keep_step(take(roll, ["delivered"], now), step, hand, now)
        return
    if step is Step.RECEIVED and not RollStep.objects.filter(roll_id=roll_id, step="delivered").exists():
        raise RollRefused(
            [Refusal("not_delivered", "Nobody said to whom this roll was delivered: say that first.")]
        )
    if step is Step.DELIVERED and RollStep.objects.filter(roll_id=roll_id, step="delivered").exists():
        raise RollRefused([Refusal("not_received", "This roll is delivered: say that it was received.")])
    deliver_roll(roll_id, hand.by, now, hand)


def _only_said(roll_id: UUID, step: Step, hand: Hand, now: datetime) -> None:
    """A step that leaves the roll's own state as it is."""
    roll = take(Roll.objects.filter(id=roll_id).first(), EVERY_STATE, now, to_use=False)
    if step is Step.DELIVERED:
        refuse_unusable(roll, now)
    if step is Step.CHECKED:
        packers = RollStep.objects.filter(roll_id=roll_id, step="packed").values_list("by", flat=True)
        if hand.by in packers:
            raise RollRefused([Refusal("same_person", "Another person than who packed the roll checks it.")])
    if step is Step.RETURNED and hand.expected is None:
        hand = Hand(**{**asdict(hand), "expected": last_count(roll_id)})
    keep_step(roll, step, hand, now)


def _leave_to_do(roll: Roll, step: Step, hand: Hand, now: datetime) -> None:
    """The tasks that this step ends, and those that it leaves."""
    for kind in ENDS.get(step, ()):
        end_tasks([roll.client_id], kind, as_=DONE, by=hand.by, now=now, key=roll.number)
    open_tasks(tasks_after(roll, step, hand, now), now)


ENDS: dict[Step, tuple[str, ...]] = {
    Step.RECEIVED: (RECEIVE,),
    Step.COUNTED: (COUNT, DIFFER),
    Step.HANDED_BACK: (BACK,),
    Step.RETURNED: (RECEIVE_BACK,),
}


def tasks_after(roll: Roll, step: Step, hand: Hand, now: datetime) -> list[NewTask]:
    """What a person has to do now that this step was done; to count what is left is asked in `leftovers_known`."""
    made: list[NewTask] = []
    if step is Step.DELIVERED and hand.to_whom not in AT_HOME:
        made.append(_task(roll, RECEIVE, "nurse", now + RECEIVE_WITHIN, hand))
    if step is Step.COUNTED and hand.count:
        made.append(_task(roll, BACK, "nurse", now + BACK_WITHIN, hand))
    if step is Step.HANDED_BACK:
        made.append(_receive_back(roll, hand, now))
    expected = (
        hand.expected if step is Step.COUNTED else last_count(roll.id) if step is Step.RETURNED else None
    )
    if expected is not None and hand.count is not None and hand.count != expected:
        role = "pharmacist" if step is Step.RETURNED else "nurse"
        made.append(_task(roll, DIFFER, role, now + COUNT_WITHIN, hand, expected=expected, high_risk=True))
    return made


def _receive_back(roll: Roll, hand: Hand, now: datetime) -> NewTask:
    """By the pharmacy, within two of its working days; a nurse asks for it where the pharmacy has no account."""
    pharmacy = pharmacies_of([roll.client_id]).get(roll.client_id)
    opening = pharmacy.opening if pharmacy else OFFICE_HOURS
    day = opening.working_days_after(now.astimezone(opening.zone).date(), 3)
    due = opening.next_open(datetime.combine(day, datetime.min.time(), opening.zone)) or now + BACK_WITHIN
    role = "pharmacist" if pharmacy is not None and pharmacy.partner_id is not None else "nurse"
    return _task(roll, RECEIVE_BACK, role, due, replace(hand, count=last_count(roll.id)))


def _task(
    roll: Roll,
    kind: str,
    role: str,
    due_at: datetime,
    hand: Hand,
    *,
    expected: int | None = None,
    high_risk: bool = False,
) -> NewTask:
    detail: dict[str, object] = {
        "roll": roll.number,
        "place": hand.place or hand.to_whom,
        "count": hand.count,
    }
    return NewTask(
        organisation_id=roll.organisation_id, client_id=roll.client_id, kind=kind, key=roll.number, about=roll.id,
        owner_role=role, due_at=due_at, by=hand.by, high_risk=high_risk, detail={**detail, "expected": expected},
    )  # fmt: skip


def leftovers_known(left: Sequence[tuple[UUID, int | None]], now: datetime) -> None:
    """Of rolls that left a dispenser: how many sachets are left by its ledger, None: not known (N6).

    Nothing left and a ledger that balances is a count by the dispenser. Anything else a person counts.
    """
    rolls = {each.id: each for each in Roll.objects.filter(id__in=[id for id, _ in left])}
    steps, tasks = [], []
    for id, count in left:
        roll = rolls[id]
        if count == 0:
            steps.append(
                NewStep(
                    organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=id, step=Step.COUNTED,
                    hand=Hand(by="device", count=0, expected=0), how=DEVICE,
                )
            )  # fmt: skip
        else:
            tasks.append(_task(roll, COUNT, "nurse", now + COUNT_WITHIN, Hand(by="reik", count=count)))
    note(steps, now)
    open_tasks(tasks, now)


@transaction.atomic
def arrange_rolls(client_id: UUID, arranged: ArrangementSeen, *, by: str, role: str, now: datetime) -> None:
    """How this client's rolls are made and brought from now on. Raises RollRefused for what cannot be."""
    flaw = _flaw(arranged)
    if flaw is not None:
        raise RollRefused([flaw])
    client = Client.objects.get(id=client_id)
    values = {**asdict(arranged), "set_by": by, "set_role": role, "set_at": now}
    RollArrangement.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client_id, **values
    )
    look([client_id], now)


def _flaw(arranged: ArrangementSeen) -> Refusal | None:
    if arranged.delivery not in DELIVERIES or arranged.letterbox not in LETTERBOX:
        return Refusal("delivery", "Choose how the roll is brought.")
    if arranged.delivery == "letterbox" and arranged.letterbox != "fits":
        return Refusal("letterbox", "By letterbox only where someone has seen that the roll fits through it.")
    if arranged.delivery in ("pick_up", "neighbour", "carer") and not arranged.receiver.strip():
        return Refusal("receiver", "Write down who takes the roll in and confirms it.")
    if not 1 <= arranged.weeks <= 8 or not 0 <= (arranged.lead_days or 0) <= 30:
        return Refusal("weeks", "A roll serves 1 to 8 weeks, and a packer needs 0 to 30 working days.")
    if arranged.change_day not in (None, *range(1, 8)) or arranged.loader_role not in LOADERS:
        return Refusal("change_day", "Choose the day of the change, and who does it.")
    return None


def set_fit(organisation_id: UUID, row: FitRow, *, by: str, now: datetime) -> None:
    """An organisation's own line of the matrix, which goes before what is shipped (R17). Raises RollRefused."""
    if row.fit not in FITS or not row.source.strip() or not by.strip():
        raise RollRefused([Refusal("fit", "Say supported, not or unknown, and where that is known from.")])
    RollFit.objects.create(
        id=new_id(now), organisation_id=organisation_id, packer=row.packer.strip() or ANY, fit=row.fit,
        roll_format=row.roll_format.strip() or ANY, model=row.model.strip() or ANY, source=row.source.strip(),
        said_on=row.said_on, set_by=by, set_at=now,
    )  # fmt: skip
