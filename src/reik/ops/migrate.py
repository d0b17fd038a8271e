"""`reik migrate`: brings the database's schema up to date, for where `reik up` does not do so at its start."""

from __future__ import annotations

from urllib.parse import urlsplit

from reik.kernel import clock
from reik.kernel.database import DATABASE, database_url
from reik.kernel.home import Home
from reik.ops import database


def run() -> None:
    """With an administrator's name in REIK_DATABASE_URL the roles and the database are made first."""
    home = Home.from_environment()
    home.key()
    url = database_url(home)
    if urlsplit(url).username:
        database.prepare(home, url, database=urlsplit(url).path.lstrip("/") or DATABASE)
    database.migrate(clock.now())
    print("The database is up to date.")
