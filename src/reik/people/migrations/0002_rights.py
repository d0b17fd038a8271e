"""Rights of the tables about people, teams, homes and rosters; who may see whose."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

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

TENANT_TABLES = [
    "people_team",
    "people_client",
    "people_partnership",
    "people_clientidentifier",
    "people_carer",
    "people_teammember",
    "people_pharmacy",
    "people_pushdestination",
    "people_pushsubscription",
    "people_carerabsence",
    "people_clientcard",
    "people_dutynumber",
    "people_houseaccess",
    "people_presence",
    "people_roster",
    "people_rosterexception",
    "people_rostermember",
    "people_rosterpattern",
    "people_rosterfeed",
]

APPEND_ONLY = ["people_houseaccessshown"]


class Migration(migrations.Migration):
    replaces = [
        ("people", "0002_roles"),
        ("people", "0003_clientidentifier"),
        ("people", "0004_carers_and_teams"),
        ("people", "0005_pharmacies"),
        ("people", "0006_push"),
        ("people", "0007_follow_up"),
        ("people", "0008_follow_up_b"),
        ("people", "0009_callers"),
        ("people", "0010_centre_number"),
    ]
    dependencies = [("people", "0001_tables"), ("kernel", "0002_rights")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in TENANT_TABLES)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        migrations.RunSQL(ORGANISATIONS_OF),
        migrations.RunSQL("GRANT USAGE ON people_clientidentifier_id_seq TO reik_web, reik_worker;"),
    ]
