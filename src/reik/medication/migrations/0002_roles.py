"""Rights of the medication tables: what is said is not edited, and no two rolls of a client serve one time."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

APPEND_ONLY = ["medication_scheduleline", "medication_agreementmessage", "medication_sachet"]
CHANGING = ["medication_roll", "medication_finding"]

# Of a schedule only the confirmation is ever written: a change is a new version.
SCHEDULE = (
    protect("medication_schedule", web="SELECT, INSERT")
    + keep_organisation("medication_schedule")
    + """
REVOKE UPDATE, DELETE ON medication_schedule FROM reik_worker, reik_web;
GRANT UPDATE (confirmed_by, confirmed_at) ON medication_schedule TO reik_worker, reik_web;
"""
)

# R17. `btree_gist` is a trusted extension: the owner of the database may make it.
NO_OVERLAP = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE medication_roll ADD CONSTRAINT roll_overlap
    EXCLUDE USING gist (client_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (state NOT IN ('returned', 'refused'));
"""


class Migration(migrations.Migration):
    dependencies = [("medication", "0001_initial"), ("people", "0002_roles")]
    operations = [
        migrations.RunSQL(SCHEDULE),
        migrations.RunSQL("\n".join(insert_only(each) + keep_organisation(each) for each in APPEND_ONLY)),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in CHANGING)),
        migrations.RunSQL(NO_OVERLAP),
    ]
