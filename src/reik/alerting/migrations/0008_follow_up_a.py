import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

ACTIONS = ["phone_client", "ask_carer", "ask_team", "emergency"]


class Migration(migrations.Migration):
    dependencies = [
        ("alerting", "0007_follow_up_rights"),
        ("kernel", "0004_channels"),
        ("people", "0007_follow_up"),
    ]

    operations = [
        migrations.AddField(
            model_name="arrangementstep",
            name="place",
            field=models.SmallIntegerField(db_default=1, default=1),
        ),
        migrations.RemoveConstraint(model_name="arrangementstep", name="arrangement_action"),
        migrations.AddConstraint(
            model_name="arrangementstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("action__in", ACTIONS)), name="arrangement_action"
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="fallback",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kernel.destination",
            ),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel.organisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CarerWay",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("by", models.TextField()),
                (
                    "carer",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="people.carer"),
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
        migrations.AddConstraint(
            model_name="carerway",
            constraint=models.UniqueConstraint(fields=("carer", "destination"), name="carer_way_once"),
        ),
        migrations.RunSQL(
            protect("alerting_carerway", web="SELECT, INSERT") + keep_organisation("alerting_carerway")
        ),
        migrations.RunSQL(
            protect("alerting_deliverytest", web="SELECT, INSERT")
            + keep_organisation("alerting_deliverytest")
        ),
    ]
