import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_rights"),
        ("people", "0002_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarePath",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("setting", models.TextField()),
                ("variant", models.JSONField(default=dict)),
                ("state", models.TextField()),
                ("step", models.SmallIntegerField()),
                ("because", models.TextField(default="")),
                ("look_again_on", models.DateField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField(default=1)),
                (
                    "before",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="pathway.carepath",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Baseline",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("measured_on", models.DateField()),
                ("administration_minutes", models.DecimalField(decimal_places=1, max_digits=6)),
                ("note", models.TextField(default="")),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="baselines",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BaselineMoment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.TimeField()),
                ("weekdays", models.SmallIntegerField()),
                ("unique", models.BooleanField()),
                ("care_minutes", models.DecimalField(decimal_places=1, max_digits=5)),
                ("travel_minutes", models.DecimalField(decimal_places=1, max_digits=5)),
                ("who", models.TextField()),
                (
                    "baseline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moments",
                        to="pathway.baseline",
                    ),
                ),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Allotment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("duty", models.TextField()),
                ("who", models.TextField()),
                ("name", models.TextField(default="")),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "carer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.carer",
                    ),
                ),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allotments",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("why", models.TextField()),
                ("evidence", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("held_at", models.DateTimeField(null=True)),
                ("held_by", models.TextField(default="")),
                ("role", models.TextField(default="")),
                ("answers", models.JSONField(default=dict)),
                ("outcome", models.TextField(default="")),
                ("next_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("key", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("holds_until", models.DateTimeField(null=True)),
                ("about", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("taken_back_by", models.TextField(default="")),
                ("taken_back_because", models.TextField(default="")),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("form", models.TextField()),
                ("language", models.TextField()),
                ("version", models.IntegerField()),
                ("body", models.TextField()),
                ("author_id", models.UUIDField()),
                ("author", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_id", models.UUIDField(null=True)),
                ("approved_by", models.TextField(default="")),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("happened_at", models.DateTimeField()),
                ("reported_at", models.DateTimeField()),
                ("reported_by", models.TextField()),
                ("reporter", models.TextField()),
                ("what", models.TextField()),
                ("phase", models.TextField(default="")),
                ("cause", models.TextField(default="")),
                ("harm", models.TextField(default="unknown")),
                ("measures", models.TextField(default="")),
                ("report_by", models.DateTimeField(null=True)),
                ("inspectorate_at", models.DateTimeField(null=True)),
                ("about", models.UUIDField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incidents",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Indication",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("basis", models.TextField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("in_care_plan", models.BooleanField(default=False)),
                ("source", models.TextField()),
                ("source_key", models.TextField(default="")),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_because", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("who", models.TextField()),
                ("name", models.TextField()),
                ("items", models.JSONField(default=dict)),
                ("understood", models.BooleanField()),
                ("repeat_on", models.DateField(null=True)),
                ("note", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                (
                    "carer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.carer",
                    ),
                ),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LoadSigning",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("roll", models.UUIDField()),
                ("counted", models.IntegerField()),
                ("compared_with", models.TextField()),
                ("differences", models.TextField(default="")),
                ("left_in_tray", models.IntegerField(default=0)),
                ("signed_at", models.DateTimeField()),
                ("account_id", models.UUIDField(null=True)),
                ("signed_by", models.TextField()),
                ("who", models.TextField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
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
            name="Override",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("condition", models.TextField()),
                ("because", models.TextField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("at", models.DateTimeField()),
                ("make_good_by", models.DateTimeField()),
                ("made_good_at", models.DateTimeField(null=True)),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PathEvent",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("event", models.TextField()),
                ("from_state", models.TextField()),
                ("to_state", models.TextField()),
                ("step", models.SmallIntegerField()),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("note", models.TextField(default="")),
                ("detail", models.JSONField(default=dict)),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PathTerms",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("names", models.JSONField(default=dict)),
                ("terms", models.JSONField(default=dict)),
                ("choices", models.JSONField(default=dict)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlannedVisit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("state", models.TextField()),
                ("because", models.TextField(default="")),
                ("stops_on", models.DateField(null=True)),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "moment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visit",
                        to="pathway.baselinemoment",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RoomTest",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("room", models.TextField()),
                ("heard", models.BooleanField()),
                ("seen", models.BooleanField()),
                ("volume", models.SmallIntegerField(null=True)),
                ("measure", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
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
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="room_tests",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Selection",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("form", models.TextField()),
                ("answers", models.JSONField(default=dict)),
                ("measures", models.JSONField(default=list)),
                ("outcome", models.TextField()),
                ("because", models.JSONField(default=list)),
                ("look_again_on", models.DateField(null=True)),
                ("author_id", models.UUIDField()),
                ("author", models.TextField()),
                ("author_role", models.TextField()),
                ("second", models.TextField(default="")),
                ("second_on", models.DateField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="selections",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SharedDecision",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("choice", models.TextField()),
                ("decided_by", models.TextField()),
                ("representative", models.TextField(default="")),
                ("capacity", models.TextField()),
                ("resistance", models.TextField(default="none")),
                ("wzd", models.TextField(default="not_needed")),
                ("wzd_on", models.DateField(null=True)),
                ("carer", models.TextField(default="")),
                ("words", models.TextField(default="")),
                ("at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="pathway.carepath",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Supplier",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("types", models.JSONField(default=list)),
                ("channel", models.TextField()),
                ("mapping", models.JSONField(default=dict)),
                ("phone", models.TextField(default="")),
                ("lead_days", models.SmallIntegerField(default=5)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "destination",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DispenserOrder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("model", models.TextField()),
                ("wanted_on", models.DateField()),
                ("options", models.JSONField(default=dict)),
                ("state", models.TextField()),
                ("their_number", models.TextField(default="")),
                ("device", models.TextField(default="")),
                ("message", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.TextField()),
                ("changed_at", models.DateTimeField()),
                ("changed_by", models.TextField()),
                ("note", models.TextField(default="")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.client"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "path",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="pathway.carepath",
                    ),
                ),
                (
                    "supplier",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="pathway.supplier"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskFeed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SelectionDraft",
            fields=[
                (
                    "path",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="pathway.carepath",
                    ),
                ),
                ("form", models.TextField()),
                ("answers", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.TextField()),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="carepath",
            index=models.Index(fields=["organisation", "state", "step"], name="path_by_state"),
        ),
        migrations.AddConstraint(
            model_name="carepath",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("client",), name="one_path"
            ),
        ),
        migrations.AddConstraint(
            model_name="carepath",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "setting__in",
                        ("zvw", "wlz_home", "wlz_intramural", "wmo", "supported_living", "private"),
                    )
                ),
                name="path_setting",
            ),
        ),
        migrations.AddConstraint(
            model_name="carepath",
            constraint=models.CheckConstraint(
                condition=models.Q(("step__gte", 1), ("step__lte", 9)), name="path_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="carepath",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None), ("ended_at__gte", models.F("opened_at")), _connector="OR"
                ),
                name="path_ended",
            ),
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(
                condition=models.Q(("held_at", None)),
                fields=["organisation", "due_on"],
                name="evaluation_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("held_at", None)), fields=("path", "why"), name="evaluation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_at", None), ("outcome", "")),
                    models.Q(("held_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="evaluation_held",
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["path", "kind", "at"], name="evidence_of"),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.UniqueConstraint(
                fields=("organisation", "form", "language", "version"), name="form_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_id", None),
                    models.Q(("approved_id", models.F("author_id")), _negated=True),
                    _connector="OR",
                ),
                name="form_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("reported_at__gte", models.F("happened_at"))), name="incident_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="indication",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("source_key", ""), _negated=True), ("ended_at", None)),
                fields=("organisation", "source", "source_key"),
                name="indication_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="indication",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("client",), name="indication_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="override",
            constraint=models.UniqueConstraint(
                condition=models.Q(("made_good_at", None)), fields=("path", "condition"), name="override_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="pathterms",
            constraint=models.UniqueConstraint(fields=("organisation", "version"), name="terms_once"),
        ),
        migrations.AddConstraint(
            model_name="selection",
            constraint=models.UniqueConstraint(fields=("path", "version"), name="selection_version"),
        ),
        migrations.AddConstraint(
            model_name="dispenserorder",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["sent", "confirmed", "shipped"])),
                fields=("path",),
                name="one_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("account",), name="task_feed_once"
            ),
        ),
    ]
