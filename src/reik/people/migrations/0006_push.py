import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

TENANT_TABLES = ["people_pushdestination", "people_pushsubscription"]


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0004_channels"),
        ("people", "0005_pharmacies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PushDestination",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.destination"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("endpoint", models.BinaryField()),
                ("endpoint_index", models.BinaryField()),
                ("keys", models.BinaryField()),
                ("label", models.TextField(default="")),
                ("lang", models.TextField(default="nl")),
                ("created_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("gone_at", models.DateTimeField(null=True)),
                ("gone_because", models.TextField(default="")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
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
                        condition=models.Q(("gone_at", None)), fields=["account"], name="push_of_account"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("gone_at", None)),
                        fields=("organisation", "endpoint_index"),
                        name="push_once",
                    )
                ],
            },
        ),
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
    ]
