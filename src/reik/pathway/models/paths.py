"""One client's way with a dispenser, from indication to stop (R1): where it stands, what was done, what was shown."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

SETTINGS = ("zvw", "wlz_home", "wlz_intramural", "wmo", "supported_living", "private")


class PathTerms(models.Model):
    """How an organisation walks the path: names of its steps, terms of its tasks, when it evaluates. Never edited.

    `names`: {"1": {"nl": …, "en": …}, …}, only what is named otherwise; `terms`: {task kind: {"days": …, "role": …}};
    `choices`: what is wanted besides (two observers, own questions, override allowed to whom).
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    version = models.IntegerField()
    names = models.JSONField(default=dict)
    terms = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="terms_once", fields=["organisation", "version"])]


class CarePath(models.Model):
    """Where one client stands. `state` and `step` follow from `pathway.path.TRANSITIONS` and nothing else.

    A client has one path at a time; a restart after a temporary stop is a new path that names the one `before`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, related_name="+")
    before = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    setting = models.TextField()
    variant = models.JSONField(
        default=dict
    )  # {"installs": "pharmacy"|"supplier"|"team", "sets_times": "pharmacy"|"centre"|"team"}
    state = models.TextField()
    step = models.SmallIntegerField()
    because = models.TextField(default="")  # why it waits, was refused or ended: a code of pathway.path
    look_again_on = models.DateField(null=True)  # not now: when it is assessed anew
    opened_at = models.DateTimeField()
    opened_by = models.TextField()
    entered_at = models.DateTimeField()  # since when it stands in this step
    started_at = models.DateTimeField(null=True)  # the dispenser hands out for real since
    ended_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)  # of this row: two people at once are told so
    looked_at = models.DateTimeField(null=True)  # when `asking` last looked what holds

    class Meta:
        indexes = [
            models.Index(name="path_by_state", fields=["organisation", "state", "step"]),
            models.Index(name="path_to_look", fields=["looked_at"], condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="one_path", fields=["client"], condition=Q(ended_at=None)),
            models.CheckConstraint(name="path_setting", condition=Q(setting__in=SETTINGS)),
            models.CheckConstraint(name="path_step", condition=Q(step__gte=1, step__lte=9)),
            models.CheckConstraint(
                name="path_ended", condition=Q(ended_at=None) | Q(ended_at__gte=F("opened_at"))
            ),
        ]


class PathEvent(models.Model):
    """One thing that moved a path, for good: which event, from where to where, by whom, why. Never edited."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey(CarePath, models.PROTECT, related_name="events")
    event = models.TextField()
    from_state = models.TextField()
    to_state = models.TextField()
    step = models.SmallIntegerField()  # the step after it
    at = models.DateTimeField()
    by = models.TextField()
    role = models.TextField()
    note = models.TextField(default="")
    detail = models.JSONField(default=dict)


class Evidence(models.Model):
    """Something that was shown or done, which a step asks for: who, when, and the row that it rests on.

    `kind` is one of `pathway.evidence.KINDS`. Taken back, it no longer counts, and stays to be read.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey(CarePath, models.PROTECT, related_name="evidence")
    kind = models.TextField()
    key = models.TextField(default="")  # which one of a kind: a room, a person
    at = models.DateTimeField()  # when it was so
    told_at = models.DateTimeField()  # when it was written down
    by = models.TextField()
    role = models.TextField()
    holds_until = models.DateTimeField(null=True)
    about = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.TextField(default="")
    taken_back_because = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="evidence_of", fields=["path", "kind", "at"])]


class Allotment(models.Model):
    """Who does what for this client (R6): no cell stays empty. A change is a new row; the newest counts."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey(CarePath, models.PROTECT, related_name="allotments")
    duty = models.TextField()  # order, install, load, set_times, first_responder, change_roll, take_back
    who = models.TextField()  # team, carer, pharmacy, supplier, centre
    name = models.TextField(default="")
    carer = models.ForeignKey("people.Carer", models.PROTECT, null=True, db_index=False)
    by = models.TextField()
    created_at = models.DateTimeField()


class Override(models.Model):
    """A condition that was not met, and by whom it was let through all the same, until it is made good (R2)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False, related_name="+")
    path = models.ForeignKey(CarePath, models.PROTECT, related_name="overrides")
    condition = models.TextField()
    because = models.TextField()
    by = models.TextField()
    role = models.TextField()
    at = models.DateTimeField()
    make_good_by = models.DateTimeField()
    made_good_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="override_once", fields=["path", "condition"], condition=Q(made_good_at=None)
            )
        ]
