import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerting", "0009_claims"), ("dispensing", "0009_follow_up")]

    operations = [
        migrations.AddField("outage", "merged_into", models.UUIDField(null=True)),
        migrations.AddField("outage", "messages", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField("outage", "untold", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField("outageline", "owner_id", models.UUIDField(null=True)),
        migrations.AddField("outageline", "listed_at", models.DateTimeField(null=True)),
        # A moment that has not begun may be planned otherwise meanwhile: its line then ends.
        migrations.AlterField(
            "outageline",
            "moment",
            models.OneToOneField(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to="dispensing.moment",
            ),
        ),
        migrations.AddIndex(
            "outageline",
            models.Index(
                name="outage_line_told",
                fields=["told_late_at"],
                condition=models.Q(outcome_at=None, told_late_at__isnull=False),
            ),
        ),
        migrations.AddField("outagenote", "times", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField("outagenote", "next_at", models.DateTimeField(null=True)),
    ]
