from django.db import migrations, models

# Who had an alert before is known by her name alone: she keeps it as somebody without an account does.
KNOWN = """
UPDATE alerting_claim SET key = md5('name:' || by)::uuid;
UPDATE alerting_alert SET accepted_key = md5('name:' || accepted_by)::uuid WHERE accepted_by <> '';
UPDATE alerting_alert SET handled_key = md5('name:' || handled_by)::uuid WHERE handled_by <> '';
UPDATE alerting_shifthandover SET by_key = md5('name:' || by)::uuid;
"""


class Migration(migrations.Migration):
    atomic = True
    dependencies = [("alerting", "0003_outage_ticks")]

    operations = [
        migrations.AddField("alert", "accepted_key", models.UUIDField(null=True)),
        migrations.AddField("alert", "handled_key", models.UUIDField(null=True)),
        migrations.AddField("alert", "visit_decided_by", models.TextField(default="", db_default="")),
        migrations.AddField("alert", "visit_decided_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "arrangement", "centre_decides", models.BooleanField(default=False, db_default=False)
        ),
        migrations.AddField("claim", "key", models.UUIDField(null=True)),
        migrations.AddField("shifthandover", "by_key", models.UUIDField(null=True)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("claim", "key", models.UUIDField()),
        migrations.AlterField("shifthandover", "by_key", models.UUIDField()),
        migrations.RemoveConstraint("claim", "claim_once"),
        migrations.AddConstraint(
            "claim", models.UniqueConstraint(fields=["alert", "life", "key"], name="claim_once")
        ),
    ]
