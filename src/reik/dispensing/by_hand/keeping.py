"""Writes of giving by hand: block, take out, give, count (R34). The rules are `path`'s.

Each function locks the dispenser, then the moment, then the giving. What a device answers comes in by
`note_answers`; whatever it says of the moment itself is folded in by `twin`, before or after.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.by_hand import blocking
from reik.dispensing.by_hand import path as by_hand
from reik.dispensing.by_hand.lifting import lift_pauses, release
from reik.dispensing.by_hand.path import Event, GivingRefused, State
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.models import HandGiving, Moment
from reik.dispensing.moments import rows as moments
from reik.dispensing.moments import twin
from reik.dispensing.moments.rows import OpenMoment
from reik.dispensing.operations import settle
from reik.dispensing.rolls.loading import take_out
from reik.dispensing.withholding import gap as gap_held
from reik.kernel.ids import new_id
from reik.medication.queries import zones_of
from reik.medication.rolls.supply_tasks import said
from reik.tasks.operations import NewTask, end_tasks_about, open_tasks
from reik_dispenser.messages import CommandType

TASK = "by_hand_open"
BY = "reik"


def lock_moment(moment_id: UUID) -> OpenMoment:
    """The moment, after its dispenser."""
    row = Moment.objects.only("dispenser_id", "key").get(id=moment_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM dispensing_dispenser WHERE id = %s FOR NO KEY UPDATE", [row.dispenser_id]
        )
    return moments.lock({(row.dispenser_id, row.key)})[row.dispenser_id, row.key]


def _lock(giving_id: UUID) -> tuple[OpenMoment, HandGiving]:
    row = HandGiving.objects.filter(id=giving_id).values_list("moment_id", flat=True).first()
    if row is None:
        raise GivingRefused("This giving is not there any more: open the page of the moment again.")
    moment = lock_moment(row)
    return moment, HandGiving.objects.select_for_update(no_key=True).get(id=giving_id)


@transaction.atomic
def begin(
    *,
    moment_id: UUID,
    stock: str,
    by: str,
    role: str,
    now: datetime,
    stock_note: str = "",
    given_at: datetime | None = None,
    allowed_by: str = "",
    allowed_because: str = "",
) -> UUID:
    """Someone wants to give this moment's dose by hand (or did, at `given_at`): the dispenser is blocked first.

    `allowed_by`, `allowed_because`: who of the pharmacy allowed it outside of the moment's limits, and why. Gives
    the giving's id. Raises GivingRefused for a dose that is out, given, too soon, too late, or being given.
    """
    _check_words(stock, by, given_at, now)
    moment = _lock_free(moment_id)
    tally, at = moment.tally, given_at or now
    places = by_hand.places_left(
        tally.sachets, tally.out, tally.presented, tally.by_hand, afterwards=given_at is not None
    )
    if given_at is None:  # what was done cannot be refused any more, only looked at
        by_hand.check_time(
            due_at=tally.due_at, latest_at=moment.latest_at, given_at=at,
            too_soon_until=gap_held.too_soon_until(moment.id, at),
            allowed=bool(allowed_by.strip() and allowed_because.strip()),
        )  # fmt: skip
    giving = HandGiving(
        id=new_id(now), organisation_id=moment.organisation_id, client_id=moment.client_id, moment_id=moment.id,
        dispenser_id=moment.dispenser_id, places=places, stock=stock, stock_note=stock_note.strip(),
        state=State.BLOCKING.value, by=by.strip(), role=role, asked_at=now, said_given_at=given_at,
        override_by=allowed_by.strip(), override_because=allowed_because.strip(),
    )  # fmt: skip
    _block(giving, moment, now)
    giving.save(force_insert=True)
    _own(giving, moment, now)
    # What happened and is out as well counts too: the possible double is looked at.
    if given_at is not None and (moment_is_out(tally, places) or giving.state == State.BLOCKED):
        _count(giving, moment, given_at, by, now)
    return giving.id


def _check_words(stock: str, by: str, given_at: datetime | None, now: datetime) -> None:
    if stock not in by_hand.STOCKS:
        raise GivingRefused("Say where the dose comes from: the sachet of the roll, own stock, or another.")
    if not by.strip():
        raise GivingRefused("Say who gives it.")
    if given_at is not None and given_at > now:
        raise GivingRefused("Enter afterwards only what was given already.")


def _lock_free(moment_id: UUID) -> OpenMoment:
    """The moment, locked after its dispenser; nobody else is giving it."""
    moment = lock_moment(moment_id)
    if HandGiving.objects.filter(moment_id=moment_id, ended_at=None).exists():
        raise GivingRefused(
            "Somebody is giving this dose by hand already: open the page of the moment again."
        )
    return moment


def _block(giving: HandGiving, moment: OpenMoment, now: datetime) -> None:
    """Have the sachets held or, where the type cannot, everything paused; nothing where the device cannot any more."""
    where = blocking.lying(moment.dispenser_id, moment.key)
    if where is not None:
        giving.roll, giving.sachets = where.roll, where.of(giving.places)
    if where is None and moment.tally.due_at > now:  # a plan with it may still go to the device
        raise GivingRefused("The dispenser does not know this moment yet: give it at its own time.")
    if where is None or now > moment.latest_at + by_hand.CLOCK_MAY_DIFFER:
        giving.blocks_by, giving.state = blocking.PAST, State.BLOCKED.value
        return
    same = {"organisation_id": moment.organisation_id, "dispenser_id": moment.dispenser_id}
    if blocking.can_hold_single(moment.dispenser_id):
        giving.blocks_by = blocking.HOLD
        giving.command_id = blocking.hold(**same, where=where, places=giving.places, by=giving.by, now=now)
    else:
        giving.blocks_by = blocking.PAUSE
        until = moment.latest_at + by_hand.CLOCK_MAY_DIFFER
        giving.command_id = blocking.pause(**same, until=until, by=giving.by, now=now)


def _own(giving: HandGiving, moment: OpenMoment, now: datetime) -> None:
    """Until it counts, or is dropped, it is somebody's."""
    zone = zones_of([giving.client_id])[giving.client_id]
    open_tasks(
        [
            NewTask(
                organisation_id=giving.organisation_id, client_id=giving.client_id, kind=TASK,
                key=moment.key, owner_role="nurse", due_at=now + by_hand.SOON, by=giving.by, about=giving.id,
                detail={
                    "at": said(moment.tally.due_at, zone), "due_at": moment.tally.due_at.isoformat(), "by": giving.by,
                    "moment": str(moment.id),
                },
                high_risk=True,
            )
        ],
        now,
    )  # fmt: skip


def moment_is_out(tally: twin.Tally, places: int) -> bool:
    """Whether one of these sachets was handed out, as far as Reik knows."""
    return bool(places & (tally.out | tally.presented)) or tally.closed_as == "complete"


@transaction.atomic
def enter_numbers(*, giving_id: UUID, numbers: Collection[int], by: str, now: datetime) -> State:
    """A person took the sachets out of the dispenser, and says their numbers. Gives the new state.

    Raises GivingRefused for a sachet of another moment.
    """
    moment, giving = _lock(giving_id)
    if _seen_out(giving, moment, now):
        return State.OUT
    state = by_hand.step(State(giving.state), Event.NUMBER_ENTERED)
    by_hand.check_numbers(numbers, giving.sachets)
    giving.state, giving.numbers, giving.numbers_by = state.value, sorted(set(numbers)), by
    giving.save()
    take_out(giving.dispenser_id, giving.roll, giving.numbers, now)
    if giving.said_given_at is not None:
        _count(giving, moment, giving.said_given_at, by, now)
    return State(giving.state)


@transaction.atomic
def give(*, giving_id: UUID, by: str, now: datetime) -> State:
    """It was given just now: it counts. Gives `out`, and counts nothing, when the dispenser was first.

    Raises GivingRefused while the dispenser may still hand it out.
    """
    moment, giving = _lock(giving_id)
    if _seen_out(giving, moment, now):
        return State.OUT
    if giving.state == State.BLOCKED and not _still_blocked(giving):
        raise GivingRefused(
            "The dispenser may still hand it out: take the sachet out of it, and enter its number."
        )
    if giving.stock == "roll" and not giving.numbers:
        raise GivingRefused("Enter the number of the sachet that you took from the roll.")
    by_hand.step(State(giving.state), Event.GIVEN)
    _count(giving, moment, giving.said_given_at or now, by, now)
    return State.COUNTED


def _seen_out(giving: HandGiving, moment: OpenMoment, now: datetime) -> bool:
    if not moment_is_out(moment.tally, giving.places) or giving.state not in by_hand.OPEN:
        return False
    giving.state = by_hand.step(State(giving.state), Event.OUT_SEEN).value
    _end(giving, now, as_="dropped")
    return True


def _still_blocked(giving: HandGiving) -> bool:
    if giving.blocks_by == blocking.PAST:
        return True
    if giving.command_id is None or giving.answered_at is None:
        return False
    if giving.blocks_by == blocking.PAUSE:
        return blocking.pause_is_proven(
            giving.dispenser_id, giving.answered_at, giving.epoch
        ) and not blocking.went_elsewhere(giving.dispenser_id, giving.roll, giving.sachets)
    return _epoch(giving.dispenser_id) == giving.epoch and not blocking.released_since(
        dispenser_id=giving.dispenser_id, roll=giving.roll, sachets=giving.sachets, command_id=giving.command_id,
        given_at=giving.asked_at,
    )  # fmt: skip


def _epoch(dispenser_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT epoch FROM dispensing_dispenser WHERE id = %s", [dispenser_id])
        return int(cursor.fetchone()[0])


def _count(giving: HandGiving, moment: OpenMoment, given_at: datetime, by: str, now: datetime) -> None:
    """From here the moment is *by hand* (R25); what would come too soon after it is held (R31)."""
    twin.give_by_hand(moment.tally, giving.places, given_at)
    settle([moment], now)
    giving.state, giving.given_at, giving.given_by = State.COUNTED.value, given_at, by
    gap_held.hold_next(giving, now)
    _end(giving, now, as_="done")
    lift_pauses(now, giving.dispenser_id)


def _end(giving: HandGiving, now: datetime, *, as_: str) -> None:
    giving.ended_at = now
    giving.save()
    end_tasks_about([giving.id], as_=as_, by=giving.given_by or BY, now=now)


@transaction.atomic
def drop(*, giving_id: UUID, by: str, because: str, now: datetime) -> None:
    """It is not given by hand after all: the dispenser may hand it out again, where the sachet is still in it."""
    if not because.strip():
        raise GivingRefused("Say why it is not given.")
    _moment, giving = _lock(giving_id)
    giving.state = by_hand.step(State(giving.state), Event.DROPPED).value
    giving.note, giving.given_by = f"{by}: {because.strip()}", by
    _end(giving, now, as_="dropped")
    if giving.blocks_by == blocking.HOLD and giving.command_id and not giving.numbers:
        release(
            giving.organisation_id, giving.dispenser_id, giving.roll, giving.sachets, giving.command_id, now
        )
    lift_pauses(now, giving.dispenser_id)


def note_answers(answers: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler: what devices answered to the holds and pauses of givings; what was given before counts now."""
    about = {
        each.command_id: each
        for each in answers
        if each.type in (CommandType.HOLD_SACHETS, CommandType.PAUSE)
    }
    if not about:
        return
    rows = HandGiving.objects.filter(command_id__in=about).values_list("id", "command_id")
    for giving_id, command_id in sorted(rows):  # a batch holds a few at most
        assert command_id is not None
        _note(giving_id, about[command_id], now)


def _note(giving_id: UUID, answer: CommandAnswered, now: datetime) -> None:
    moment, giving = _lock(giving_id)
    event = Event.CONFIRMED if answer.state == "confirmed" else Event.NOT_DONE
    if answer.reason == "already_out":
        event = Event.ALREADY_OUT
    giving.answered_at, giving.answer = now, answer.reason or answer.state
    giving.epoch = _epoch(giving.dispenser_id)
    if (State(giving.state), event) in by_hand.TRANSITIONS:
        giving.state = by_hand.step(State(giving.state), event).value
    if giving.state == State.OUT and giving.ended_at is None:
        if giving.said_given_at is not None:  # given, and out: somebody must look
            _count(giving, moment, giving.said_given_at, giving.by, now)
        else:
            _end(giving, now, as_="dropped")
            lift_pauses(now, giving.dispenser_id)
    elif (
        giving.state == State.BLOCKED
        and giving.said_given_at is not None
        and giving.blocks_by == blocking.HOLD
    ):
        _count(giving, moment, giving.said_given_at, giving.by, now)
    else:
        giving.save()
