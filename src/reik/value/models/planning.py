"""Visits as an organisation's planning system has them: what the baseline and the tours are computed from (N10)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class PlanningMapping(models.Model):
    """Which column of one planning system's export says what. A change is a new row; the newest of a name counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    name = models.TextField()
    mapping = models.JSONField()
    by = models.TextField()
    created_at = models.DateTimeField()


class PlanningFile(models.Model):
    """One export. Its `state` says where it is on the way; only the visits of a `taken` one count.

    `looking` (its columns are being read), `uploaded` (waits for a mapping), `reading`, `read` (waits for a yes),
    `taken`, `removed`, `failed` (`problem` says why, `problem_code` to a screen). `refused`: [{"line": …, "reason":
    code, "value": …}, …], the first thousand; `refused_count` counts all. `look`: sealed JSON of the header, first
    rows and activities; `counted`: the summary of `value.planning.reading`; `rows_read`: how far reading has come.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    name = models.TextField()
    digest = models.BinaryField()  # SHA-256 of the file: the same one is not taken twice
    mapping = models.JSONField()
    anonymous = models.BooleanField()
    zone = models.TextField(default="Europe/Amsterdam")
    state = models.TextField()
    size = models.BigIntegerField(default=0)  # bytes
    look = models.BinaryField(null=True)
    rows_read = models.IntegerField(default=0)
    counted = models.JSONField(default=dict)
    problem = models.TextField(default="")
    problem_code = models.TextField(default="", db_default="")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    visits = models.IntegerField(default=0)
    refused = models.JSONField(default=list)
    refused_count = models.IntegerField(default=0)
    by = models.TextField()
    created_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="planning_once", fields=["organisation", "digest"], condition=Q(state="taken")
            )
        ]


class PlanningPart(models.Model):
    """A piece of an uploaded file, sealed; gone once the file was taken or removed. `kind`: file, or places."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    file = models.ForeignKey(PlanningFile, models.CASCADE, db_index=False)
    kind = models.TextField()
    position = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(name="planning_part", fields=["file", "kind", "position"])]


class Visit(models.Model):
    """One visit of a planning file. `client_key` and `worker_key` are pseudonyms where the file was anonymised.

    `kind`: what of it is medication: none, combined (with other care), unique (it exists for the medication alone).
    `heavy`: with care that the organisation itself calls heavy; null where its mapping says nothing of it.
    Minutes are planned ones; `travel_minutes` is the leg towards it, as far as the planning says.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    file = models.ForeignKey(PlanningFile, models.CASCADE, db_index=False)
    line = models.IntegerField()
    day = models.DateField()
    starts_at = models.DateTimeField()
    minutes = models.FloatField()
    client_key = models.TextField()
    client_id = models.UUIDField(null=True)
    worker_key = models.TextField(default="")
    team_key = models.TextField(default="")
    activity = models.TextField(default="")
    kind = models.TextField()
    heavy = models.BooleanField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    travel_minutes = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(name="visit_by_day", fields=["file", "team_key", "day"])]
        constraints = [
            models.UniqueConstraint(name="visit_line", fields=["file", "line"]),
            models.CheckConstraint(name="visit_minutes", condition=Q(minutes__gt=0, minutes__lte=1440)),
            models.CheckConstraint(name="visit_kind", condition=Q(kind__in=["none", "combined", "unique"])),
        ]
