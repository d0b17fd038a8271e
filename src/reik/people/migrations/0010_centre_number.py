from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("people", "0009_callers")]

    operations = [
        migrations.RemoveConstraint(model_name="dutynumber", name="duty_number_kind"),
        migrations.AddConstraint(
            model_name="dutynumber",
            constraint=models.CheckConstraint(
                name="duty_number_kind",
                condition=Q(
                    kind__in=["gp_post", "gp", "duty_pharmacy", "team", "centre", "supplier", "emergency"]
                ),
            ),
        ),
    ]
