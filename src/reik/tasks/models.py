"""Tasks: what a person has to do, who owns it, and before when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

ROLES = ("nurse", "caregiver", "pharmacist", "informal_carer", "operator", "team_manager")


class Task(models.Model):
    """One thing that waits for a person. Open until it is done or dropped; at most one per client, kind and key.

    `owner_role` always says whose it is; `owner` who took it or was named. `about` is the row above that it is
    about (a change, a roll, an absence); `detail` holds the values of its sentence, never a BSN.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    kind = models.TextField()
    key = models.TextField(default="")
    about = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    owner_role = models.TextField()
    owner = models.ForeignKey("kernel.Account", models.PROTECT, null=True, db_index=False)
    owner_name = models.TextField(default="")
    owned_at = models.DateTimeField(null=True)  # since when that person has it
    high_risk = models.BooleanField(default=False)
    opened_by = models.TextField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    overdue_told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_as = models.TextField(default="")
    ended_by = models.TextField(default="")
    ended_note = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                name="task_open", fields=["organisation", "client", "due_at"], condition=Q(ended_at=None)
            ),
            models.Index(
                name="task_due", fields=["due_at"], condition=Q(ended_at=None, overdue_told_at=None)
            ),
            models.Index(name="task_about", fields=["about"], condition=Q(about__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                name="task_once", fields=["client", "kind", "key"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="task_owner", condition=Q(owner_role__in=ROLES)),
            models.CheckConstraint(name="task_due_after", condition=Q(due_at__gte=F("opened_at"))),
            models.CheckConstraint(
                name="task_ended",
                condition=Q(ended_at=None, ended_as="")
                | Q(ended_at__isnull=False, ended_as__in=["done", "dropped"]),
            ),
        ]
