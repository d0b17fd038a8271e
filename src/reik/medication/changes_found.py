"""Comparing the rolls at home with the plan, and keeping the changes in step with what is found (N5, flow C).

Set-wise: as many statements for one client as for a list. The dispensers are locked already (lock order).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication import queries, requests
from reik.medication.affected import Slot
from reik.medication.agreed_contents import contents_planned
from reik.medication.change_path import Event, State, step
from reik.medication.change_tasks import drop_tasks, open_owned
from reik.medication.changes import (
    AtHome,
    ChangePlan,
    OnRoll,
    affected_from,
    affected_json,
    is_same,
    keys_to_come,
    options_json,
    plan_change,
    sachets_of,
)
from reik.medication.facts import ChangeFact, ChangeSettled, HoldLifted, SachetsToHold
from reik.medication.models import AgreementMessage, Change, Finding, Roll, Sachet
from reik.medication.roll_check import Content, SachetOnRoll
from reik.medication.schedule import DAY, PlannedDose, local_day
from reik.people.opening import OFFICE_HOURS
from reik.people.pharmacies import PharmacyCard, pharmacies_of

BY = "reik"
DELIVERED_BY = time(17)
"""Until when on the day of its delivery another roll is at home; local time."""


@transaction.atomic
def compare(
    homes: Mapping[UUID, AtHome], now: datetime, because: str, recalled: Collection[UUID] = ()
) -> None:
    """Find, keep, replace and withdraw changes of these clients; `recalled` are ids of rolls.

    The same difference found again changes nothing. Whatever is new is withheld at once (SachetsToHold).
    """
    known = {
        each.roll_id: each
        for each in Change.objects.select_for_update(no_key=True, of=("self",))
        .filter(client_id__in=list(homes), ended_at=None)
        .select_related("roll")
        .order_by("id")
    }
    rolls = {
        each.id: each
        for each in Roll.objects.filter(
            client_id__in=list(homes), state__in=queries.AT_HOME, ends_at__gt=now - DAY
        )
    }
    found = _found(rolls, known, homes, now, set(recalled))
    outcome = _Outcome(now=now, because=because)
    for roll_id in sorted({*rolls, *known}):
        outcome.take(rolls.get(roll_id), known.get(roll_id), found.get(roll_id), homes)
    outcome.write()


@dataclass(slots=True)
class _Outcome:
    """What a comparison asks for, gathered so that it is written at once."""

    now: datetime
    because: str
    made: list[Change] = field(default_factory=list)
    ended: list[Change] = field(default_factory=list)
    said: list[ChangeFact] = field(default_factory=list)

    def take(
        self, roll: Roll | None, known: Change | None, found: ChangePlan | None, homes: Mapping[UUID, AtHome]
    ) -> None:
        if known is not None and found is not None:
            if is_same(affected_from(known.affected), found, self.now):
                self._ask_again(known, homes[known.client_id])
                return
            self._end(known, Event.SUPERSEDED, keep=frozenset(sachets_of(found.affected)))
        elif known is not None:
            if roll is not None and not keys_to_come(affected_from(known.affected), self.now):
                return  # time has passed over it: `tell_due` ends it
            self._end(known, Event.AGREES)
        if roll is not None and found is not None:
            self._make(roll, found)

    def _make(self, roll: Roll, found: ChangePlan) -> None:
        made = Change(
            id=new_id(self.now), organisation_id=roll.organisation_id, client_id=roll.client_id, roll=roll,
            because=self.because, found_at=self.now, first_at=found.first_at, last_at=found.last_at,
            urgency=found.urgency, affected=affected_json(found.affected), options=options_json(found.options),
            proposed=found.proposed,
        )  # fmt: skip
        self.made.append(made)
        self.said.append(_to_hold(made))

    def _ask_again(self, known: Change, home: AtHome) -> None:
        """The same difference: what a device did not withhold is asked again, for the roll may be in it now."""
        if known.device_state == "failed" or (known.device_state == "none" and home.has_dispenser):
            self.said.append(_to_hold(known))

    def _end(self, known: Change, event: Event, keep: frozenset[int] = frozenset()) -> None:
        known.state = step(State(known.state), event)
        known.ended_at, known.ended_as, known.ended_by = self.now, event.value, BY
        self.ended.append(known)
        self.said.append(settled(known, over=True))
        still = [
            number
            for each in affected_from(known.affected)
            if each.until_at > self.now
            for number in each.sequences
            if number not in keep
        ]
        if known.device_state not in ("", "none", "lifting", "lifted") and not _is_removed(known):
            self.said.append(lifted(known, still, BY))

    def write(self) -> None:
        if not self.ended and not self.made and not self.said:
            return
        Change.objects.bulk_update(self.ended, ["state", "ended_at", "ended_as", "ended_by"])
        drop_tasks([each.id for each in self.ended], self.now)
        requests.withdraw([each.id for each in self.ended], BY, self.now)
        Change.objects.bulk_create(self.made)
        open_owned(self.made, self.now)
        facts.publish(self.said, self.now)


def _is_removed(change: Change) -> bool:
    """Single sachets that a person took out have nothing to be released; a paused device goes on."""
    return change.removed_at is not None and change.pause_at is None


def _to_hold(change: Change) -> SachetsToHold:
    return SachetsToHold(
        **of(change), sachets=tuple(sachets_of(affected_from(change.affected))), first_at=change.first_at
    )


def lifted(change: Change, sachets: Sequence[int], by: str) -> HoldLifted:
    return HoldLifted(**of(change), sachets=tuple(sorted(sachets)), paused=change.pause_at is not None, by=by)


def settled(change: Change, *, over: bool) -> ChangeSettled:
    return ChangeSettled(**of(change), over=over)


def of(change: Change) -> dict[str, Any]:  # the fields of a ChangeFact
    return {
        "organisation_id": change.organisation_id, "client_id": change.client_id, "change_id": change.id,
        "roll": change.roll.number,
    }  # fmt: skip


# -- reading ------------------------------------------------------------------------------------------


def _found(
    rolls: Mapping[UUID, Roll],
    known: Mapping[UUID, Change],
    homes: Mapping[UUID, AtHome],
    now: datetime,
    recalled: Collection[UUID],
) -> dict[UUID, ChangePlan]:
    if not rolls:
        return {}
    reading = _Reading.of(rolls, known, now, recalled)
    found = {}
    for roll in rolls.values():
        made = plan_change(reading.on_roll(roll), homes[roll.client_id], reading.zones[roll.client_id], now)
        if made is not None:
            found[roll.id] = made
    return found


@dataclass(slots=True, kw_only=True)
class _Reading:
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
    ) -> _Reading:
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
            contents_planned([one for each in some for one in each.agreements], first, until, zone)
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
        contents = None
        if each.contents is not None:
            contents = tuple(
                Content(code=str(one.get("code", "")), text=str(one["text"]), amount=str(one["amount"]))
                for one in each.contents
            )
        found[each.roll_id].append(
            SachetOnRoll(
                sequence=each.sequence, day=each.day, at=each.at, k=each.k or 1, n=each.n or 1,
                contents=contents,
            )
        )  # fmt: skip
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
