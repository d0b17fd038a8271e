from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dispensing", "0006_rolls")]
    operations = [migrations.AddField("dispenser", "silent_at", models.DateTimeField(null=True))]
