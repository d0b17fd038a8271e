"""One throw-away PostgreSQL for the whole run; each test that asks for `database` gets a fresh copy of the schema."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest

_HOME = Path(tempfile.mkdtemp(prefix="reik-test-"))
_NUMBERS = count(1)


def pytest_configure(config: pytest.Config) -> None:
    os.environ["REIK_HOME"] = str(_HOME)
    os.environ["DJANGO_SETTINGS_MODULE"] = "reik.config.settings"
    from reik.kernel.home import Home

    Home(_HOME).prepare()
    import django

    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


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
        _point_at(admin_url, "reik_template")
        preparing.prepare(Home(_HOME), admin_url, database="reik_template")
        preparing.migrate(datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
        yield admin_url
    finally:
        engine.stop()
        engine.remove()


def _point_at(admin_url: str, name: str) -> None:
    os.environ["REIK_DATABASE_URL"] = admin_url.rsplit("/", 1)[0] + "/" + name


@pytest.fixture
def database(template: str) -> Iterator[str]:
    """A fresh database; the test starts as `reik_worker`. Gives its name."""
    from django.db import connection

    from reik.kernel.crypto import reset_vault
    from reik.kernel.database import Role, become

    name = f"reik_{next(_NUMBERS)}"
    with psycopg.connect(template, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE reik_template OWNER reik_owner STRATEGY FILE_COPY")
    _point_at(template, name)
    become(Role.WORKER)
    reset_vault()
    yield name
    connection.close()
    with psycopg.connect(template, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
