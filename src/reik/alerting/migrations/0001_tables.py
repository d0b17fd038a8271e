import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("alerting", "0001_initial")]

    dependencies = [
        ("dispensing", "0001_tables"),
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrangement",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("agreed_by", models.TextField()),
                ("words", models.TextField(default="")),
                ("emergency_words", models.TextField(default="")),
                ("emergency_responder", models.TextField(default="")),
                ("created_at", models.DateTimeField()),
                (
                    "client",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="people.client"
                    ),
                ),
                (
                    "emergency",
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
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "client", "version"),
                        name="arrangement_version",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("route", models.SmallIntegerField(db_default=0, default=0)),
                ("cause", models.TextField()),
                ("subject", models.TextField(default="")),
                ("reason", models.TextField()),
                ("priority", models.SmallIntegerField()),
                ("state", models.TextField(default="open")),
                ("opened_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", models.TextField(default="")),
                ("accepted_role", models.TextField(default="")),
                ("accepted_until", models.DateTimeField(null=True)),
                ("watched_until", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("moved_s", models.IntegerField(db_default=0, default=0)),
                ("last_due_at", models.DateTimeField(null=True)),
                ("life", models.SmallIntegerField(db_default=1, default=1)),
                ("muted_until", models.DateTimeField(null=True)),
                ("outage_line", models.UUIDField(null=True)),
                ("emergency_at", models.DateTimeField(null=True)),
                ("emergency_by", models.TextField(db_default="", default="")),
                ("visit_by", models.TextField(db_default="", default="")),
                ("handled_at", models.DateTimeField(null=True)),
                ("handled_by", models.TextField(default="")),
                ("handled_as", models.TextField(default="")),
                ("own_code", models.TextField(db_default="", default="")),
                ("before", models.JSONField(null=True)),
                ("fault_epoch", models.BigIntegerField(null=True)),
                ("fault_seq", models.BigIntegerField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_as", models.TextField(default="")),
                ("closed_cause", models.TextField(default="")),
                ("remote", models.BooleanField(null=True)),
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
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="dispensing.moment"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "arrangement",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="alerting.arrangement",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("closed_at", None)),
                        fields=["organisation", "priority", "opened_at"],
                        name="alert_open",
                    ),
                    models.Index(fields=["client", "opened_at"], name="alert_of_client"),
                    models.Index(
                        condition=models.Q(("state", "accepted")),
                        fields=["accepted_until"],
                        name="alert_promised",
                    ),
                    models.Index(
                        condition=models.Q(("state", "watched")),
                        fields=["watched_until"],
                        name="alert_watched",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None), ("moment", None)),
                        fields=("dispenser", "cause", "subject"),
                        name="alert_of_dispenser",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "accepted", "watched", "closed"])),
                        name="alert_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="alert_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrangementRoute",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.SmallIntegerField()),
                ("name", models.TextField()),
                ("weekdays", models.SmallIntegerField(default=255)),
                ("hours_from", models.TimeField(null=True)),
                ("hours_until", models.TimeField(null=True)),
                ("criticalities", models.SmallIntegerField(default=7)),
                ("moments", models.JSONField(default=list)),
                (
                    "arrangement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routes",
                        to="alerting.arrangement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("arrangement", "number"), name="arrangement_route"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number__gte", 1),
                            ("number__lte", 20),
                            ("weekdays__gte", 1),
                            ("weekdays__lte", 255),
                            ("criticalities__gte", 1),
                            ("criticalities__lte", 7),
                        ),
                        name="arrangement_route_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrangementStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("route", models.SmallIntegerField(db_default=0, default=0)),
                ("position", models.SmallIntegerField()),
                ("action", models.TextField()),
                ("responder", models.TextField()),
                ("place", models.SmallIntegerField(db_default=1, default=1)),
                ("wait_s", models.IntegerField()),
                ("repeat_s", models.IntegerField(null=True)),
                ("hours_from", models.TimeField(null=True)),
                ("hours_until", models.TimeField(null=True)),
                (
                    "arrangement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="alerting.arrangement",
                    ),
                ),
                (
                    "carer",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="people.carer"
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
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
                (
                    "roster",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="people.roster"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("arrangement", "route", "position"), name="arrangement_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ["phone_client", "ask_carer", "ask_team", "emergency"])
                        ),
                        name="arrangement_action",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wait_s__gte", 1), ("wait_s__lte", 7200)), name="arrangement_wait"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarerWay",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("carer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.carer")),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("carer", "destination"), name="carer_way_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("life", models.SmallIntegerField(db_default=1, default=1)),
                ("by", models.TextField()),
                ("role", models.TextField()),
                ("kind", models.TextField(default="screen")),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_as", models.TextField(default="")),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="alerting.alert",
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
                    models.UniqueConstraint(fields=("alert", "life", "by"), name="claim_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["phone", "screen"]), ("until__gte", models.F("at"))),
                        name="claim_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeliveryTest",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sent_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
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
            name="Drill",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("route", models.SmallIntegerField(default=0)),
                ("why", models.TextField()),
                ("by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("covers", models.TextField(db_default="", default="")),
                (
                    "arrangement",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="alerting.arrangement"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["ends_at"], name="drill_running"
                    ),
                    models.Index(fields=["organisation", "covers", "started_at"], name="drill_covers"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("arrangement", "route"),
                        name="drill_alone",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DrillStep",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("position", models.SmallIntegerField()),
                ("action", models.TextField()),
                ("responder", models.TextField()),
                ("due_at", models.DateTimeField()),
                ("wait_s", models.IntegerField()),
                ("reason", models.TextField(db_default="", default="")),
                ("fallback_id", models.UUIDField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.TextField(default="")),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.TextField(default="")),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
                    ),
                ),
                (
                    "drill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="alerting.drill"
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
                        condition=models.Q(("reason", ""), ("sent_at", None)),
                        fields=["due_at"],
                        name="drill_step_due",
                    ),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["destination", "answered_at"],
                        name="drill_step_proven",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("drill", "position", "destination"), name="drill_step_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Forewarning",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("subject", models.TextField()),
                ("detail", models.JSONField(default=dict)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("acknowledged_by", models.TextField(default="")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "destination",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
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
                        condition=models.Q(("acknowledged_at", None), ("closed_at", None)),
                        fields=["next_at"],
                        name="forewarning_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("organisation", "kind", "subject"),
                        name="forewarning_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandlingCode",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("code", models.TextField()),
                ("like", models.TextField(default="")),
                ("label_nl", models.TextField()),
                ("label_en", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("retired_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "kind", "code"), name="handling_code_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["outcome", "cause"])), name="handling_code_kind"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mute",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("cause", models.TextField()),
                ("starts_at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("by", models.TextField()),
                ("owner", models.TextField()),
                ("second", models.TextField(default="")),
                ("reason", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.TextField(default="")),
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
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("client", "cause"), name="mute_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("starts_at"))), name="mute_period"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("scope", models.TextField()),
                ("value", models.TextField()),
                ("began_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("recovered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("silent", models.IntegerField()),
                ("known", models.IntegerField()),
                ("merged_into", models.UUIDField(null=True)),
                ("messages", models.SmallIntegerField(db_default=0, default=0)),
                ("untold", models.SmallIntegerField(db_default=0, default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("scope", "value"), name="outage_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scope__in", ["region", "network", "model", "supplier", "platform"])
                        ),
                        name="outage_scope",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutageLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("criticality", models.SmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("deadline_at", models.DateTimeField()),
                ("owner", models.TextField()),
                ("owner_kind", models.TextField(default="team")),
                ("owner_id", models.UUIDField(null=True)),
                ("listed_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(default="")),
                ("how", models.TextField(default="")),
                ("outcome_at", models.DateTimeField(null=True)),
                ("outcome_by", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("told_late_at", models.DateTimeField(null=True)),
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
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="dispensing.moment",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "outage",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="alerting.outage",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome_at", None)),
                        fields=["organisation", "criticality", "deadline_at"],
                        name="outage_line_open",
                    ),
                    models.Index(
                        condition=models.Q(("outcome_at", None)),
                        fields=["deadline_at"],
                        name="outage_line_late",
                    ),
                    models.Index(fields=["outage"], name="outage_line_of"),
                    models.Index(
                        condition=models.Q(("outcome_at", None), ("told_late_at__isnull", False)),
                        fields=["told_late_at"],
                        name="outage_line_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutageNote",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("responder", models.TextField()),
                ("clients", models.IntegerField()),
                ("told_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", models.TextField(default="")),
                ("times", models.SmallIntegerField(db_default=0, default=0)),
                ("next_at", models.DateTimeField(null=True)),
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
                (
                    "outage",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="alerting.outage"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("outage", "organisation", "destination"), name="outage_note_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("subject", models.TextField(default="")),
                ("evidence", models.JSONField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
                ("decision", models.TextField(default="")),
                ("note", models.TextField(default="")),
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
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("client", "kind", "subject"),
                        name="follow_up_proposal_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Protocol",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("cause", models.TextField(default="")),
                ("version", models.IntegerField()),
                ("steps", models.JSONField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "cause", "version"), name="protocol_version"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProtocolTick",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("step", models.SmallIntegerField()),
                ("by", models.TextField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="alerting.alert"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "protocol",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="alerting.protocol"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("alert", "protocol", "step"),
                        name="protocol_tick_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.TextField()),
                ("by", models.TextField()),
                ("text", models.TextField()),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="alerting.alert",
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
                "indexes": [models.Index(fields=["organisation", "at"], name="remark_lately")],
            },
        ),
        migrations.CreateModel(
            name="ShiftHandover",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("by", models.TextField()),
                ("to", models.TextField(default="")),
                ("note", models.TextField(default="")),
                ("alerts", models.JSONField(default=list)),
                ("at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("taken_by", models.TextField(default="")),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("position", models.SmallIntegerField()),
                ("round", models.SmallIntegerField(default=1)),
                ("action", models.TextField()),
                ("responder", models.TextField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Planned"),
                            (1, "Taken"),
                            (2, "Delivered"),
                            (3, "Failed"),
                            (4, "Skipped"),
                            (5, "Cancelled"),
                        ],
                        default=0,
                    ),
                ),
                ("reason", models.TextField(default="")),
                ("repeat_s", models.IntegerField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="alerting.alert",
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"
                    ),
                ),
                (
                    "fallback",
                    models.ForeignKey(
                        db_index=False,
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
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", 0)), fields=["due_at"], name="step_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("alert", "position", "round"), name="step_once")
                ],
            },
        ),
    ]
