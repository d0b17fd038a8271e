"""What the pharmacy set for a moment: how late it may be handed out, and how long after the one before it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class HandoutLimit(models.Model):
    """For one client's moment at this local time, from when it was set: the newest counts. Append-only (R29, R31)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    at = models.TimeField()
    window_min = models.SmallIntegerField()  # R27
    late_min = models.SmallIntegerField()  # R29
    gap_min = models.SmallIntegerField()  # R31; 0: none
    criticality = models.SmallIntegerField()  # N2
    set_by = models.TextField()
    set_role = models.TextField()
    set_at = models.DateTimeField()
    because = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="limit_of_client", fields=["client", "at", "set_at"])]
        constraints = [
            models.CheckConstraint(
                name="limit_minutes",
                condition=Q(
                    window_min__gte=1, window_min__lte=240, late_min__gte=F("window_min"), late_min__lte=1440
                )
                & Q(gap_min__gte=0, gap_min__lte=1440, criticality__gte=0, criticality__lte=2),
            )
        ]
