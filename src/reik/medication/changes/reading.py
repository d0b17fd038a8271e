"""What a comparison of rolls at home with the plan reads, of all rolls at once (N5, R20, R22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from reik.medication import queries
from reik.medication.agreed.contents import Slot, packed_lines
from reik.medication.changes.sachets import OnRoll, affected_from, sachets_of
from reik.medication.models import AgreementMessage, Change, Finding, Roll, Sachet
from reik.medication.rolls.kept import kept_sachet
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import DAY, PlannedDose, local_day
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import PharmacyCard, pharmacies_of

DELIVERED_BY = time(17)
"""Until when on the day of its delivery another roll is at home; local time."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """Everything that is compared, of all rolls at once."""

    now: datetime
    zones: Mapping[UUID, ZoneInfo]
    known: Mapping[UUID, Change]
    recalled: Collection[UUID]
    doses: Mapping[UUID, Sequence[PlannedDose]]
    sachets: Mapping[UUID, Sequence[SachetOnRoll]]
    accepted: Mapping[UUID, set[str]]
    removed: Mapping[UUID, set[int]]
    messages: Mapping[UUID, Sequence[AgreementMessage]]
    pharmacies: Mapping[UUID, PharmacyCard]

    @classmethod
    def of(
        cls,
        rolls: Mapping[UUID, Roll],
        known: Mapping[UUID, Change],
        now: datetime,
        recalled: Collection[UUID],
    ) -> Reading:
        clients = sorted({each.client_id for each in rolls.values()})
        messages: dict[UUID, list[AgreementMessage]] = defaultdict(list)
        for each in AgreementMessage.objects.filter(client_id__in=clients).order_by("client_id", "version"):
            messages[each.client_id].append(each)
        until = max(each.ends_at for each in rolls.values()).date() + 2 * DAY
        return cls(
            now=now, zones=queries.zones_of(clients), known=known,
            recalled={*recalled, *_recalled_before(known)},
            doses=queries.planned_doses(clients, (now - 2 * DAY).date(), until), sachets=_sachets(rolls),
            accepted=_accepted(rolls), removed=_removed(rolls), messages=messages,
            pharmacies=pharmacies_of(clients),
        )  # fmt: skip

    def on_roll(self, roll: Roll) -> OnRoll:
        packed, agreed = self._contents(roll)
        change = self.known.get(roll.id)
        return OnRoll(
            number=roll.number, starts_at=roll.starts_at, ends_at=roll.ends_at,
            sachets=self.sachets.get(roll.id, ()), doses=self.doses[roll.client_id], packed=packed, agreed=agreed,
            accepted=self.accepted.get(roll.id, set()),
            known={each["key"] for each in change.affected} if change else (),
            removed=frozenset(self.removed.get(roll.id, ())), recalled=roll.id in self.recalled,
            replaceable_by=self._replaceable_by(roll),
        )  # fmt: skip

    def _contents(self, roll: Roll) -> tuple[dict[Slot, list[str]] | None, dict[Slot, list[str]] | None]:
        """By the agreements when the roll was made (or else the first that came), and by those of now."""
        messages = self.messages.get(roll.client_id, ())
        then = [each for each in messages if each.received_at <= roll.registered_at] or messages[:1]
        if not messages or len(then) == len(messages):
            return None, None
        zone = self.zones[roll.client_id]
        first = local_day(max(roll.starts_at, self.now - 2 * DAY), zone)
        until = local_day(roll.ends_at, zone) + DAY
        before, after = (
            packed_lines([one for each in some for one in each.agreements], first, until, zone)
            for some in (then, messages)
        )
        return before, after

    def _replaceable_by(self, roll: Roll) -> datetime | None:
        """By when another roll can be at home: so many working days of the pharmacy from today (R20)."""
        pharmacy = self.pharmacies.get(roll.client_id)
        opening = pharmacy.opening if pharmacy else OFFICE_HOURS
        today = self.now.astimezone(opening.zone).date()
        day = opening.working_days_after(today, pharmacy.lead_days if pharmacy else 2)
        return datetime.combine(day, DELIVERED_BY, opening.zone).astimezone(UTC)


def _recalled_before(known: Mapping[UUID, Change]) -> list[UUID]:
    """A roll that was recalled stays so, whatever the plan says later."""
    return [id for id, each in known.items() if any(one["kind"] == "recalled" for one in each.affected)]


def _sachets(rolls: Collection[UUID]) -> dict[UUID, list[SachetOnRoll]]:
    found: dict[UUID, list[SachetOnRoll]] = defaultdict(list)
    for each in Sachet.objects.filter(roll_id__in=list(rolls), empty=False).order_by("roll", "sequence"):
        found[each.roll_id].append(kept_sachet(each))
    return found


def _accepted(rolls: Mapping[UUID, Roll]) -> dict[UUID, set[str]]:
    """What the pharmacy accepted before the roll came home; from then on only the change itself decides."""
    found: dict[UUID, set[str]] = defaultdict(set)
    rows = Finding.objects.filter(roll_id__in=list(rolls), settled_at__isnull=False).exclude(settled_by="")
    for roll_id, key, settled_at in rows.values_list("roll_id", "key", "settled_at"):
        assert roll_id is not None
        came_home = rolls[roll_id].delivered_at or rolls[roll_id].loaded_at
        if came_home is None or (settled_at is not None and settled_at <= came_home):
            found[roll_id].add(key)
    return found


def _removed(rolls: Collection[UUID]) -> dict[UUID, set[int]]:
    """What people took out of each roll in changes that are over."""
    found: dict[UUID, set[int]] = defaultdict(set)
    rows = Change.objects.filter(~Q(ended_at=None), roll_id__in=list(rolls), removed_at__isnull=False)
    for roll_id, affected in rows.values_list("roll_id", "affected"):
        found[roll_id].update(sachets_of(affected_from(affected)))
    return found
