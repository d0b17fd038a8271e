from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("medication", "0005_changes"), ("people", "0005_pharmacies")]
    operations = []
