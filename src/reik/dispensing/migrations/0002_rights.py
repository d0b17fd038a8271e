"""Rights of the dispensers' tables, and what a device may ask before it is let in."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = [
    "dispensing_dispenser",
    "dispensing_devicesecret",
    "dispensing_moment",
    "dispensing_devicecommand",
    "dispensing_deviceplan",
    "dispensing_rollstay",
    "dispensing_absence",
    "dispensing_takealong",
    "dispensing_handgiving",
]

APPEND_ONLY = [
    "dispensing_deviceevent",
    "dispensing_deviceconflict",
]

PASSWORD_OK = """
-- Runs as its owner: reik_web sees no row of dispensing_devicesecret without an actor, and needs none.
CREATE FUNCTION reik_device_password_ok(device text, digest bytea, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM dispensing_dispenser AS d JOIN dispensing_devicesecret AS s ON s.dispenser_id = d.id
        WHERE d.device = reik_device_password_ok.device AND s.password_digest = reik_device_password_ok.digest
            AND (s.ends_at IS NULL OR s.ends_at > reik_device_password_ok.at)
    )
$$;
REVOKE EXECUTE ON FUNCTION reik_device_password_ok(text, bytea, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_device_password_ok(text, bytea, timestamptz) TO reik_web, reik_worker;
"""

ADMISSION = """
CREATE INDEX secret_made ON dispensing_devicesecret (created_at);
CREATE INDEX secret_ended ON dispensing_devicesecret (ends_at) WHERE ends_at IS NOT NULL;
"""

WITHDRAW = """
-- A moment in which somebody gave by hand is not withdrawn by a request.
GRANT DELETE ON dispensing_moment TO reik_web;
CREATE POLICY web_untouched ON dispensing_moment AS RESTRICTIVE FOR DELETE TO reik_web
    USING (outcome IS NULL AND presented = 0 AND out = 0 AND closed_seq = 0 AND verdict = '' AND NOT contested
        AND by_hand = 0);
-- What was said before a moment was planned is folded in when it is planned, also by a request.
GRANT DELETE ON dispensing_mention TO reik_web;
CREATE POLICY web_planned ON dispensing_mention AS RESTRICTIVE FOR DELETE TO reik_web
    USING (why IN ('unplanned', 'contested'));
"""

ROOM = """
ALTER TABLE dispensing_dispenser SET (fillfactor = 70);
ALTER TABLE dispensing_moment SET (fillfactor = 85);
ALTER TABLE dispensing_rollstay SET (fillfactor = 70);
"""


class Migration(migrations.Migration):
    replaces = [
        ("dispensing", "0002_roles"),
        ("dispensing", "0003_mentions"),
        ("dispensing", "0004_commands"),
        ("dispensing", "0005_device_password"),
        ("dispensing", "0006_rolls"),
        ("dispensing", "0007_silence"),
        ("dispensing", "0008_away"),
        ("dispensing", "0009_follow_up"),
        ("dispensing", "0010_gap_index"),
    ]
    dependencies = [("dispensing", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        migrations.RunSQL(
            insert_only("dispensing_absenceline") + keep_organisation("dispensing_absenceline")
        ),
        migrations.RunSQL(
            protect("dispensing_mention", web="SELECT") + keep_organisation("dispensing_mention")
        ),
        migrations.RunSQL(PASSWORD_OK),
        migrations.RunSQL(ADMISSION),
        migrations.RunSQL(WITHDRAW),
        migrations.RunSQL(ROOM),
    ]
