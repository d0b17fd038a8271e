"""The pharmacy's limits of a moment: window, latest hand-out time and least interval (R27, R29, R31).

They hold for both doors of the schedule: a time typed by hand, and a time from the pharmacy's own messages.
Nothing here is reckoned from doses: where the pharmacy set nothing, the schedule's own values stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication.facts import PlanChanged
from reik.medication.models import HandoutLimit
from reik.medication.times.schedule import LONGEST_LATE_MIN, LONGEST_WINDOW_MIN, PlannedDose, ScheduleRefused
from reik.people.models import Client

SETTERS = frozenset({"pharmacist"})
"""Who may set them: a window below the usual one is no decision of the team alone (R27)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Minutes, of one client's moment at this local time. `set_by` is a name, `because` may be empty."""

    at: time
    window_min: int
    late_min: int
    gap_min: int
    criticality: int
    set_by: str = ""
    set_at: datetime | None = None
    because: str = ""


def with_limits(doses: Sequence[PlannedDose], limits: Mapping[time, Limit]) -> list[PlannedDose]:
    """The doses with what the pharmacy set for their times."""
    return [_limited(each, limits.get(each.at)) for each in doses]


def _limited(dose: PlannedDose, limit: Limit | None) -> PlannedDose:
    if limit is None:
        return dose
    return replace(
        dose, window_min=limit.window_min, late_min=limit.late_min, gap_min=limit.gap_min,
        criticality=limit.criticality,
    )  # fmt: skip


def limits_of(client_ids: Collection[UUID]) -> dict[UUID, dict[time, Limit]]:
    """What counts now, by client and local time; clients without a limit are missing."""
    found: dict[UUID, dict[time, Limit]] = defaultdict(dict)
    rows = HandoutLimit.objects.filter(client_id__in=client_ids).order_by("client_id", "at", "set_at", "id")
    for each in rows:
        found[each.client_id][each.at] = _limit(each)
    return dict(found)


def limits_set(client_id: UUID) -> list[Limit]:
    """Everything that was ever set for this client, the newest first."""
    return [
        _limit(each) for each in HandoutLimit.objects.filter(client_id=client_id).order_by("-set_at", "at")
    ]


def _limit(row: HandoutLimit) -> Limit:
    return Limit(
        at=row.at, window_min=row.window_min, late_min=row.late_min, gap_min=row.gap_min,
        criticality=row.criticality, set_by=row.set_by, set_at=row.set_at, because=row.because,
    )  # fmt: skip


@transaction.atomic
def set_limit(*, client_id: UUID, limit: Limit, by: str, role: str, now: datetime) -> None:
    """The pharmacy says how late this moment may be handed out, and how long after the one before it.

    Raises ScheduleRefused for minutes that cannot be, and for anyone who is no pharmacist.
    """
    if role not in SETTERS:
        raise ScheduleRefused("The pharmacy sets how late a moment may be handed out: ask the pharmacy.")
    flaw = _flaw(limit)
    if flaw:
        raise ScheduleRefused(flaw)
    client = Client.objects.select_for_update(no_key=True).get(id=client_id)
    HandoutLimit.objects.create(
        id=new_id(now), organisation_id=client.organisation_id, client_id=client_id, at=limit.at,
        window_min=limit.window_min, late_min=limit.late_min, gap_min=limit.gap_min,
        criticality=limit.criticality, set_by=by.strip(), set_role=role, set_at=now, because=limit.because.strip(),
    )  # fmt: skip
    facts.publish(
        [PlanChanged(organisation_id=client.organisation_id, client_id=client_id, because="limit")], now
    )


def _flaw(limit: Limit) -> str:
    if not 1 <= limit.window_min <= LONGEST_WINDOW_MIN:
        return f"The window is 1 to {LONGEST_WINDOW_MIN} minutes."
    if not limit.window_min <= limit.late_min <= LONGEST_LATE_MIN:
        return "The latest hand-out time is not before the end of the window, and within a day."
    if not 0 <= limit.gap_min <= LONGEST_LATE_MIN:
        return "The least interval after the moment before is 0 (none) up to a day."
    return "" if limit.criticality in (0, 1, 2) else "Say how critical this moment is: 0, 1 or 2."
