import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

TENANT_TABLES = ["people_carer", "people_teammember"]


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_roles"),
        ("people", "0003_clientidentifier"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="caller_note",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="client",
            name="salutation",
            field=models.TextField(default=""),
        ),
        migrations.CreateModel(
            name="Carer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("relation", models.TextField()),
                ("phone", models.BinaryField(null=True)),
                ("consented_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
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
            options={
                "indexes": [models.Index(fields=["organisation", "client"], name="carer_of_client")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("account__isnull", False)),
                        fields=("client", "account"),
                        name="carer_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="members", to="people.team"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("team", "account"), name="member_once")],
            },
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
    ]
