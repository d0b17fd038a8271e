"""Moves of rolls: delivered, loaded, taken out or returned, each as a step in the chain of custody (R17, R18).

Before a roll's row is written `PlanTouched` is announced, so that the client's dispenser is locked first: the
device's own reports lock dispensers before rolls too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication import queries
from reik.medication.facts import PlanTouched, RollDelivered, RollFact, RollLeft, RollLoaded
from reik.medication.models import Finding, Roll, RollRecall, Sachet
from reik.medication.rolls import steps as roll_steps
from reik.medication.rolls.check import Refusal, RollRefused
from reik.medication.rolls.custody import HOME, Step, StepRefused
from reik.medication.rolls.life_rows import fits_of
from reik.medication.rolls.matrix import NOT, DeviceAbility, fit_of
from reik.medication.rolls.steps import Hand, NewStep
from reik.medication.times.schedule import local_day

_Said = TypeVar("_Said", bound=RollFact)


def fact_of(roll: Roll, kind: type[_Said], **more: Any) -> _Said:
    """A fact about this roll."""
    return kind(
        organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=roll.id, number=roll.number, **more
    )  # fmt: skip


def take(roll: Roll | None, states: Sequence[str], now: datetime, *, to_use: bool = True) -> Roll:
    """Lock the client's dispenser and then the roll, which must be in one of these states.

    `to_use` False: it is on its way back, so that its period may be over. Raises RollRefused.
    """
    if roll is not None:
        facts.publish([PlanTouched(organisation_id=roll.organisation_id, client_id=roll.client_id)], now)
        roll = Roll.objects.select_for_update(no_key=True, of=("self",)).get(id=roll.id)
    if roll is None:
        raise RollRefused([Refusal("unknown", "This roll is not registered: register it first.")])
    if roll.state not in states:
        raise RollRefused([Refusal("state", f"This roll is {roll.state}: it cannot be used like this.")])
    if to_use and roll.ends_at <= now and "registered" in states:
        raise RollRefused([Refusal("past_period", "The period of this roll is over.")])
    return roll


def keep_step(roll: Roll, step: Step, hand: Hand, now: datetime) -> None:
    """Write a person's step down. Raises RollRefused where it cannot follow."""
    new = NewStep(
        organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=roll.id, step=step, hand=hand
    )  # fmt: skip
    try:
        roll_steps.take(new, now)
    except StepRefused as refused:
        raise RollRefused([Refusal(refused.code, str(refused))]) from refused


@transaction.atomic
def deliver_roll(roll_id: UUID, by: str, now: datetime, hand: Hand | None = None) -> None:
    """The roll is in the home. Raises RollRefused while a difference to the plan is not settled (R23).

    A roll that a neighbour or a pick-up point kept for the client is received by this.
    """
    roll = take(Roll.objects.filter(id=roll_id).first(), ["registered"], now)
    refuse_unusable(roll, now)
    before, _ = roll_steps.states_of([roll_id]).get(roll_id, ("", ""))
    step = Step.RECEIVED if before == Step.DELIVERED else Step.DELIVERED
    keep_step(roll, step, hand or Hand(by=by, to_whom=HOME), now)
    Roll.objects.filter(id=roll_id).update(state="delivered", delivered_by=by, delivered_at=now)
    facts.publish([fact_of(roll, RollDelivered)], now)


def refuse_unusable(roll: Roll, now: datetime) -> None:
    """Raises RollRefused for a roll that differs from the plan, was recalled, or is past its last day of use."""
    found = list(Finding.objects.filter(roll_id=roll.id, settled_at=None).order_by("first_day", "key")[:4])
    if found:
        said = [Refusal("differs", each.sentence) for each in found[:3]]
        raise RollRefused([Refusal("differs", "The pharmacy has to look at this roll first:"), *said])
    if RollRecall.objects.filter(roll_id=roll.id).exists():
        raise RollRefused(
            [Refusal("recalled", "Sachets of this roll were recalled: the pharmacy brings another one.")]
        )
    zone = queries.zones_of([roll.client_id])[roll.client_id]
    if roll.expires_on is not None and roll.expires_on < local_day(now, zone):
        raise RollRefused([Refusal("expired", "The last day of use of this roll is over: do not use it.")])


def unfit(organisation_id: UUID, packer: str, format: str, device: DeviceAbility | None) -> list[Refusal]:
    """Only what is known not to fit is refused; what is not known is said on the roll's page (R17)."""
    if device is None:
        return []
    own = fits_of([organisation_id]).get(organisation_id, ())
    fit = fit_of(packer=packer, roll_format=format, device=device, own=own)
    if fit.fit != NOT:
        return []
    return [Refusal("format", f"This roll does not fit this dispenser ({fit.source}): ask the pharmacy.")]


@transaction.atomic
def load_roll(
    *,
    organisation_id: UUID,
    client_id: UUID,
    number: str,
    first: int,
    last: int,
    count: int,
    by: str,
    now: datetime,
    role: str = "",
    device: DeviceAbility | None = None,
) -> None:
    """A person put the roll in the client's dispenser (R18): who, when, first and last sachet, and how many.

    Raises RollRefused for a roll of someone else, one that is over or does not fit the dispenser (`device`), or
    a count that its sachets do not have.
    """
    found = (
        Roll.objects.filter(organisation_id=organisation_id, number=number).exclude(state="refused").first()
    )
    if found is not None and found.client_id != client_id:
        raise RollRefused([Refusal("wrong_client", "This roll was made for someone else: do not use it.")])
    roll = take(found, ["registered", "delivered"], now)
    refuse_unusable(roll, now)
    flaws = unfit(organisation_id, roll.packer, roll.format, device)
    if flaws:
        raise RollRefused(flaws)
    _refuse_miscounted(roll, first, last, count)
    keep_step(roll, Step.LOADED, Hand(by=by, role=role, count=count), now)
    Roll.objects.filter(id=roll.id).update(
        state="loaded", loaded_by=by, loaded_at=now, loaded_first=first, loaded_last=last, loaded_count=count
    )
    facts.publish(
        [fact_of(roll, RollLoaded, first=first, last=last, count=count, by=by, how="person", at=now)], now
    )


def _refuse_miscounted(roll: Roll, first: int, last: int, count: int) -> None:
    there = Sachet.objects.filter(roll=roll, empty=False, sequence__gte=first, sequence__lte=last).count()
    if there != count or not roll.first <= first <= last <= roll.last:
        said = f"The roll has {roll.count} sachets, {roll.first} to {roll.last}: count again."
        raise RollRefused([Refusal("count", said)])


@transaction.atomic
def take_out_roll(roll_id: UUID, step: Step, hand: Hand, now: datetime) -> None:
    """A person took the roll out of the dispenser: EMPTIED, or TAKEN_OUT with sachets on it. Raises RollRefused."""
    roll = take(Roll.objects.filter(id=roll_id).first(), ["loaded"], now)
    keep_step(roll, step, hand, now)
    state = "emptied" if step is Step.EMPTIED else "delivered"
    Roll.objects.filter(id=roll_id).update(state=state, left_by=hand.by, left_at=now, left_reason="person")
    facts.publish([fact_of(roll, RollLeft, state=state)], now)


@transaction.atomic
def return_roll(roll_id: UUID, by: str, because: str, now: datetime, hand: Hand | None = None) -> None:
    """The roll goes back: it serves nothing any more, and its period is free for another.

    With `hand`: as the next step of the chain, after the count. Without: at once, and the chain shows that
    nobody counted. Raises RollRefused.
    """
    states = ["registered", "delivered", "loaded", "emptied"]
    roll = take(Roll.objects.filter(id=roll_id).first(), states, now, to_use=False)
    if hand is not None:
        keep_step(roll, Step.HANDED_BACK, hand, now)
    else:
        roll_steps.note(
            [
                NewStep(
                    organisation_id=roll.organisation_id, client_id=roll.client_id, roll_id=roll.id,
                    step=Step.HANDED_BACK, hand=Hand(by=by, note=because),
                )
            ],
            now,
        )  # fmt: skip
    Roll.objects.filter(id=roll_id).update(state="returned", left_by=by, left_at=now, left_reason=because)
    facts.publish([fact_of(roll, RollLeft, state="returned")], now)
