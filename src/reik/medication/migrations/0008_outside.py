import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TABLES = ("looseline", "loosegiven", "loosetold")

DECIDED = """
GRANT UPDATE (decision, decided_by, decided_at, because, line) ON medication_outsideproposal TO reik_web;
REVOKE UPDATE, DELETE ON medication_outsideproposal FROM reik_worker;
GRANT UPDATE (decision, decided_by, decided_at, because, line) ON medication_outsideproposal TO reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("medication", "0007_roll_life"), ("people", "0005_pharmacies")]

    operations = [
        migrations.CreateModel(
            name="LooseLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("line", models.UUIDField()),
                ("version", models.IntegerField()),
                ("product", models.TextField()),
                ("code", models.TextField(default="")),
                ("amount", models.TextField()),
                ("as_needed", models.BooleanField()),
                ("weekdays", models.SmallIntegerField()),
                ("every_days", models.SmallIntegerField(default=1)),
                ("times", models.JSONField(default=list)),
                ("max_per_day", models.SmallIntegerField(null=True)),
                ("criteria", models.TextField(default="")),
                ("window_min", models.SmallIntegerField()),
                ("gap_min", models.SmallIntegerField()),
                ("starts_on", models.DateField()),
                ("last_on", models.DateField(null=True)),
                ("responsible", models.TextField()),
                ("responsible_name", models.TextField(default="")),
                ("second_person", models.BooleanField()),
                ("agreement", models.TextField(default="")),
                ("stopped", models.BooleanField(default=False)),
                ("because", models.TextField(default="")),
                ("written_by", models.TextField()),
                ("written_role", models.TextField()),
                ("written_at", models.DateTimeField()),
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
        ),
        migrations.CreateModel(
            name="LooseGiven",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("line", models.UUIDField()),
                ("day", models.DateField()),
                ("at", models.TimeField(null=True)),
                ("serial", models.IntegerField()),
                ("amount", models.TextField()),
                ("not_given", models.TextField(default="")),
                ("given_at", models.DateTimeField()),
                ("given_by", models.UUIDField(null=True)),
                ("given_name", models.TextField()),
                ("second_by", models.UUIDField(null=True)),
                ("second_name", models.TextField(default="")),
                ("because", models.TextField(default="")),
                ("remark", models.TextField(default="")),
                ("stock", models.IntegerField(null=True)),
                ("recorded_by", models.TextField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="medication.loosegiven",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "of_version",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="medication.looseline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LooseTold",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("line", models.UUIDField()),
                ("day", models.DateField()),
                ("at", models.TimeField()),
                ("step", models.SmallIntegerField()),
                ("told_at", models.DateTimeField()),
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
        ),
        migrations.CreateModel(
            name="OutsideProposal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("agreement", models.TextField()),
                ("contents_key", models.TextField()),
                ("proposed", models.JSONField()),
                ("first_at", models.DateTimeField(null=True)),
                ("found_at", models.DateTimeField()),
                ("decision", models.TextField(default="")),
                ("decided_by", models.TextField(default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("because", models.TextField(default="")),
                ("line", models.UUIDField(null=True)),
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
        ),
        migrations.AddIndex(
            model_name="looseline",
            index=models.Index(fields=["client", "line", "version"], name="loose_of_client"),
        ),
        migrations.AddConstraint(
            model_name="looseline",
            constraint=models.UniqueConstraint(fields=("line", "version"), name="loose_version"),
        ),
        migrations.AddConstraint(
            model_name="looseline",
            constraint=models.CheckConstraint(
                condition=models.Q(("responsible__in", ("client", "carer", "team"))), name="loose_responsible"
            ),
        ),
        migrations.AddConstraint(
            model_name="looseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("every_days__gte", 1),
                    ("every_days__lte", 366),
                    ("gap_min__gte", 0),
                    ("gap_min__lte", 10080),
                    ("weekdays__gte", 1),
                    ("weekdays__lte", 127),
                    ("window_min__gte", 5),
                    ("window_min__lte", 720),
                    models.Q(
                        ("max_per_day", None),
                        models.Q(("max_per_day__gte", 1), ("max_per_day__lte", 48)),
                        _connector="OR",
                    ),
                ),
                name="loose_numbers",
            ),
        ),
        migrations.AddConstraint(
            model_name="looseline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("last_on", None),
                    ("last_on__gte", models.F("starts_on")),
                    ("stopped", True),
                    _connector="OR",
                ),
                name="loose_period",
            ),
        ),
        migrations.AddIndex(
            model_name="loosegiven",
            index=models.Index(fields=["client", "day"], name="given_of_client"),
        ),
        migrations.AddConstraint(
            model_name="loosegiven",
            constraint=models.UniqueConstraint(
                fields=("line", "day", "at", "serial"), name="given_in_turn", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="loosegiven",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", False)),
                fields=("corrects",),
                name="given_corrected_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="loosegiven",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "not_given__in",
                        (
                            "",
                            "refused",
                            "not_there",
                            "unwell",
                            "not_in_stock",
                            "advice",
                            "other",
                            "entered_in_error",
                        ),
                    )
                ),
                name="given_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="loosegiven",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("second_by", None), ("second_name", "")),
                    models.Q(
                        models.Q(("second_name", ""), _negated=True),
                        models.Q(("second_name__iexact", models.F("given_name")), _negated=True),
                        models.Q(
                            ("second_by", None),
                            ("given_by", None),
                            models.Q(("second_by", models.F("given_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="given_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="loosetold",
            constraint=models.UniqueConstraint(fields=("line", "day", "at", "step"), name="told_once"),
        ),
        migrations.AddConstraint(
            model_name="loosetold",
            constraint=models.CheckConstraint(condition=models.Q(("step__in", [1, 2])), name="told_step"),
        ),
        migrations.AddIndex(
            model_name="outsideproposal",
            index=models.Index(
                condition=models.Q(("decided_at", None)),
                fields=["organisation", "client"],
                name="proposal_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="outsideproposal",
            constraint=models.UniqueConstraint(
                fields=("client", "agreement", "contents_key"), name="proposal_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="outsideproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decision", "")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decision__in", ["line", "elsewhere", "in_roll", "gone"]),
                    ),
                    _connector="OR",
                ),
                name="proposal_decided",
            ),
        ),
        migrations.RunSQL("".join(insert_only(f"medication_{each}") for each in TABLES)),
        migrations.RunSQL("".join(keep_organisation(f"medication_{each}") for each in TABLES)),
        migrations.RunSQL(
            protect("medication_outsideproposal", web="SELECT, INSERT")
            + keep_organisation("medication_outsideproposal")
            + DECIDED
        ),
    ]
