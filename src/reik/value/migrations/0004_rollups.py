import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

COUNTS = [
    "moments", "sachets", "in_time", "early", "late", "partly", "not_out", "withheld", "by_hand", "paused",
    "device_failure", "no_notice", "unknown", "open", "before_due", "within_5", "within_10", "within_15", "within_30",
    "within_60", "within_120", "over_120",
]  # fmt: skip


def organisation(**options):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation", **options)


def counted():
    return [
        *((each, models.IntegerField()) for each in COUNTS),
        ("changed_at", models.DateTimeField()),
        ("id", models.BigAutoField(primary_key=True, serialize=False)),
    ]


TABLES = ["value_momentday", "value_teamday"]
CHANGED = "value_latechange"
RIGHTS = "\n".join(
    [
        *(protect(each, web="SELECT") + keep_organisation(each) for each in TABLES),
        # Whoever corrects a moment of an earlier day leaves a mark; only the roll-up reads and removes it.
        protect(CHANGED, web="SELECT, INSERT") + keep_organisation(CHANGED),
        protect("value_countedunder", web="SELECT") + keep_organisation("value_countedunder"),
        "GRANT USAGE ON value_momentday_id_seq, value_teamday_id_seq TO reik_worker;",
        "GRANT USAGE ON value_latechange_id_seq TO reik_web, reik_worker;",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("value", "0003_planning_parts")]

    operations = [
        # Nothing was counted yet: the table is made anew with a column for each count.
        migrations.DeleteModel("MomentDay"),
        migrations.CreateModel(
            name="MomentDay",
            fields=[
                *counted(),
                ("client_id", models.UUIDField()),
                ("team_id", models.UUIDField(null=True)),
                ("model", models.TextField(default="")),
                ("day", models.DateField()),
                ("organisation", organisation(db_index=False)),
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
            name="TeamDay",
            fields=[
                *counted(),
                ("team_id", models.UUIDField(null=True)),
                ("model", models.TextField(default="")),
                ("day", models.DateField()),
                ("organisation", organisation(db_index=False)),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "team_id", "day"], name="team_day_team")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "day", "team_id", "model"),
                        name="team_day",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LateChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("client_id", models.UUIDField()),
                ("due_at", models.DateTimeField()),
                ("organisation", organisation(db_index=False)),
            ],
        ),
        migrations.CreateModel(
            name="CountedUnder",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("said", models.TextField()),
                ("organisation", organisation()),
            ],
        ),
        migrations.RunSQL(RIGHTS),
    ]
