import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = ["dispensing_absence", "dispensing_takealong", "dispensing_handgiving"]
WITHDRAW = """
-- A moment in which somebody gave by hand is not withdrawn by a request.
DROP POLICY web_untouched ON dispensing_moment;
CREATE POLICY web_untouched ON dispensing_moment AS RESTRICTIVE FOR DELETE TO reik_web
    USING (outcome IS NULL AND presented = 0 AND out = 0 AND closed_seq = 0 AND verdict = '' AND NOT contested
        AND by_hand = 0);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dispensing", "0007_silence"),
        ("kernel", "0003_installation_pace"),
        ("people", "0005_pharmacies"),
    ]

    operations = [
        migrations.AddField(
            model_name="moment",
            name="away",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="moment",
            name="by_hand",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="moment",
            name="by_hand_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="moment",
            name="gap_s",
            field=models.IntegerField(db_default=0),
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
                    "dispenser",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="dispensing.dispenser",
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
                    "moment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="givings",
                        to="dispensing.moment",
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
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(fields=["organisation", "client", "starts_at"], name="absence_of_client"),
        ),
        migrations.AddIndex(
            model_name="absence",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["starts_at"], name="absence_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("client",), name="one_absence"
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None), ("state__in", ["planned", "away", "stopped", "back", "resuming"])
                    ),
                    models.Q(("ended_at__isnull", False), ("state__in", ["ended", "cancelled"])),
                    _connector="OR",
                ),
                name="absence_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("until", None), ("until__gt", models.F("starts_at")), _connector="OR"),
                name="absence_until",
            ),
        ),
        migrations.AddIndex(
            model_name="handgiving",
            index=models.Index(fields=["organisation", "client", "asked_at"], name="giving_of_client"),
        ),
        migrations.AddIndex(
            model_name="handgiving",
            index=models.Index(
                condition=models.Q(("command_id__isnull", False)),
                fields=["command_id"],
                name="giving_command",
            ),
        ),
        migrations.AddIndex(
            model_name="handgiving",
            index=models.Index(
                condition=models.Q(("held_until__isnull", False)), fields=["held_until"], name="giving_holds"
            ),
        ),
        migrations.AddConstraint(
            model_name="handgiving",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("moment",), name="one_giving"
            ),
        ),
        migrations.AddConstraint(
            model_name="handgiving",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None), ("state__in", ["blocking", "blocked", "unblocked", "taken"])
                    ),
                    models.Q(("ended_at__isnull", False), ("state__in", ["counted", "out", "dropped"])),
                    _connector="OR",
                ),
                name="giving_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="handgiving",
            constraint=models.CheckConstraint(
                condition=models.Q(("stock__in", ["roll", "own", "other"])), name="giving_stock"
            ),
        ),
        migrations.AddConstraint(
            model_name="handgiving",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "counted"), _negated=True),
                    ("given_at__isnull", False),
                    _connector="OR",
                ),
                name="giving_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="takealong",
            constraint=models.CheckConstraint(
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
            ),
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL(
            insert_only("dispensing_absenceline") + keep_organisation("dispensing_absenceline")
        ),
        migrations.RunSQL(WITHDRAW),
    ]
