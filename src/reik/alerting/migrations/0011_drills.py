from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerting", "0010_outages")]

    operations = [
        migrations.AddField("drill", "covers", models.TextField(default="", db_default="")),
        migrations.AddIndex(
            "drill", models.Index(name="drill_covers", fields=["organisation", "covers", "started_at"])
        ),
        migrations.AddConstraint(
            "drill",
            models.UniqueConstraint(
                name="drill_alone", fields=["arrangement", "route"], condition=models.Q(ended_at=None)
            ),
        ),
        migrations.AlterField("drillstep", "sent_at", models.DateTimeField(null=True)),
        migrations.AddField("drillstep", "due_at", models.DateTimeField()),
        migrations.AddField("drillstep", "wait_s", models.IntegerField()),
        migrations.AddField("drillstep", "reason", models.TextField(default="", db_default="")),
        migrations.AddField("drillstep", "fallback_id", models.UUIDField(null=True)),
        migrations.AddIndex(
            "drillstep",
            models.Index(
                name="drill_step_due", fields=["due_at"], condition=models.Q(sent_at=None, reason="")
            ),
        ),
        migrations.AddIndex(
            "drillstep",
            models.Index(
                name="drill_step_proven",
                fields=["destination", "answered_at"],
                condition=models.Q(answered_at__isnull=False),
            ),
        ),
    ]
