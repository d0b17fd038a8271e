from django.db import migrations, models
from django.db.models import Q


def seconds(
    model: str, table: str, old: str, new: str, *, null: bool
) -> list[migrations.operations.base.Operation]:
    """Minutes become seconds: the column gets its new name and sixty times its value."""
    return [
        migrations.RenameField(model, old, new),
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {new} TYPE integer USING {new}::integer * 60",
            f"ALTER TABLE {table} ALTER COLUMN {new} TYPE smallint USING {new} / 60",
            state_operations=[migrations.AlterField(model, new, models.IntegerField(null=null))],
        ),
    ]


class Migration(migrations.Migration):
    """Waits in seconds; promises and watches with an end; alerts about dispensers; the last outcome can be undone."""

    dependencies = [("alerting", "0003_roles")]
    operations = [
        migrations.RemoveConstraint("arrangementstep", "arrangement_wait"),
        *seconds("arrangementstep", "alerting_arrangementstep", "wait_min", "wait_s", null=False),
        *seconds("arrangementstep", "alerting_arrangementstep", "repeat_min", "repeat_s", null=True),
        *seconds("step", "alerting_step", "repeat_min", "repeat_s", null=True),
        migrations.AddConstraint(
            "arrangementstep",
            models.CheckConstraint(name="arrangement_wait", condition=Q(wait_s__gte=1, wait_s__lte=7200)),
        ),
        migrations.AddField("alert", "subject", models.TextField(default="")),
        migrations.AddField("alert", "accepted_role", models.TextField(default="")),
        migrations.AddField("alert", "accepted_until", models.DateTimeField(null=True)),
        migrations.AddField("alert", "watched_until", models.DateTimeField(null=True)),
        migrations.AddField("alert", "handled_at", models.DateTimeField(null=True)),
        migrations.AddField("alert", "handled_by", models.TextField(default="")),
        migrations.AddField("alert", "handled_as", models.TextField(default="")),
        migrations.AddField("alert", "before", models.JSONField(null=True)),
        migrations.AddField("alert", "fault_epoch", models.BigIntegerField(null=True)),
        migrations.AddField("alert", "fault_seq", models.BigIntegerField(null=True)),
        migrations.RemoveConstraint("alert", "alert_state"),
        migrations.AddConstraint(
            "alert",
            models.CheckConstraint(
                name="alert_state", condition=Q(state__in=["open", "accepted", "watched", "closed"])
            ),
        ),
        migrations.AddConstraint(
            "alert",
            models.UniqueConstraint(
                name="alert_of_dispenser",
                fields=["dispenser", "cause", "subject"],
                condition=Q(moment=None, closed_at=None),
            ),
        ),
        migrations.AddIndex(
            "alert",
            models.Index(name="alert_promised", fields=["accepted_until"], condition=Q(state="accepted")),
        ),
        migrations.AddIndex(
            "alert",
            models.Index(name="alert_watched", fields=["watched_until"], condition=Q(state="watched")),
        ),
        migrations.AddIndex("remark", models.Index(name="remark_lately", fields=["organisation", "at"])),
    ]
