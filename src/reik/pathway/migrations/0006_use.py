"""What is done with a report of a complaint or an incident: its answer, its review, and every line of it."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only


class Migration(migrations.Migration):
    dependencies = [("pathway", "0005_orders")]
    operations = [
        migrations.AddField("incident", "established_at", models.DateTimeField(null=True)),
        migrations.AddField("incident", "answer", models.TextField(default="")),
        migrations.AddField("incident", "reviewed_at", models.DateTimeField(null=True)),
        migrations.AddField("incident", "reviewed_by", models.TextField(default="")),
        migrations.AddField("incident", "reviewed_note", models.TextField(default="")),
        migrations.CreateModel(
            name="IncidentLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("kind", models.TextField()),
                ("detail", models.JSONField(default=dict)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="pathway.incident",
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
        ),
        migrations.RunSQL(insert_only("pathway_incidentline")),
    ]
