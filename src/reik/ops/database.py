"""Prepares a database for Reik: the three roles, the database itself, the migrations, the months ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.state import ProjectState
from psycopg import sql

from reik.kernel.crypto import make_data_key
from reik.kernel.database import DATABASE, Role, become
from reik.kernel.home import Home

MONTHS_AHEAD = 3
MONTHLY_TABLES = ("kernel_accessentry", "ingest_rawmessage")

# Tables of others' packages, whose later migrations may add some. Sessions hold no client data. Jobs may name
# clients and have no row-level security, so `reik_web` has no right to them.
OTHERS_TABLES = """
GRANT SELECT, INSERT, UPDATE, DELETE ON django_session TO reik_web, reik_worker;
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND starts_with(relname, 'procrastinate_') LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO reik_worker', name);
    END LOOP;
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
        AND starts_with(relname, 'procrastinate_') LOOP
        EXECUTE format('GRANT USAGE ON SEQUENCE %I TO reik_worker', name);
    END LOOP;
END $$;
"""


def prepare(home: Home, admin_url: str, *, database: str = DATABASE) -> None:
    """Make or update the roles and the database; safe to repeat.

    `admin_url` is a role that may create roles and databases. The passwords follow from the key file, so a
    second host with the same file needs nothing else. None of the three roles is superuser or BYPASSRLS.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        for role in Role:
            _make_role(admin, role, home.password(f"postgres:{role.value}"))
        row = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if row is None:
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(Role.OWNER)))
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(Role.OWNER)
                )
            )


def _make_role(admin: psycopg.Connection, role: Role, password: str) -> None:
    exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.value]).fetchone()
    verb = sql.SQL("ALTER" if exists else "CREATE")
    admin.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            verb, sql.Identifier(role.value), sql.Literal(password)
        )
    )


def migrate(now: datetime) -> None:
    """Bring the schema up to date as `reik_owner`, and make the monthly partitions of the months ahead."""
    become(Role.OWNER)
    with _rendered_alone():
        call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_TABLES)
    _give_keys(now)
    make_months(now)
    connection.close()


@contextmanager
def _rendered_alone() -> Iterator[None]:
    """Only the model that an operation changes is rendered anew, not the hundred and more that are related to it.

    Django renders all of them after each operation, in case code of a migration follows their relations. No migration
    of Reik runs such code (a test keeps it so), and tables are made from the changed model alone. What others' packages
    ask stays as it is. Takes an empty database from 18 to a few seconds.
    """
    usual = ProjectState._find_reload_model  # type: ignore[attr-defined]
    own = {each.label for each in apps.get_app_configs() if each.name.startswith("reik.")}

    def find(
        self: ProjectState, app_label: str, model_name: str, delay: bool = False
    ) -> set[tuple[str, str]]:
        if app_label not in own:
            return set(usual(self, app_label, model_name, delay))
        return {(app_label, model_name)}

    ProjectState._find_reload_model = find  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = usual  # type: ignore[attr-defined]


def as_owner(work: Callable[[], None]) -> None:
    """Do something as `reik_owner` and close its connection again."""
    become(Role.OWNER)
    try:
        work()
    finally:
        connection.close()


def _give_keys(now: datetime) -> None:
    """Every organisation has a data key; the quarantine organisation is made by a migration, without one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM kernel_organisation"
            " WHERE NOT EXISTS (SELECT FROM kernel_datakey WHERE organisation_id = kernel_organisation.id)"
        )
        for (organisation_id,) in cursor.fetchall():
            make_data_key(organisation_id, now)


def make_months(now: datetime) -> int:
    """Make what is missing of this month's and the coming months' partitions; gives how many were made."""
    made = 0
    with connection.cursor() as cursor:
        for table in MONTHLY_TABLES:
            cursor.execute("SELECT reik_make_partitions(%s, %s, %s)", [table, now.date(), MONTHS_AHEAD])
            made += cursor.fetchone()[0]
    return made
