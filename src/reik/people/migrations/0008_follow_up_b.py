import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect


class Migration(migrations.Migration):
    dependencies = [("people", "0007_follow_up")]

    operations = [
        migrations.AddField(
            model_name="rosterpattern", name="uid", field=models.TextField(db_default="", default="")
        ),
        migrations.AddField(
            model_name="rosterpattern", name="ended_at", field=models.DateTimeField(null=True)
        ),
        migrations.CreateModel(
            name="RosterFeed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.rostermember",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="feeds",
                        to="people.roster",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("roster", "member"),
                        name="roster_feed_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(protect("people_rosterfeed") + keep_organisation("people_rosterfeed")),
    ]
