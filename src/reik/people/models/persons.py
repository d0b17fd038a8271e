"""Clients, informal carers, teams, and the partnerships by which organisations work for each other."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Team(models.Model):
    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    name = models.TextField()
    created_at = models.DateTimeField()


class Client(models.Model):
    """Someone who gets medication. Name and birth date in clear (operators search them), the rest sealed."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    salutation = models.TextField(default="")  # "Mw.", "Dhr.", or nothing
    name = models.TextField()
    sort_name = models.TextField()  # Dutch order: without prefix, lower case, no accents
    birth_date = models.DateField(null=True)
    bsn = models.BinaryField(null=True)  # sealed
    bsn_index = models.BinaryField(null=True)  # keyed blind index
    phone = models.BinaryField(null=True)  # sealed
    address = models.BinaryField(null=True)  # sealed
    caller_note = models.TextField(
        default=""
    )  # what helps who phones her: "hoort slecht, laat lang overgaan"
    zone = models.TextField(default="Europe/Amsterdam")
    pharmacy = models.ForeignKey("people.Pharmacy", models.PROTECT, null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="client_by_name", fields=["organisation", "sort_name"])]
        constraints = [
            models.UniqueConstraint(
                name="client_bsn_once",
                fields=["organisation", "bsn_index"],
                condition=Q(bsn_index__isnull=False),
            ),
            models.CheckConstraint(
                name="client_bsn_whole",
                condition=Q(bsn__isnull=True, bsn_index__isnull=True)
                | Q(bsn__isnull=False, bsn_index__isnull=False),
            ),
        ]


class Partnership(models.Model):
    """`organisation` lets `partner` work with its records for one purpose, until it ends."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, related_name="+")
    partner = models.ForeignKey("kernel.Organisation", models.PROTECT, related_name="+")
    purpose = models.TextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="partnership_two", condition=~Q(organisation=F("partner"))),
            models.CheckConstraint(
                name="partnership_period", condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                name="partnership_once", fields=["organisation", "partner", "purpose", "starts_at"]
            ),
        ]


class ClientIdentifier(models.Model):
    """A number by which somebody else knows a client (a pharmacy's, for one), as a keyed fingerprint."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey(Client, models.CASCADE)
    system = models.TextField()
    value_index = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="client_identifier_once", fields=["organisation", "value_index"])
        ]


class Carer(models.Model):
    """An informal carer of one client; sees her only with her consent, which may be taken back (R59)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, db_index=False)
    account = models.ForeignKey("kernel.Account", models.PROTECT, null=True)
    name = models.TextField()
    relation = models.TextField()
    phone = models.BinaryField(null=True)  # sealed
    phone_index = models.BinaryField(null=True)  # keyed blind index: who rings back is found
    consented_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="carer_of_client", fields=["organisation", "client"]),
            models.Index(name="carer_phone", fields=["organisation", "phone_index"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="carer_once", fields=["client", "account"], condition=Q(account__isnull=False)
            )
        ]


class TeamMember(models.Model):
    """An account that works in a team: it sees the clients of its teams by default (R58)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    account = models.ForeignKey("kernel.Account", models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="member_once", fields=["team", "account"])]


class Pharmacy(models.Model):
    """A pharmacy as a care organisation knows it. `partner`: the organisation as which it works in Reik itself."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    partner = models.ForeignKey(
        "kernel.Organisation", models.PROTECT, null=True, related_name="+", db_index=False
    )
    name = models.TextField()
    email = models.BinaryField(null=True)  # sealed
    phone = models.BinaryField(null=True)  # sealed
    duty_name = models.TextField(default="")  # whom to phone when it is closed
    duty_phone = models.BinaryField(null=True)  # sealed
    hours = models.JSONField(default=dict)  # {"1": ["08:30", "17:30"], …}; empty: not known
    closed_on = models.JSONField(default=list)  # ISO dates besides public holidays
    lead_days = models.SmallIntegerField(default=2)  # working days that its packer needs for a roll (R20)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="pharmacy_once", fields=["organisation", "name"]),
            models.CheckConstraint(name="pharmacy_lead", condition=Q(lead_days__gte=0, lead_days__lte=30)),
        ]


class PushSubscription(models.Model):
    """One browser of a person that gets her notifications (web push), until it is gone."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    account = models.ForeignKey("kernel.Account", models.PROTECT, db_index=False)
    endpoint = models.BinaryField()  # sealed: who knows it knows the phone
    endpoint_index = models.BinaryField()  # keyed blind index
    keys = models.BinaryField()  # sealed: p256dh and auth
    label = models.TextField(default="")  # what kind of phone, in the words of its owner's screen
    lang = models.TextField(default="nl")
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # when the phone last said itself that one arrived
    gone_at = models.DateTimeField(null=True)
    gone_because = models.TextField(default="")  # unsubscribed, gone, taken over

    class Meta:
        indexes = [models.Index(name="push_of_account", fields=["account"], condition=Q(gone_at=None))]
        constraints = [
            models.UniqueConstraint(
                name="push_once", fields=["organisation", "endpoint_index"], condition=Q(gone_at=None)
            )
        ]


class PushDestination(models.Model):
    """The destination that reaches all living phones of one person; a route may point at it before she has one."""

    account = models.OneToOneField("kernel.Account", models.PROTECT, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    destination = models.ForeignKey("kernel.Destination", models.PROTECT)
