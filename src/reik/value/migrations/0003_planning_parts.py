"""A planning file on its way: its sealed pieces, what was seen of it, how far reading has come."""

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import keep_organisation, protect

# `reik_web` has no right to jobs, which may name clients; it may say that a planning waits, and nothing else.
ASKING = """
CREATE FUNCTION reik_ask_planning() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)
    VALUES ('default', 'reik.planning', 'reik.planning', 'reik.planning', '{}')
    ON CONFLICT DO NOTHING
$$;
REVOKE EXECUTE ON FUNCTION reik_ask_planning() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_ask_planning() TO reik_web, reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("value", "0002_rights"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [
        migrations.AddField("planningfile", "size", models.BigIntegerField(default=0)),
        migrations.AddField("planningfile", "look", models.BinaryField(null=True)),
        migrations.AddField("planningfile", "rows_read", models.IntegerField(default=0)),
        migrations.AddField("planningfile", "counted", models.JSONField(default=dict)),
        migrations.AddField("planningfile", "problem", models.TextField(default="")),
        migrations.CreateModel(
            name="PlanningPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("position", models.IntegerField()),
                ("sealed", models.BinaryField()),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="value.planningfile"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "planningpart",
            models.UniqueConstraint(fields=("file", "kind", "position"), name="planning_part"),
        ),
        migrations.RunSQL(
            protect("value_planningpart", web="SELECT, INSERT, DELETE") + keep_organisation("value_planningpart")
            + "GRANT USAGE ON value_planningpart_id_seq TO reik_web, reik_worker;"
        ),
        migrations.RunSQL(ASKING, "DROP FUNCTION reik_ask_planning()"),
    ]  # fmt: skip
