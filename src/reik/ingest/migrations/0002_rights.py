"""Rights of the letters that came in, their monthly tables, and the sixteen parts of the stream."""

from django.db import migrations

from reik.kernel.tenancy import keep_organisation, protect

RAW = """
CREATE TABLE ingest_rawmessage (
    id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    organisation_id uuid NOT NULL,
    interpreter text NOT NULL,
    peer text NOT NULL,
    body bytea NOT NULL,
    fate smallint NOT NULL CHECK (fate BETWEEN 0 AND 3),
    reason text NOT NULL,
    PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
CREATE TABLE ingest_rawmessage_default PARTITION OF ingest_rawmessage DEFAULT;
CREATE INDEX raw_to_look_at ON ingest_rawmessage (organisation_id, received_at) WHERE fate IN (0, 2, 3);
-- A sealed body does not compress.
ALTER TABLE ingest_rawmessage_default ALTER COLUMN body SET STORAGE EXTERNAL;
"""

PARTITIONS = """
INSERT INTO ingest_streampartition (partition, holder, stream_seq, stream_id) SELECT each, '', 0, '' FROM generate_series(0, 15) AS each;
GRANT SELECT, UPDATE ON ingest_streampartition TO reik_worker;
"""

GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_streamreceiver TO reik_worker;
GRANT UPDATE (fate, reason) ON ingest_rawmessage TO reik_web;
CREATE INDEX raw_waiting ON ingest_rawmessage (received_at) WHERE fate = 0;
"""


class Migration(migrations.Migration):
    replaces = [
        ("ingest", "0002_roles"),
        ("ingest", "0003_streamreceiver"),
        ("ingest", "0004_letter_fates"),
        ("ingest", "0005_waiting"),
    ]
    dependencies = [("ingest", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL(RAW + protect("ingest_rawmessage", web="SELECT, INSERT")),
        migrations.RunSQL(PARTITIONS),
        migrations.RunSQL(
            protect("ingest_rejection")
            + keep_organisation("ingest_rejection")
            + "GRANT USAGE ON ingest_rejection_id_seq TO reik_worker, reik_web;"
        ),
        migrations.RunSQL(GRANTS),
    ]
