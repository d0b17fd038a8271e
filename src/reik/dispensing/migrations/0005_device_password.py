"""Letting devices in: a question that `reik web` may ask without seeing credentials, and what admit refreshes by."""

from django.db import migrations

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

# `reik admit` asks every half minute which secrets came and which ended.
CHANGES = """
CREATE INDEX secret_made ON dispensing_devicesecret (created_at);
CREATE INDEX secret_ended ON dispensing_devicesecret (ends_at) WHERE ends_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("dispensing", "0004_commands")]
    operations = [migrations.RunSQL(PASSWORD_OK), migrations.RunSQL(CHANGES)]
