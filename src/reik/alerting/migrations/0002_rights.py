"""Rights of the tables of follow-up."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = [
    "alerting_alert",
    "alerting_step",
    "alerting_claim",
    "alerting_drill",
    "alerting_drillstep",
    "alerting_forewarning",
    "alerting_handlingcode",
    "alerting_mute",
    "alerting_outageline",
    "alerting_outagenote",
    "alerting_proposal",
    "alerting_protocoltick",
    "alerting_shifthandover",
]

APPEND_ONLY = [
    "alerting_arrangement",
    "alerting_arrangementstep",
    "alerting_remark",
    "alerting_arrangementroute",
    "alerting_protocol",
]

ADDED_BY_REQUESTS = [
    "alerting_carerway",
    "alerting_deliverytest",
]

OUTAGES = """
-- An outage is nobody's own: it names a mast, a model or a supplier, and no client.
GRANT SELECT ON alerting_outage TO reik_web;
GRANT SELECT, INSERT, UPDATE ON alerting_outage TO reik_worker;
"""


class Migration(migrations.Migration):
    replaces = [
        ("alerting", "0002_initial"),
        ("alerting", "0003_roles"),
        ("alerting", "0004_promises"),
        ("alerting", "0005_old_promises_end"),
        ("alerting", "0006_follow_up"),
        ("alerting", "0007_follow_up_rights"),
        ("alerting", "0008_follow_up_a"),
        ("alerting", "0009_claims"),
        ("alerting", "0010_outages"),
        ("alerting", "0011_drills"),
    ]
    dependencies = [("alerting", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        migrations.RunSQL(
            "\n".join(
                protect(each, web="SELECT, INSERT") + keep_organisation(each) for each in ADDED_BY_REQUESTS
            )
        ),
        migrations.RunSQL(OUTAGES),
    ]
