import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("fhir", "0001_initial")]

    dependencies = [
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("type", models.TextField()),
                ("identity", models.BinaryField()),
                ("version", models.IntegerField()),
                ("digest", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.client",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="fhir.resource",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "type", "identity"), name="fhir_identity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="fhir_version_counts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("client__isnull", True), ("type", "Patient"), _connector="OR"),
                        name="fhir_client_of_patient",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("parameter", models.TextField()),
                ("system", models.TextField()),
                ("value", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="fhir.resource"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["organisation", "parameter", "value", "system", "resource"],
                        name="fhir_token_found",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ToLink",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                (
                    "state",
                    models.SmallIntegerField(choices=[(0, "Open"), (1, "Linked"), (2, "Refused")], default=0),
                ),
                ("since", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
                ("note", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.client",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fhir.resource"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", 0)),
                        fields=["organisation", "since"],
                        name="fhir_to_link",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", 0)), fields=("patient",), name="fhir_to_link_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("client__isnull", True), ("decided_at__isnull", True), ("state", 0)),
                            models.Q(("client__isnull", False), ("decided_at__isnull", False), ("state", 1)),
                            models.Q(("client__isnull", True), ("decided_at__isnull", False), ("state", 2)),
                            _connector="OR",
                        ),
                        name="fhir_link_decided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                ("handed_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fhir.resource"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="fhir.resource"
                    ),
                ),
                (
                    "to_link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="fhir.tolink",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "digest"), name="fhir_message_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_link__isnull", False), ("handed_at__isnull", False), _connector="OR"
                        ),
                        name="fhir_message_somewhere",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "resource_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.IntegerField()),
                ("content", models.TextField()),
                ("sealed", models.BinaryField(null=True)),
                ("message_id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="fhir.resource",
                    ),
                ),
            ],
        ),
    ]
