"""What `reik doctor` looks at: each check gives one line or more, in the order in which a person would look."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import nats
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from nats.errors import Error as NatsError

from reik.ingest import stream
from reik.ingest.queries import stream_lag
from reik.kernel import access_seal, clock
from reik.kernel.home import KEY_BYTES, Home
from reik.kernel.queries import unsent_alert_messages
from reik.ops.heartbeat import HeartbeatRefused, check_url
from reik.ops.outage_pack import OLDEST, folder_of, oldest_pack
from reik.ops.signs_of_life import of_processes
from reik.people.models import Client

OK, WARN, FAULT = "ok", "warn", "fault"
PATIENCE_S = 6.0  # for what a Reik that was just started still has to do for the first time
LATE = timedelta(seconds=60)
GUARD_SILENT = timedelta(seconds=30)
CLOCK_OFF_S = 2.0
DISK_FREE = 0.10
OLDEST_POSTGRES = 160_000


@dataclass(frozen=True, slots=True)
class Line:
    state: str
    what: str
    do: str = ""


Check = Callable[[Home], Iterator[Line]]


def look(home: Home) -> Iterator[Line]:
    """All lines. Raises HomeError when there is no usable key file: then nothing else can be looked at."""
    home.key()
    yield from _files(home)
    database = list(_postgres(home))
    yield from database
    answers = all(each.state != FAULT for each in database)
    if answers:
        reads = (_patiently(_stream), _patiently(_processes), _outbox, _seal, _outage_packs)
        for check in (_migrations, _clock, _durable, *reads):
            try:
                yield from check(home)
            except DatabaseError as failure:
                yield Line(
                    FAULT,
                    f"{check.__name__.strip('_')}: {_short(failure)}",
                    "Run `reik migrate`, then look again.",
                )
    yield from _nats(home)
    yield from _mqtt(home)
    yield from (_patiently(_guard) if answers else _guard)(home)
    yield from _heartbeat(home)
    yield from _disk(home)


def _patiently(check: Check) -> Check:
    """Look again for a few seconds while the check finds a fault."""

    def patient(home: Home) -> Iterator[Line]:
        until = time.monotonic() + PATIENCE_S
        while True:
            lines = list(check(home))
            if all(each.state == OK for each in lines) or time.monotonic() > until:
                yield from lines
                return
            time.sleep(0.2)

    patient.__name__ = check.__name__
    return patient


def _short(failure: Exception) -> str:
    return " ".join(str(failure).split())[:200]


def _files(home: Home) -> Iterator[Line]:
    for name, path in (("home folder", home.path), ("key file", home.key_file)):
        found = path.stat()
        if found.st_uid not in (os.geteuid(), 0) or stat.S_IMODE(found.st_mode) & 0o077:
            yield Line(FAULT, f"{name} {path} is open to others", f"Run `chmod go= {path}` as its owner.")
        else:
            yield Line(OK, f"{name} {path} is for its owner only")
    assert len(home.key()) == KEY_BYTES


def _postgres(home: Home) -> Iterator[Line]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::int, current_user")
            version, role = cursor.fetchone()
    except OperationalError as failure:
        advice = (
            "Start `reik up`" if home.runtime() is None else "Look in log/postgres.log of the home folder"
        )
        yield Line(
            FAULT, f"PostgreSQL does not answer: {_short(failure)}", f"{advice}, or at REIK_DATABASE_URL."
        )
        return
    if version < OLDEST_POSTGRES:
        yield Line(FAULT, f"PostgreSQL {version // 10_000} is too old", "Move to PostgreSQL 16 or newer.")
    else:
        yield Line(OK, f"PostgreSQL {version // 10_000}.{version % 10_000} answers {role}")


def _migrations(_home: Home) -> Iterator[Line]:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        first = f"{missing[0][0].app_label}.{missing[0][0].name}"
        yield Line(FAULT, f"{len(missing)} migrations are not applied, first {first}", "Run `reik migrate`.")
    else:
        yield Line(OK, "all migrations are applied")


def _clock(_home: Home) -> Iterator[Line]:
    with connection.cursor() as cursor:
        before = clock.now()
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    off = (theirs - (before + (clock.now() - before) / 2)).total_seconds()
    if abs(off) > CLOCK_OFF_S:
        yield Line(
            FAULT, f"the database's clock is {off:+.1f} s from this machine's", "Set both by NTP (chrony)."
        )
    else:
        yield Line(OK, f"the database's clock is {abs(off):.3f} s from this machine's")


def _durable(_home: Home) -> Iterator[Line]:
    for name, safe in (("fsync", ("on",)), ("synchronous_commit", ("on", "remote_apply"))):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(%s)", [name])
            value = cursor.fetchone()[0]
        if value in safe:
            yield Line(OK, f"{name} is {value}")
        else:
            yield Line(
                FAULT, f"{name} is {value}: alerts can be lost", f"Set {name} = on and reload PostgreSQL."
            )


def _stream(_home: Home) -> Iterator[Line]:
    lag = stream_lag(clock.now())
    if lag is None:
        yield Line(
            FAULT, "the device stream was never read", "Look whether `reik receive` runs: log/receive.log."
        )
    elif lag > LATE:
        yield Line(
            FAULT, f"the device stream is read {lag.total_seconds():.0f} s late", "Look in log/receive.log."
        )
    else:
        yield Line(OK, f"the device stream is read up to {max(0.0, lag.total_seconds()):.1f} s ago")


def _processes(_home: Home) -> Iterator[Line]:
    yield from (Line(*each) for each in of_processes(clock.now()))


def _outbox(_home: Home) -> Iterator[Line]:
    found = unsent_alert_messages(clock.now())
    if found:
        yield Line(FAULT, f"{found.count} alert messages wait for more than 60 s", found.advice)
    else:
        yield Line(OK, "no alert message waits")


def _seal(_home: Home) -> Iterator[Line]:
    since = access_seal.unsealed_since()
    if since and clock.now() - since > LATE:
        yield Line(
            FAULT,
            f"the access log is not sealed since {since:%Y-%m-%d %H:%M:%S} UTC",
            "Look in log/guard.log.",
        )
    else:
        yield Line(OK, "the access log is sealed")


def _outage_packs(home: Home) -> Iterator[Line]:
    """Promise 20: a team's list is at most fifteen minutes old. Without a team with clients there is none."""
    made = oldest_pack(folder_of(home))
    if made is None:
        if Client.objects.exists():
            yield Line(WARN, "no outage pack was written yet", "Look whether `reik jobs` runs: log/jobs.log.")
    elif clock.now() - made > OLDEST:
        yield Line(
            FAULT,
            f"the oldest outage pack is of {made:%Y-%m-%d %H:%M} UTC, more than 15 minutes old",
            "Look in log/jobs.log; `reik outage-pack --out DIR` makes one now.",
        )
    else:
        yield Line(
            OK, f"the outage packs are at most {(clock.now() - made).total_seconds() // 60:.0f} minutes old"
        )


def _nats(home: Home) -> Iterator[Line]:
    try:
        asyncio.run(_greet(home))
    except (OSError, NatsError, TimeoutError) as failure:
        what = f"NATS at {stream.nats_url(home)} does not answer ({type(failure).__name__})"
        yield Line(FAULT, what, "Start `reik up`, or look at REIK_NATS_URL.")
    else:
        yield Line(OK, "NATS answers")


async def _greet(home: Home) -> None:
    """One try, as Reik's own user; `stream.connect` would go on for ever."""

    async def quiet(_failure: Exception) -> None:
        """It is raised too."""

    async with asyncio.timeout(6):
        client = await nats.connect(
            stream.nats_url(home),
            user="reik_worker",
            password=home.password("nats:reik_worker"),
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=quiet,
        )
        await client.close()


def _mqtt(home: Home) -> Iterator[Line]:
    runtime = home.runtime()
    if runtime is None or not runtime.mqtt:
        return  # an external NATS, whose device port Reik does not know
    host, _, port = runtime.mqtt.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
    except OSError as failure:
        yield Line(FAULT, f"devices cannot connect to {runtime.mqtt}: {failure}", "Look in log/nats.log.")
    else:
        yield Line(OK, f"devices can connect to {runtime.mqtt}")


def _guard(home: Home) -> Iterator[Line]:
    try:
        said = json.loads((home.path / "guard.json").read_text())
        at = datetime.fromisoformat(said["at"])
    except (OSError, ValueError, KeyError):
        yield Line(FAULT, "the guard has not spoken yet", "Look whether `reik guard` runs: log/guard.log.")
        return
    if clock.now() - at > GUARD_SILENT:
        yield Line(FAULT, f"the guard is silent since {at:%Y-%m-%d %H:%M:%S} UTC", "Look in log/guard.log.")
    for each in said["findings"]:
        yield Line(
            FAULT, f"{each['kind']}: {each['count']}, first {', '.join(each['ids']) or '-'}", each["advice"]
        )
    if not said["findings"] and clock.now() - at <= GUARD_SILENT:
        yield Line(OK, "the guard finds nothing that must never be")


def _heartbeat(_home: Home) -> Iterator[Line]:
    url = os.environ.get("REIK_HEARTBEAT_URL")
    if url:
        try:
            check_url(url)
        except HeartbeatRefused as refusal:
            yield Line(FAULT, "the heartbeat address is refused", str(refusal))


def _disk(home: Home) -> Iterator[Line]:
    places = [home.path, *([Path("/var/lib/reik")] if os.geteuid() == 0 else [])]
    seen = set()
    for place in places:
        with suppress(OSError):
            device, usage = place.stat().st_dev, shutil.disk_usage(place)
            if device in seen:
                continue
            seen.add(device)
            share = f"{usage.free / usage.total:.0%}"
            free = f"{usage.free / 1e9:.0f} GB ({share}) of the disk of {place} is free"
            low = usage.free < DISK_FREE * usage.total
            yield Line(WARN, free, "Make room, or move the data to a larger disk.") if low else Line(OK, free)
