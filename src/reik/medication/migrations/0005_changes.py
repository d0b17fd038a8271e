from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("medication", "0004_least_interval"), ("people", "0005_pharmacies")]
    operations = []
