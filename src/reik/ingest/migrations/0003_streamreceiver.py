from django.db import migrations, models

GRANTS = "GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_streamreceiver TO reik_worker;"


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_roles")]
    operations = [
        migrations.CreateModel(
            name="StreamReceiver",
            fields=[
                ("slot", models.TextField(primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(GRANTS),
    ]
