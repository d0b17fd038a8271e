import django.db.models.deletion
import django.db.models.expressions
import reik.dispensing.outcomes
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("dispensing", "0001_initial")]

    dependencies = [
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispenser",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("device", models.TextField(unique=True)),
                ("partition", models.SmallIntegerField()),
                ("reports", models.TextField(default="every_moment")),
                ("evidence", models.TextField(default="removed")),
                ("supplier", models.TextField(db_default="", default="")),
                ("network", models.TextField(db_default="", default="")),
                ("region", models.TextField(db_default="", default="")),
                ("created_at", models.DateTimeField()),
                ("epoch", models.BigIntegerField(default=0)),
                ("epoch_since", models.DateTimeField(null=True)),
                ("upto", models.BigIntegerField(default=0)),
                ("highest", models.BigIntegerField(default=0)),
                ("beat_epoch", models.BigIntegerField(default=0)),
                ("beat", models.BigIntegerField(default=0)),
                ("beat_last_seq", models.BigIntegerField(default=0)),
                ("beat_at", models.DateTimeField(null=True)),
                ("beat_data", models.JSONField(null=True)),
                ("heard_at", models.DateTimeField(null=True)),
                ("silent_at", models.DateTimeField(null=True)),
                ("offsets", models.JSONField(default=list)),
                ("offset_at", models.DateTimeField(null=True)),
                ("free_clock", models.BooleanField(default=False)),
                ("highest_command", models.BigIntegerField(default=0)),
                ("session", models.TextField(default="")),
                ("started_epoch", models.BigIntegerField(default=0)),
                ("started_seq", models.BigIntegerField(default=0)),
                ("started", models.JSONField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "device"], name="dispenser_of_organisation")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("client__isnull", False)),
                        fields=("client",),
                        name="one_dispenser_per_client",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reports__in", ["every_moment", "deviations_only"])),
                        name="dispenser_reports",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence__in", ["pressed", "handed_out", "removed"])),
                        name="dispenser_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("upto__lte", models.F("highest"))), name="dispenser_journal"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                ("state", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("expected_end", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField()),
                ("said_by", models.TextField()),
                ("noted_by", models.TextField()),
                ("resumes", models.TextField(default="")),
                ("resumes_phone", models.TextField(default="")),
                ("pause_id", models.UUIDField(null=True)),
                ("hold_id", models.UUIDField(null=True)),
                ("resume_id", models.UUIDField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("checks", models.JSONField(default=dict)),
                ("expired_told_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="dispensing.dispenser",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "client", "starts_at"], name="absence_of_client"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["starts_at"], name="absence_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("client",), name="one_absence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("state__in", ["planned", "away", "stopped", "back", "resuming"]),
                            ),
                            models.Q(("ended_at__isnull", False), ("state__in", ["ended", "cancelled"])),
                            _connector="OR",
                        ),
                        name="absence_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until", None), ("until__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="absence_until",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AbsenceLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("by", models.TextField()),
                ("text", models.TextField(default="")),
                (
                    "absence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="dispensing.absence",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeviceEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "dispenser_id",
                        "epoch",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("epoch", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("at", models.DateTimeField(null=True)),
                ("type", models.TextField()),
                ("data", models.JSONField()),
                ("digest", models.BinaryField()),
                ("parked", models.TextField(default="")),
                ("received_at", models.DateTimeField()),
                ("raw_id", models.UUIDField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeviceConflict",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("epoch", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("data", models.JSONField()),
                ("digest", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "dispenser",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("dispenser", "epoch", "seq", "digest"), name="conflict_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceCommand",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(null=True)),
                ("type", models.TextField()),
                ("data", models.JSONField()),
                ("permits", models.BooleanField()),
                ("given_by", models.TextField()),
                ("given_at", models.DateTimeField()),
                ("send_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("state", models.TextField(default="waiting")),
                ("reason", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commands",
                        to="dispensing.dispenser",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["send_at"], name="command_due"
                    ),
                    models.Index(fields=["dispenser", "given_at"], name="command_of_dispenser"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("dispenser", "number"), name="command_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["waiting", "sent", "confirmed", "refused", "unknown", "expired", "replaced"],
                            )
                        ),
                        name="command_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceSecret",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("generation", models.SmallIntegerField()),
                ("password_digest", models.BinaryField()),
                ("key", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "dispenser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="secrets",
                        to="dispensing.dispenser",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dispenser", "generation"), name="secret_generation")
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "dispenser_id",
                        "key",
                        "epoch",
                        "seq",
                        "why",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.TextField()),
                ("epoch", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                ("why", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["unplanned", "contested", "parked", "poison"])),
                        name="mention_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Moment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("latest_at", models.DateTimeField()),
                ("sachets", models.SmallIntegerField(default=1)),
                ("criticality", models.SmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("presented", models.IntegerField(default=0)),
                ("out", models.IntegerField(default=0)),
                ("last_out_at", models.DateTimeField(null=True)),
                ("closed_epoch", models.BigIntegerField(default=0)),
                ("closed_seq", models.BigIntegerField(default=0)),
                ("closed_as", models.TextField(default="")),
                ("closed_at", models.DateTimeField(null=True)),
                ("contested", models.BooleanField(default=False)),
                ("by_hand", models.IntegerField(db_default=0)),
                ("by_hand_at", models.DateTimeField(null=True)),
                ("away", models.UUIDField(null=True)),
                ("gap_s", models.IntegerField(db_default=0)),
                ("verdict", models.TextField(default="")),
                ("verdict_reason", models.TextField(default="")),
                (
                    "outcome",
                    models.TextField(
                        choices=[
                            ("in_time", "in_time"),
                            ("early", "early"),
                            ("late", "late"),
                            ("partly", "partly"),
                            ("not_out", "not_out"),
                            ("withheld", "withheld"),
                            ("by_hand", "by_hand"),
                            ("paused", "paused"),
                            ("device_failure", "device_failure"),
                            ("no_notice", "no_notice"),
                            ("unknown", "unknown"),
                        ],
                        null=True,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", None)), fields=["deadline_at"], name="moment_open"
                    ),
                    models.Index(fields=["organisation", "due_at"], name="moment_of_organisation"),
                    models.Index(fields=["client", "due_at"], name="moment_of_client"),
                    models.Index(
                        condition=models.Q(("gap_s__gt", 0), ("outcome", None)),
                        fields=["client", "due_at"],
                        name="moment_with_gap",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("dispenser", "key"), name="moment_at_device"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deadline_at__gt", models.F("due_at")),
                            ("latest_at__gte", models.F("deadline_at")),
                        ),
                        name="moment_times",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sachets__gte", 1), ("sachets__lte", 30)), name="moment_sachets"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", None),
                            (
                                "outcome__in",
                                [
                                    reik.dispensing.outcomes.Outcome["IN_TIME"],
                                    reik.dispensing.outcomes.Outcome["EARLY"],
                                    reik.dispensing.outcomes.Outcome["LATE"],
                                    reik.dispensing.outcomes.Outcome["PARTLY"],
                                    reik.dispensing.outcomes.Outcome["NOT_OUT"],
                                    reik.dispensing.outcomes.Outcome["WITHHELD"],
                                    reik.dispensing.outcomes.Outcome["BY_HAND"],
                                    reik.dispensing.outcomes.Outcome["PAUSED"],
                                    reik.dispensing.outcomes.Outcome["DEVICE_FAILURE"],
                                    reik.dispensing.outcomes.Outcome["NO_NOTICE"],
                                    reik.dispensing.outcomes.Outcome["UNKNOWN"],
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="moment_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("outcome", None)),
                            models.Q(("ended_at__isnull", False), ("outcome__isnull", False)),
                            _connector="OR",
                        ),
                        name="moment_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandGiving",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("places", models.IntegerField()),
                ("roll", models.TextField(default="")),
                ("sachets", models.JSONField(default=list)),
                ("stock", models.TextField()),
                ("stock_note", models.TextField(default="")),
                ("state", models.TextField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("said_given_at", models.DateTimeField(null=True)),
                ("command_id", models.UUIDField(null=True)),
                ("blocks_by", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(default="")),
                ("epoch", models.BigIntegerField(default=0)),
                ("numbers", models.JSONField(default=list)),
                ("numbers_by", models.TextField(default="")),
                ("override_by", models.TextField(default="")),
                ("override_because", models.TextField(default="")),
                ("given_at", models.DateTimeField(null=True)),
                ("given_by", models.TextField(default="")),
                ("ended_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("note", models.TextField(default="")),
                ("held_command_id", models.UUIDField(null=True)),
                ("held_roll", models.TextField(default="")),
                ("held_sachets", models.JSONField(default=list)),
                ("held_until", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "moment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="givings",
                        to="dispensing.moment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "client", "asked_at"], name="giving_of_client"),
                    models.Index(
                        condition=models.Q(("command_id__isnull", False)),
                        fields=["command_id"],
                        name="giving_command",
                    ),
                    models.Index(
                        condition=models.Q(("held_until__isnull", False)),
                        fields=["held_until"],
                        name="giving_holds",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("moment",), name="one_giving"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("state__in", ["blocking", "blocked", "unblocked", "taken"]),
                            ),
                            models.Q(
                                ("ended_at__isnull", False), ("state__in", ["counted", "out", "dropped"])
                            ),
                            _connector="OR",
                        ),
                        name="giving_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("stock__in", ["roll", "own", "other"])), name="giving_stock"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "counted"), _negated=True),
                            ("given_at__isnull", False),
                            _connector="OR",
                        ),
                        name="giving_counted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollStay",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("roll", models.TextField()),
                ("said", models.JSONField()),
                ("state", models.TextField()),
                ("loaded", models.IntegerField(null=True)),
                ("out", models.IntegerField()),
                ("presented", models.IntegerField()),
                ("retained", models.IntegerField()),
                ("removed", models.IntegerField()),
                ("counted", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
                (
                    "dispenser",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="dispensing.dispenser"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dispenser", "roll"), name="roll_in_dispenser")
                ],
            },
        ),
        migrations.CreateModel(
            name="TakeAlong",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("command_id", models.UUIDField(null=True)),
                ("moments", models.JSONField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("handed_out", models.SmallIntegerField(null=True)),
                ("packed_by", models.TextField(default="")),
                ("came_back", models.SmallIntegerField(null=True)),
                ("out_of_sight", models.SmallIntegerField(null=True)),
                ("counted_by", models.TextField(default="")),
                ("counted_at", models.DateTimeField(null=True)),
                ("note", models.TextField(default="")),
                (
                    "absence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_along",
                        to="dispensing.absence",
                    ),
                ),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("counted_at", None),
                            models.Q(
                                ("came_back__gte", 0),
                                (
                                    "handed_out",
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("came_back"), "+", models.F("out_of_sight")
                                    ),
                                ),
                                ("out_of_sight__gte", 0),
                            ),
                            _connector="OR",
                        ),
                        name="along_balances",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DevicePlan",
            fields=[
                (
                    "dispenser",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="dispensing.dispenser",
                    ),
                ),
                ("version", models.BigIntegerField()),
                ("sha256", models.TextField()),
                ("moments", models.JSONField(null=True)),
                ("command_id", models.UUIDField(null=True)),
                ("renew_at", models.DateTimeField(null=True)),
                ("applied_version", models.BigIntegerField(default=0)),
                ("applied_sha256", models.TextField(default="")),
                ("applied_epoch", models.BigIntegerField(default=0)),
                ("applied_seq", models.BigIntegerField(default=0)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["renew_at"], name="plan_to_renew")],
            },
        ),
    ]
