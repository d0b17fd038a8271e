import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("people", "0001_initial")]

    dependencies = [
        ("kernel", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Client",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("salutation", models.TextField(default="")),
                ("name", models.TextField()),
                ("sort_name", models.TextField()),
                ("birth_date", models.DateField(null=True)),
                ("bsn", models.BinaryField(null=True)),
                ("bsn_index", models.BinaryField(null=True)),
                ("phone", models.BinaryField(null=True)),
                ("address", models.BinaryField(null=True)),
                ("caller_note", models.TextField(default="")),
                ("zone", models.TextField(default="Europe/Amsterdam")),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Carer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("relation", models.TextField()),
                ("phone", models.BinaryField(null=True)),
                ("phone_index", models.BinaryField(null=True)),
                ("consented_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "client"], name="carer_of_client"),
                    models.Index(fields=["organisation", "phone_index"], name="carer_phone"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("client", "account"),
                        name="carer_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientIdentifier",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("system", models.TextField()),
                ("value_index", models.BinaryField()),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="people.client"),
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
                    models.UniqueConstraint(
                        fields=("organisation", "value_index"), name="client_identifier_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyNumber",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("phone", models.BinaryField()),
                ("hours", models.JSONField(default=dict)),
                ("place", models.SmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["gp_post", "gp", "duty_pharmacy", "team", "centre", "supplier", "emergency"],
                            )
                        ),
                        name="duty_number_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseAccess",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("how", models.TextField()),
                ("words", models.BinaryField()),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_by", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "client",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.client"),
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
                            ("how__in", ["client_opens", "key_holder", "key_safe", "electronic_lock"])
                        ),
                        name="house_access_how",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("client",), name="house_access_now"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseAccessShown",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("alert", models.UUIDField(null=True)),
                ("shown_at", models.DateTimeField()),
                (
                    "access",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shown",
                        to="people.houseaccess",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
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
            name="Partnership",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("purpose", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.organisation",
                    ),
                ),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("organisation", models.F("partner")), _negated=True),
                        name="partnership_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="partnership_period",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation", "partner", "purpose", "starts_at"), name="partnership_once"
                    ),
                ],
            },
        ),
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "name"), name="pharmacy_once"),
                    models.CheckConstraint(
                        condition=models.Q(("lead_days__gte", 0), ("lead_days__lte", 30)),
                        name="pharmacy_lead",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="client",
            name="pharmacy",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="people.pharmacy"
            ),
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushDestination",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("endpoint", models.BinaryField()),
                ("endpoint_index", models.BinaryField()),
                ("keys", models.BinaryField()),
                ("label", models.TextField(default="")),
                ("lang", models.TextField(default="nl")),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("gone_because", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
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
                        condition=models.Q(("gone_at", None)), fields=["account"], name="push_of_account"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at", None)),
                        fields=("organisation", "endpoint_index"),
                        name="push_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("zone", models.TextField(default="Europe/Amsterdam")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "last_resort",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.destination",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RosterMember",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
                ),
                (
                    "fallback",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel.destination",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="people.roster",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False), ("ended_at", None)),
                        fields=("roster", "account"),
                        name="roster_member_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterFeed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feeds", to="people.roster"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.rostermember",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("roster", "member"),
                        name="roster_feed_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterException",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("place", models.SmallIntegerField(default=1)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("swap", models.UUIDField(null=True)),
                ("uid", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exceptions",
                        to="people.roster",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.rostermember"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["roster", "ends_at"], name="roster_exception_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("starts_at")),
                            ("kind__in", ["on", "off"]),
                            ("place__gte", 1),
                            ("place__lte", 3),
                        ),
                        name="roster_exception",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RosterPattern",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("place", models.SmallIntegerField(default=1)),
                ("weekdays", models.SmallIntegerField()),
                ("every_weeks", models.SmallIntegerField(default=1)),
                ("hours_from", models.TimeField()),
                ("hours_until", models.TimeField()),
                ("since", models.DateField()),
                ("until", models.DateField(null=True)),
                ("uid", models.TextField(db_default="", default="")),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.rostermember"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="patterns",
                        to="people.roster",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("every_weeks__gte", 1),
                            ("every_weeks__lte", 52),
                            ("weekdays__gte", 1),
                            ("weekdays__lte", 255),
                            ("place__gte", 1),
                            ("place__lte", 3),
                            models.Q(("until", None), ("until__gt", models.F("since")), _connector="OR"),
                        ),
                        name="roster_pattern",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="roster",
            name="team",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="people.team"),
        ),
        migrations.AddField(
            model_name="client",
            name="team",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="people.team"),
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="people.team"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "account"), name="member_once")],
            },
        ),
        migrations.CreateModel(
            name="CarerAbsence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "carer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="people.carer",
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
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="carer_absence_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientCard",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="people.client",
                    ),
                ),
                ("language", models.TextField(default="nl")),
                ("lives_with", models.TextField(default="")),
                ("video_link", models.BinaryField(null=True)),
                ("phone_index", models.BinaryField(null=True)),
                ("updated_at", models.DateTimeField()),
                ("updated_by", models.TextField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "phone_index"], name="client_card_phone")],
            },
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("organisation", "name"), name="roster_once"
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["organisation", "sort_name"], name="client_by_name"),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.UniqueConstraint(
                condition=models.Q(("bsn_index__isnull", False)),
                fields=("organisation", "bsn_index"),
                name="client_bsn_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="client",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bsn__isnull", True), ("bsn_index__isnull", True)),
                    models.Q(("bsn__isnull", False), ("bsn_index__isnull", False)),
                    _connector="OR",
                ),
                name="client_bsn_whole",
            ),
        ),
    ]
