import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("kernel", "0001_initial")]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="AccessEntry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "recorded_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.UUIDField()),
                ("recorded_at", models.DateTimeField()),
                ("organisation_id", models.UUIDField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor", models.TextField()),
                ("actor_role", models.TextField()),
                ("act", models.TextField()),
                ("outcome", models.TextField()),
                ("object_kind", models.TextField()),
                ("object_ids", models.JSONField()),
                ("detail", models.TextField()),
                ("session", models.TextField()),
                ("tx", models.BigIntegerField()),
            ],
            options={
                "db_table": "kernel_accessentry",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("username", models.TextField(unique=True)),
                ("display_name", models.TextField()),
                ("role", models.TextField()),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("seed", models.TextField(db_default="", default="")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Destination",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("channel", models.TextField()),
                ("name", models.TextField()),
                ("address", models.BinaryField()),
                ("secret", models.BinaryField(null=True)),
                ("concurrency", models.SmallIntegerField(default=16)),
                ("timeout_s", models.SmallIntegerField(default=10)),
                ("gateway", models.TextField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="FailedLook",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("newest_at", models.DateTimeField()),
                ("error", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="SpentChallenge",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="CodeApp",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="code_app",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("secret", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("pace", models.FloatField(db_default=1.0, default=1.0)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="installation_single"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["real", "demo", "scratch"])),
                        name="installation_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("pace", 1),
                            models.Q(("kind", "demo"), ("pace__gte", 1), ("pace__lte", 600)),
                            _connector="OR",
                        ),
                        name="installation_pace",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntegrationToken",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoginEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("account_id", models.UUIDField(null=True)),
                ("name_digest", models.BinaryField(null=True)),
                ("address", models.TextField()),
                ("what", models.TextField()),
                ("outcome", models.TextField()),
                ("detail", models.TextField(default="")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("name_digest__isnull", False)),
                        fields=["name_digest", "at"],
                        name="login_by_name",
                    ),
                    models.Index(fields=["address", "at"], name="login_by_address"),
                    models.Index(fields=["account_id", "at"], name="login_by_account"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("outcome__in", ["ok", "half", "failed", "slowed"])),
                        name="login_outcome",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("care", "Care"),
                            ("pharmacy", "Pharmacy"),
                            ("centre", "Centre"),
                            ("supplier", "Supplier"),
                            ("quarantine", "Quarantine"),
                        ]
                    ),
                ),
                ("zone", models.TextField(default="Europe/Amsterdam")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["care", "pharmacy", "centre", "supplier", "quarantine"])
                        ),
                        name="organisation_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "quarantine")), fields=("kind",), name="one_quarantine"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayHealth",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation_id",
                        "channel",
                        "gateway",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("channel", models.TextField()),
                ("gateway", models.TextField()),
                ("checked_at", models.DateTimeField()),
                ("fine_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="kernel.destination"
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
        migrations.AddField(
            model_name="destination",
            name="organisation",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
        ),
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("wrapped", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                ("destroyed_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="datakey_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessBlock",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("from_tx", models.BigIntegerField()),
                ("until_tx", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("digest", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("hash", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "number"), name="access_block_number")
                ],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="kernel.organisation"
            ),
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("priority", models.SmallIntegerField(default=0)),
                ("about", models.UUIDField(null=True)),
                ("body", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("available_at", models.DateTimeField()),
                ("gives_up_at", models.DateTimeField()),
                ("attempts", models.SmallIntegerField(default=0)),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[(0, "Waiting"), (1, "Sent"), (2, "Given Up"), (3, "Withdrawn")], default=0
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
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
                        condition=models.Q(("state", 0)),
                        fields=["priority", "available_at"],
                        name="outbox_due",
                    ),
                    models.Index(condition=models.Q(("state", 0)), fields=["about"], name="outbox_about"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state", 0)),
                            models.Q(("ended_at__isnull", False), ("state__gt", 0)),
                            _connector="OR",
                        ),
                        name="outbox_ended",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("credential_id", models.BinaryField(unique=True)),
                ("public", models.BinaryField()),
                ("counter", models.BigIntegerField(default=0)),
                ("label", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("removed_because", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("invited_by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("account",), name="invitation_one"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="destination",
            index=models.Index(fields=["organisation", "channel", "gateway"], name="destination_gateway"),
        ),
        migrations.AddIndex(
            model_name="destination",
            index=models.Index(
                condition=models.Q(("gateway", None)), fields=["id"], name="destination_unnamed"
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("channel__in", ("webhook", "email", "webpush", "sms", "voice", "scaip", "espax"))
                ),
                name="destination_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="destination",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("concurrency__gte", 1),
                    ("concurrency__lte", 256),
                    ("timeout_s__gte", 1),
                    ("timeout_s__lte", 60),
                ),
                name="destination_lane",
            ),
        ),
    ]
