"""Giving by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reik.dispensing.models.devices import Dispenser
from reik.dispensing.models.moments import Moment


class HandGiving(models.Model):
    """A dose of one moment given by hand, from the wish to give it until it counts (R34). See `by_hand.path`.

    `places` is a mask as in Moment: bit k-1 stands for sachet k; `sachets` are their numbers on `roll`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    moment = models.ForeignKey(Moment, models.PROTECT, related_name="givings")
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    places = models.IntegerField()
    roll = models.TextField(default="")
    sachets = models.JSONField(default=list)
    stock = models.TextField()
    stock_note = models.TextField(default="")
    state = models.TextField()
    by = models.TextField()
    role = models.TextField()
    asked_at = models.DateTimeField()
    said_given_at = models.DateTimeField(null=True)  # entered afterwards: when it was given
    command_id = models.UUIDField(null=True)  # the hold or pause that blocks the device
    blocks_by = models.TextField(default="")  # hold, pause, or past: the device may not hand it out any more
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    epoch = models.BigIntegerField(default=0)  # the device's journal at the answer
    numbers = models.JSONField(default=list)  # of the sachets that a person took out
    numbers_by = models.TextField(default="")
    override_by = models.TextField(default="")  # who allowed it within the least interval, and why (R31)
    override_because = models.TextField(default="")
    given_at = models.DateTimeField(null=True)
    given_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(
        null=True
    )  # when the pause, which blocked more than this moment, was ended
    note = models.TextField(default="")
    # The moment after it that is held because it would come too soon (R31), and until when.
    held_command_id = models.UUIDField(null=True)
    held_roll = models.TextField(default="")
    held_sachets = models.JSONField(default=list)
    held_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="giving_of_client", fields=["organisation", "client", "asked_at"]),
            models.Index(name="giving_command", fields=["command_id"], condition=Q(command_id__isnull=False)),
            models.Index(name="giving_holds", fields=["held_until"], condition=Q(held_until__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="one_giving", fields=["moment"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="giving_state",
                condition=Q(state__in=["blocking", "blocked", "unblocked", "taken"], ended_at=None)
                | Q(state__in=["counted", "out", "dropped"], ended_at__isnull=False),
            ),
            models.CheckConstraint(name="giving_stock", condition=Q(stock__in=["roll", "own", "other"])),
            models.CheckConstraint(
                name="giving_counted", condition=~Q(state="counted") | Q(given_at__isnull=False)
            ),
        ]
