import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

TABLES = [
    "medication_pharmacyrequest", "medication_requestdesk", "medication_replyletter", "medication_replylink",
]  # fmt: skip

# A reply link belongs to no account: whose it is has to be known before row-level security can be set for it.
# The function gives only that, for the digest of 256 random bits.
OF_LINK = """
CREATE FUNCTION reik_reply_link(digest bytea) RETURNS TABLE (link_id uuid, organisation_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS
$$ SELECT id, organisation_id FROM medication_replylink WHERE token_digest = digest $$;
REVOKE EXECUTE ON FUNCTION reik_reply_link(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_reply_link(bytea) TO reik_web, reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("medication", "0005_changes"), ("people", "0005_pharmacies")]
    operations = [
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
        migrations.AddIndex(
            model_name="pharmacyrequest",
            index=models.Index(fields=["organisation", "client", "asked_at"], name="request_of_client"),
        ),
        migrations.AddIndex(
            model_name="pharmacyrequest",
            index=models.Index(
                condition=models.Q(("about__isnull", False)), fields=["about"], name="request_about"
            ),
        ),
        migrations.AddIndex(
            model_name="pharmacyrequest",
            index=models.Index(
                condition=models.Q(("tell_at__isnull", False)), fields=["tell_at"], name="request_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("about__isnull", False), ("answered_at", None), ("withdrawn_at", None)),
                fields=("client", "kind", "about"),
                name="request_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__in", ("now", "today", "week"))), name="request_urgency"
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ("account", "link", "phone", "none"))),
                name="request_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("answer_by__gte", models.F("asked_at"))), name="request_answer_by"
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("how", "phone"), _negated=True),
                    models.Q(("read_back_by", ""), _negated=True),
                    _connector="OR",
                ),
                name="request_read_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("withdrawn_at", None), _connector="OR"),
                name="request_ended_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pharmacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("tell_at__isnull", False), ("withdrawn_at", None)),
                    models.Q(
                        ("tell_at", None),
                        models.Q(
                            ("answered_at__isnull", False), ("withdrawn_at__isnull", False), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="request_told",
            ),
        ),
        migrations.AddIndex(
            model_name="replyletter",
            index=models.Index(fields=["organisation", "pharmacy", "sent_at"], name="letter_of_pharmacy"),
        ),
        migrations.AddConstraint(
            model_name="replyletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="letter_expires"
            ),
        ),
        migrations.AddConstraint(
            model_name="replyletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("wrong__gte", 0), ("wrong__lte", 5)), name="letter_tries"
            ),
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TABLES)),
        migrations.RunSQL(OF_LINK),
    ]
