import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

TABLE = "alerting_outagetick"


class Migration(migrations.Migration):
    dependencies = [("alerting", "0002_rights"), ("kernel", "0002_rights")]

    operations = [
        migrations.CreateModel(
            name="OutageTick",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("by_id", models.UUIDField(null=True)),
                ("outcome", models.TextField()),
                ("how", models.TextField()),
                ("ended", models.BooleanField()),
                ("before", models.JSONField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticks",
                        to="alerting.outageline",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(name="outage_tick_lately", fields=["at"], condition=models.Q(undone_at=None))
                ]
            },
        ),
        migrations.RunSQL(protect(TABLE) + keep_organisation(TABLE)),
    ]
