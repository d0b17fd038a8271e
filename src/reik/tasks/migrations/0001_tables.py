import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect


class Migration(migrations.Migration):
    initial = True

    replaces = [("tasks", "0001_initial")]

    dependencies = [
        ("kernel", "0002_rights"),
        ("people", "0001_tables"),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("key", models.TextField(default="")),
                ("about", models.UUIDField(null=True)),
                ("detail", models.JSONField(default=dict)),
                ("owner_role", models.TextField()),
                ("owner_name", models.TextField(default="")),
                ("owned_at", models.DateTimeField(null=True)),
                ("high_risk", models.BooleanField(default=False)),
                ("opened_by", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("overdue_told_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_as", models.TextField(default="")),
                ("ended_by", models.TextField(default="")),
                ("ended_note", models.TextField(default="")),
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
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["organisation", "client", "due_at"],
                        name="task_open",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at", None), ("overdue_told_at", None)),
                        fields=["due_at"],
                        name="task_due",
                    ),
                    models.Index(
                        condition=models.Q(("about__isnull", False)), fields=["about"], name="task_about"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("client", "kind", "key"),
                        name="task_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "owner_role__in",
                                (
                                    "nurse",
                                    "caregiver",
                                    "pharmacist",
                                    "informal_carer",
                                    "operator",
                                    "team_manager",
                                ),
                            )
                        ),
                        name="task_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gte", models.F("opened_at"))), name="task_due_after"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_as", ""), ("ended_at", None)),
                            models.Q(("ended_as__in", ["done", "dropped"]), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="task_ended",
                    ),
                ],
            },
        ),
        migrations.RunSQL(protect("tasks_task") + keep_organisation("tasks_task")),
    ]
