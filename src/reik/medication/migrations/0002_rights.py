"""Rights of the medication tables: what is said is not edited, and no two rolls of a client serve one time."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

# What is said and done about medication; never edited.
APPEND_ONLY = [
    "medication_scheduleline",
    "medication_agreementmessage",
    "medication_sachet",
    "medication_handoutlimit",
    "medication_rollstep",
    "medication_rollarrangement",
    "medication_rollfit",
    "medication_rollrecall",
    "medication_looseline",
    "medication_loosegiven",
    "medication_loosetold",
]

CHANGING = [
    "medication_roll",
    "medication_finding",
    "medication_change",
    "medication_pharmacyrequest",
    "medication_requestdesk",
    "medication_replyletter",
    "medication_replylink",
    "medication_rollsupply",
]

# A draft that is not right goes back to its writer, with the reason; it never plans.
SCHEDULE = (
    protect("medication_schedule", web="SELECT, INSERT")
    + keep_organisation("medication_schedule")
    + """
REVOKE UPDATE, DELETE ON medication_schedule FROM reik_worker, reik_web;
GRANT UPDATE (confirmed_by, confirmed_at, sent_back_by, sent_back_at, sent_back_because)
    ON medication_schedule TO reik_worker, reik_web;
"""
)

NO_OVERLAP = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE medication_roll ADD CONSTRAINT roll_overlap
    EXCLUDE USING gist (client_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
    WHERE (state NOT IN ('returned', 'refused'));
"""

OF_LINK = """
CREATE FUNCTION reik_reply_link(digest bytea) RETURNS TABLE (link_id uuid, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT id, organisation_id FROM medication_replylink WHERE token_digest = digest $$;
REVOKE EXECUTE ON FUNCTION reik_reply_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_reply_link(bytea) TO reik_web, reik_worker;
"""

DECIDED = """
GRANT UPDATE (decision, decided_by, decided_at, because, line) ON medication_outsideproposal TO reik_web;
REVOKE UPDATE, DELETE ON medication_outsideproposal FROM reik_worker;
GRANT UPDATE (decision, decided_by, decided_at, because, line) ON medication_outsideproposal TO reik_worker;
"""

# A list of products is the same for everybody.
CODES = """
GRANT SELECT ON medication_productcode TO reik_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON medication_productcode TO reik_worker;
"""


class Migration(migrations.Migration):
    replaces = [
        ("medication", "0002_roles"),
        ("medication", "0003_sent_back"),
        ("medication", "0004_least_interval"),
        ("medication", "0005_changes"),
        ("medication", "0006_requests"),
        ("medication", "0007_roll_life"),
        ("medication", "0008_outside"),
        ("medication", "0009_codes"),
    ]
    dependencies = [("medication", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL(SCHEDULE),
        migrations.RunSQL("\n".join(insert_only(each) + keep_organisation(each) for each in APPEND_ONLY)),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in CHANGING)),
        migrations.RunSQL(NO_OVERLAP),
        migrations.RunSQL(OF_LINK),
        migrations.RunSQL(
            protect("medication_outsideproposal", web="SELECT, INSERT")
            + keep_organisation("medication_outsideproposal")
            + DECIDED
        ),
        migrations.RunSQL(CODES),
    ]
