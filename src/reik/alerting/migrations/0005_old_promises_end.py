from django.db import migrations

# What was accepted before promises had an end waits no longer than a promise lasts.
END = """
UPDATE alerting_alert SET accepted_until = coalesce(accepted_at, opened_at) + interval '15 minutes',
    accepted_role = 'operator'
WHERE state = 'accepted' AND accepted_until IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("alerting", "0004_promises")]
    operations = [migrations.RunSQL(END, migrations.RunSQL.noop)]
