"""Who has to do what before when, as a client's rolls run out: tasks and requests by stage (R20, R21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.requests.operations import NewRequest
from reik.medication.requests.rules import TODAY, URGENT, WEEK
from reik.medication.rolls.forecast import Forecast, Stage
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.medication.rolls.window import ChangeWindow, change_by
from reik.people.pharmacies import PharmacyCard
from reik.tasks.operations import NewTask

ORDER, BRING, MISSING, CHANGE, TIGHT = (
    "roll_order",
    "roll_bring",
    "roll_missing",
    "roll_change",
    "roll_change_tight",
)
BY = "reik"
CHANGE_AHEAD = timedelta(days=3)
"""How long before its window opens the change of a roll is a task."""
URGENCY = {Stage.ORDER: WEEK, Stage.ALARM_72: TODAY, Stage.ALARM_24: URGENT, Stage.NO_ROLL: URGENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One client's rolls as they are now. `roll_id` and `number`: of the roll that serves last."""

    organisation_id: UUID
    client_id: UUID
    roll_id: UUID
    number: str
    stage: Stage
    forecast: Forecast
    zone: ZoneInfo
    pharmacy: PharmacyCard | None

    @property
    def is_made(self) -> bool:
        """Whether the next roll exists, and only is not in the home yet."""
        gap, not_home = self.forecast.uncovered_at, self.forecast.not_home_at
        return not_home is not None and (gap is None or not_home < gap)

    @property
    def runs_out_at(self) -> datetime:
        """The first moment that has no roll: in the home, where the next roll exists."""
        at = self.forecast.not_home_at if self.is_made else self.forecast.uncovered_at
        assert at is not None
        return at

    @property
    def works_in_reik(self) -> bool:
        return self.pharmacy is not None and self.pharmacy.partner_id is not None


def said(at: datetime | None, zone: ZoneInfo) -> str:
    """A local time as a sentence of a task has it: 24-11 08:00."""
    return f"{at.astimezone(zone):%d-%m %H:%M}" if at is not None else ""


def tasks_of(need: Need, now: datetime) -> list[NewTask]:
    """What has to be done at this stage; a task that is open already becomes more urgent."""
    cast = need.forecast
    due = {
        Stage.ORDER: cast.alarm_at, Stage.ALARM_72: cast.last_alarm_at, Stage.ALARM_24: need.runs_out_at,
        Stage.NO_ROLL: need.runs_out_at,
    }[need.stage] or need.runs_out_at  # fmt: skip
    high = need.stage >= Stage.ALARM_24
    first = (
        _task(need, BRING, "nurse", due, high)
        if need.is_made
        else _task(need, ORDER, "pharmacist" if need.works_in_reik else "nurse", due, high)
    )
    if need.stage is not Stage.NO_ROLL:
        return [first]
    return [first, _task(need, MISSING, "nurse", max(now, need.runs_out_at), True)]


def _task(need: Need, kind: str, role: str, due_at: datetime, high_risk: bool) -> NewTask:
    detail = {"roll": need.number, "at": said(need.runs_out_at, need.zone), "stage": need.stage.name.lower()}
    return NewTask(
        organisation_id=need.organisation_id, client_id=need.client_id, kind=kind, owner_role=role, due_at=due_at,
        by=BY, about=need.roll_id, detail=detail, high_risk=high_risk,
    )  # fmt: skip


def request_of(need: Need, now: datetime) -> NewRequest | None:
    """The question to a pharmacy that has no list of its own in Reik; None where a task is its list."""
    if need.is_made or need.works_in_reik:
        return None
    answer_by = need.forecast.alarm_at if need.stage is Stage.ORDER else need.forecast.last_alarm_at
    if answer_by is None or answer_by <= now + timedelta(hours=1):
        answer_by = now + timedelta(hours=2)
    return NewRequest(
        organisation_id=need.organisation_id, client_id=need.client_id, kind="roll_needed", about=need.roll_id,
        urgency=URGENCY[need.stage], answer_by=answer_by, by=BY,
        detail={"roll": need.number, "needed_at": need.runs_out_at.isoformat(), "stage": need.stage.name.lower()},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RollChange:
    """The roll that is in, the one that follows and is in the home, and when they may be changed."""

    organisation_id: UUID
    client_id: UUID
    number: str
    next_id: UUID
    next_number: str
    window: ChangeWindow
    arranged: ArrangementSeen
    zone: ZoneInfo


def task_of_change(change: RollChange, now: datetime) -> NewTask | None:
    """The change of rolls, planned inside its window for who was agreed; None while it is far away (R19)."""
    window = change.window
    if window.opens_at > now + CHANGE_AHEAD:
        return None
    until = change_by(window, change.arranged.change_day, change.zone)
    return NewTask(
        organisation_id=change.organisation_id, client_id=change.client_id, key=change.next_number,
        kind=CHANGE if window.possible else TIGHT, due_at=until, by=BY, about=change.next_id,
        owner_role=change.arranged.loader_role if window.possible else "nurse", high_risk=not window.possible,
        detail={
            "roll": change.number, "next": change.next_number, "from": said(window.opens_at, change.zone),
            "until": said(until, change.zone), "who": change.arranged.loader,
        },
    )  # fmt: skip
