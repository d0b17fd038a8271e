"""Whether a planned visit has care that the organisation itself calls heavy; null where its mapping says nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("value", "0007_tour_questions")]
    operations = [migrations.AddField("visit", "heavy", models.BooleanField(null=True))]
