"""Row-level security, rights and the access log: they exist from the first migration."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

PLATFORM = """
CREATE FUNCTION reik_refuse_organisation_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a record never changes organisation' USING ERRCODE = 'check_violation'; END $$;

-- Who exists and who may log in is the platform's, not a tenant's; it holds no client data.
GRANT SELECT ON kernel_organisation, kernel_account, kernel_integrationtoken, kernel_installation
    TO reik_web, reik_worker;
GRANT INSERT ON kernel_organisation, kernel_account, kernel_integrationtoken, kernel_installation TO reik_worker;
GRANT UPDATE ON kernel_account, kernel_integrationtoken TO reik_worker;
GRANT UPDATE (last_login, password) ON kernel_account TO reik_web;
GRANT SELECT ON django_migrations TO reik_web, reik_worker;
"""

# Monthly partitions are made by this function, so that no runtime role needs the right to make tables.
PARTITIONS = """
CREATE FUNCTION reik_make_partitions(parent text, first date, months int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE made int := 0; month date; name text;
BEGIN
    IF parent NOT IN ('kernel_accessentry', 'ingest_rawmessage') THEN
        RAISE EXCEPTION 'not a table with months: %', parent;
    END IF;
    FOR i IN 0 .. months - 1 LOOP
        month := (date_trunc('month', first) + make_interval(months => i))::date;
        name := parent || to_char(month, '_YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent,
                month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION reik_make_partitions(text, date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_make_partitions(text, date, int) TO reik_worker;
"""

ACCESS_LOG = """
CREATE TABLE kernel_accessentry (
    id uuid NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    organisation_id uuid NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    actor_role text NOT NULL,
    act text NOT NULL,
    outcome text NOT NULL,
    object_kind text NOT NULL,
    object_ids jsonb NOT NULL,
    detail text NOT NULL,
    session text NOT NULL,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (recorded_at, id)
) PARTITION BY RANGE (recorded_at);
CREATE TABLE kernel_accessentry_default PARTITION OF kernel_accessentry DEFAULT;
CREATE INDEX access_by_organisation ON kernel_accessentry (organisation_id, recorded_at);
CREATE INDEX access_by_tx ON kernel_accessentry (tx);
"""

# Where a message goes whose organisation is not known.
QUARANTINE = """
INSERT INTO kernel_organisation (id, name, kind, zone, created_at)
VALUES ('00000000-0000-7000-8000-000000000001', 'Quarantine', 'quarantine', 'Europe/Amsterdam', '2026-01-01T00:00:00Z');
"""

# A destination that gets another address has no gateway yet.
FORGET_GATEWAY = """
CREATE FUNCTION reik_forget_gateway() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.gateway := NULL;
    RETURN NEW;
END $$;
CREATE TRIGGER forget_gateway BEFORE UPDATE OF address ON kernel_destination
FOR EACH ROW WHEN (OLD.address IS DISTINCT FROM NEW.address) EXECUTE FUNCTION reik_forget_gateway();
"""

# How people log in; what they hold to show who they are is never a tenant's.
LOGIN = """
GRANT SELECT, INSERT, UPDATE ON kernel_passkey, kernel_codeapp, kernel_recoverycode, kernel_invitation
    TO reik_web, reik_worker;
GRANT DELETE ON kernel_codeapp, kernel_recoverycode TO reik_web, reik_worker;
GRANT SELECT, INSERT, DELETE ON kernel_spentchallenge TO reik_web, reik_worker;
GRANT SELECT, INSERT ON kernel_loginevent TO reik_web, reik_worker;
GRANT UPDATE (seed) ON kernel_account TO reik_web;
"""

OWN_ACCOUNTS = """
GRANT INSERT ON kernel_account TO reik_web;
GRANT UPDATE (is_active, ended_at) ON kernel_account TO reik_web;
GRANT UPDATE (ends_at) ON kernel_integrationtoken TO reik_web;
CREATE FUNCTION reik_own_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'reik_web' AND NOT coalesce(NEW.organisation_id = ANY (
        NULLIF(current_setting('reik.organisations', true), '')::uuid[]), false) THEN
        RAISE EXCEPTION 'an account of another organisation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER own_accounts BEFORE INSERT OR UPDATE OF is_active, ended_at ON kernel_account
FOR EACH ROW EXECUTE FUNCTION reik_own_accounts();
"""

TENANT_TABLES = ["kernel_datakey", "kernel_destination", "kernel_outboxmessage"]


class Migration(migrations.Migration):
    replaces = [
        ("kernel", "0002_roles"),
        ("kernel", "0003_installation_pace"),
        ("kernel", "0004_channels"),
        ("kernel", "0005_login"),
        ("kernel", "0006_failed_looks"),
    ]
    dependencies = [("kernel", "0001_tables")]
    operations = [
        migrations.RunSQL(PLATFORM),
        migrations.RunSQL(PARTITIONS),
        migrations.RunSQL(QUARANTINE),
        migrations.RunSQL(ACCESS_LOG + insert_only("kernel_accessentry")),
        migrations.RunSQL(
            insert_only("kernel_accessblock") + "GRANT USAGE ON kernel_accessblock_id_seq TO reik_worker;"
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("GRANT USAGE ON kernel_datakey_id_seq TO reik_worker;"),
        migrations.RunSQL(
            protect("kernel_gatewayhealth", web="SELECT") + keep_organisation("kernel_gatewayhealth")
        ),
        migrations.RunSQL(FORGET_GATEWAY),
        migrations.RunSQL(LOGIN),
        migrations.RunSQL(OWN_ACCOUNTS),
        migrations.RunSQL("GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_failedlook TO reik_worker"),
    ]
