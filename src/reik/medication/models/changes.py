"""Changes of rolls that lie at home: where the plan and what is still on a roll differ (N5, R22, R23)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

STATES = ("open", "undecided", "chosen", "confirmed", "carried_out", "ended", "withdrawn")
DEVICE = (
    "",
    "none",
    "asked",
    "held",
    "partly",
    "planned",
    "pausing",
    "paused",
    "failed",
    "lifting",
    "lifted",
)


class Change(models.Model):
    """One roll at home that differs from the plan; at most one that has not ended per roll.

    `affected`: the sachets, as JSON of `changes.sachets.AffectedSachet`. `device_state` tells what became of
    withholding them: `none` (no dispenser), `asked`/`held`/`partly` (single sachets), `planned`/`pausing`/`paused`
    (the whole device), `failed`, `lifting`/`lifted`. `command_id` names the command at the device that is waited for.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    roll = models.ForeignKey("medication.Roll", models.PROTECT, db_index=False, related_name="+")
    because = models.TextField()
    found_at = models.DateTimeField()
    first_at = models.DateTimeField()  # the first affected moment
    last_at = models.DateTimeField()  # until when a sachet of it may still be handed out
    urgency = models.TextField()
    affected = models.JSONField()
    options = models.JSONField()
    proposed = models.TextField()
    choice = models.TextField(default="")
    chosen_by = models.TextField(default="")
    chosen_at = models.DateTimeField(null=True)
    chosen_because = models.TextField(default="")
    others_by = models.JSONField(default=dict)  # key of an affected moment -> who gives what else is in it
    confirmed_by = models.TextField(default="")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_how = models.TextField(default="")
    declined_by = models.TextField(default="")
    declined_because = models.TextField(default="")
    device_state = models.TextField(default="")
    device_held = models.JSONField(default=list)
    device_not_held = models.JSONField(default=list)
    command_id = models.UUIDField(null=True)
    pause_at = models.DateTimeField(null=True)  # when a device that cannot hold single sachets is paused
    paused_until = models.DateTimeField(null=True)
    told_undecided_at = models.DateTimeField(null=True)
    told_not_held_at = models.DateTimeField(null=True)
    removed_by = models.TextField(default="")
    removed_count = models.IntegerField(null=True)
    removed_at = models.DateTimeField(null=True)
    state = models.TextField(default="open")
    ended_at = models.DateTimeField(null=True)
    ended_as = models.TextField(default="")
    ended_by = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="change_of_client", fields=["client", "found_at"]),
            models.Index(name="change_first", fields=["first_at"], condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="change_once", fields=["roll"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="change_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="change_device", condition=Q(device_state__in=DEVICE)),
            models.CheckConstraint(
                name="change_ended",
                condition=Q(ended_at=None, state__in=STATES[:5])
                | Q(ended_at__isnull=False, state__in=STATES[5:]),
            ),
            models.CheckConstraint(
                name="change_chosen",
                condition=Q(choice="", chosen_at=None) | (~Q(choice="") & Q(chosen_at__isnull=False)),
            ),
        ]
