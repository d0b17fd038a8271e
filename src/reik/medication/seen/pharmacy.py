"""What a pharmacy's screens show of medication: plan beside roll, messages with what was understood, differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from reik.medication.agreed.contents import agreed_contents
from reik.medication.models import LIVE, AgreementMessage, Finding, Roll, Sachet
from reik.medication.queries import agreements_of, planned_doses, zones_of
from reik.medication.rolls.beside import Covering, DayBeside, Said, days_beside
from reik.medication.rolls.contents_beside import differing_contents
from reik.medication.rolls.kept import kept_sachet
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import PlannedDose, instant_of

DAYS = 28
"""Local days that the plan is laid beside the roll."""


def plan_beside_roll(client_id: UUID, first: date, days: int = DAYS) -> list[DayBeside]:
    """The plan of so many local days with the sachets that are there for it, and what differs."""
    zone = zones_of([client_id])[client_id]
    until = first + timedelta(days=days)
    doses = planned_doses([client_id], first, until)[client_id]
    rolls = _covering(client_id, first, until, zone)
    return days_beside(
        doses, rolls, _medicines(client_id, first, days, zone), _accepted([each.id for each in rolls]),
        first=first, days=days, zone=zone,
    )  # fmt: skip


def _covering(client_id: UUID, first: date, until: date, zone: ZoneInfo) -> list[Covering]:
    """The live rolls of this time, each with its sachets of these days."""
    begin, end = (instant_of(day, time(), zone) for day in (first, until))
    rows = Roll.objects.filter(client_id=client_id, state__in=LIVE, ends_at__gt=begin, starts_at__lt=end)
    rolls = list(rows.order_by("starts_at", "registered_at"))
    sachets: dict[UUID, list[SachetOnRoll]] = defaultdict(list)
    for each in Sachet.objects.filter(roll__in=rolls, empty=False, day__gte=first, day__lt=until):
        sachets[each.roll_id].append(kept_sachet(each))
    return [
        Covering(
            id=each.id, number=each.number, state=each.state, starts_at=max(each.starts_at, begin),
            ends_at=min(each.ends_at, end), sachets=sachets[each.id],
            contents=differing_contents(client_id, sachets[each.id]),
        )
        for each in rolls
    ]  # fmt: skip


def _medicines(
    client_id: UUID, first: date, days: int, zone: ZoneInfo
) -> dict[tuple[date, time], list[Said]]:
    """What the agreements put into the roll, by local day and time."""
    agreements = agreements_of([client_id]).get(client_id, [])
    made = agreed_contents(agreements, first, first + timedelta(days=days), zone)
    return {
        slot: [Said(text=each.name, amount=each.amount) for each in of if each.packable]
        for slot, of in made.items()
    }


def _accepted(roll_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
    """By roll and key: why a person said that a difference may be."""
    rows = Finding.objects.filter(roll_id__in=roll_ids, settled_at__isnull=False).exclude(settled_by="")
    return {
        (each.roll_id, each.key): f"{each.settled_by}: {each.settled_because}"
        for each in rows
        if each.roll_id
    }


def times_of(client_id: UUID, first: date, days: int = 7) -> list[PlannedDose]:
    """One planned moment of each local time in these days: what holds for that time now (R27, R29, R31)."""
    doses = planned_doses([client_id], first, first + timedelta(days=days))[client_id]
    newest = {each.at: each for each in reversed(doses)}
    return [newest[at] for at in sorted(newest)]


# Messages


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSeen:
    """One message with agreements, and what became of its own agreements.

    `message_id` is that of the raw message. `planned` counts those that gave moments or stopped others without a
    question; `unplannable` and `as_needed` are the entries of the plan contract that are about this message's own.
    """

    client_id: UUID
    organisation_id: UUID
    message_id: str
    version: int
    received_at: datetime
    agreements: int
    planned: int
    as_needed: Sequence[Mapping[str, Any]]
    unplannable: Sequence[Mapping[str, Any]]
    stopped: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether nothing of it waits for a person."""
        return not self.unplannable


def messages_of(client_ids: Collection[UUID], since: datetime | None = None) -> list[MessageSeen]:
    """The messages with agreements of these clients (from `since` on), the newest first."""
    rows = AgreementMessage.objects.filter(client_id__in=client_ids)
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    return [_message(each) for each in rows.order_by("-received_at", "-version")]


def _message(row: AgreementMessage) -> MessageSeen:
    names = {str(each.get("id")): _name(each) for each in row.agreements}
    own = {name: _own(rows, names) for name, rows in _lists(row).items()}
    asked = {str(each.get("agreement")) for each in own["unplannable"]}
    return MessageSeen(
        client_id=row.client_id, organisation_id=row.organisation_id, message_id=row.message_id, version=row.version,
        received_at=row.received_at, agreements=len(row.agreements), planned=len(names.keys() - asked),
        as_needed=own["as_needed"], unplannable=own["unplannable"], stopped=own["stopped"], names=names,
    )  # fmt: skip


def _lists(row: AgreementMessage) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {"as_needed": row.as_needed, "unplannable": row.unplannable, "stopped": row.stopped}


def _own(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """The lists are of everything that was agreed until then; these entries are about this message."""
    return [each for each in rows if str(each.get("agreement")) in names]


def _name(agreement: Mapping[str, Any]) -> str:
    product = agreement.get("product") or {}
    return str(product.get("display") or product.get("code") or "")


# Differences


def findings_for(client_ids: Collection[UUID]) -> QuerySet[Finding]:
    """Every difference of these clients that nobody has settled, the one that begins first at the head."""
    return Finding.objects.filter(client_id__in=client_ids, settled_at=None).order_by("first_day", "key")
