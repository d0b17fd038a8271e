"""The tasks about changes: whoever has to do the next thing owns one, until plan and roll agree (N5, R22)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from reik.medication.changes.path import State, owned_by
from reik.medication.changes.sachets import AffectedSachet, affected_from, sachets_of
from reik.medication.models import Change
from reik.medication.queries import zones_of
from reik.medication.times.schedule import WINDOW_MIN
from reik.tasks.operations import DONE, DROPPED, NewTask, end_tasks, end_tasks_about, open_tasks

BY = "reik"
OWNED = ("choose_change", "confirm_change", "release_sachets", "hold_sachets", "take_out_sachets",
         "replace_roll", "change_running")  # fmt: skip
BY_HAND, VISIT = "give_by_hand", "visit_before"
GIVEN_WITHIN = timedelta(minutes=WINDOW_MIN)
HELD_BEFORE = timedelta(hours=2)
"""How long before the first affected moment a person goes there when the dispenser did not confirm."""
NAMED = frozenset({"take_out_sachets", "replace_roll"})


def open_owned(changes: Sequence[Change], now: datetime, *, named: str = "") -> None:
    """The task of each change in its present state; `named`: the person who does it."""
    zones = zones_of({each.client_id for each in changes})
    made = []
    for change in changes:
        owner = owned_by(State(change.state), change.choice)
        if owner is None:
            continue
        made.append(
            NewTask(
                organisation_id=change.organisation_id, client_id=change.client_id, kind=owner.kind,
                key=str(change.id), about=change.id, owner_role=owner.role,
                due_at=change.last_at if owner.kind == "change_running" else change.first_at,
                by=change.chosen_by or BY, detail=_detail(change, zones[change.client_id]),
                high_risk=owner.kind != "change_running",
                owner_name=named if owner.kind in NAMED else "",
            )
        )  # fmt: skip
    open_tasks(made, now)


def move_owned(change: Change, by: str, now: datetime, *, named: str = "") -> None:
    """The task of its present state takes the place of the one before; other tasks about it stay."""
    owner = owned_by(State(change.state), change.choice)
    stays = owner.kind if owner else ""
    open_owned([change], now, named=named)
    for kind in OWNED:
        if kind != stays:
            end_tasks([change.client_id], kind, as_=DONE, by=by, now=now, key=str(change.id))


def drop_tasks(change_ids: Collection[UUID], now: datetime) -> None:
    """Plan and roll agree again, or another change takes over: nothing of these is to be done any more."""
    if change_ids:
        about = [*change_ids, *(by_hand_of(each) for each in change_ids)]
        end_tasks_about(about, as_=DROPPED, by=BY, now=now)


def end_owned(change_ids: Collection[UUID], now: datetime) -> None:
    """Their last moment is over; what is to be given by hand stays until a person says that it was."""
    if change_ids:
        end_tasks_about(change_ids, as_=DROPPED, by=BY, now=now)


def by_hand_of(change_id: UUID) -> UUID:
    """What the tasks of giving by hand are about: the change too, and yet apart from the tasks of deciding."""
    return uuid5(change_id, BY_HAND)


def open_by_hand(change: Change, others_by: Mapping[str, str], by: str, now: datetime) -> None:
    """A task for each moment to come at which somebody gives what the dispenser does not (R22)."""
    zone = zones_of([change.client_id])[change.client_id]
    open_tasks(
        [
            NewTask(
                organisation_id=change.organisation_id, client_id=change.client_id, kind=BY_HAND,
                key=f"{change.id} {each.key}", about=by_hand_of(change.id), owner_role="nurse",
                owner_name=others_by[each.key],
                due_at=each.until_at + GIVEN_WITHIN, by=by, high_risk=True,
                detail={
                    "at": local(each.until_at, zone), "who": others_by[each.key],
                    "what": "; ".join(to_give(each)) or "?",
                },
            )
            for each in affected_from(change.affected)
            if each.until_at > now and each.key in others_by
        ],
        now,
    )  # fmt: skip


def end_by_hand(change: Change, by: str, now: datetime) -> None:
    """The dispenser gives it again."""
    end_tasks_about([by_hand_of(change.id)], as_=DROPPED, by=by, now=now)


def to_give(each: AffectedSachet) -> tuple[str, ...]:
    """What a person gives at this moment: what else was in the sachets, and what the plan has more."""
    return (*(each.others if each.others is not None else each.contents or ()), *each.more)


def open_not_held(changes: Sequence[Change], now: datetime) -> None:
    """A person takes the sachets out of reach before the moment: the dispenser did not confirm."""
    zones = zones_of({each.client_id for each in changes})
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=VISIT, key=str(each.id),
                about=each.id, owner_role="nurse", due_at=each.first_at, by=BY, high_risk=True,
                detail=_detail(each, zones[each.client_id]),
            )
            for each in changes
        ],
        now,
    )  # fmt: skip


def end_not_held(changes: Sequence[Change], now: datetime) -> None:
    """The dispenser did confirm, or the sachets are out."""
    for each in changes:
        end_tasks([each.client_id], VISIT, as_=DROPPED, by=BY, now=now, key=str(each.id))


def _detail(change: Change, zone: ZoneInfo) -> dict[str, object]:
    affected = affected_from(change.affected)
    return {
        "roll": change.roll.number, "at": local(change.first_at, zone), "moments": len(affected),
        "sachets": len(sachets_of(affected)), "choice": change.choice,
    }  # fmt: skip


def local(at: datetime, zone: ZoneInfo) -> str:
    """As a person in the client's zone reads it."""
    return f"{at.astimezone(zone):%d-%m %H:%M}"
