"""Who spoke in a client's form; and that a professional is asked once per half year, without who said what."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from reik.kernel.tenancy import insert_only, keep_organisation

TABLE = "value_questionnaireturn"


class Migration(migrations.Migration):
    dependencies = [("value", "0004_rollups")]
    operations = [
        migrations.AddField("questionnaireanswer", "voice", models.TextField(default="")),
        migrations.AddField("questionnaireanswer", "on_paper", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="QuestionnaireTurn",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("mark", models.BinaryField()),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="kernel.organisation"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "questionnaireturn",
            models.UniqueConstraint(fields=("organisation", "mark"), name="questionnaire_turn"),
        ),
        migrations.RunSQL(insert_only(TABLE) + keep_organisation(TABLE)),
    ]
