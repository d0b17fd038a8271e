from django.db import migrations

from reik.kernel.tenancy import keep_organisation, protect

# An organisation sees the records of those that have a current partnership with it; the database reckons it.
ORGANISATIONS_OF = """
CREATE FUNCTION reik_organisations_of(own uuid, at timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT array_agg(each) FROM (
        SELECT own AS each
        UNION SELECT organisation_id FROM people_partnership
        WHERE partner_id = own AND starts_at <= at AND (ends_at IS NULL OR ends_at > at)
    ) AS allowed
$$;
REVOKE EXECUTE ON FUNCTION reik_organisations_of(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reik_organisations_of(uuid, timestamptz) TO reik_web, reik_worker;
"""

TENANT_TABLES = ["people_team", "people_client"]


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("kernel", "0002_roles")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL(protect("people_partnership") + keep_organisation("people_partnership")),
        migrations.RunSQL(ORGANISATIONS_OF),
    ]
