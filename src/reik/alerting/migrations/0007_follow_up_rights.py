import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation, protect


TENANT_TABLES = [
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
APPEND_ONLY = ["alerting_arrangementroute", "alerting_protocol"]
RIGHTS = """
-- An outage is nobody's own: it names a mast, a model or a supplier, and no client.
GRANT SELECT ON alerting_outage TO reik_web;
GRANT SELECT, INSERT, UPDATE ON alerting_outage TO reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("alerting", "0006_follow_up"),
        ("dispensing", "0009_follow_up"),
        ("kernel", "0004_channels"),
        ("people", "0007_follow_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="arrangementstep",
            name="roster",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="people.roster"
            ),
        ),
        migrations.AddField(
            model_name="arrangementstep",
            name="route",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="arrangementstep",
            constraint=models.UniqueConstraint(
                fields=("arrangement", "route", "position"), name="arrangement_position"
            ),
        ),
        migrations.AddField(
            model_name="arrangementroute",
            name="arrangement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="routes", to="alerting.arrangement"
            ),
        ),
        migrations.AddField(
            model_name="arrangementroute",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.AddField(
            model_name="claim",
            name="alert",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="alerting.alert",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="drill",
            name="arrangement",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="alerting.arrangement"
            ),
        ),
        migrations.AddField(
            model_name="drill",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.AddField(
            model_name="drillstep",
            name="destination",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
            ),
        ),
        migrations.AddField(
            model_name="drillstep",
            name="drill",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="alerting.drill"
            ),
        ),
        migrations.AddField(
            model_name="drillstep",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="forewarning",
            name="destination",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
            ),
        ),
        migrations.AddField(
            model_name="forewarning",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="handlingcode",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.AddField(
            model_name="mute",
            name="client",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.client"),
        ),
        migrations.AddField(
            model_name="mute",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)), fields=("scope", "value"), name="outage_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outage",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["region", "network", "model", "supplier", "platform"])),
                name="outage_scope",
            ),
        ),
        migrations.AddField(
            model_name="outageline",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
            ),
        ),
        migrations.AddField(
            model_name="outageline",
            name="dispenser",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
            ),
        ),
        migrations.AddField(
            model_name="outageline",
            name="moment",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="dispensing.moment"
            ),
        ),
        migrations.AddField(
            model_name="outageline",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="outageline",
            name="outage",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="alerting.outage",
            ),
        ),
        migrations.AddField(
            model_name="outagenote",
            name="destination",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
            ),
        ),
        migrations.AddField(
            model_name="outagenote",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="outagenote",
            name="outage",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="alerting.outage"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="client",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.client"),
        ),
        migrations.AddField(
            model_name="proposal",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="protocol",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.AddField(
            model_name="protocoltick",
            name="alert",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="alerting.alert"),
        ),
        migrations.AddField(
            model_name="protocoltick",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="protocoltick",
            name="protocol",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="alerting.protocol"
            ),
        ),
        migrations.AddField(
            model_name="shifthandover",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.AddConstraint(
            model_name="arrangementroute",
            constraint=models.UniqueConstraint(fields=("arrangement", "number"), name="arrangement_route"),
        ),
        migrations.AddConstraint(
            model_name="arrangementroute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number__gte", 1),
                    ("number__lte", 20),
                    ("weekdays__gte", 1),
                    ("weekdays__lte", 255),
                    ("criticalities__gte", 1),
                    ("criticalities__lte", 7),
                ),
                name="arrangement_route_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(fields=("alert", "by"), name="claim_once"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["phone", "screen"]), ("until__gte", models.F("at"))),
                name="claim_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="drill",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["ends_at"], name="drill_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="drillstep",
            constraint=models.UniqueConstraint(
                fields=("drill", "position", "destination"), name="drill_step_once"
            ),
        ),
        migrations.AddIndex(
            model_name="forewarning",
            index=models.Index(
                condition=models.Q(("acknowledged_at", None), ("closed_at", None)),
                fields=["next_at"],
                name="forewarning_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="forewarning",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at", None)),
                fields=("organisation", "kind", "subject"),
                name="forewarning_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="handlingcode",
            constraint=models.UniqueConstraint(
                fields=("organisation", "kind", "code"), name="handling_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="handlingcode",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["outcome", "cause"])), name="handling_code_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("client", "cause"), name="mute_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="mute",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("starts_at"))), name="mute_period"
            ),
        ),
        migrations.AddIndex(
            model_name="outageline",
            index=models.Index(
                condition=models.Q(("outcome_at", None)),
                fields=["organisation", "criticality", "deadline_at"],
                name="outage_line_open",
            ),
        ),
        migrations.AddIndex(
            model_name="outageline",
            index=models.Index(
                condition=models.Q(("outcome_at", None)), fields=["deadline_at"], name="outage_line_late"
            ),
        ),
        migrations.AddIndex(
            model_name="outageline",
            index=models.Index(fields=["outage"], name="outage_line_of"),
        ),
        migrations.AddConstraint(
            model_name="outagenote",
            constraint=models.UniqueConstraint(
                fields=("outage", "organisation", "destination"), name="outage_note_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)),
                fields=("client", "kind", "subject"),
                name="follow_up_proposal_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="protocol",
            constraint=models.UniqueConstraint(
                fields=("organisation", "cause", "version"), name="protocol_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="protocoltick",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("alert", "protocol", "step"),
                name="protocol_tick_once",
            ),
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        migrations.RunSQL(RIGHTS),
    ]
