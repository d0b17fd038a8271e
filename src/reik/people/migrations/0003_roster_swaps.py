import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from reik.kernel.tenancy import keep_organisation, protect


def _to(model: str, **more: object) -> models.ForeignKey:
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=model, **more)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_rights")]

    operations = [
        migrations.CreateModel(
            name="RosterSwap",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("organisation", _to("kernel.organisation")),
                ("roster", _to("people.roster", related_name="swaps")),
                ("giver", _to("people.rostermember", related_name="+")),
                ("taker", _to("people.rostermember", related_name="+")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("by", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("giver_at", models.DateTimeField(null=True)),
                ("giver_by", models.TextField(default="")),
                ("giver_how", models.TextField(default="")),
                ("taker_at", models.DateTimeField(null=True)),
                ("taker_by", models.TextField(default="")),
                ("taker_how", models.TextField(default="")),
                ("swap", models.UUIDField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_as", models.TextField(default="")),
                ("ended_by", models.TextField(default="")),
            ],
            options={
                "indexes": [models.Index(fields=["roster", "starts_at"], name="roster_swap_at")],
                "constraints": [
                    models.CheckConstraint(
                        name="roster_swap_period",
                        condition=Q(ends_at__gt=F("starts_at")) & ~Q(giver=F("taker")),
                    ),
                    models.CheckConstraint(
                        name="roster_swap_both",
                        condition=Q(swap=None) & ~Q(ended_as="agreed")
                        | Q(
                            ended_as="agreed",
                            swap__isnull=False,
                            giver_at__isnull=False,
                            taker_at__isnull=False,
                        ),
                    ),
                ],
            },
        ),
        migrations.RunSQL(protect("people_rosterswap") + keep_organisation("people_rosterswap")),
    ]
