"""The three database roles and how a process becomes one of them.

`reik_owner` owns and migrates, `reik_worker` serves receive, watch, send, guard, admit and jobs, `reik_web`
serves people and outside systems and sees only the organisations that `kernel.tenancy.acting_for` names.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from reik.kernel.home import Home

DATABASE = "reik"


class Role(StrEnum):
    OWNER = "reik_owner"
    WORKER = "reik_worker"
    WEB = "reik_web"


def database_url(home: Home) -> str:
    """The address of the database: `REIK_DATABASE_URL`, else the running embedded engine."""
    given = os.environ.get("REIK_DATABASE_URL")
    if given:
        return given
    runtime = home.runtime()
    return runtime.database_url if runtime else f"postgresql://127.0.0.1:54320/{DATABASE}"


def connection_settings(home: Home, role: Role) -> dict[str, Any]:
    """Django's DATABASES entry for one role.

    Workers keep one connection for life; only `reik web` adds a pool (`serve_requests`), because a pool
    starts threads and must never exist in a process that still forks.
    """
    parts = urlsplit(database_url(home))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or DATABASE,
        "HOST": parts.hostname or "127.0.0.1",
        "PORT": str(parts.port or 5432),
        "USER": role.value,
        "PASSWORD": home.password(f"postgres:{role.value}") if home.key_file.exists() else "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "ATOMIC_REQUESTS": False,
        "TIME_ZONE": None,
        "OPTIONS": {"connect_timeout": 10, "options": "-c timezone=UTC"},
    }


def become(role: Role, *, pool: int = 0) -> None:
    """Make this process speak to the database as `role` from its next statement on.

    `pool` > 0 gives a pool of that many connections (for threads that serve requests).
    """
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]  # it belongs to the role that we were
    settings = connections.settings["default"]
    settings.update(connection_settings(Home.from_environment(), role))
    if pool:
        settings["CONN_MAX_AGE"] = 0
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    connection = connections["default"]
    connection.settings_dict.update(settings)
