import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation


class Migration(migrations.Migration):
    dependencies = [
        ("medication", "0003_sent_back"),
        ("people", "0005_pharmacies"),
    ]

    operations = [
        migrations.AddField(
            model_name="scheduleline",
            name="gap_min",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="HandoutLimit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.TimeField()),
                ("window_min", models.SmallIntegerField()),
                ("late_min", models.SmallIntegerField()),
                ("gap_min", models.SmallIntegerField()),
                ("criticality", models.SmallIntegerField()),
                ("set_by", models.TextField()),
                ("set_role", models.TextField()),
                ("set_at", models.DateTimeField()),
                ("because", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["client", "at", "set_at"], name="limit_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("late_min__gte", models.F("window_min")),
                            ("late_min__lte", 1440),
                            ("window_min__gte", 1),
                            ("window_min__lte", 240),
                            ("criticality__gte", 0),
                            ("criticality__lte", 2),
                            ("gap_min__gte", 0),
                            ("gap_min__lte", 1440),
                        ),
                        name="limit_minutes",
                    )
                ],
            },
        ),
        migrations.RunSQL(
            insert_only("medication_handoutlimit") + keep_organisation("medication_handoutlimit")
        ),
    ]
