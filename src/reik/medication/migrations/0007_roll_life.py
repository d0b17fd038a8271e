"""The whole life of a roll: steps, arrangement, matrix, recall and how long it lasts (R17 to R21, N6)."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation, protect

APPEND_ONLY = [
    "medication_rollstep", "medication_rollarrangement", "medication_rollfit", "medication_rollrecall",
]  # fmt: skip

# What was recorded of a roll before there was a chain of custody is its beginning.
BEGINNING = """
INSERT INTO medication_rollstep (id, organisation_id, client_id, roll_id, number, step, at, told_at, by, role, how, to_whom,
    place, note, count, expected)
SELECT gen_random_uuid(), r.organisation_id, r.client_id, r.id,
    row_number() OVER (PARTITION BY r.id ORDER BY s.at, s.place), s.step, s.at, s.at, s.by, '', s.how, s.to_whom, '', '',
    s.count, NULL
FROM medication_roll AS r CROSS JOIN LATERAL (VALUES
    (1, 'delivered', r.delivered_at, r.delivered_by, 'person', 'client', NULL::int),
    (2, 'loaded', r.loaded_at, r.loaded_by, 'person', '', r.loaded_count),
    (3, CASE r.state WHEN 'emptied' THEN 'emptied' WHEN 'returned' THEN 'handed_back' ELSE 'taken_out' END,
        r.left_at, r.left_by, CASE r.left_reason WHEN 'device' THEN 'device' ELSE 'person' END, '', NULL::int)
) AS s(place, step, at, by, how, to_whom, count) WHERE s.at IS NOT NULL;
INSERT INTO medication_rollsupply (id, organisation_id, client_id, look_at, stage, acknowledged_by,
    acknowledged_note)
SELECT DISTINCT ON (r.client_id) gen_random_uuid(), r.organisation_id, r.client_id, r.starts_at, 0, '', ''
FROM medication_roll AS r WHERE r.state IN ('delivered', 'loaded', 'emptied') ORDER BY r.client_id, r.starts_at;
"""


class Migration(migrations.Migration):
    dependencies = [("medication", "0006_requests"), ("people", "0005_pharmacies")]

    operations = [
        migrations.CreateModel(
            name="RollArrangement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("pharmacy_kept", models.BooleanField(null=True)),
                ("packer", models.TextField(default="")),
                ("roll_format", models.TextField(default="")),
                ("weeks", models.SmallIntegerField(default=1)),
                ("lead_days", models.SmallIntegerField(null=True)),
                ("change_day", models.SmallIntegerField(null=True)),
                ("letterbox", models.TextField(default="not_asked")),
                ("delivery", models.TextField(default="appointment")),
                ("receiver", models.TextField(default="")),
                ("loader_role", models.TextField(default="nurse")),
                ("loader", models.TextField(default="")),
                ("set_by", models.TextField()),
                ("set_role", models.TextField(default="")),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RollFit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("packer", models.TextField(default="*")),
                ("roll_format", models.TextField(default="*")),
                ("model", models.TextField(default="*")),
                ("fit", models.TextField()),
                ("source", models.TextField()),
                ("said_on", models.DateField()),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RollRecall",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.TextField(default="")),
                ("lot", models.TextField(default="")),
                ("sequences", models.JSONField()),
                ("because", models.TextField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RollStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.IntegerField()),
                ("step", models.TextField()),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("role", models.TextField(default="")),
                ("how", models.TextField()),
                ("to_whom", models.TextField(default="")),
                ("place", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("count", models.IntegerField(null=True)),
                ("expected", models.IntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RollSupply",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("look_at", models.DateTimeField()),
                ("covered_until", models.DateTimeField(null=True)),
                ("uncovered_at", models.DateTimeField(null=True)),
                ("not_home_at", models.DateTimeField(null=True)),
                ("order_at", models.DateTimeField(null=True)),
                ("alarm_at", models.DateTimeField(null=True)),
                ("last_alarm_at", models.DateTimeField(null=True)),
                ("next_due_at", models.DateTimeField(null=True)),
                ("stage", models.SmallIntegerField(default=0)),
                ("told_at", models.DateTimeField(null=True)),
                ("tell_again_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.TextField(default="")),
                ("acknowledged_note", models.TextField(default="")),
            ],
        ),
        migrations.RemoveIndex(
            model_name="roll",
            name="roll_ending",
        ),
        migrations.RemoveField(
            model_name="roll",
            name="nearly_empty_at",
        ),
        migrations.AddField(
            model_name="roll",
            name="expires_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="roll",
            name="format",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="rollarrangement",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
            ),
        ),
        migrations.AddField(
            model_name="rollarrangement",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="rollfit",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="rollrecall",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
            ),
        ),
        migrations.AddField(
            model_name="rollrecall",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="rollrecall",
            name="roll",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recalls",
                to="medication.roll",
            ),
        ),
        migrations.AddField(
            model_name="rollstep",
            name="client",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.client"
            ),
        ),
        migrations.AddField(
            model_name="rollstep",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddField(
            model_name="rollstep",
            name="roll",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="medication.roll",
            ),
        ),
        migrations.AddField(
            model_name="rollsupply",
            name="client",
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="people.client"),
        ),
        migrations.AddField(
            model_name="rollsupply",
            name="organisation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
            ),
        ),
        migrations.AddIndex(
            model_name="rollarrangement",
            index=models.Index(fields=["client", "set_at"], name="rolls_arranged"),
        ),
        migrations.AddConstraint(
            model_name="rollarrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("delivery__in", ("letterbox", "appointment", "pick_up", "neighbour", "carer")),
                    ("letterbox__in", ("fits", "too_big", "not_asked")),
                    ("loader_role__in", ("nurse", "caregiver", "informal_carer", "pharmacist")),
                    ("weeks__gte", 1),
                    ("weeks__lte", 8),
                    models.Q(
                        ("change_day", None),
                        models.Q(("change_day__gte", 1), ("change_day__lte", 7)),
                        _connector="OR",
                    ),
                    models.Q(
                        ("lead_days", None),
                        models.Q(("lead_days__gte", 0), ("lead_days__lte", 30)),
                        _connector="OR",
                    ),
                ),
                name="roll_arrangement",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollarrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivery", "letterbox"), _negated=True), ("letterbox", "fits"), _connector="OR"
                ),
                name="roll_letterbox",
            ),
        ),
        migrations.AddIndex(
            model_name="rollfit",
            index=models.Index(fields=["organisation", "set_at"], name="fit_of_organisation"),
        ),
        migrations.AddConstraint(
            model_name="rollfit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fit__in", ("supported", "not", "unknown")), models.Q(("source", ""), _negated=True)
                ),
                name="roll_fit",
            ),
        ),
        migrations.AddIndex(
            model_name="rollrecall",
            index=models.Index(fields=["roll"], name="recall_of_roll"),
        ),
        migrations.AddConstraint(
            model_name="rollstep",
            constraint=models.UniqueConstraint(fields=("roll", "number"), name="roll_step_number"),
        ),
        migrations.AddConstraint(
            model_name="rollstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("how__in", ("person", "device")),
                    (
                        "step__in",
                        (
                            "packed",
                            "checked",
                            "delivered",
                            "received",
                            "loaded",
                            "emptied",
                            "taken_out",
                            "counted",
                            "handed_back",
                            "returned",
                        ),
                    ),
                ),
                name="roll_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("count", None), ("count__gte", 0), _connector="OR"),
                name="roll_step_count",
            ),
        ),
        migrations.AddConstraint(
            model_name="rollstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("step__in", ("counted", "returned")), _negated=True),
                    ("count__isnull", False),
                    _connector="OR",
                ),
                name="roll_step_counted",
            ),
        ),
        migrations.AddIndex(
            model_name="rollsupply",
            index=models.Index(fields=["look_at"], name="supply_to_look_at"),
        ),
        migrations.AddConstraint(
            model_name="rollsupply",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__gte", 0), ("stage__lte", 4)), name="supply_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="rollsupply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acknowledged_at", None), ("acknowledged_by", "")),
                    models.Q(
                        ("acknowledged_at__isnull", False), models.Q(("acknowledged_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="supply_acknowledged",
            ),
        ),
        migrations.RunSQL("\n".join(insert_only(each) + keep_organisation(each) for each in APPEND_ONLY)),
        migrations.RunSQL(protect("medication_rollsupply") + keep_organisation("medication_rollsupply")),
        migrations.RunSQL(BEGINNING, migrations.RunSQL.noop),
    ]
