"""Who settles the differences of a bill without a client; why a what-if or a file failed, as a code with words."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation


class Migration(migrations.Migration):
    dependencies = [("value", "0008_heavy_visits")]
    operations = [
        migrations.AddField("tourquestion", "refused", models.JSONField(default=dict, db_default={})),
        migrations.AddField("planningfile", "problem_code", models.TextField(default="", db_default="")),
        migrations.CreateModel(
            name="BillFollowUp",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_name", models.TextField(default="")),
                ("due_on", models.DateField()),
                ("done", models.BooleanField(default=False)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                (
                    "bill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="value.supplierbill"
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
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
                        to="kernel.account",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(insert_only("value_billfollowup") + keep_organisation("value_billfollowup")),
    ]  # fmt: skip
