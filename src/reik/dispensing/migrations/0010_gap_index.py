from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispensing", "0009_follow_up"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="moment",
            index=models.Index(
                condition=models.Q(("gap_s__gt", 0), ("outcome", None)),
                fields=["client", "due_at"],
                name="moment_with_gap",
            ),
        ),
    ]
