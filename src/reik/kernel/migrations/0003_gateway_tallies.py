from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_rights")]

    operations = [
        migrations.CreateModel(
            name="GatewayTally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "channel", "gateway", "sender", primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.TextField()),
                ("gateway", models.TextField()),
                ("sender", models.UUIDField()),
                ("written_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
                ("silent_since", models.DateTimeField(null=True)),
                ("due", models.IntegerField()),
                ("missed", models.IntegerField()),
                ("lost", models.IntegerField()),
            ],
        ),
        # The platform's own: counts and times by gateway, nothing of a message or a person.
        migrations.RunSQL("GRANT SELECT, INSERT, UPDATE, DELETE ON kernel_gatewaytally TO reik_worker"),
    ]
