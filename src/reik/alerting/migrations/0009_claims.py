from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerting", "0008_follow_up_a")]

    operations = [
        migrations.AddField("alert", "last_due_at", models.DateTimeField(null=True)),
        migrations.AddField("alert", "life", models.SmallIntegerField(db_default=1, default=1)),
        migrations.AddField("alert", "own_code", models.TextField(db_default="", default="")),
        migrations.AddField("claim", "life", models.SmallIntegerField(db_default=1, default=1)),
        migrations.RemoveConstraint("claim", "claim_once"),
        migrations.AddConstraint(
            "claim", models.UniqueConstraint(fields=("alert", "life", "by"), name="claim_once")
        ),
    ]
