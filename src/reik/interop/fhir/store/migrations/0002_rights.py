"""Rights of the FHIR store."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

TENANT_TABLES = ["fhir_resource", "fhir_tolink", "fhir_message"]

TOKENS = "GRANT USAGE ON fhir_token_id_seq TO reik_web, reik_worker;"


class Migration(migrations.Migration):
    replaces = [("fhir", "0002_roles")]
    dependencies = [("fhir", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL(insert_only("fhir_version")),
        migrations.RunSQL(
            protect("fhir_token", web="SELECT, INSERT, DELETE") + keep_organisation("fhir_token")
        ),
        migrations.RunSQL(TOKENS),
    ]
