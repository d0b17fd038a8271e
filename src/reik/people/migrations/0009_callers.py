from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0008_follow_up_b")]

    operations = [
        migrations.AddField(model_name="carer", name="phone_index", field=models.BinaryField(null=True)),
        migrations.AddIndex(
            model_name="carer",
            index=models.Index(fields=["organisation", "phone_index"], name="carer_phone"),
        ),
    ]
