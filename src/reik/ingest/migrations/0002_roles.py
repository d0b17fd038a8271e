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


class Migration(migrations.Migration):
    dependencies = [("ingest", "0001_initial"), ("kernel", "0002_roles")]
    operations = [
        migrations.RunSQL(RAW + protect("ingest_rawmessage", web="SELECT, INSERT")),
        migrations.RunSQL(PARTITIONS),
        migrations.RunSQL(
            protect("ingest_rejection")
            + keep_organisation("ingest_rejection")
            + "GRANT USAGE ON ingest_rejection_id_seq TO reik_worker, reik_web;"
        ),
    ]
