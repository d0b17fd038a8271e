"""What was printed for a client, so that a paper that is old is told."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

TABLE = "pathway_printed"


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_rights"),
        ("people", "0001_tables"),
        ("pathway", "0007_form_texts"),
    ]
    operations = [
        migrations.CreateModel(
            name="Printed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("what", models.TextField()),
                ("language", models.TextField()),
                ("marks", models.JSONField(default=dict)),
                ("told", models.JSONField(default=dict)),
                ("printed_at", models.DateTimeField()),
                ("printed_by", models.TextField()),
                ("looked_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.client",
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
                    models.Index(
                        name="printed_to_look", fields=["looked_at"], condition=models.Q(replaced_at=None)
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        name="printed_once",
                        fields=["client", "what", "language"],
                        condition=models.Q(replaced_at=None),
                    )
                ],
            },
        ),
        migrations.RunSQL(protect(TABLE) + keep_organisation(TABLE)),
    ]
