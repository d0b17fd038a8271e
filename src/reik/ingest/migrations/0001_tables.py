import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("ingest", "0001_initial")]

    dependencies = [
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="RawMessage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "received_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField()),
                ("received_at", models.DateTimeField()),
                ("organisation_id", models.UUIDField()),
                ("interpreter", models.TextField()),
                ("peer", models.TextField()),
                ("body", models.BinaryField()),
                (
                    "fate",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Interpreted"), (2, "Parked"), (3, "Refused")]
                    ),
                ),
                ("reason", models.TextField()),
            ],
            options={
                "db_table": "ingest_rawmessage",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="StreamReceiver",
            fields=[
                ("slot", models.TextField(primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StreamPartition",
            fields=[
                ("partition", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("holder", models.TextField(default="")),
                ("held_until", models.DateTimeField(null=True)),
                ("received_through", models.DateTimeField(null=True)),
                ("stream_seq", models.BigIntegerField(default=0)),
                ("stream_id", models.TextField(default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("partition__gte", 0), ("partition__lte", 15)),
                        name="partition_range",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Rejection",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("peer", models.TextField()),
                ("reason", models.TextField()),
                ("hour", models.DateTimeField()),
                ("count", models.IntegerField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "peer", "reason", "hour"), name="rejection_hour"
                    )
                ],
            },
        ),
    ]
