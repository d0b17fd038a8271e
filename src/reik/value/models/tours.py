"""What somebody asked of the tours of a planning, and what came out of it (N10)."""

from __future__ import annotations

from django.db import models


class TourQuestion(models.Model):
    """One what-if, from question to answer; `reik jobs` works it off. Its `state`: waiting, busy, done, failed.

    `inputs`: as `value.tours.questions.Question`. `matrix`: an own file of travel times, sealed. `rounds`: both plans,
    to be drawn; they and the clients in `inputs` go when the planning is removed. `computed`: the figures, which stay.
    `plans_done` of `plans_in_all`: how far it is. `problem`: why it failed; `refused`: the same for a screen, its code
    and what is said in its words.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    file = models.ForeignKey("value.PlanningFile", models.PROTECT)
    title = models.TextField()
    inputs = models.JSONField()
    matrix = models.BinaryField(null=True)
    state = models.TextField()
    plans_done = models.IntegerField(default=0)
    plans_in_all = models.IntegerField(default=0)
    problem = models.TextField(default="")
    refused = models.JSONField(default=dict, db_default={})
    rounds = models.JSONField(default=list)
    computed = models.ForeignKey("value.Computed", models.PROTECT, null=True)
    by = models.TextField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
