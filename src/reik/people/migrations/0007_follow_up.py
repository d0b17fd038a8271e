import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation, protect


TENANT_TABLES = [
    "people_carerabsence",
    "people_clientcard",
    "people_dutynumber",
    "people_houseaccess",
    "people_presence",
    "people_roster",
    "people_rosterexception",
    "people_rostermember",
    "people_rosterpattern",
]
APPEND_ONLY = ["people_houseaccessshown"]


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_channels"),
        ("people", "0006_push"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="people.team"
                    ),
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
                ("created_at", models.DateTimeField()),
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
                            ("kind__in", ["gp_post", "gp", "duty_pharmacy", "team", "supplier", "emergency"])
                        ),
                        name="duty_number_kind",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="houseaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("how__in", ["client_opens", "key_holder", "key_safe", "electronic_lock"])
                ),
                name="house_access_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="houseaccess",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("client",), name="house_access_now"
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("organisation", "name"), name="roster_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="rostermember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("account__isnull", False), ("ended_at", None)),
                fields=("roster", "account"),
                name="roster_member_once",
            ),
        ),
        migrations.AddIndex(
            model_name="rosterexception",
            index=models.Index(fields=["roster", "ends_at"], name="roster_exception_at"),
        ),
        migrations.AddConstraint(
            model_name="rosterexception",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    ("kind__in", ["on", "off"]),
                    ("place__gte", 1),
                    ("place__lte", 3),
                ),
                name="roster_exception",
            ),
        ),
        migrations.AddConstraint(
            model_name="rosterpattern",
            constraint=models.CheckConstraint(
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
            ),
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
    ]
