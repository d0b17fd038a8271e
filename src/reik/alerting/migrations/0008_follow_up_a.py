import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

ACTIONS = ["phone_client", "ask_carer", "ask_team", "emergency"]


class Migration(migrations.Migration):
    dependencies = [("alerting", "0007_follow_up_rights"), ("kernel", "0004_channels")]

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
        migrations.RunSQL(
            protect("alerting_deliverytest", web="SELECT, INSERT")
            + keep_organisation("alerting_deliverytest")
        ),
    ]
