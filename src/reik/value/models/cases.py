"""What a business case rests on, and what came out of it (R64 to R69, C21)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Assumption(models.Model):
    """One replaceable range of the model, with where it comes from and of when. Never edited: the newest counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    key = models.TextField()  # of reik.value.case.parameters
    low = models.FloatField()
    likely = models.FloatField()
    high = models.FloatField()
    unit = models.TextField()
    source = models.TextField()
    source_date = models.DateField()
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="assumption_of", fields=["organisation", "key", "-created_at"])]
        constraints = [
            models.CheckConstraint(name="range", condition=Q(low__lte=F("likely"), likely__lte=F("high"))),
            models.CheckConstraint(name="assumption_source", condition=~Q(source="")),
        ]


class Computed(models.Model):
    """One computation that somebody kept: inputs, seed, outcome, so that it can be opened and done again."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    kind = models.TextField()  # tours, case
    title = models.TextField()
    inputs = models.JSONField()
    outcome = models.JSONField()
    seed = models.BigIntegerField()
    by = models.TextField()
    created_at = models.DateTimeField()


class FundingTerms(models.Model):
    """What an organisation agreed with one insurer for a year: prices, ceiling, what is declared (R83)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    insurer = models.TextField()
    year = models.SmallIntegerField()
    terms = models.JSONField()
    source = models.TextField()
    by = models.TextField()
    created_at = models.DateTimeField()


class ClientFunding(models.Model):
    """By whom one client's care is paid, from a day on; the newest that has begun counts. Never edited.

    `law`: zvw, wlz, wmo or private; empty: nobody said. `also_paid_by`: who else pays for the dispenser already.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    insurer = models.TextField()
    law = models.TextField(default="", db_default="")
    since = models.DateField()
    until = models.DateField(null=True)  # its last day
    also_paid_by = models.TextField(default="", db_default="")
    source = models.TextField(default="typed", db_default="typed")  # typed, csv
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="funding_until", condition=Q(until=None) | Q(until__gte=F("since")))
        ]


class SupplierBill(models.Model):
    """One supplier's bill of one month, as it came (`value.bills.rules.as_json`); the same one is taken once.

    `digest`: of its lines, whatever its number says.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    supplier = models.TextField()
    number = models.TextField(default="", db_default="")
    month = models.DateField()
    lines = models.JSONField()
    digest = models.TextField(default="", db_default="")
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="bill_once", fields=["organisation", "digest"], condition=~Q(digest="")
            ),
            models.UniqueConstraint(
                name="bill_number_once", fields=["organisation", "supplier", "number"],
                condition=~Q(number=""),
            ),
        ]  # fmt: skip


class BillAnswer(models.Model):
    """What became of one difference of a bill: asked, credited, accepted with a reason. The newest counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    bill = models.ForeignKey(SupplierBill, models.PROTECT, related_name="answers")
    key = models.TextField()  # of `value.bills.checking.Difference`
    state = models.TextField()
    reason = models.TextField(default="")
    cents = models.BigIntegerField(null=True)  # credited
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bill_answer", condition=Q(state__in=["asked", "credited", "accepted"])
            ),
            models.CheckConstraint(name="bill_accepted_why", condition=~Q(state="accepted") | ~Q(reason="")),
        ]


class BillFollowUp(models.Model):
    """Who settles what is open on a bill and of no client, and before when. The newest line of a bill counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    bill = models.ForeignKey(SupplierBill, models.PROTECT, related_name="+")
    owner = models.ForeignKey("kernel.Account", models.PROTECT, null=True, db_index=False, related_name="+")
    owner_name = models.TextField(default="")
    due_on = models.DateField()  # its last day
    done = models.BooleanField(default=False)
    by = models.TextField()
    created_at = models.DateTimeField()
