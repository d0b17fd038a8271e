"""One running installation on this machine: engines started, database prepared and migrated, ready to fork."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connections

from reik.ingest import stream
from reik.kernel import clock, facts
from reik.kernel.crypto import reset_vault
from reik.kernel.database import DATABASE
from reik.kernel.home import Home, Runtime
from reik.kernel.operations import mark_installation
from reik.ops import database
from reik.ops.engines import issuer, nats, postgres
from reik.ops.engines.process import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """What was started. `engines` are in the order of their start; external ones (by URL) are not among them."""

    home: Home
    engines: tuple[Engine, ...]
    runtime: Runtime


@contextmanager
def running(home: Home, *, kind: str, web: str, scratch: bool = False) -> Iterator[Instance]:
    """Start the engines that no URL names, prepare and migrate the database; end what was started afterwards.

    `kind` is real, demo or scratch; a scratch instance removes its data at the end. No thread and no
    database connection is left open inside, so that the caller can fork. Raises EngineError and HomeError.
    """
    home.prepare()
    os.environ["REIK_HOME"] = str(home.path)
    started: list[postgres.RunningPostgres | nats.RunningNats] = []
    try:
        admin_url = None if scratch else os.environ.get("REIK_DATABASE_URL")
        if admin_url is None:
            store = postgres.start(home, preferred_port=None if scratch else 54320, scratch=scratch)
            started.append(store)
            admin_url = store.superuser_url
        link = None if scratch else os.environ.get("REIK_NATS_URL")
        mqtt = ""
        if link is None:
            broker = nats.start(
                home,
                issuer_public_key=issuer.public_key(home),
                preferred_port=None if scratch else 4222,
                preferred_mqtt_port=None if scratch else 1883,
            )
            started.append(broker)
            link, mqtt = broker.nats_url, broker.mqtt
        runtime = Runtime(
            database_url=_of_reik(admin_url), nats_url=link, mqtt=mqtt, web=web, pid=os.getpid()
        )
        home.write_runtime(runtime)
        if scratch:
            os.environ.pop("REIK_DATABASE_URL", None)
            os.environ.pop("REIK_NATS_URL", None)
        _prepare(home, admin_url, kind)
        asyncio.run(stream.make_ready(home))
        facts.prepare()
        yield Instance(home=home, engines=tuple(each.engine for each in started), runtime=runtime)
    finally:
        connections.close_all()
        for each in reversed(started):
            each.stop()
            if scratch:
                each.remove()


def _of_reik(admin_url: str) -> str:
    """The address of Reik's database on that server, without the administrator's name and password."""
    parts = urlsplit(admin_url)
    path = parts.path if parts.path not in ("", "/", "/postgres") else f"/{DATABASE}"
    return urlunsplit(("postgresql", f"{parts.hostname}:{parts.port or 5432}", path, "", ""))


def _prepare(home: Home, admin_url: str, kind: str) -> None:
    reset_vault()
    database.prepare(home, admin_url, database=urlsplit(_of_reik(admin_url)).path.lstrip("/"))
    now = clock.now()
    database.migrate(now)
    database.as_owner(lambda: mark_installation(kind, now))


def log_dir(home: Home) -> Path:
    return home.path / "log"
