"""By which law and by whom else a client's dispenser is paid; a bill comes once; what became of its differences."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from reik.kernel.tenancy import insert_only, keep_organisation


class Migration(migrations.Migration):
    dependencies = [("value", "0005_questionnaires")]
    operations = [
        migrations.AddField("clientfunding", "law", models.TextField(default="", db_default="")),
        migrations.AddField("clientfunding", "until", models.DateField(null=True)),
        migrations.AddField("clientfunding", "also_paid_by", models.TextField(default="", db_default="")),
        migrations.AddField("clientfunding", "source", models.TextField(default="typed", db_default="typed")),
        migrations.AddConstraint(
            "clientfunding",
            models.CheckConstraint(
                name="funding_until", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
        ),
        migrations.AddField("supplierbill", "number", models.TextField(default="", db_default="")),
        migrations.AddField("supplierbill", "digest", models.TextField(default="", db_default="")),
        migrations.AddConstraint(
            "supplierbill",
            models.UniqueConstraint(
                name="bill_once", fields=("organisation", "digest"), condition=~Q(digest="")
            ),
        ),
        migrations.AddConstraint(
            "supplierbill",
            models.UniqueConstraint(
                name="bill_number_once", fields=("organisation", "supplier", "number"), condition=~Q(number="")
            ),
        ),
        migrations.CreateModel(
            name="BillAnswer",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.TextField()),
                ("state", models.TextField()),
                ("reason", models.TextField(default="")),
                ("cents", models.BigIntegerField(null=True)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="answers",
                        to="value.supplierbill",
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
                    models.CheckConstraint(
                        name="bill_answer", condition=Q(state__in=["asked", "credited", "accepted"])
                    ),
                    models.CheckConstraint(
                        name="bill_accepted_why", condition=~Q(state="accepted") | ~Q(reason="")
                    ),
                ],
            },
        ),
        migrations.RunSQL(insert_only("value_billanswer") + keep_organisation("value_billanswer")),
    ]  # fmt: skip
