"""Comparing the rolls at home with the plan, and keeping the changes in step with what is found (N5, flow C).

Set-wise: as many statements for one client as for a list. The dispensers are locked already (lock order).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.medication import queries
from reik.medication.changes.meaning import ChangePlan, is_same, keys_to_come, options_json, plan_change
from reik.medication.changes.path import Event, State, step
from reik.medication.changes.reading import Reading
from reik.medication.changes.rows import lifted, of, settled
from reik.medication.changes.sachets import AtHome, affected_from, affected_json, sachets_of
from reik.medication.changes.tasks import drop_tasks, open_owned
from reik.medication.facts import ChangeFact, SachetsToHold
from reik.medication.models import Change, Roll
from reik.medication.requests import operations as requests
from reik.medication.times.schedule import DAY

BY = "reik"


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


def _found(
    rolls: Mapping[UUID, Roll],
    known: Mapping[UUID, Change],
    homes: Mapping[UUID, AtHome],
    now: datetime,
    recalled: Collection[UUID],
) -> dict[UUID, ChangePlan]:
    if not rolls:
        return {}
    reading = Reading.of(rolls, known, now, recalled)
    found = {}
    for roll in rolls.values():
        made = plan_change(reading.on_roll(roll), homes[roll.client_id], reading.zones[roll.client_id], now)
        if made is not None:
            found[roll.id] = made
    return found
