"""The rows of changes as dispensing works on them: locked, set-wise, after the dispensers (lock order)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from reik.medication.models import Change, Roll
from reik.medication.queries import AT_HOME

WITHHELD_BY_PAUSE = ("planned", "pausing", "paused", "failed")


def have_rolls(client_ids: Collection[UUID]) -> bool:
    """Whether any of these clients has a roll at home, or a change that has not ended: else there is nothing to do."""
    if not client_ids:
        return False
    return (
        Roll.objects.filter(client_id__in=client_ids, state__in=AT_HOME).exists()
        or Change.objects.filter(client_id__in=client_ids, ended_at=None).exists()
    )


def locked(change_ids: Collection[UUID]) -> dict[UUID, Change]:
    """These changes, locked in ascending id."""
    rows = Change.objects.select_for_update(no_key=True, of=("self",)).filter(id__in=change_ids)
    return {each.id: each for each in rows.select_related("roll").order_by("id")}


def cuts(client_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """From when each client's device may hand out nothing, because it cannot hold single sachets."""
    rows = Change.objects.filter(
        client_id__in=client_ids, ended_at=None, pause_at__isnull=False, device_state__in=WITHHELD_BY_PAUSE
    )
    return dict(rows.values_list("client_id").annotate(Min("first_at")))


def waiting_to_pause(client_ids: Collection[UUID]) -> list[Change]:
    """Changes for which a device is to be paused later; locked, less those that somebody works on."""
    rows = Change.objects.select_for_update(no_key=True, skip_locked=True)
    return list(rows.filter(client_id__in=client_ids, ended_at=None, device_state="planned").order_by("id"))


def _due(now: datetime, again: datetime) -> QuerySet[Change]:
    """What is to be paused by now, and what is paused until before `again`."""
    return Change.objects.filter(
        Q(device_state="planned", pause_at__lte=now)
        | Q(device_state__in=("pausing", "paused"), paused_until__lte=again),
        ended_at=None,
    )


def clients_to_pause(
    now: datetime, again: datetime, most: int, client_ids: Collection[UUID] | None = None
) -> set[UUID]:
    """Whose devices are to be paused (again) by now."""
    rows = _due(now, again)
    if client_ids is not None:
        rows = rows.filter(client_id__in=client_ids)
    return set(rows.order_by("pause_at").values_list("client_id", flat=True)[:most])


def to_pause(client_ids: Collection[UUID], now: datetime, again: datetime) -> list[Change]:
    """The changes of these clients for which the device is to be paused (again) now, locked."""
    rows = _due(now, again).filter(client_id__in=client_ids)
    return list(rows.select_for_update(no_key=True).order_by("id"))
