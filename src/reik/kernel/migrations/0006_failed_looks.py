from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0005_login")]

    operations = [
        migrations.CreateModel(
            name="FailedLook",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("since", models.DateTimeField()),
                ("newest_at", models.DateTimeField()),
                ("error", models.TextField()),
            ],
        ),
        # The platform's own: the name of a look, and since when it fails.
        migrations.RunSQL("GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_failedlook TO reik_worker"),
    ]
