"""Who withdrew a text of an organisation, and which text of Reik it was written beside."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pathway", "0006_use")]
    operations = [
        migrations.AddField("formversion", "withdrawn_by", models.TextField(default="")),
        migrations.AddField("formversion", "reik_digest", models.TextField(default="")),
    ]
