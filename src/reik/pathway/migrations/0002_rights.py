"""Rights of the care path: what was shown, chosen, measured or signed is never edited."""

from django.db import migrations

from reik.kernel.tenancy import insert_only, keep_organisation, protect

CHANGING = [
    "pathway_carepath",
    "pathway_evidence",
    "pathway_override",
    "pathway_indication",
    "pathway_plannedvisit",
    "pathway_dispenserorder",
    "pathway_supplier",
    "pathway_evaluation",
    "pathway_incident",
    "pathway_formversion",
    "pathway_taskfeed",
]
APPEND_ONLY = [
    "pathway_pathterms",
    "pathway_pathevent",
    "pathway_allotment",
    "pathway_baseline",
    "pathway_baselinemoment",
    "pathway_selection",
    "pathway_shareddecision",
    "pathway_roomtest",
    "pathway_instruction",
    "pathway_loadsigning",
]


class Migration(migrations.Migration):
    dependencies = [("pathway", "0001_tables")]
    operations = [
        migrations.RunSQL("\n".join(protect(each) + keep_organisation(each) for each in CHANGING)),
        migrations.RunSQL("\n".join(insert_only(each) for each in APPEND_ONLY)),
        # A draft goes when it is signed.
        migrations.RunSQL(
            protect("pathway_selectiondraft", web="SELECT, INSERT, UPDATE, DELETE")
            + keep_organisation("pathway_selectiondraft")
        ),
    ]
