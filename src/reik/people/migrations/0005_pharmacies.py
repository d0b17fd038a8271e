import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0003_installation_pace"),
        ("people", "0004_carers_and_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pharmacy",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("email", models.BinaryField(null=True)),
                ("phone", models.BinaryField(null=True)),
                ("duty_name", models.TextField(default="")),
                ("duty_phone", models.BinaryField(null=True)),
                ("hours", models.JSONField(default=dict)),
                ("closed_on", models.JSONField(default=list)),
                ("lead_days", models.SmallIntegerField(default=2)),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.organisation",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="client",
            name="pharmacy",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="people.pharmacy"
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacy",
            constraint=models.UniqueConstraint(fields=("organisation", "name"), name="pharmacy_once"),
        ),
        migrations.AddConstraint(
            model_name="pharmacy",
            constraint=models.CheckConstraint(
                condition=models.Q(("lead_days__gte", 0), ("lead_days__lte", 30)), name="pharmacy_lead"
            ),
        ),
        migrations.RunSQL(protect("people_pharmacy") + keep_organisation("people_pharmacy")),
    ]
