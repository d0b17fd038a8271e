import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [("medication", "0001_initial")]

    dependencies = [
        ("kernel", "0001_tables"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "system", "code", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("system", models.TextField()),
                ("code", models.TextField()),
                ("called", models.TextField()),
                ("atc", models.TextField(default="")),
                ("packable", models.BooleanField(null=True)),
                ("loaded_at", models.DateTimeField()),
            ],
        ),
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
            options={
                "indexes": [models.Index(fields=["client", "line", "version"], name="loose_of_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "version"), name="loose_version"),
                    models.CheckConstraint(
                        condition=models.Q(("responsible__in", ("client", "carer", "team"))),
                        name="loose_responsible",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_on", None),
                            ("last_on__gte", models.F("starts_on")),
                            ("stopped", True),
                            _connector="OR",
                        ),
                        name="loose_period",
                    ),
                ],
            },
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
            options={
                "indexes": [models.Index(fields=["client", "day"], name="given_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "day", "at", "serial"), name="given_in_turn", nulls_distinct=False
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("corrects__isnull", False)),
                        fields=("corrects",),
                        name="given_corrected_once",
                    ),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
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
                ],
            },
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
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("line", "day", "at", "step"), name="told_once"),
                    models.CheckConstraint(condition=models.Q(("step__in", [1, 2])), name="told_step"),
                ],
            },
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
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None)),
                        fields=["organisation", "client"],
                        name="proposal_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "agreement", "contents_key"), name="proposal_once"
                    ),
                    models.CheckConstraint(
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
                ],
            },
        ),
        migrations.CreateModel(
            name="PharmacyRequest",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("about", models.UUIDField(null=True)),
                ("urgency", models.TextField()),
                ("detail", models.JSONField(default=dict)),
                ("answers", models.JSONField(default=list)),
                ("channel", models.TextField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("answer_by", models.DateTimeField()),
                ("tell_at", models.DateTimeField(null=True)),
                ("told", models.SmallIntegerField(default=0)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.TextField(default="")),
                ("answer", models.TextField(default="")),
                ("text", models.TextField(default="")),
                ("how", models.TextField(default="")),
                ("read_back_by", models.TextField(default="")),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.TextField(default="")),
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
                (
                    "pharmacy",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="people.pharmacy",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "client", "asked_at"], name="request_of_client"),
                    models.Index(
                        condition=models.Q(("about__isnull", False)), fields=["about"], name="request_about"
                    ),
                    models.Index(
                        condition=models.Q(("tell_at__isnull", False)), fields=["tell_at"], name="request_due"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("about__isnull", False), ("answered_at", None), ("withdrawn_at", None)
                        ),
                        fields=("client", "kind", "about"),
                        name="request_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "confirm_change",
                                    "roll_needed",
                                    "late_time",
                                    "leftovers",
                                    "recall",
                                    "confirm_in_writing",
                                    "question",
                                    "stop_client",
                                    "start_client",
                                ),
                            )
                        ),
                        name="request_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("urgency__in", ("now", "today", "week"))), name="request_urgency"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ("account", "link", "phone", "none"))),
                        name="request_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer_by__gte", models.F("asked_at"))), name="request_answer_by"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", ""), ("how", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("how__in", ("account", "link", "phone", "paper")),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="request_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how", "phone"), _negated=True),
                            models.Q(("read_back_by", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="request_read_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="request_ended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None), ("tell_at__isnull", False), ("withdrawn_at", None)
                            ),
                            models.Q(
                                ("tell_at", None),
                                models.Q(
                                    ("answered_at__isnull", False),
                                    ("withdrawn_at__isnull", False),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="request_told",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplyLetter",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("weekly", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("code_digest", models.BinaryField(null=True)),
                ("code_made_at", models.DateTimeField(null=True)),
                ("code_made_by", models.TextField(default="")),
                ("wrong", models.SmallIntegerField(default=0)),
                ("locked_at", models.DateTimeField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "pharmacy",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.pharmacy"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organisation", "pharmacy", "sent_at"], name="letter_of_pharmacy")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="letter_expires"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wrong__gte", 0), ("wrong__lte", 5)), name="letter_tries"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplyLink",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("token_digest", models.BinaryField(unique=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "letter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="medication.replyletter",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="medication.pharmacyrequest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RequestDesk",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("phone", models.TextField()),
                ("site", models.TextField()),
                ("mail", models.BinaryField()),
                ("set_by", models.TextField()),
                ("set_at", models.DateTimeField()),
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Roll",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.TextField()),
                ("barcode", models.TextField(default="")),
                ("packer", models.TextField(default="")),
                ("format", models.TextField(db_default="", default="")),
                ("expires_on", models.DateField(null=True)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("first", models.IntegerField()),
                ("last", models.IntegerField()),
                ("count", models.IntegerField()),
                ("state", models.TextField(default="registered")),
                ("registered_by", models.TextField()),
                ("registered_at", models.DateTimeField()),
                ("delivered_by", models.TextField(default="")),
                ("delivered_at", models.DateTimeField(null=True)),
                ("loaded_by", models.TextField(default="")),
                ("loaded_at", models.DateTimeField(null=True)),
                ("loaded_first", models.IntegerField(null=True)),
                ("loaded_last", models.IntegerField(null=True)),
                ("loaded_count", models.IntegerField(null=True)),
                ("left_by", models.TextField(default="")),
                ("left_at", models.DateTimeField(null=True)),
                ("left_reason", models.TextField(default="")),
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
            options={
                "indexes": [models.Index(fields=["client", "ends_at"], name="roll_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        fields=("organisation", "number"),
                        name="roll_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="roll_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("count__gte", 1), ("first__gte", 0), ("last__gte", models.F("first"))
                        ),
                        name="roll_numbers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ("registered", "delivered", "loaded", "emptied", "returned", "refused"),
                            )
                        ),
                        name="roll_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("key", models.TextField()),
                ("sentence", models.TextField()),
                ("first_day", models.DateField()),
                ("days", models.IntegerField()),
                ("found_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("settled_by", models.TextField(default="")),
                ("settled_because", models.TextField(default="")),
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
                (
                    "roll",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="medication.roll",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at", None)),
                        fields=["organisation", "client"],
                        name="finding_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("client", "roll", "key"),
                        name="finding_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("because", models.TextField()),
                ("found_at", models.DateTimeField()),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("urgency", models.TextField()),
                ("affected", models.JSONField()),
                ("options", models.JSONField()),
                ("proposed", models.TextField()),
                ("choice", models.TextField(default="")),
                ("chosen_by", models.TextField(default="")),
                ("chosen_at", models.DateTimeField(null=True)),
                ("chosen_because", models.TextField(default="")),
                ("others_by", models.JSONField(default=dict)),
                ("confirmed_by", models.TextField(default="")),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_how", models.TextField(default="")),
                ("declined_by", models.TextField(default="")),
                ("declined_because", models.TextField(default="")),
                ("device_state", models.TextField(default="")),
                ("device_held", models.JSONField(default=list)),
                ("device_not_held", models.JSONField(default=list)),
                ("command_id", models.UUIDField(null=True)),
                ("pause_at", models.DateTimeField(null=True)),
                ("paused_until", models.DateTimeField(null=True)),
                ("told_undecided_at", models.DateTimeField(null=True)),
                ("told_not_held_at", models.DateTimeField(null=True)),
                ("removed_by", models.TextField(default="")),
                ("removed_count", models.IntegerField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
                ("state", models.TextField(default="open")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_as", models.TextField(default="")),
                ("ended_by", models.TextField(default="")),
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
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="medication.roll",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "found_at"], name="change_of_client"),
                    models.Index(
                        condition=models.Q(("ended_at", None)), fields=["first_at"], name="change_first"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("roll",), name="change_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "open",
                                    "undecided",
                                    "chosen",
                                    "confirmed",
                                    "carried_out",
                                    "ended",
                                    "withdrawn",
                                ),
                            )
                        ),
                        name="change_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "device_state__in",
                                (
                                    "",
                                    "none",
                                    "asked",
                                    "held",
                                    "partly",
                                    "planned",
                                    "pausing",
                                    "paused",
                                    "failed",
                                    "lifting",
                                    "lifted",
                                ),
                            )
                        ),
                        name="change_device",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("state__in", ("open", "undecided", "chosen", "confirmed", "carried_out")),
                            ),
                            models.Q(("ended_at__isnull", False), ("state__in", ("ended", "withdrawn"))),
                            _connector="OR",
                        ),
                        name="change_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("choice", ""), ("chosen_at", None)),
                            models.Q(models.Q(("choice", ""), _negated=True), ("chosen_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="change_chosen",
                    ),
                ],
            },
        ),
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
            options={
                "indexes": [models.Index(fields=["client", "set_at"], name="rolls_arranged")],
                "constraints": [
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivery", "letterbox"), _negated=True),
                            ("letterbox", "fits"),
                            _connector="OR",
                        ),
                        name="roll_letterbox",
                    ),
                ],
            },
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
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["organisation", "set_at"], name="fit_of_organisation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fit__in", ("supported", "not", "unknown")),
                            models.Q(("source", ""), _negated=True),
                        ),
                        name="roll_fit",
                    )
                ],
            },
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
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recalls",
                        to="medication.roll",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["roll"], name="recall_of_roll")],
            },
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
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="medication.roll",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("roll", "number"), name="roll_step_number"),
                    models.CheckConstraint(
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
                    models.CheckConstraint(
                        condition=models.Q(("count", None), ("count__gte", 0), _connector="OR"),
                        name="roll_step_count",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step__in", ("counted", "returned")), _negated=True),
                            ("count__isnull", False),
                            _connector="OR",
                        ),
                        name="roll_step_counted",
                    ),
                ],
            },
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
                (
                    "client",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to="people.client"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["look_at"], name="supply_to_look_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("stage__gte", 0), ("stage__lte", 4)), name="supply_stage"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("acknowledged_at", None), ("acknowledged_by", "")),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                models.Q(("acknowledged_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="supply_acknowledged",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sachet",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sequence", models.IntegerField()),
                ("empty", models.BooleanField(default=False)),
                ("day", models.DateField(null=True)),
                ("at", models.TimeField(null=True)),
                ("k", models.SmallIntegerField(null=True)),
                ("n", models.SmallIntegerField(null=True)),
                ("contents", models.JSONField(null=True)),
                ("barcode", models.TextField(default="")),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "roll",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sachets",
                        to="medication.roll",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("roll", "sequence"), name="sachet_sequence"),
                    models.UniqueConstraint(
                        condition=models.Q(("empty", False)),
                        fields=("roll", "day", "at", "k"),
                        name="sachet_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("empty", True),
                            models.Q(
                                ("at__isnull", False),
                                ("day__isnull", False),
                                ("k__gte", 1),
                                ("n__gte", models.F("k")),
                                ("n__lte", 30),
                            ),
                            _connector="OR",
                        ),
                        name="sachet_dose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Schedule",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("starts_on", models.DateField(null=True)),
                ("written_by", models.TextField()),
                ("written_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("sent_back_by", models.TextField(null=True)),
                ("sent_back_at", models.DateTimeField(null=True)),
                ("sent_back_because", models.TextField(db_default="", default="")),
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
            options={
                "indexes": [models.Index(fields=["organisation", "client"], name="schedule_of_organisation")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "version"), name="schedule_version"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("written_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="schedule_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_back_at", None), ("sent_back_by", None)),
                            models.Q(
                                ("confirmed_at", None),
                                ("sent_back_at__isnull", False),
                                ("sent_back_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="schedule_sent_back",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScheduleLine",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("weekdays", models.SmallIntegerField()),
                ("at", models.TimeField()),
                ("sachets", models.SmallIntegerField()),
                ("window_min", models.SmallIntegerField()),
                ("late_min", models.SmallIntegerField(null=True)),
                ("gap_min", models.SmallIntegerField(db_default=0, default=0)),
                ("criticality", models.SmallIntegerField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="medication.schedule",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sachets__gte", 1),
                            ("sachets__lte", 30),
                            ("weekdays__gte", 1),
                            ("weekdays__lte", 127),
                            ("window_min__gte", 1),
                            models.Q(
                                ("late_min", None), ("late_min__gte", models.F("window_min")), _connector="OR"
                            ),
                        ),
                        name="schedule_line",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AgreementMessage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("version", models.IntegerField()),
                ("message_id", models.TextField()),
                ("agreements", models.JSONField()),
                ("planned_from", models.DateField()),
                ("planned_until", models.DateField()),
                ("as_needed", models.JSONField()),
                ("unplannable", models.JSONField()),
                ("stopped", models.JSONField()),
                ("received_at", models.DateTimeField()),
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
            options={
                "indexes": [
                    models.Index(fields=["organisation", "received_at"], name="agreements_of_organisation")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "message_id"), name="agreements_once"),
                    models.UniqueConstraint(fields=("client", "version"), name="agreements_version"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandoutLimit",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.TimeField()),
                ("window_min", models.SmallIntegerField()),
                ("late_min", models.SmallIntegerField()),
                ("gap_min", models.SmallIntegerField()),
                ("criticality", models.SmallIntegerField()),
                ("set_by", models.TextField()),
                ("set_role", models.TextField()),
                ("set_at", models.DateTimeField()),
                ("because", models.TextField(default="")),
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
            options={
                "indexes": [models.Index(fields=["client", "at", "set_at"], name="limit_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("late_min__gte", models.F("window_min")),
                            ("late_min__lte", 1440),
                            ("window_min__gte", 1),
                            ("window_min__lte", 240),
                            ("criticality__gte", 0),
                            ("criticality__lte", 2),
                            ("gap_min__gte", 0),
                            ("gap_min__lte", 1440),
                        ),
                        name="limit_minutes",
                    )
                ],
            },
        ),
    ]
