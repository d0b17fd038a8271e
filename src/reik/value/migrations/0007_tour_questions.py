"""What-ifs of a planning, from question to answer."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

# `reik_web` has no right to jobs; it may say that a what-if waits, and nothing else.
ASKING = """
CREATE FUNCTION reik_ask_whatif() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    VALUES ('default', 'reik.whatif', 'reik.whatif', 'reik.whatif', '{}')
    ON CONFLICT DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION reik_ask_whatif() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_ask_whatif() TO reik_web, reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("value", "0006_declaring")]
    operations = [
        migrations.CreateModel(
            name="TourQuestion",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
                ("inputs", models.JSONField()),
                ("matrix", models.BinaryField(null=True)),
                ("state", models.TextField()),
                ("plans_done", models.IntegerField(default=0)),
                ("plans_in_all", models.IntegerField(default=0)),
                ("problem", models.TextField(default="")),
                ("rounds", models.JSONField(default=list)),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "computed",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="value.computed"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="value.planningfile"),
                ),
                (
                    "organisation",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"),
                ),
            ],
        ),
        migrations.RunSQL(protect("value_tourquestion") + keep_organisation("value_tourquestion")),
        migrations.RunSQL(ASKING, "DROP FUNCTION reik_ask_whatif()"),
    ]
