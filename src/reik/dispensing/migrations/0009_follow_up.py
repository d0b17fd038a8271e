from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispensing", "0008_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="dispenser",
            name="network",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="dispenser",
            name="region",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AddField(
            model_name="dispenser",
            name="supplier",
            field=models.TextField(db_default="", default=""),
        ),
    ]
