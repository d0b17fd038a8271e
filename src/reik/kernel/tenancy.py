"""Whose data a request may see: the database itself decides, by row-level security.

`reik_web` sees rows of the organisations in the transaction-local setting `reik.organisations`; only
`acting_for` sets it, and it ends with the transaction, so a pooled connection carries nothing to the next
request. `reik_worker` and `reik_owner` have a policy that is true; no role has BYPASSRLS.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person or an outside system, with the organisations whose records it may see now."""

    account_id: UUID
    name: str
    role: str
    organisation_id: UUID
    organisations: tuple[UUID, ...]
    session: str = ""


class NoActor(Exception):
    """The account is unknown, closed, or its organisation has no current access."""


@contextmanager
def acting_for(actor: Actor) -> Iterator[None]:
    """One transaction in which row-level security lets through the actor's organisations and nothing else."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('reik.organisations', %s, true)",
                ["{" + ",".join(str(each) for each in actor.organisations) + "}"],
            )
        yield


VISIBLE = "organisation_id = ANY (NULLIF(current_setting('reik.organisations', true), '')::uuid[])"


def protect(table: str, *, visible: str = VISIBLE, web: str = "SELECT, INSERT, UPDATE") -> str:
    """SQL that puts one tenant table under row-level security and grants the runtime roles their rights.

    `web` and the worker never get TRUNCATE; nobody but the owner may change `organisation_id` (trigger).
    """
    return f"""
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY owner_all ON {table} TO reik_owner USING (true) WITH CHECK (true);
    CREATE POLICY worker_all ON {table} TO reik_worker USING (true) WITH CHECK (true);
    CREATE POLICY web_visible ON {table} TO reik_web USING ({visible}) WITH CHECK ({visible});
    GRANT {web} ON {table} TO reik_web;
    GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO reik_worker;
    """


def insert_only(table: str) -> str:
    """SQL for an append-only tenant table: no runtime role may change or delete a row (rule 11)."""
    return (
        protect(table, web="SELECT, INSERT") + f"REVOKE UPDATE, DELETE ON {table} FROM reik_worker, reik_web;"
    )


def keep_organisation(table: str) -> str:
    """SQL for the trigger that refuses a change of `organisation_id`."""
    return f"""
    CREATE TRIGGER keep_organisation BEFORE UPDATE OF organisation_id ON {table}
    FOR EACH ROW WHEN (OLD.organisation_id IS DISTINCT FROM NEW.organisation_id)
    EXECUTE FUNCTION reik_refuse_organisation_change();
    """
