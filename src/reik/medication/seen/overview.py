"""What screens show of medication: rolls of many clients, the schedule that counts, what is not in the roll."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.plan import decimal_text
from reik.medication.agreed.planning import plan
from reik.medication.models import AgreementMessage, Finding, Roll, RollStep, Sachet, Schedule
from reik.medication.queries import AT_HOME, agreements_of, line_of
from reik.medication.rolls.custody import Step
from reik.medication.times.schedule import TimeLine

SHOWN = ("registered", "delivered", "loaded")
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class RollShown:
    """A roll that is on its way, at home or in the dispenser; `ends_at` is exclusive."""

    client_id: UUID
    number: str
    packer: str
    state: str
    starts_at: datetime
    ends_at: datetime
    count: int

    @property
    def last_at(self) -> datetime:
        """The last instant that it serves."""
        return self.ends_at - timedelta(seconds=1)


def rolls_shown(client_ids: Collection[UUID], now: datetime) -> dict[UUID, list[RollShown]]:
    """The rolls of each client that are not over, the earliest first; clients without any are missing.

    A roll that is over and still counts as loaded is shown too: it is in the dispenser.
    """
    found: dict[UUID, list[RollShown]] = defaultdict(list)
    rows = Roll.objects.filter(
        Q(ends_at__gt=now) | Q(state="loaded"), client_id__in=client_ids, state__in=SHOWN
    )
    for each in rows.order_by("starts_at", "number"):
        found[each.client_id].append(
            RollShown(
                client_id=each.client_id, number=each.number, packer=each.packer, state=each.state,
                starts_at=each.starts_at, ends_at=each.ends_at, count=each.count,
            )
        )  # fmt: skip
    return dict(found)


def still_at_home(client_ids: Collection[UUID], now: datetime) -> dict[UUID, list[str]]:
    """Numbers of the rolls in each client's home, in her dispenser or beside it, that may hold a sachet still.

    One of which somebody counted last that nothing is left is none. Clients without any are missing.
    """
    last = RollStep.objects.filter(roll_id=OuterRef("id")).order_by("-number")
    rows = Roll.objects.filter(
        Q(ends_at__gt=now) | Q(state="loaded"), client_id__in=client_ids, state__in=AT_HOME
    ).annotate(step=Subquery(last.values("step")[:1]), left=Subquery(last.values("count")[:1]))
    found: dict[UUID, list[str]] = defaultdict(list)
    for client_id, number, step, left in rows.order_by("starts_at", "number").values_list(
        "client_id", "number", "step", "left"
    ):
        if not (step == Step.COUNTED and left == 0):
            found[client_id].append(number)
    return dict(found)


def findings_counted(client_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many open differences each client has; clients without any are missing."""
    rows = Finding.objects.filter(client_id__in=client_ids, settled_at=None)
    return dict(rows.values_list("client_id").annotate(Count("id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A schedule that a second person has to read back."""

    client_id: UUID
    written_by: str
    written_at: datetime


def drafts_of(client_ids: Collection[UUID]) -> list[Draft]:
    """The schedules of these clients that wait to be read back, the oldest first."""
    newer = Schedule.objects.filter(client_id=OuterRef("client_id"), version__gt=OuterRef("version"))
    rows = Schedule.objects.filter(
        ~Exists(newer), client_id__in=client_ids, confirmed_at=None, sent_back_at=None
    )
    return [
        Draft(client_id=each.client_id, written_by=each.written_by, written_at=each.written_at)
        for each in rows.order_by("written_at")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleShown:
    """A confirmed schedule: times only, with who wrote it and who read it back."""

    version: int
    starts_on: date | None
    written_by: str
    confirmed_by: str
    confirmed_at: datetime
    lines: Sequence[TimeLine]


def schedule_of(client_id: UUID, day: date) -> ScheduleShown | None:
    """The confirmed schedule that counts on this local day; None where there is none."""
    begun = Q(starts_on=None) | Q(starts_on__lte=day)
    rows = Schedule.objects.filter(begun, client_id=client_id, confirmed_at__isnull=False)
    row = rows.order_by("-version").first()
    if row is None or row.confirmed_at is None:
        return None
    lines = [line_of(each) for each in row.lines.order_by("at", "id")]
    return ScheduleShown(
        version=row.version, starts_on=row.starts_on, written_by=row.written_by,
        confirmed_by=row.confirmed_by or "", confirmed_at=row.confirmed_at, lines=lines,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """One medicine as the pharmacy wrote it; `amount` may be empty: not said."""

    text: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the newest agreements say. `in_roll` and `outside`: medicines by local time, over the week ahead.

    The lists are those of the plan contract, for people. `received_at` None: nothing was ever received.
    """

    received_at: datetime | None = None
    in_roll: Mapping[time, Sequence[Medicine]] = field(default_factory=dict)
    outside: Mapping[time, Sequence[Medicine]] = field(default_factory=dict)
    as_needed: Sequence[Any] = ()
    unplannable: Sequence[Any] = ()
    stopped: Sequence[Any] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # of the medicine of each agreement


def agreed_of(client_id: UUID, day: date, zone: ZoneInfo) -> Agreed:
    """What the pharmacy's messages put into the roll, beside it, and to people, from this local day on."""
    newest = AgreementMessage.objects.filter(client_id=client_id).order_by("-version").first()
    if newest is None:
        return Agreed()
    said = msgspec.convert(agreements_of([client_id])[client_id], list[Agreement])
    packed: dict[time, dict[str, Medicine]] = defaultdict(dict)
    beside: dict[time, dict[str, Medicine]] = defaultdict(dict)
    for moment in plan(said, day, AHEAD.days).moments:
        at = moment.at.astimezone(zone).time().replace(second=0, microsecond=0)
        for item in moment.items:
            amount = " ".join(each for each in (decimal_text(item.dose), item.unit) if each)
            (packed if item.packable else beside)[at].setdefault(
                item.agreement, Medicine(text=item.product.display or item.product.code or "", amount=amount)
            )
    return Agreed(
        received_at=newest.received_at, in_roll=_listed(packed), outside=_listed(beside),
        as_needed=newest.as_needed, unplannable=newest.unplannable, stopped=newest.stopped,
        names={each.id: each.product.display or each.product.code or "" for each in said},
    )  # fmt: skip


def _listed(found: Mapping[time, Mapping[str, Medicine]]) -> dict[time, list[Medicine]]:
    return {at: list(of.values()) for at, of in sorted(found.items())}


def contents_of(client_id: UUID, day: date) -> dict[time, list[Medicine]]:
    """What the packer wrote in the next sachets of each local time from this day on; times without it are missing."""
    rows = Sachet.objects.filter(
        roll__client_id=client_id, roll__state__in=SHOWN, empty=False, contents__isnull=False,
        day__gte=day, day__lt=day + AHEAD,
    ).order_by("day", "at", "k").values_list("day", "at", "contents")  # fmt: skip
    first: dict[time, date] = {}
    found: dict[time, list[Medicine]] = defaultdict(list)
    for on, at, contents in rows:
        if on is not None and at is not None and first.setdefault(at, on) == on:
            found[at] += [
                Medicine(text=str(each["text"]), amount=str(each["amount"])) for each in contents or []
            ]
    return dict(found)
