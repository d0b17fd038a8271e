from django.db import migrations

# `reik web` takes in FHIR messages and says what became of them; their bodies stay as they came.
GRANTS = "GRANT UPDATE (fate, reason) ON ingest_rawmessage TO reik_web;"


class Migration(migrations.Migration):
    dependencies = [("ingest", "0003_streamreceiver")]
    operations = [migrations.RunSQL(GRANTS)]
