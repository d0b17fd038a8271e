"""One throw-away PostgreSQL for the whole run; each test that asks for `database` gets a fresh copy of the schema."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from reik.ops.engines.process import Identity

_HOME = Path(tempfile.mkdtemp(prefix="reik-test-"))
_MEMORY = Path(f"/dev/shm/reik_test_{os.getpid()}")
_NUMBERS = count(1)
ENOUGH_MEMORY = 4 * 1024**3  # bytes; a fresh database takes 19 MB


def pytest_configure(config: pytest.Config) -> None:
    os.environ["REIK_HOME"] = str(_HOME)
    os.environ["DJANGO_SETTINGS_MODULE"] = "reik.config.settings"
    from reik.kernel.home import Home

    Home(_HOME).prepare()
    import django

    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)
    shutil.rmtree(_MEMORY, ignore_errors=True)


@pytest.fixture
def now() -> datetime:
    """A quiet Monday morning in winter time."""
    return datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """A migrated database that every test's database is copied from; gives the superuser's URL."""
    from reik.kernel.home import Home
    from reik.ops import database as preparing
    from reik.ops.engines import postgres

    engine = postgres.start(Home(_HOME), preferred_port=None, scratch=True, durable=False)
    try:
        admin_url = engine.superuser_url
        _copy_in_memory(admin_url, postgres.place(Home(_HOME)).identity)
        _point_at(admin_url, "reik_template")
        preparing.prepare(Home(_HOME), admin_url, database="reik_template")
        preparing.migrate(datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
        yield admin_url
    finally:
        engine.stop()
        engine.remove()


def _copy_in_memory(admin_url: str, owner: Identity | None) -> None:
    """Have each test's database (1,300 files that live for a second) made in memory, where there is some to spare."""
    shared = _MEMORY.parent
    if not shared.is_dir() or shutil.disk_usage(shared).free < ENOUGH_MEMORY:
        return
    for left in shared.glob("reik_test_*"):
        if not Path("/proc", left.name.rpartition("_")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
    _MEMORY.mkdir(mode=0o700)
    if owner:
        os.chown(_MEMORY, owner.uid, owner.gid)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE TABLESPACE {_MEMORY.name} LOCATION '{_MEMORY}'")


def _point_at(admin_url: str, name: str) -> None:
    os.environ["REIK_DATABASE_URL"] = admin_url.rsplit("/", 1)[0] + "/" + name


@pytest.fixture
def database(template: str) -> Iterator[str]:
    """A fresh database; the test starts as `reik_worker`. Gives its name."""
    from django.db import connection

    from reik.kernel.crypto import reset_vault
    from reik.kernel.database import Role, become

    name = f"reik_{next(_NUMBERS)}"
    where = f" TABLESPACE {_MEMORY.name}" if _MEMORY.exists() else ""
    with psycopg.connect(template, autocommit=True) as admin:
        admin.execute(
            f"CREATE DATABASE {name} TEMPLATE reik_template OWNER reik_owner STRATEGY FILE_COPY{where}"
        )
    _point_at(template, name)
    become(Role.WORKER)
    reset_vault()
    yield name
    connection.close()
    with psycopg.connect(template, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
