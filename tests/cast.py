"""The people, organisations and dispensers that the stories of the tests are played with (fresh database)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.models import Arrangement
from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.dispensing.devices.enrolment import Enrolment, enrol
from reik.dispensing.devices.known import Held
from reik.dispensing.ledger.heard import Heard
from reik.dispensing.models import Moment
from reik.dispensing.moments import overdue
from reik.dispensing.moments.planned import NewMoment, plan_moments
from reik.dispensing.operations import record
from reik.ingest.payloads import Arrived
from reik.kernel.ids import new_id
from reik.kernel.models import Destination, Organisation
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret
from reik.people.models import Client
from reik.people.operations import agree_partnership, register_client
from reik_dispenser.messages import Element, Event, Heartbeat
from reik_dispenser.wire import event_body, heartbeat_body, sign, up_topic

WINDOW = timedelta(minutes=30)
LATEST = timedelta(minutes=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """`zorg` keeps the records, `centre` works for it by partnership, `eva` must see nothing of it."""

    zorg: Organisation
    centre: Organisation
    eva: Organisation
    desks: dict[str, Destination]
    default: Arrangement


def gather(now: datetime) -> Cast:
    """The organisations, the three webhooks and the default route of three steps."""
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    centre = found_organisation(name="Zorgcentrale", kind="centre", now=now)
    eva = found_organisation(name="Thuiszorg Eva", kind="care", now=now)
    agree_partnership(organisation_id=zorg.id, partner_id=centre.id, purpose="follow-up", now=now)
    desks = three_webhooks(zorg.id, now)
    return Cast(zorg=zorg, centre=centre, eva=eva, desks=desks, default=agree_default(zorg.id, desks, now))


def three_webhooks(
    organisation_id: UUID, now: datetime, address: str = "https://127.0.0.1:9"
) -> dict[str, Destination]:
    """Where the centre, the informal carer and the team on duty are reached."""
    return {
        name: add_destination(
            organisation_id=organisation_id,
            channel="webhook",
            name=name,
            address=f"{address}/{name}",
            secret=new_webhook_secret(),
            now=now,
        )
        for name in ("centre", "carer", "team")
    }


def three_steps(desks: dict[str, Destination]) -> list[RouteStep]:
    """R46: the centre phones, then the carer in her hours, then the team, again and again."""
    minutes = timedelta(minutes=1)
    return [
        RouteStep(
            action="phone_client", responder="centre", destination_id=desks["centre"].id, wait=5 * minutes
        ),
        RouteStep(
            action="ask_carer",
            responder="carer",
            destination_id=desks["carer"].id,
            wait=10 * minutes,
            hours=(time(8), time(22)),
        ),
        RouteStep(
            action="ask_team",
            responder="team",
            destination_id=desks["team"].id,
            wait=5 * minutes,
            repeat=5 * minutes,
        ),
    ]


def agree_default(organisation_id: UUID, desks: dict[str, Destination], now: datetime) -> Arrangement:
    return agree_arrangement(
        organisation_id=organisation_id,
        client_id=None,
        route=three_steps(desks),
        agreed_by="wijkverpleegkundige",
        now=now,
    )


def welcome(organisation: Organisation, name: str, now: datetime) -> Client:
    return register_client(organisation_id=organisation.id, name=name, now=now)


def beside(
    client: Client, device: str, now: datetime, *, evidence: str = "removed", reports: str = "every_moment"
) -> Voice:
    """A dispenser placed with a client; gives the voice with which it speaks."""
    enrolment = enrol(
        organisation_id=client.organisation_id,
        client_id=client.id,
        device=device,
        evidence=evidence,
        reports=reports,
        now=now,
    )
    return Voice(enrolment=enrolment, organisation_id=client.organisation_id, client_id=client.id)


@dataclass(slots=True, kw_only=True)
class Voice:
    """A dispenser that numbers what it says, as the device contract asks."""

    enrolment: Enrolment
    organisation_id: UUID
    client_id: UUID
    epoch: int = 1
    seq: int = 0
    beat: int = 0
    said: list[Event] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.enrolment.dispenser_id

    @property
    def device(self) -> str:
        return self.enrolment.device

    def event(self, type: str, at: datetime, **data: Any) -> Event:
        self.seq += 1
        event = Event(epoch=self.epoch, seq=self.seq, at=at, type=type, data=data)
        self.said.append(event)
        return event

    def out(self, key: str, at: datetime, *, k: int = 1, n: int = 1) -> Event:
        return self.event("sachet_taken_out", at, moment=key, k=k, n=n)

    def closed(self, key: str, outcome: str, at: datetime) -> Event:
        return self.event("moment_closed", at, moment=key, outcome=outcome)

    def noise(self, at: datetime) -> Event:
        """An event that names no moment, and that nobody needs to hear of."""
        return self.event("locked", at)

    def heartbeat(self, at: datetime, *, last_seq: int | None = None, beat: int | None = None) -> Heartbeat:
        self.beat = self.beat + 1 if beat is None else beat
        return Heartbeat(
            epoch=self.epoch, at=at, beat=self.beat, last_seq=self.seq if last_seq is None else last_seq
        )

    def lose_journal(self) -> None:
        self.epoch, self.seq, self.beat = self.epoch + 1, 0, 0

    def heard(self, *elements: Element, at: datetime) -> Heard:
        return Heard(
            dispenser_id=self.id,
            organisation_id=self.organisation_id,
            raw_id=new_id(at),
            received_at=at,
            elements=elements,
        )

    def payload(self, *elements: Event | Heartbeat, key: bytes | None = None) -> bytes:
        first = elements[0]
        body = heartbeat_body(first) if isinstance(first, Heartbeat) else event_body(list(elements))  # type: ignore[arg-type]
        return sign(key or self.enrolment.key, up_topic(self.device), body)

    def arrived(self, *elements: Event | Heartbeat, at: datetime) -> Arrived:
        return Arrived(self.device, self.payload(*elements), at)


@transaction.atomic
def hear(*heard: Heard, now: datetime, only_keep: bool = False) -> list[Held]:
    """What `reik receive` does with verified payloads."""
    return record(heard, now, only_keep=only_keep)


def tell(voice: Voice, *elements: Element, at: datetime) -> list[Held]:
    """One payload of one device, heard at `at`."""
    return hear(voice.heard(*elements, at=at), now=at)


def planned(voice: Voice, key: str, due_at: datetime, *, sachets: int = 1, criticality: int = 1) -> NewMoment:
    return NewMoment(
        organisation_id=voice.organisation_id,
        client_id=voice.client_id,
        dispenser_id=voice.id,
        key=key,
        due_at=due_at,
        deadline_at=due_at + WINDOW,
        latest_at=due_at + LATEST,
        sachets=sachets,
        criticality=criticality,
    )


def plan(voice: Voice, key: str, due_at: datetime, *, now: datetime, sachets: int = 1) -> UUID:
    (id,) = plan_moments([planned(voice, key, due_at, sachets=sachets)], now)
    return id


def the_moment(voice: Voice, key: str) -> Moment:
    return Moment.objects.get(dispenser_id=voice.id, key=key)


def many_homes(organisation: Organisation, number: int, now: datetime) -> list[Voice]:
    """Clients with a dispenser each."""
    return [
        beside(welcome(organisation, f"Cliënt {each}", now), f"REIK-{each:05}", now)
        for each in range(1, number + 1)
    ]


@transaction.atomic
def look(
    now: datetime, *, read_through: datetime | None = None, most: int = 500, behind: Sequence[int] = ()
) -> int:
    """What `reik watch` does; the device stream is read up to now, or to `read_through`, save `behind`."""
    through = [None if each in behind else read_through or now for each in range(16)]
    return overdue.close_overdue(received_through=through, now=now, most=most)


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()
