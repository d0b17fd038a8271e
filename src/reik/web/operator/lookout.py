"""Dispensers of which nothing is known now: one banner instead of many alerts, with the list of who is at risk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import Silence
from reik.people.queries import ClientCard

SILENT_FOR = timedelta(minutes=12)
"""Two heartbeats of five minutes each were missed, with some slack (device contract, section 4)."""
AHEAD = timedelta(minutes=60)
SILENT = "silent"
LISTED = 300
"""So many rows are drawn, in the order of their risk; all are counted. An outage has a list of its own."""
MANY = 3
"""From here on it is an outage and gets a banner; one or two are alerts like any other."""


class Held(Protocol):
    """What is asked here of an open alert."""

    @property
    def id(self) -> UUID: ...
    @property
    def client_id(self) -> UUID: ...
    @property
    def cause(self) -> str: ...
    @property
    def accepted_by(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A client whose dispenser is silent. `owner`: who has her open alert, if anybody."""

    client: ClientCard
    heard_at: datetime | None
    due_at: datetime | None
    critical: bool
    owner: str
    alert_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """Who goes first (a time-critical moment before `until`), who later, and how many have an owner."""

    first: Sequence[Silent]
    later: Sequence[Silent]
    owned: int
    since: datetime | None
    until: datetime
    all_first: int
    all_later: int
    hidden: Collection[UUID]
    """The clients of whom it stands for the alert, listed or not."""

    @property
    def count(self) -> int:
        return self.all_first + self.all_later

    @property
    def left_out(self) -> int:
        return self.count - len(self.first) - len(self.later)

    def stands_for(self, alert: AlertSeen) -> bool:
        """Whether the banner stands for this alert: one outage, one banner. Who has a time-critical moment soon, and
        what somebody took up, keeps its own row."""
        return (
            self.many and alert.cause == SILENT and alert.state == "open" and alert.client_id in self.hidden
        )

    @property
    def many(self) -> bool:
        return self.count >= MANY


def lookout_of(
    silences: Sequence[Silence],
    clients: Mapping[UUID, ClientCard],
    alerts: Sequence[Held],
    until: datetime,
    owned: int | None = None,
) -> Lookout:
    """Silences come in the order of their risk. `clients` and `alerts` of those that are listed; `owned` of all."""
    owners = {each.client_id: each.accepted_by for each in alerts if each.accepted_by}
    told = {each.client_id: each.id for each in alerts if each.cause == SILENT}
    everyone = [
        Silent(
            client=clients[each.client_id],
            heard_at=each.heard_at,
            due_at=each.due_at,
            critical=_critical(each),
            owner=owners.get(each.client_id, ""),
            alert_id=told.get(each.client_id),
        )
        for each in silences
        if each.client_id in clients
    ]
    later = [each.client_id for each in silences if not _critical(each)]
    return Lookout(
        all_first=len(silences) - len(later),
        all_later=len(later),
        hidden=frozenset(later),
        first=[each for each in everyone if each.critical],
        later=[each for each in everyone if not each.critical],
        owned=sum(bool(each.owner) for each in everyone) if owned is None else owned,
        since=min((each.heard_at for each in silences if each.heard_at), default=None),
        until=until,
    )


def _critical(silence: Silence) -> bool:
    return silence.due_at is not None and silence.criticality == 0
