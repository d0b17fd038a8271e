"""Deciding about a change in the middle of a roll, and carrying it out (N5, R22, R23; flow C, rule 9).

Every write locks the client's dispenser first (`PlanTouched`), then the change. Nothing here permits a sachet:
only `HoldLifted`, after the pharmacy's word, does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.medication.changes import tasks as change_tasks
from reik.medication.changes.meaning import BY_HAND, CHOICES, HOLD, LIFTS, REPLACE, TAKE_OUT, options_from
from reik.medication.changes.path import ChangeRefused, Event, State, step
from reik.medication.changes.rows import done, lifted, of, settled, take
from reik.medication.changes.sachets import AffectedSachet, affected_from, sachets_of
from reik.medication.facts import ChangeHeld, RequestAnswered, RollLoaded, RollsToCompare
from reik.medication.models import Change
from reik.medication.requests import operations as requests
from reik.people.models import Client

NEEDS_GIVERS = frozenset({HOLD, TAKE_OUT, BY_HAND})
AGREED, REFUSED = "agreed", "refused"


def find(
    client_ids: Collection[UUID], now: datetime, because: str = "asked", *, recalled: Collection[UUID] = ()
) -> None:
    """Compare these clients' rolls at home with their plans; what is new is withheld at once.

    `recalled`: ids of rolls that are recalled: all that is left on them is affected. The same difference found
    again changes nothing. Dispensing adds what it knows of each device (RollsToCompare).
    """
    rows = Client.objects.filter(id__in=client_ids).order_by("id").values_list("id", "organisation_id")
    facts.publish(
        [
            RollsToCompare(
                organisation_id=organisation_id, client_id=id, because=because, recalled=tuple(recalled)
            )
            for id, organisation_id in rows
        ],
        now,
    )


@transaction.atomic
def choose(
    change_id: UUID,
    choice: str,
    by: str,
    because: str,
    others_by: Mapping[str, str],
    now: datetime,
    *,
    carried_out_by: str = "",
) -> None:
    """A person chooses a way out; the pharmacy is asked to confirm it (R23).

    `others_by`: by the key of each affected moment who gives what is else in it (R22), asked for holding, taking
    out and adding by hand. `carried_out_by`: who takes out or replaces. Raises ChangeRefused.
    """
    change = take(change_id, now)
    after = step(State(change.state), Event.CHOSEN)
    _check(change, choice, by, others_by, now)
    change.state, change.choice = after, choice
    change.chosen_by, change.chosen_at, change.chosen_because = by.strip(), now, because.strip()
    change.others_by = {key: who.strip() for key, who in others_by.items() if who.strip()}
    change.declined_by = change.declined_because = ""
    change.save(
        update_fields=[
            "state", "choice", "chosen_by", "chosen_at", "chosen_because", "others_by", "declined_by",
            "declined_because",
        ]
    )  # fmt: skip
    change_tasks.move_owned(change, by, now, named=carried_out_by)
    if (
        change.others_by
    ):  # while nothing is confirmed the sachets are withheld: who gives the rest stays named
        change_tasks.end_by_hand(change, by, now)
        change_tasks.open_by_hand(change, change.others_by, by, now)
    requests.ask([_question(change)], now)


def _check(change: Change, choice: str, by: str, others_by: Mapping[str, str], now: datetime) -> None:
    if not by.strip():
        raise ChangeRefused("Say who chooses.", "by")
    if choice not in CHOICES:
        raise ChangeRefused("Choose one of the ways out that are shown.", "choice")
    option = next(each for each in options_from(change.options) if each.choice == choice)
    if not option.possible:
        raise ChangeRefused("This is not possible: see the reason beside it.", "not_possible")
    if choice in NEEDS_GIVERS:
        for each in givers_needed(affected_from(change.affected), choice, now):
            if not others_by.get(each.key, "").strip():
                raise ChangeRefused("Say for each moment who gives what else is in the sachets.", "givers")


def givers_needed(affected: Sequence[AffectedSachet], choice: str, now: datetime) -> list[AffectedSachet]:
    """The moments to come for which somebody must be named before this choice is accepted (R22)."""
    if choice not in NEEDS_GIVERS:
        return []
    return [
        each
        for each in affected
        if each.until_at > now
        and ((each.has_others and choice != BY_HAND) or bool(each.more) or each.kind == "missing")
    ]


def _question(change: Change) -> requests.NewRequest:
    """What the pharmacy is asked: the choice, and every sachet that it is about."""
    return requests.NewRequest(
        organisation_id=change.organisation_id, client_id=change.client_id, kind="confirm_change", about=change.id,
        urgency=change.urgency, answer_by=change.first_at, by=change.chosen_by,
        detail={
            "choice": change.choice, "because": change.chosen_because, "roll": change.roll.number,
            "first_at": change.first_at.isoformat(), "affected": change.affected, "others_by": change.others_by,
        },
    )  # fmt: skip


def follow_answers(told: Sequence[RequestAnswered], now: datetime) -> None:
    """Handler: the pharmacy confirmed or declined a choice. Of a choice that was changed since, nothing."""
    for each in told:
        if each.kind != "confirm_change" or each.about is None or each.answer not in (AGREED, REFUSED):
            continue
        try:
            confirm(
                each.about, agreed=each.answer == AGREED, by=each.by, how=each.how, text=each.text, now=now
            )
        except ChangeRefused:
            continue  # the change is over, or was carried out already: the answer stands in the request


@transaction.atomic
def confirm(change_id: UUID, *, agreed: bool, by: str, how: str, text: str = "", now: datetime) -> None:
    """The pharmacy's word on the choice. Only it lifts a hold; declined, everything stays withheld (R22, R23).

    Raises ChangeRefused where no choice waits for it.
    """
    change = take(change_id, now)
    after = step(State(change.state), Event.CONFIRMED if agreed else Event.DECLINED)
    change.state = after
    if not agreed:
        change.declined_by, change.declined_because = by, text
        change.save(update_fields=["state", "declined_by", "declined_because"])
        change_tasks.move_owned(change, by, now)
        return
    change.confirmed_by, change.confirmed_at, change.confirmed_how = by, now, how
    change.save(update_fields=["state", "confirmed_by", "confirmed_at", "confirmed_how"])
    change_tasks.move_owned(change, by, now)
    facts.publish([settled(change, over=change.choice in LIFTS)], now)
    if change.choice in LIFTS:
        _lift(change, by, now)
    elif change.choice == HOLD and change.device_state == "held":
        done(change, by, now)


def _lift(change: Change, by: str, now: datetime) -> None:
    """The sachets may be handed out: the device is told, or there is nothing to tell."""
    if change.choice != BY_HAND:
        change_tasks.end_by_hand(change, by, now)
    if change.device_state in ("", "none"):
        done(change, by, now)
        return
    to_come = [
        number for each in affected_from(change.affected) if each.until_at > now for number in each.sequences
    ]
    facts.publish([lifted(change, to_come, by)], now)


@transaction.atomic
def note_removed(change_id: UUID, by: str, count: int, now: datetime) -> None:
    """A named person took the affected sachets out and counted them; a paused dispenser goes on (N5).

    Raises ChangeRefused for another count than there were sachets, and before the pharmacy has confirmed.
    """
    change = take(change_id, now)
    if change.choice not in (TAKE_OUT, REPLACE):
        raise ChangeRefused("Nobody has to take these sachets out: look at the change again.", "done")
    after = step(State(change.state), Event.DONE)
    expected = len(sachets_of(affected_from(change.affected)))
    if not by.strip():
        raise ChangeRefused("Say who took the sachets out.", "by")
    if change.choice == TAKE_OUT and count != expected:
        raise ChangeRefused(
            f"There are {expected} sachets to take out: count again, or phone the pharmacy.", "count"
        )
    change.state, change.removed_by, change.removed_count, change.removed_at = after, by.strip(), count, now
    change.save(update_fields=["state", "removed_by", "removed_count", "removed_at"])
    change_tasks.move_owned(change, by, now)
    change_tasks.end_not_held([change], now)
    facts.publish([ChangeHeld(**of(change))], now)
    if change.pause_at is not None:
        facts.publish([lifted(change, (), by)], now)


def follow_loaded(told: Sequence[RollLoaded], now: datetime) -> None:
    """Handler: another roll was put in, with its count, for a change that waits for one."""
    waiting = Change.objects.filter(
        client_id__in={each.client_id for each in told}, ended_at=None, state=State.CONFIRMED, choice=REPLACE
    ).values_list("id", "client_id", "roll_id")
    loaded = {each.client_id: each for each in told}
    for id, client_id, roll_id in list(waiting):
        if loaded[client_id].roll_id != roll_id:
            note_removed(id, loaded[client_id].by or loaded[client_id].how, loaded[client_id].count, now)
