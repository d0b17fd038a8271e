from django.db import migrations, models

# Who muted before is known by her name alone, as somebody without an account is.
KNOWN = """
UPDATE alerting_mute SET by_key = md5('name:' || by)::uuid;
UPDATE alerting_mute SET second_key = md5('name:' || second)::uuid WHERE second <> '';
"""


class Migration(migrations.Migration):
    atomic = True
    dependencies = [("alerting", "0004_who")]

    operations = [
        migrations.AddField("mute", "by_key", models.UUIDField(null=True)),
        migrations.AddField("mute", "second_key", models.UUIDField(null=True)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField("mute", "by_key", models.UUIDField()),
        # The second person is another one: of an account never the same, whatever she is called.
        migrations.AddConstraint(
            "mute",
            models.CheckConstraint(
                name="mute_second",
                condition=models.Q(second_key=None) | ~models.Q(second_key=models.F("by_key")),
            ),
        ),
    ]
