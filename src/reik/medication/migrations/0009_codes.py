from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("medication", "0008_outside")]

    operations = [
        migrations.CreateModel(
            name="ProductCode",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "system", "code", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("system", models.TextField()),
                ("code", models.TextField()),
                ("called", models.TextField()),
                ("atc", models.TextField(default="")),
                ("packable", models.BooleanField(null=True)),
                ("loaded_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            "GRANT SELECT ON medication_productcode TO reik_web;"
            "GRANT SELECT, INSERT, UPDATE, DELETE ON medication_productcode TO reik_worker;",
            "",
        ),
    ]
