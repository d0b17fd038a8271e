"""Rule 10: the database itself keeps organisations apart (N15, R58, R60)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, issue_token, open_account
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for, actor_for_token
from reik.people.operations import agree_partnership, register_client

PLATFORM_TABLES = {
    "alerting_outage",
    "kernel_failedlook",
    "kernel_gatewaytally",
    "kernel_organisation",
    "kernel_account",
    "kernel_integrationtoken",
    "kernel_installation",
    "kernel_passkey",
    "kernel_codeapp",
    "kernel_recoverycode",
    "kernel_invitation",
    "kernel_spentchallenge",
    "kernel_loginevent",
    "ingest_streampartition",
    "ingest_streamreceiver",
    "medication_productcode",
    "value_rollupstate",
}
RUNTIME = "rolname IN ('reik_owner', 'reik_worker', 'reik_web')"


def rows(query: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@pytest.fixture
def neighbours(database, now):
    """Two care organisations with a client each, a centre that works for the first, and an account in each."""
    made = {}
    for name, kind in [("zorg", "care"), ("eva", "care"), ("centrale", "centre")]:
        organisation = found_organisation(name=name, kind=kind, now=now)
        account = open_account(
            organisation_id=organisation.id, username=name, display_name=name, role="nurse", now=now
        )
        client = register_client(organisation_id=organisation.id, name=f"Cliënt van {name}", now=now)
        made[name] = (organisation, account, client)
    agree_partnership(
        organisation_id=made["zorg"][0].id, partner_id=made["centrale"][0].id, purpose="follow-up", now=now
    )
    become(Role.WEB)
    return made


def tenant_tables() -> list[str]:
    return [
        name
        for (name,) in rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organisation_id' AND NOT a.attisdropped"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        if name not in PLATFORM_TABLES
    ]


def test_every_tenant_table_has_forced_row_security(database):
    unprotected = rows(
        "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT (relrowsecurity AND relforcerowsecurity)",
        tenant_tables(),
    )
    assert tenant_tables()
    assert unprotected == []


def test_every_table_is_either_a_tenants_or_named_here_as_the_platforms(database):
    django_own = {"django_migrations", "django_content_type", "django_session"}
    tables = {
        name
        for (name,) in rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND c.relname NOT LIKE 'auth_%%' AND c.relname NOT LIKE 'procrastinate_%%'"
        )
    }
    assert tables - set(tenant_tables()) == PLATFORM_TABLES | django_own


def test_no_runtime_role_is_superuser_or_passes_row_security(database):
    assert rows(f"SELECT rolname FROM pg_roles WHERE {RUNTIME} AND (rolsuper OR rolbypassrls)") == []
    assert len(rows(f"SELECT 1 FROM pg_roles WHERE {RUNTIME}")) == 3


def test_web_sees_nothing_without_an_actor(neighbours):
    for table in tenant_tables():
        allowed = rows("SELECT has_table_privilege('reik_web', %s, 'SELECT')", table)[0][0]
        if allowed:
            assert rows(f'SELECT count(*) FROM "{table}"') == [(0,)], table


def test_web_sees_its_own_and_its_partners_records_and_nothing_on_the_next_request(neighbours, now):
    _, account, _ = neighbours["centrale"]
    with acting_for(actor_for(account.id, now)):
        seen = {name for (name,) in rows("SELECT name FROM people_client")}
    assert seen == {"Cliënt van zorg", "Cliënt van centrale"}
    # the same connection, the next request
    assert rows("SELECT count(*) FROM people_client") == [(0,)]
    with acting_for(actor_for(neighbours["eva"][1].id, now)):
        assert rows("SELECT name FROM people_client") == [("Cliënt van eva",)]


def test_a_partnership_ends_by_itself(neighbours, now):
    become(Role.WORKER)
    agree_partnership(
        organisation_id=neighbours["eva"][0].id,
        partner_id=neighbours["centrale"][0].id,
        purpose="night",
        now=now,
        ends_at=now + timedelta(hours=1),
    )
    become(Role.WEB)
    account = neighbours["centrale"][1]
    assert len(actor_for(account.id, now).organisations) == 3
    assert len(actor_for(account.id, now + timedelta(hours=1)).organisations) == 2


def test_web_cannot_write_into_another_organisation(neighbours, now):
    _, account, _ = neighbours["eva"]
    zorg = neighbours["zorg"][0]
    actor = actor_for(account.id, now)
    with pytest.raises(DatabaseError, match="row-level security"), acting_for(actor):
        register_client_as(zorg.id, now)


def register_client_as(organisation_id, now):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_client (id, organisation_id, name, sort_name, zone, created_at)"
            " VALUES (gen_random_uuid(), %s, 'x', 'x', 'Europe/Amsterdam', %s)",
            [organisation_id, now],
        )


def test_a_record_never_changes_organisation(neighbours):
    become(Role.WORKER)
    with pytest.raises(IntegrityError, match="never changes organisation"):
        rows("UPDATE people_client SET organisation_id = %s RETURNING 1", neighbours["eva"][0].id)


@pytest.mark.parametrize("table", ["kernel_accessentry", "dispensing_deviceevent", "alerting_arrangement"])
@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER])
@pytest.mark.parametrize("act", ["UPDATE", "DELETE", "TRUNCATE"])
def test_append_only_tables_refuse_change(database, table, role, act):
    become(role)
    statement = {
        "UPDATE": f"UPDATE {table} SET organisation_id = organisation_id",
        "DELETE": f"DELETE FROM {table}",
    }
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.get(act, f"TRUNCATE {table}"))


def test_a_token_opens_its_account_until_it_ends(neighbours, now):
    become(Role.WORKER)
    _, account, _ = neighbours["zorg"]
    token = issue_token(account_id=account.id, now=now, ends_at=now + timedelta(minutes=5))
    become(Role.WEB)
    assert actor_for_token(token, now).account_id == account.id
    with pytest.raises(Exception, match="unknown or has ended"):
        actor_for_token(token, now + timedelta(minutes=5))
