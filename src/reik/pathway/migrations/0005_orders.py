"""When an order left, who took it by phone, what was agreed with a supplier, and who practised."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("pathway", "0003_looked_at")]
    operations = [
        migrations.AddField("dispenserorder", "left_at", models.DateTimeField(null=True)),
        migrations.AddField("dispenserorder", "taken_by", models.TextField(default="")),
        migrations.AddField("instruction", "practised", models.BooleanField(default=False)),
        migrations.AddField("supplier", "agreed_on", models.DateField(null=True)),
        migrations.AddField("supplier", "created_by", models.TextField(default="")),
        migrations.AddIndex(
            "dispenserorder",
            models.Index(
                name="order_on_its_way", fields=["message"], condition=Q(left_at=None, message__isnull=False)
            ),
        ),
    ]
