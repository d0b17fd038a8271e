"""The whole life of a roll: who had it when, how it comes to the client, what was recalled, how long it lasts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reik.medication.models.rolls import Roll

STEPS = (
    "packed", "checked", "delivered", "received", "loaded", "emptied", "taken_out", "counted", "handed_back",
    "returned",
)  # fmt: skip
DELIVERIES = ("letterbox", "appointment", "pick_up", "neighbour", "carer")
LETTERBOX = ("fits", "too_big", "not_asked")
LOADERS = ("nurse", "caregiver", "informal_carer", "pharmacist")


class RollStep(models.Model):
    """One step in the chain of custody of a roll, as someone or a dispenser said it. Append-only (R18, N6).

    `at`: when it happened; `told_at`: when Reik was told. `to_whom` and `place` say where the roll went.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="steps", db_index=False)
    number = models.IntegerField()  # 1, 2, …: its place in the chain of this roll
    step = models.TextField()
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField(default="")
    how = models.TextField()  # person or device
    to_whom = models.TextField(default="")
    place = models.TextField(default="")
    note = models.TextField(default="")
    count = models.IntegerField(null=True)  # sachets
    expected = models.IntegerField(null=True)  # what the ledger, or the count before, says it must be

    class Meta:
        constraints = [
            models.UniqueConstraint(name="roll_step_number", fields=["roll", "number"]),
            models.CheckConstraint(
                name="roll_step", condition=Q(step__in=STEPS, how__in=("person", "device"))
            ),
            models.CheckConstraint(name="roll_step_count", condition=Q(count=None) | Q(count__gte=0)),
            models.CheckConstraint(
                name="roll_step_counted",
                condition=~Q(step__in=("counted", "returned")) | Q(count__isnull=False),
            ),
        ]


class RollArrangement(models.Model):
    """How a client's rolls are made and brought. Append-only: the newest counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    pharmacy_kept = models.BooleanField(null=True)  # the client's own pharmacy stays; null: not asked
    packer = models.TextField(default="")
    roll_format = models.TextField(default="")
    weeks = models.SmallIntegerField(default=1)  # that one roll serves
    lead_days = models.SmallIntegerField(null=True)  # working days of the packer; null: as the pharmacy's
    change_day = models.SmallIntegerField(null=True)  # ISO weekday; null: any
    letterbox = models.TextField(default="not_asked")
    delivery = models.TextField(default="appointment")
    receiver = models.TextField(default="")  # who confirms receipt: a name
    loader_role = models.TextField(default="nurse")
    loader = models.TextField(default="")  # who changes the roll: a name, or a team's
    set_by = models.TextField()
    set_role = models.TextField(default="")
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="rolls_arranged", fields=["client", "set_at"])]
        constraints = [
            models.CheckConstraint(
                name="roll_arrangement",
                condition=Q(delivery__in=DELIVERIES, letterbox__in=LETTERBOX, loader_role__in=LOADERS)
                & Q(weeks__gte=1, weeks__lte=8)
                & (Q(change_day=None) | Q(change_day__gte=1, change_day__lte=7))
                & (Q(lead_days=None) | Q(lead_days__gte=0, lead_days__lte=30)),
            ),
            models.CheckConstraint(
                name="roll_letterbox", condition=~Q(delivery="letterbox") | Q(letterbox="fits")
            ),
        ]


class RollFit(models.Model):
    """An organisation's own line in the matrix packer, roll format, type of dispenser. Append-only (R17)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    packer = models.TextField(default="*")
    roll_format = models.TextField(default="*")
    model = models.TextField(default="*")
    fit = models.TextField()
    source = models.TextField()
    said_on = models.DateField()
    set_by = models.TextField()
    set_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="fit_of_organisation", fields=["organisation", "set_at"])]
        constraints = [
            models.CheckConstraint(
                name="roll_fit", condition=Q(fit__in=("supported", "not", "unknown")) & ~Q(source="")
            )
        ]


class RollRecall(models.Model):
    """Sachets of one roll that may not be used any more: a product, a lot or the whole roll. Append-only."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    roll = models.ForeignKey(Roll, models.PROTECT, related_name="recalls", db_index=False)
    code = models.TextField(default="")
    lot = models.TextField(default="")
    sequences = models.JSONField()  # of the sachets still to come
    because = models.TextField()
    by = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="recall_of_roll", fields=["roll"])]


class RollSupply(models.Model):
    """What is known of how long one client's rolls last, and what was told of it (R20, R21).

    Reckoned again when `look_at` has come. `stage`: 0 fine, 1 order, 2 alarm at 72 working hours, 3 at 24 hours,
    4 no roll before the next moment. What was acknowledged is told no more until it gets worse.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.OneToOneField("people.Client", models.PROTECT)
    look_at = models.DateTimeField()
    covered_until = models.DateTimeField(null=True)
    uncovered_at = models.DateTimeField(null=True)
    not_home_at = models.DateTimeField(null=True)
    order_at = models.DateTimeField(null=True)
    alarm_at = models.DateTimeField(null=True)
    last_alarm_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)  # the first planned moment after the last sachet that is in
    stage = models.SmallIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    tell_again_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.TextField(default="")
    acknowledged_note = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="supply_to_look_at", fields=["look_at"])]
        constraints = [
            models.CheckConstraint(name="supply_stage", condition=Q(stage__gte=0, stage__lte=4)),
            models.CheckConstraint(
                name="supply_acknowledged",
                condition=Q(acknowledged_at=None, acknowledged_by="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_by="")),
            ),
        ]
