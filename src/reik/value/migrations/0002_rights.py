"""Rights of the tables of value: what was assumed, computed or measured is never edited."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

CHANGING = ["value_planningfile", "value_ownindicator"]
APPEND_ONLY = [
    "value_planningmapping",
    "value_assumption",
    "value_computed",
    "value_fundingterms",
    "value_clientfunding",
    "value_supplierbill",
    "value_measured",
    "value_pdcanote",
    "value_questionnaireanswer",
]
COUNTED = """
GRANT USAGE ON value_visit_id_seq, value_momentday_id_seq TO reik_web, reik_worker;
GRANT SELECT ON value_rollupstate TO reik_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON value_rollupstate TO reik_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("value", "0001_tables")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in CHANGING)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        # The visits of a file that is removed go with it.
        migrations.RunSQL(
            protect("value_visit", web="SELECT, INSERT, DELETE") + keep_organisation("value_visit")
        ),
        migrations.RunSQL(protect("value_momentday", web="SELECT") + keep_organisation("value_momentday")),
        migrations.RunSQL(COUNTED),
    ]
