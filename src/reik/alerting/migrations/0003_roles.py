from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = ["alerting_alert", "alerting_step"]
APPEND_ONLY = ["alerting_arrangement", "alerting_arrangementstep", "alerting_remark"]


class Migration(migrations.Migration):
    dependencies = [("alerting", "0002_initial"), ("dispensing", "0002_roles")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        # An arrangement is versioned and never edited (rule 8).
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
    ]
