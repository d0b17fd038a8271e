import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("kernel", "0002_rights"),
        ("people", "0002_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="RollupState",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("through", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ClientFunding",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("insurer", models.TextField()),
                ("since", models.DateField()),
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
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Computed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("title", models.TextField()),
                ("inputs", models.JSONField()),
                ("outcome", models.JSONField()),
                ("seed", models.BigIntegerField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FundingTerms",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("insurer", models.TextField()),
                ("year", models.SmallIntegerField()),
                ("terms", models.JSONField()),
                ("source", models.TextField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Measured",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("indicator", models.TextField()),
                ("period_from", models.DateField()),
                ("period_until", models.DateField()),
                ("baseline", models.BooleanField(default=False)),
                ("numerator", models.FloatField()),
                ("denominator", models.FloatField()),
                ("note", models.TextField(default="")),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PdcaNote",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("indicator", models.TextField()),
                ("phase", models.TextField()),
                ("text", models.TextField()),
                ("owner", models.TextField(default="")),
                ("due_on", models.DateField(null=True)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanningFile",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("digest", models.BinaryField()),
                ("mapping", models.JSONField()),
                ("anonymous", models.BooleanField()),
                ("zone", models.TextField(default="Europe/Amsterdam")),
                ("state", models.TextField()),
                ("first_day", models.DateField(null=True)),
                ("last_day", models.DateField(null=True)),
                ("visits", models.IntegerField(default=0)),
                ("refused", models.JSONField(default=list)),
                ("refused_count", models.IntegerField(default=0)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanningMapping",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("mapping", models.JSONField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="QuestionnaireAnswer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("questionnaire", models.TextField()),
                ("team_id", models.UUIDField(null=True)),
                ("answers", models.JSONField()),
                ("answered_on", models.DateField()),
                ("by", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SupplierBill",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("supplier", models.TextField()),
                ("month", models.DateField()),
                ("lines", models.JSONField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.IntegerField()),
                ("day", models.DateField()),
                ("starts_at", models.DateTimeField()),
                ("minutes", models.FloatField()),
                ("client_key", models.TextField()),
                ("client_id", models.UUIDField(null=True)),
                ("worker_key", models.TextField(default="")),
                ("team_key", models.TextField(default="")),
                ("activity", models.TextField(default="")),
                ("kind", models.TextField()),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("travel_minutes", models.FloatField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="value.planningfile"
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
            name="Assumption",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("low", models.FloatField()),
                ("likely", models.FloatField()),
                ("high", models.FloatField()),
                ("unit", models.TextField()),
                ("source", models.TextField()),
                ("source_date", models.DateField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "key", "-created_at"], name="assumption_of")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("likely__lte", models.F("high")), ("low__lte", models.F("likely"))
                        ),
                        name="range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="assumption_source"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MomentDay",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("client_id", models.UUIDField()),
                ("team_id", models.UUIDField(null=True)),
                ("model", models.TextField(default="")),
                ("day", models.DateField()),
                ("moments", models.IntegerField()),
                ("counts", models.JSONField()),
                ("delays", models.JSONField()),
                ("changed_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "day"], name="moment_day_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "client_id", "model", "day"), name="moment_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OwnIndicator",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("domain", models.TextField()),
                ("must", models.BooleanField(default=False)),
                ("definition", models.JSONField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("organisation", "key"),
                        name="own_indicator",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="planningfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "taken")),
                fields=("organisation", "digest"),
                name="planning_once",
            ),
        ),
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(fields=["file", "team_key", "day"], name="visit_by_day"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(fields=("file", "line"), name="visit_line"),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gt", 0), ("minutes__lte", 1440)), name="visit_minutes"
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["none", "combined", "unique"])), name="visit_kind"
            ),
        ),
    ]
