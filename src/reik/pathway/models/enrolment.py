"""The order of a dispenser, its place in the home, and who learned to use it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class DispenserOrder(models.Model):
    """One dispenser asked of a supplier, only when the roll is arranged (R3). States: `enrolment.ordering`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="orders")
    supplier = models.ForeignKey("pathway.Supplier", models.PROTECT)
    model = models.TextField()
    wanted_on = models.DateField()
    options = models.JSONField(default=dict)  # extra signal, language, volume
    state = models.TextField()  # sent, confirmed, shipped, delivered, refused, cancelled, returned
    their_number = models.TextField(default="")
    device = models.TextField(default="")  # the serial number, when it is known
    message = models.UUIDField(null=True)  # in the outbox
    left_at = models.DateTimeField(null=True)  # the supplier's side took it
    taken_by = models.TextField(default="")  # by phone: who took it
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    changed_at = models.DateTimeField()
    changed_by = models.TextField()
    note = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                name="order_on_its_way", fields=["message"], condition=Q(left_at=None, message__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_order", fields=["path"],
                condition=Q(state__in=["sent", "confirmed", "shipped"]),
            )
        ]  # fmt: skip


class Supplier(models.Model):
    """Who delivers dispensers to an organisation, how an order reaches it, and what it asks in an order."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    name = models.TextField()
    types = models.JSONField(default=list)  # the models that it delivers
    channel = models.TextField()  # email, webhook, phone
    destination = models.ForeignKey("kernel.Destination", models.PROTECT, null=True)
    mapping = models.JSONField(default=dict)  # our field -> theirs, for the webhook
    phone = models.TextField(default="")
    lead_days = models.SmallIntegerField(default=5)
    agreed_on = models.DateField(null=True)  # the processing agreement; for mail: that it is secured as well
    created_at = models.DateTimeField()
    created_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)


class RoomTest(models.Model):
    """Whether the signal was heard and seen in one room, at which volume. Never edited; the newest of a room counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="room_tests")
    room = models.TextField()
    heard = models.BooleanField()
    seen = models.BooleanField()
    volume = models.SmallIntegerField(null=True)
    measure = models.TextField(default="")  # what is done when it was not
    at = models.DateTimeField()
    by = models.TextField()


class Instruction(models.Model):
    """One time that somebody was shown and showed it back (teach-back, R75). Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey("pathway.CarePath", models.PROTECT, related_name="instructions")
    who = models.TextField()  # client, carer
    carer = models.ForeignKey("people.Carer", models.PROTECT, null=True, db_index=False)
    name = models.TextField()
    items = models.JSONField(default=dict)  # {item: "alone" | "with_help" | "not_yet"}
    understood = models.BooleanField()
    practised = models.BooleanField(default=False)  # with a sachet, a nurse beside her
    repeat_on = models.DateField(null=True)
    note = models.TextField(default="")
    at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField()
