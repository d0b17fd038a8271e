"""What devices are told: commands, and the plan they work by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reik.dispensing.models.devices import Dispenser


class DeviceCommand(models.Model):
    """A command to a device. `number` is given at first sending; unanswered past `expires_at` it is *unknown*."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, related_name="commands", db_index=False)
    number = models.BigIntegerField(null=True)
    type = models.TextField()
    data = models.JSONField()
    permits = models.BooleanField()
    given_by = models.TextField()
    given_at = models.DateTimeField()
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    reason = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="command_due", fields=["send_at"], condition=Q(ended_at=None)),
            models.Index(name="command_of_dispenser", fields=["dispenser", "given_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="command_number", fields=["dispenser", "number"]),
            models.CheckConstraint(
                name="command_state",
                condition=Q(
                    state__in=["waiting", "sent", "confirmed", "refused", "unknown", "expired", "replaced"]
                ),
            ),
        ]


class DevicePlan(models.Model):
    """The newest plan that a dispenser was given, and which one it says it works by (R41).

    `moments` null: none was given, or the newest did not arrive. Earlier plans are in their commands.
    """

    dispenser = models.OneToOneField(Dispenser, models.PROTECT, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    version = models.BigIntegerField()
    sha256 = models.TextField()
    moments = models.JSONField(null=True)
    command_id = models.UUIDField(null=True)
    renew_at = models.DateTimeField(null=True)  # when it is looked at again; null: at once
    applied_version = models.BigIntegerField(default=0)
    applied_sha256 = models.TextField(default="")
    applied_epoch = models.BigIntegerField(default=0)
    applied_seq = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(name="plan_to_renew", fields=["renew_at"])]
