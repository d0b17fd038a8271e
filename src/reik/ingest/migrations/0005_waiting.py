from django.db import migrations


class Migration(migrations.Migration):
    """The guard looks every five seconds for what was stored and not interpreted."""

    dependencies = [("ingest", "0004_letter_fates")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX raw_waiting ON ingest_rawmessage (received_at) WHERE fate = 0",
            "DROP INDEX raw_waiting",
        )
    ]
