import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect


class Migration(migrations.Migration):
    dependencies = [("medication", "0004_least_interval"), ("people", "0005_pharmacies")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medication.roll",
                    ),
                ),
                ("because", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("urgency", models.TextField()),
                ("affected", models.JSONField()),
                ("options", models.JSONField()),
                ("proposed", models.TextField()),
                ("choice", models.TextField(default="")),
                ("chosen_by", models.TextField(default="")),
                ("chosen_at", models.DateTimeField(null=True)),
                ("chosen_because", models.TextField(default="")),
                ("others_by", models.JSONField(default=dict)),
                ("confirmed_by", models.TextField(default="")),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_how", models.TextField(default="")),
                ("declined_by", models.TextField(default="")),
                ("declined_because", models.TextField(default="")),
                ("device_state", models.TextField(default="")),
                ("device_held", models.JSONField(default=list)),
                ("device_not_held", models.JSONField(default=list)),
                ("command_id", models.UUIDField(null=True)),
                ("pause_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("told_undecided_at", models.DateTimeField(null=True)),
                ("told_not_held_at", models.DateTimeField(null=True)),
                ("removed_by", models.TextField(default="")),
                ("removed_count", models.IntegerField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("state", models.TextField(default="open")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_as", models.TextField(default="")),
                ("ended_by", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "found_at"], name="change_of_client"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["first_at"], name="change_first"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("roll",), name="change_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "open",
                                    "undecided",
                                    "chosen",
                                    "confirmed",
                                    "carried_out",
                                    "ended",
                                    "withdrawn",
                                ),
                            )
                        ),
                        name="change_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "device_state__in",
                                (
                                    "",
                                    "none",
                                    "asked",
                                    "held",
                                    "partly",
                                    "planned",
                                    "pausing",
                                    "paused",
                                    "failed",
                                    "lifting",
                                    "lifted",
                                ),
                            )
                        ),
                        name="change_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("state__in", ("open", "undecided", "chosen", "confirmed", "carried_out")),
                            ),
                            models.Q(("ended_at__isnull", False), ("state__in", ("ended", "withdrawn"))),
                            _connector="OR",
                        ),
                        name="change_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", ""), ("chosen_at", None)),
                            models.Q(models.Q(("choice", ""), _negated=True), ("chosen_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="change_chosen",
                    ),
                ],
            },
        ),
        migrations.RunSQL(protect("medication_change") + keep_organisation("medication_change")),
    ]
