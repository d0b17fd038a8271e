"""When what a care path waits for was last looked at: tasks end by themselves when another context shows it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("pathway", "0002_rights")]
    operations = [
        migrations.AddField("carepath", "looked_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "carepath", models.Index(name="path_to_look", fields=["looked_at"], condition=Q(ended_at=None))
        ),
    ]
