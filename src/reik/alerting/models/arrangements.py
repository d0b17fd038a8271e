"""Follow-up arrangements: versioned, never edited; an alert points to its version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

CRITICALITIES = 0b111  # time-critical, normal, tolerant
EVERY_DAY = 0b11111111  # Monday to Sunday, and public holidays


class Arrangement(models.Model):
    """One version of a client's follow-up arrangement, or (without client) of the organisation's default.

    A change is a new version; an alert points to its version.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, null=True)
    version = models.IntegerField()
    agreed_by = models.TextField()
    words = models.TextField(default="")  # what was agreed, as it was said to the client
    # The emergency path (R49): what the organisation agreed, and who then acts; null: who the last step calls.
    emergency_words = models.TextField(default="")
    emergency_responder = models.TextField(default="")
    emergency = models.ForeignKey("kernel.Destination", models.PROTECT, null=True, related_name="+")
    # Whether the organisation left the decision on a visit to the centre (R50); else the care team decides.
    centre_decides = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="arrangement_version", fields=["organisation", "client", "version"], nulls_distinct=False
            )
        ]


class ArrangementRoute(models.Model):
    """When one of an arrangement's other routes holds instead of route 0 (R45); the lowest number that fits does.

    Hours and weekdays are of the alert's beginning, in the client's zone; `moments` are local times of moments
    ("08:00"), empty for any. Bits: weekday 0 Monday to 6 Sunday, 7 public holidays; criticality as of the moment.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="routes")
    number = models.SmallIntegerField()
    name = models.TextField()
    weekdays = models.SmallIntegerField(default=EVERY_DAY)
    hours_from = models.TimeField(null=True)
    hours_until = models.TimeField(null=True)
    criticalities = models.SmallIntegerField(default=CRITICALITIES)
    moments = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="arrangement_route", fields=["arrangement", "number"]),
            models.CheckConstraint(
                name="arrangement_route_when",
                condition=Q(number__gte=1, number__lte=20, weekdays__gte=1, weekdays__lte=255)
                & Q(criticalities__gte=1, criticalities__lte=CRITICALITIES),
            ),
        ]


class ArrangementStep(models.Model):
    """One step of a route: who is asked what, over which channel, and how long the chain waits for an answer."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    arrangement = models.ForeignKey(Arrangement, models.PROTECT, related_name="steps")
    route = models.SmallIntegerField(default=0, db_default=0)  # 0: whenever no other route holds
    position = models.SmallIntegerField()
    action = models.TextField()
    responder = models.TextField()
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
    # Where it is sent when `destination` fails, before the next responder is called (R56).
    fallback = models.ForeignKey("kernel.Destination", models.PROTECT, null=True, related_name="+")
    # Who stands on this roster then is called; `destination` only when nobody does.
    roster = models.ForeignKey("people.Roster", models.PROTECT, null=True)
    # Her absence leaves the step out.
    carer = models.ForeignKey("people.Carer", models.PROTECT, null=True)
    # Who of the roster: 1 who stands first on it, 2 her back-up.
    place = models.SmallIntegerField(default=1, db_default=1)
    wait_s = models.IntegerField()  # seconds until the next step, when nobody accepts
    repeat_s = models.IntegerField(null=True)  # asked again every so often; only the last step
    hours_from = models.TimeField(null=True)  # may be called between these local times only
    hours_until = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="arrangement_position", fields=["arrangement", "route", "position"]),
            models.CheckConstraint(
                name="arrangement_action",
                condition=Q(action__in=["phone_client", "ask_carer", "ask_team", "emergency"]),
            ),
            models.CheckConstraint(name="arrangement_wait", condition=Q(wait_s__gte=1, wait_s__lte=7200)),
        ]


class DeliveryTest(models.Model):
    """A message that says that it is a test, by which a wrong number is found at entry. `id` is its message's key.

    `delivered_at`: the wire accepted it (a phone's own receipt comes after that); `failed_at`: it did not, yet.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
    sent_at = models.DateTimeField()
    by = models.TextField()
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="")


class CarerWay(models.Model):
    """A number, mailbox or phone by which one informal carer is reached, as somebody entered it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    carer = models.ForeignKey("people.Carer", models.PROTECT)
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
    by = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="carer_way_once", fields=["carer", "destination"])]
