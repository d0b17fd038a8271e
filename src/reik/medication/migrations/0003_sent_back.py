"""A draft that is not right goes back to its writer, with the reason; it never plans."""

from django.db import migrations, models
from django.db.models import Q

# As with the confirmation: what is written once, and nothing else of a schedule is ever changed.
RIGHTS = """
GRANT UPDATE (sent_back_by, sent_back_at, sent_back_because) ON medication_schedule TO reik_worker, reik_web;
"""


class Migration(migrations.Migration):
    dependencies = [("medication", "0002_roles")]
    operations = [
        migrations.AddField("schedule", "sent_back_by", models.TextField(null=True)),
        migrations.AddField("schedule", "sent_back_at", models.DateTimeField(null=True)),
        migrations.AddField("schedule", "sent_back_because", models.TextField(default="", db_default="")),
        migrations.AddConstraint(
            "schedule",
            models.CheckConstraint(
                name="schedule_sent_back",
                condition=Q(sent_back_by=None, sent_back_at=None)
                | Q(sent_back_by__isnull=False, sent_back_at__isnull=False, confirmed_at=None),
            ),
        ),
        migrations.RunSQL(RIGHTS),
    ]
