"""The pace of a demo: by how much its windows and signals are hurried."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_roles")]
    operations = [
        migrations.AddField(
            model_name="installation", name="pace", field=models.FloatField(default=1.0, db_default=1.0)
        ),
        migrations.AddConstraint(
            model_name="installation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("pace", 1),
                    models.Q(("kind", "demo"), ("pace__gte", 1), ("pace__lte", 600)),
                    _connector="OR",
                ),
                name="installation_pace",
            ),
        ),
    ]
