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

TENANT_TABLES = ["kernel_datakey", "kernel_destination", "kernel_outboxmessage"]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
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
    ]
