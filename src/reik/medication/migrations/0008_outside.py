from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("medication", "0007_roll_life"), ("people", "0005_pharmacies")]
    operations = []
