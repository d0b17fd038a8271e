from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = ["dispensing_dispenser", "dispensing_devicesecret", "dispensing_moment"]


class Migration(migrations.Migration):
    dependencies = [("dispensing", "0001_initial"), ("people", "0002_roles")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL(insert_only("dispensing_deviceevent") + insert_only("dispensing_deviceconflict")),
        # Rows of moments and dispensers change often: room in the page keeps their updates cheap.
        migrations.RunSQL("ALTER TABLE dispensing_dispenser SET (fillfactor = 70)"),
        migrations.RunSQL("ALTER TABLE dispensing_moment SET (fillfactor = 85)"),
    ]
