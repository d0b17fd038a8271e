from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("medication", "0006_requests"), ("people", "0005_pharmacies")]
    operations = []
