"""Loading is counting, comparing with the administration list, and signing (R82); and who changes rolls (R6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.facts import RollLoaded
from reik.medication.queries import rolls_of
from reik.medication.rolls.life import arrange_rolls
from reik.medication.rolls.life_seen import arrangements_of
from reik.pathway.allotments import Duty, duties_of
from reik.pathway.facts import DutiesAllotted
from reik.pathway.models import CarePath, LoadSigning
from reik.pathway.use.use_facts import RollLoadSigned
from reik.tasks.operations import DONE, NewTask, end_tasks, open_tasks

SIGN, DIFFERS, TRAY = "path.load_sign", "path.load_differs", "path.tray_left"
LISTS = ("paper", "ons_medicatie", "ncare", "medimo", "other")
WHO = ("informal_carer", "caregiver", "nurse", "pharmacist", "team_manager")
ROLE_OF: Mapping[str, str] = {"team": "caregiver", "carer": "informal_carer", "pharmacy": "pharmacist"}
"""Who is asked to change the roll, by whose duty it is."""
SIGNED_WITHIN = timedelta(hours=24)
LOOKED_INTO_WITHIN, TRAY_WITHIN = timedelta(hours=4), timedelta(hours=4)
MOST, LONGEST = 500, 2000


class LoadRefused(ValueError):
    """This cannot be signed; `code` names the field, the message says what to do."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSigning:
    """What the loader counted (sachets) and compared. `left_in_tray`: sachets that still lay there (R26)."""

    client_id: UUID
    roll_id: UUID
    counted: int
    compared_with: str
    left_in_tray: int
    differences: str = ""


@transaction.atomic
def sign(new: NewSigning, *, account_id: UUID | None, by: str, who: str, now: datetime) -> UUID:
    """Who loaded the roll signs for it herself; what differs is looked into. Raises LoadRefused."""
    roll = rolls_of(new.client_id).select_for_update(no_key=True, of=("self",)).filter(id=new.roll_id).first()
    if roll is None or roll.state != "loaded":
        raise LoadRefused("roll", "This roll is not in the dispenser: load it first.")
    _check(new, by, who)
    before = LoadSigning.objects.filter(roll=new.roll_id, signed_at__gte=roll.loaded_at).first()
    if before is not None:
        raise LoadRefused("signed", f"{before.signed_by} signed for this roll already: nothing was changed.")
    row = LoadSigning.objects.create(
        id=new_id(now), organisation_id=roll.organisation_id, client_id=new.client_id, roll=new.roll_id,
        counted=new.counted, compared_with=new.compared_with, differences=new.differences.strip(),
        left_in_tray=new.left_in_tray, signed_at=now, account_id=account_id, signed_by=by.strip(), who=who,
    )  # fmt: skip
    end_tasks([new.client_id], SIGN, as_=DONE, by=by.strip(), now=now, key=roll.number)
    expected = roll.loaded_count if roll.loaded_count is not None else roll.count
    open_tasks(_to_look_into(new, roll.organisation_id, roll.number, expected, by, now), now)
    _tell(row, now)
    return row.id


def _check(new: NewSigning, by: str, who: str) -> None:
    if not by.strip() or who not in WHO:
        raise LoadRefused("by", "Who loaded the roll signs for it.")
    if not 0 <= new.counted <= MOST:
        raise LoadRefused("counted", "Count the sachets on the roll.")
    if new.compared_with not in LISTS:
        raise LoadRefused("compared_with", "Choose the list that you compared the roll with.")
    if not 0 <= new.left_in_tray <= MOST:
        raise LoadRefused("left_in_tray", "Count what still lay in the tray: 0 is a count too.")
    if len(new.differences) > LONGEST:
        raise LoadRefused("differences", f"Write at most {LONGEST} letters.")


def _to_look_into(
    new: NewSigning, organisation_id: UUID, number: str, expected: int, by: str, now: datetime
) -> list[NewTask]:
    """A difference with the list or the count, and sachets that lay in the tray: a nurse looks into both."""
    made = []
    detail = {"roll": number, "counted": new.counted, "expected": expected}
    if new.differences.strip() or new.counted != expected:
        made.append(
            NewTask(
                organisation_id=organisation_id, client_id=new.client_id, kind=DIFFERS, key=number, about=new.roll_id,
                owner_role="nurse", due_at=now + LOOKED_INTO_WITHIN, by=by, high_risk=True,
                detail={**detail, "what": new.differences.strip()[:200]},
            )
        )  # fmt: skip
    if new.left_in_tray:
        made.append(
            NewTask(
                organisation_id=organisation_id, client_id=new.client_id, kind=TRAY, key=number, about=new.roll_id,
                owner_role="nurse", due_at=now + TRAY_WITHIN, by=by, detail={"count": new.left_in_tray, "roll": number},
            )
        )  # fmt: skip
    return made


def _tell(row: LoadSigning, now: datetime) -> None:
    path_id = (
        CarePath.objects.filter(client_id=row.client_id, ended_at=None).values_list("id", flat=True).first()
    )
    facts.publish(
        [
            RollLoadSigned(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=path_id, roll_id=row.roll,
                counted=row.counted, left_in_tray=row.left_in_tray, who=row.who,
            )
        ],
        now,
    )  # fmt: skip


def follow_loaded(told: Sequence[RollLoaded], now: datetime) -> None:
    """Handler: a roll is in, so who put it there has to sign for it; only of clients with a care path. Set-wise."""
    clients = {each.client_id for each in told if each.client_id is not None}
    paths = dict(CarePath.objects.filter(client_id__in=clients, ended_at=None).values_list("client_id", "id"))
    signed = _signed({each.roll_id for each in told if each.client_id in paths})
    arranged = arrangements_of(paths)
    open_tasks(
        [
            NewTask(
                organisation_id=each.organisation_id, client_id=each.client_id, kind=SIGN, key=each.number,
                about=each.roll_id, owner_role=arranged[each.client_id].loader_role if each.client_id in arranged
                else "caregiver", due_at=now + SIGNED_WITHIN, by=each.by or "reik", detail={"roll": each.number},
            )
            for each in told
            if each.client_id in paths and not (each.roll_id in signed and signed[each.roll_id] >= each.at)
        ],
        now,
    )  # fmt: skip


def _signed(roll_ids: Collection[UUID]) -> dict[UUID, datetime]:
    rows = LoadSigning.objects.filter(roll__in=roll_ids).order_by("roll", "-signed_at").distinct("roll")
    return dict(rows.values_list("roll", "signed_at"))


def follow_duties(told: Sequence[DutiesAllotted], now: datetime) -> None:
    """Handler: who changes the roll was settled anew, so its tasks are hers from now on (R6). A few in a batch."""
    duties = duties_of([each.path_id for each in told])
    arranged = arrangements_of([each.client_id for each in told])
    for each in told:
        duty = _of_change(duties.get(each.path_id, {}))
        held = arranged.get(each.client_id)
        if duty is None or held is None:
            continue
        role, name = ROLE_OF[duty.who], duty.name
        if (held.loader_role, held.loader) != (role, name):
            wanted = replace(held, loader_role=role, loader=name)
            arrange_rolls(each.client_id, wanted, by=each.by, role="nurse", now=now)


def _of_change(duties: Mapping[str, Duty]) -> Duty | None:
    duty = duties.get("change_roll") or duties.get("load")
    return duty if duty is not None and duty.who in ROLE_OF else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningSeen:
    """One signed load."""

    roll: UUID
    counted: int
    compared_with: str
    differences: str
    left_in_tray: int
    signed_at: datetime
    signed_by: str
    who: str


def signings_of(client_id: UUID, most: int = 20) -> list[SigningSeen]:
    """Who signed for which load, the newest first."""
    rows = LoadSigning.objects.filter(client_id=client_id).order_by("-signed_at", "-id")[:most]
    return [SigningSeen(**{name: getattr(each, name) for name in SigningSeen.__slots__}) for each in rows]
