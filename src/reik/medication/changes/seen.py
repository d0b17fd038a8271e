"""Changes of rolls at home as screens, the pharmacy and other contexts read them (N5, R22, R23).

Of clients whom the caller may see already.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from reik.medication.changes.meaning import OptionFound, options_from
from reik.medication.changes.sachets import AffectedSachet, affected_from
from reik.medication.models import Change

OptionSeen = OptionFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeen:
    """A change as it stands. `state`: open, undecided, chosen, confirmed, carried_out, ended or withdrawn.

    `device_state`: none (no dispenser), asked, held, partly, planned (to be paused at `pause_at`), pausing,
    paused, failed, lifting or lifted. `device_held`/`device_not_held`: numbers of sachets, as the device said.
    """

    id: UUID
    organisation_id: UUID
    client_id: UUID
    roll_id: UUID
    roll_number: str
    because: str
    found_at: datetime
    first_at: datetime
    last_at: datetime
    urgency: str
    affected: list[AffectedSachet]
    options: list[OptionSeen]
    proposed: str
    choice: str
    chosen_by: str
    chosen_at: datetime | None
    chosen_because: str
    others_by: Mapping[str, str]
    confirmed_by: str
    confirmed_at: datetime | None
    confirmed_how: str
    declined_by: str
    declined_because: str
    device_state: str
    device_held: list[int]
    device_not_held: list[int]
    pause_at: datetime | None
    removed_by: str
    removed_count: int | None
    removed_at: datetime | None
    state: str
    ended_at: datetime | None
    ended_as: str
    ended_by: str


_AS_KEPT = tuple(
    name for name in ChangeSeen.__dataclass_fields__ if name not in ("roll_number", "affected", "options")
)


def _seen(rows: QuerySet[Change]) -> list[ChangeSeen]:
    return [
        ChangeSeen(
            **{name: getattr(each, name) for name in _AS_KEPT}, roll_number=each.roll.number,
            affected=affected_from(each.affected), options=options_from(each.options),
        )
        for each in rows.select_related("roll")
    ]  # fmt: skip


def open_changes(client_ids: Collection[UUID]) -> list[ChangeSeen]:
    """The changes of these clients that have not ended, the first affected moment first."""
    rows = Change.objects.filter(client_id__in=client_ids, ended_at=None)
    return _seen(rows.order_by("first_at", "id"))


def change(change_id: UUID) -> ChangeSeen | None:
    """One change, as far as the caller may see it."""
    return next(iter(_seen(Change.objects.filter(id=change_id))), None)


def changes_of(client_id: UUID) -> list[ChangeSeen]:
    """All changes of one client, the newest first."""
    return _seen(Change.objects.filter(client_id=client_id).order_by("-found_at", "-id"))
