"""A neighbourhood of any size for benches and proofs: organisations, routes, dispensers with secrets, moments.

Only the filling is done by the superuser, in bulk; the processes that are measured run as their own roles.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

import psycopg

from reik.alerting.operations import agree_arrangement
from reik.alerting.policy import RouteStep
from reik.dispensing.devices.stream import partition_of
from reik.kernel.crypto import vault
from reik.kernel.database import DATABASE, Role, become
from reik.kernel.home import Home
from reik.kernel.ids import new_id
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret

ORGANISATIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation with its own endpoint; `secret` is what its webhooks must be signed with."""

    id: UUID
    destination_id: UUID
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A dispenser of the bench: its name on the wire and its row."""

    name: str
    id: UUID
    client_id: UUID
    tenant: int

    @property
    def key(self) -> bytes:
        return device_key(self.name)

    @property
    def password(self) -> str:
        return hashlib.sha256(b"password " + self.name.encode()).hexdigest()


def device_key(name: str) -> bytes:
    """The MAC key of a bench device: derived, so that the load generator needs no list."""
    return hashlib.sha256(b"key " + name.encode()).digest()


def superuser(home: Home) -> psycopg.Connection:
    """The scratch engine's superuser, for filling tables and planting faults."""
    runtime = home.runtime()
    assert runtime is not None
    password = home.password("postgres:reik_admin")
    address = runtime.database_url.split("//", 1)[1].split("/", 1)[0]
    return psycopg.connect(f"postgresql://reik_admin:{password}@{address}/{DATABASE}", autocommit=True)


def found_tenants(sink_url: str, now: datetime, count: int = ORGANISATIONS) -> list[Tenant]:
    """Organisations with own endpoint and secret and a route of three steps; made by Reik's own operations."""
    become(Role.WORKER)
    tenants = []
    for number in range(count):
        organisation = found_organisation(name=f"Zorg {number:02d}", kind="care", now=now)
        secret = new_webhook_secret()
        destination = add_destination(
            organisation_id=organisation.id, channel="webhook", name="centrale", now=now, secret=secret,
            address=f"{sink_url}/{number:02d}",
        )  # fmt: skip
        agree_arrangement(
            organisation_id=organisation.id,
            client_id=None,
            agreed_by="bench",
            now=now,
            route=_route(destination.id),
        )
        tenants.append(Tenant(id=organisation.id, destination_id=destination.id, secret=secret))
    return tenants


def _route(destination_id: UUID) -> list[RouteStep]:
    minutes = timedelta(minutes=1)
    return [
        RouteStep(action="phone_client", responder="centre", destination_id=destination_id, wait=5 * minutes),
        RouteStep(
            action="ask_carer", responder="carer", destination_id=destination_id, wait=10 * minutes,
            hours=(time(8), time(22)),
        ),
        RouteStep(
            action="ask_team", responder="team", destination_id=destination_id, wait=5 * minutes, repeat=5 * minutes
        ),
    ]  # fmt: skip


def settle_devices(home: Home, tenants: Sequence[Tenant], count: int, now: datetime) -> list[Device]:
    """`count` clients with a dispenser each, spread over the organisations, all with a secret of their own."""
    devices = [
        Device(
            name=f"BENCH-{number:06d}", id=new_id(now), client_id=new_id(now), tenant=number % len(tenants)
        )
        for number in range(count)
    ]
    seal = vault().seal
    with superuser(home) as admin, admin.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        with cursor.copy(
            "COPY people_client (id, organisation_id, salutation, name, sort_name, caller_note, zone, created_at)"
            " FROM STDIN"
        ) as copy:
            for device in devices:
                organisation_id = tenants[device.tenant].id
                copy.write_row(
                    (
                        device.client_id,
                        organisation_id,
                        "",
                        device.name,
                        device.name,
                        "",
                        "Europe/Amsterdam",
                        now,
                    )
                )
        with cursor.copy(
            "COPY dispensing_dispenser (id, organisation_id, client_id, device, partition, reports, evidence,"
            " created_at, epoch, upto, highest, beat_epoch, beat, beat_last_seq, offsets, free_clock, highest_command,"
            " session, started_epoch, started_seq) FROM STDIN"
        ) as copy:
            for device in devices:
                copy.write_row(
                    (device.id, tenants[device.tenant].id, device.client_id, device.name, partition_of(device.name),
                     "every_moment", "removed", now, 0, 0, 0, 0, 0, 0, "[]", False, 0, "", 0, 0)
                )  # fmt: skip
        with cursor.copy(
            "COPY dispensing_devicesecret (id, organisation_id, dispenser_id, generation, password_digest, key,"
            " created_at) FROM STDIN"
        ) as copy:
            for device in devices:
                organisation_id = tenants[device.tenant].id
                digest = hashlib.sha256(device.password.encode()).digest()
                copy.write_row(
                    (
                        new_id(now),
                        organisation_id,
                        device.id,
                        1,
                        digest,
                        seal(organisation_id, device.key),
                        now,
                    )
                )
        cursor.execute(PLANS_SEEN_TO, [now + timedelta(days=1)])
        cursor.execute("SET session_replication_role = origin")
    return devices


# Their plans were looked at today, as those of any dispenser are: what is planned for them here follows from no
# schedule, and would be withdrawn.
PLANS_SEEN_TO = """
INSERT INTO dispensing_deviceplan (dispenser_id, organisation_id, version, sha256, renew_at, applied_version,
    applied_sha256, applied_epoch, applied_seq)
SELECT id, organisation_id, 0, '', %s, 0, '', 0, 0 FROM dispensing_dispenser ON CONFLICT DO NOTHING
"""


INSERT_MOMENTS = """
INSERT INTO dispensing_moment (id, organisation_id, client_id, dispenser_id, key, due_at, deadline_at, latest_at,
    sachets, criticality, created_at, presented, out, closed_epoch, closed_seq, closed_as, contested, verdict,
    verdict_reason)
SELECT uuidv7(), d.organisation_id, d.client_id, d.id, %(prefix)s || n, %(deadline)s + spread - interval '45 min',
    %(deadline)s + spread, %(deadline)s + spread + interval '4 hours',
    %(sachets)s, 1, %(now)s, 0, 0, 0, 0, '', false, '', ''
FROM generate_series(1, %(each)s) AS n CROSS JOIN dispensing_dispenser AS d
CROSS JOIN LATERAL (SELECT substr(d.device, 7)::int %% %(wave)s AS place) AS p
CROSS JOIN LATERAL (SELECT (n - 1) * interval '6 hours' + place * %(step_ms)s * interval '1 ms' AS spread) AS s
LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """When the first moments of a plan end: device by device `step_ms` later, beginning again after `wave` devices."""

    first: datetime
    wave: int = 1000
    step_ms: int = 1

    def of(self, device: Device) -> datetime:
        return self.first + timedelta(milliseconds=int(device.name[6:]) % self.wave * self.step_ms)


def plan_moments(
    home: Home,
    *,
    prefix: str,
    deadlines: Deadlines,
    each: int,
    now: datetime,
    most: int | None = None,
    sachets: int = 1,
) -> None:
    """Give every dispenser `each` moments named prefix1, prefix2 …, six hours apart; at most `most` in all."""
    values = {
        "prefix": prefix, "deadline": deadlines.first, "wave": deadlines.wave, "step_ms": deadlines.step_ms,
        "each": each, "now": now, "most": most, "sachets": sachets,
    }  # fmt: skip
    with superuser(home) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(INSERT_MOMENTS, values)


def crowd(home: Home, devices: int, others: int, now: datetime) -> None:
    """Give the dispensers `others` more open moments from tomorrow on, and the database its statistics."""
    if others:
        tomorrow = Deadlines(first=now + timedelta(days=1))
        plan_moments(
            home, prefix="later-", deadlines=tomorrow, each=-(-others // devices), now=now, most=others
        )
    tidy(home)


def tidy(home: Home) -> None:
    """Statistics and a checkpoint, as a database has that was filled in the course of years."""
    with superuser(home) as admin:
        admin.execute(
            "VACUUM ANALYZE dispensing_moment, dispensing_dispenser, dispensing_devicesecret, people_client"
        )
        admin.execute("CHECKPOINT")
