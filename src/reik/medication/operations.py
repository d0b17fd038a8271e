"""Writes of medication: schedules of times only, the pharmacy's agreements, and what differs between the two.

Rolls are written in `rolls.registering`; its operations are given on from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection, transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.operations import pace
from reik.kernel.rows import array
from reik.medication import findings, queries
from reik.medication.agreed import kept as agreements_kept
from reik.medication.facts import AgreementsReceived, PlanChanged
from reik.medication.models import Schedule, ScheduleLine
from reik.medication.rolls.moves import deliver_roll, load_roll, return_roll
from reik.medication.rolls.registering import accept_differences, compare_again, register_roll
from reik.medication.rolls.reported import see_rolls
from reik.medication.rolls.supply import tell_rolls_due
from reik.medication.times.schedule import ScheduleRefused, TimeLine, check_lines, local_day

__all__ = [
    "Draft",
    "accept_differences",
    "agreements_received",
    "confirm_schedule",
    "deliver_roll",
    "load_roll",
    "register_roll",
    "return_roll",
    "see_rolls",
    "send_back_schedule",
    "settle_finding",
    "tell_rolls_due",
    "write_schedule",
    "write_schedules",
]

AHEAD = timedelta(days=28)
"""How far the agreements are planned when they come in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One client's schedule as someone typed it. `starts_on` None: it counts as soon as it is confirmed."""

    client_id: UUID
    lines: Sequence[TimeLine]
    starts_on: date | None = None


def write_schedule(
    *,
    organisation_id: UUID,
    client_id: UUID,
    lines: Sequence[TimeLine],
    by: str,
    now: datetime,
    starts_on: date | None = None,
) -> UUID:
    """A draft of a times-only schedule (R15): it plans nothing until another person has read it back.

    `by` names one person. Gives the schedule's id; raises ScheduleRefused with the line that cannot be.
    """
    draft = Draft(client_id=client_id, lines=lines, starts_on=starts_on)
    return write_schedules(organisation_id=organisation_id, drafts=[draft], by=by, now=now)[0]


@transaction.atomic
def write_schedules(*, organisation_id: UUID, drafts: Sequence[Draft], by: str, now: datetime) -> list[UUID]:
    """As `write_schedule` for a whole list, in the order given: all of it or, when one line cannot be, nothing."""
    if not by.strip():
        raise ScheduleRefused("Say who writes this schedule.")
    hurried = pace() > 1
    for draft in drafts:
        check_lines(draft.lines, seconds=hurried)
    client_ids = [draft.client_id for draft in drafts]
    if len(set(client_ids)) < len(client_ids):
        raise ScheduleRefused("One client has one schedule: put all her times together.")
    versions = _next_versions(organisation_id, client_ids)
    made = Schedule.objects.bulk_create(
        Schedule(
            id=new_id(now), organisation_id=organisation_id, client_id=draft.client_id,
            version=versions[draft.client_id], starts_on=draft.starts_on, written_by=by.strip(), written_at=now,
        )
        for draft in drafts
    )  # fmt: skip
    ScheduleLine.objects.bulk_create(
        ScheduleLine(
            id=new_id(now), organisation_id=organisation_id, schedule=schedule,
            weekdays=sum(1 << (day - 1) for day in line.weekdays), at=line.at, sachets=line.sachets,
            window_min=line.window_min, late_min=line.late_min, criticality=line.criticality, gap_min=line.gap_min,
        )
        for schedule, draft in zip(made, drafts, strict=True)
        for line in draft.lines
    )  # fmt: skip
    return [each.id for each in made]


def _next_versions(organisation_id: UUID, client_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The version that each client's next schedule gets; writers of one client take turns."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM people_client WHERE organisation_id = %s AND id = ANY(%s::uuid[]) ORDER BY id"
            " FOR NO KEY UPDATE",
            [organisation_id, array("uuid", client_ids)],
        )
        if len(cursor.fetchall()) < len(client_ids):
            raise ScheduleRefused("This client is not in the records of this organisation.")
        cursor.execute(
            "SELECT client_id, max(version) FROM medication_schedule WHERE client_id = ANY(%s::uuid[])"
            " GROUP BY client_id",
            [array("uuid", client_ids)],
        )
        newest = dict(cursor.fetchall())
    return {id: newest.get(id, 0) + 1 for id in client_ids}


@transaction.atomic
def confirm_schedule(schedule_id: UUID, by: str, now: datetime) -> None:
    """A second person, or the pharmacy, has read the draft back: from now on it plans.

    Doing so again changes nothing. Raises ScheduleRefused for the person who wrote it, and where a newer
    version was confirmed already.
    """
    schedule = Schedule.objects.select_for_update(no_key=True, of=("self",)).filter(id=schedule_id).first()
    if schedule is None:
        raise ScheduleRefused("This schedule does not exist.")
    if schedule.confirmed_at is not None:
        return
    if schedule.sent_back_at is not None:
        raise ScheduleRefused("This schedule was sent back to its writer: write a new one.")
    if not by.strip() or _same_person(by, schedule.written_by):
        raise ScheduleRefused("Someone else than the writer reads a schedule back.")
    newer = Schedule.objects.filter(
        client_id=schedule.client_id, version__gt=schedule.version, confirmed_at__isnull=False
    )
    if newer.exists():
        raise ScheduleRefused("A newer schedule of this client was confirmed: write a new one.")
    Schedule.objects.filter(id=schedule_id).update(confirmed_by=by.strip(), confirmed_at=now)
    _compare(schedule.organisation_id, schedule.client_id, now)
    compare_again(schedule.client_id, now)
    facts.publish(
        [
            PlanChanged(
                organisation_id=schedule.organisation_id, client_id=schedule.client_id, because="schedule"
            )
        ],
        now,
    )


@transaction.atomic
def send_back_schedule(schedule_id: UUID, by: str, because: str, now: datetime) -> None:
    """Who read the draft back says what is not right: it never plans, and its writer makes a new one.

    Raises ScheduleRefused without a reason, and for what was confirmed or sent back before.
    """
    if not by.strip() or not because.strip():
        raise ScheduleRefused("Say what is not right, for the writer to read.")
    waiting = Schedule.objects.filter(id=schedule_id, confirmed_at=None, sent_back_at=None)
    if not waiting.update(sent_back_by=by.strip(), sent_back_at=now, sent_back_because=because.strip()):
        raise ScheduleRefused("This schedule is no draft any more: look at the list again.")


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


@transaction.atomic(savepoint=False)
def agreements_received(
    *, organisation_id: UUID, client_id: UUID, agreements: Sequence[object], message_id: str, now: datetime
) -> bool:
    """Take in the agreements (TA, WDS, MA) of one message of the pharmacy, in the order of the message.

    The next 28 days are planned; what is as needed, unplannable or stopped is kept for people, and what
    differs from the confirmed schedule becomes findings. Gives False for a message that was taken in before,
    which changes nothing.
    """
    received = agreements_kept.received_of(organisation_id, client_id)
    if message_id in received.messages:
        return False
    body = msgspec.json.decode(msgspec.json.encode(list(agreements)))
    zone = received.zone
    first = local_day(now, zone)
    days = first, first + AHEAD
    before = agreements_kept.plan_of(received, days)
    plan = agreements_kept.plan_with(received, message_id, body, days)
    agreements_kept.keep(
        organisation_id=organisation_id, client_id=client_id, version=len(received.messages) + 1,
        message_id=message_id, agreements=body, plan=plan, days=days, now=now,
    )  # fmt: skip
    differing = findings.keep(
        organisation_id=organisation_id,
        client_id=client_id,
        roll_id=None,
        found=queries.mismatches_with(plan, client_id, *days, zone),
        now=now,
    )
    whose = {"organisation_id": organisation_id, "client_id": client_id}
    announced = AgreementsReceived(
        **whose, message_id=message_id, unplannable=len(plan.unplannable), differences=differing
    )
    changed = [PlanChanged(**whose, because="agreements")] if plan != before else []
    if changed:
        compare_again(client_id, now)
    facts.publish([announced, *changed], now)
    return True


def _compare(organisation_id: UUID, client_id: UUID, now: datetime) -> int:
    """Bring the findings between agreements and schedule up to date; gives how many are open."""
    return findings.keep(
        organisation_id=organisation_id,
        client_id=client_id,
        roll_id=None,
        found=queries.mismatches(client_id, now, AHEAD),
        now=now,
    )


def settle_finding(finding_id: UUID, by: str, because: str, now: datetime) -> None:
    """A person has looked at a difference and says why it may be."""
    findings.settle(finding_id, by, because, now)
