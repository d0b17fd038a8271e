"""Organisations, accounts, keys, the outbox and the access log. Rows refer upward by UUID, without foreign key."""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from reik.kernel.login.tables import (
    CodeApp as CodeApp,
)
from reik.kernel.login.tables import (
    Invitation as Invitation,
)
from reik.kernel.login.tables import (
    LoginEvent as LoginEvent,
)
from reik.kernel.login.tables import (
    Passkey as Passkey,
)
from reik.kernel.login.tables import (
    RecoveryCode as RecoveryCode,
)
from reik.kernel.login.tables import (
    SpentChallenge as SpentChallenge,
)


class Organisation(models.Model):
    """A tenant: a care organisation that keeps records, or a partner (pharmacy, monitoring centre, supplier)."""

    class Kind(models.TextChoices):
        CARE = "care"
        PHARMACY = "pharmacy"
        CENTRE = "centre"
        SUPPLIER = "supplier"
        QUARANTINE = "quarantine"

    id = models.UUIDField(primary_key=True)
    name = models.TextField()
    kind = models.TextField(choices=Kind.choices)
    zone = models.TextField(default="Europe/Amsterdam")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="organisation_kind",
                condition=Q(kind__in=["care", "pharmacy", "centre", "supplier", "quarantine"]),
            ),
            models.UniqueConstraint(name="one_quarantine", fields=["kind"], condition=Q(kind="quarantine")),
        ]


class Account(AbstractBaseUser):
    """Someone or something that can log in."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="accounts")
    username = models.TextField(unique=True)
    display_name = models.TextField()
    role = models.TextField()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seed = models.TextField(default="", db_default="")  # another one ends all sessions of this account

    USERNAME_FIELD = "username"
    objects: models.Manager[Account] = BaseUserManager()

    def get_session_auth_hash(self) -> str:
        """What a session must hold to go on: it changes with the password and with `seed`."""
        salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(salt, self.password + self.seed, algorithm="sha256").hexdigest()

    @property
    def session_secret(self) -> bytes:
        """What an open stream must hold to go on (people.sessions)."""
        return hashlib.sha256((self.password + self.seed).encode()).digest()


class IntegrationToken(models.Model):
    """A bearer token of an outside system; only its digest is kept (the token itself has 256 random bits)."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="tokens")
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)


class DataKey(models.Model):
    """An organisation's data key, wrapped by the installation's key."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.IntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="datakey_number", fields=["organisation", "number"])]


CHANNELS = ("webhook", "email", "webpush", "sms", "voice", "scaip", "espax")


class Destination(models.Model):
    """Where messages of one organisation go: a channel and an address, each with its own lane in `reik send`."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    channel = models.TextField()
    name = models.TextField()
    address = models.BinaryField()  # sealed: a URL, e-mail address or number
    secret = models.BinaryField(null=True)  # sealed: the signing secret of a webhook
    concurrency = models.SmallIntegerField(default=16)
    timeout_s = models.SmallIntegerField(default=10)
    gateway = models.TextField(
        null=True
    )  # what is tried for it; null: not looked at since the address changed
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="destination_gateway", fields=["organisation", "channel", "gateway"]),
            models.Index(name="destination_unnamed", fields=["id"], condition=Q(gateway=None)),
        ]
        constraints = [
            models.CheckConstraint(name="destination_channel", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(
                name="destination_lane",
                condition=Q(concurrency__gte=1, concurrency__lte=256, timeout_s__gte=1, timeout_s__lte=60),
            ),
        ]


class GatewayHealth(models.Model):
    """How the way out of one organisation over one gateway is, by the newest try that called nobody (R56)."""

    pk = models.CompositePrimaryKey("organisation_id", "channel", "gateway")
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    channel = models.TextField()
    gateway = models.TextField()
    destination = models.ForeignKey(Destination, models.CASCADE, db_index=False)  # the one that was tried
    checked_at = models.DateTimeField()
    fine_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    error = models.TextField(default="")


class GatewayTally(models.Model):
    """What one `reik send` saw of a gateway's receipts; all of them together judge it. Kept for an hour (R56)."""

    pk = models.CompositePrimaryKey("channel", "gateway", "sender")
    channel = models.TextField()
    gateway = models.TextField()
    sender = models.UUIDField()  # a process, for as long as it lives
    written_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    due = models.IntegerField()
    missed = models.IntegerField()
    lost = models.IntegerField()


class OutboxMessage(models.Model):
    """One message to send. `id` is its idempotency key: however often it is sent, the key stays.

    `available_at` is also the lease: whoever takes the message moves it forward, so that a message of a
    process that died is taken again by itself.
    """

    class State(models.IntegerChoices):
        WAITING = 0
        SENT = 1
        GIVEN_UP = 2
        WITHDRAWN = 3

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    destination = models.ForeignKey(Destination, models.PROTECT, db_index=False)
    priority = models.SmallIntegerField(default=0)  # 0 alert, 5 report; lower goes first
    about = models.UUIDField(null=True)  # the row above that wants to know how it went
    body = models.TextField()
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    gives_up_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    state = models.SmallIntegerField(choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="outbox_due", fields=["priority", "available_at"], condition=Q(state=0)),
            models.Index(name="outbox_about", fields=["about"], condition=Q(state=0)),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_ended",
                condition=Q(state=0, ended_at=None) | Q(state__gt=0, ended_at__isnull=False),
            )
        ]


class AccessEntry(models.Model):
    """One row of the NEN 7513 access log; partitioned by month, insert-only for every runtime role."""

    pk = models.CompositePrimaryKey("recorded_at", "id")
    id = models.UUIDField()
    recorded_at = models.DateTimeField()
    organisation_id = models.UUIDField()
    actor_id = models.UUIDField(null=True)
    actor = models.TextField()
    actor_role = models.TextField()
    act = models.TextField()
    outcome = models.TextField()
    object_kind = models.TextField()
    object_ids = models.JSONField()
    detail = models.TextField()
    session = models.TextField()
    tx = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "kernel_accessentry"


class AccessBlock(models.Model):
    """A sealed stretch of one organisation's access log: its rows' digest, chained to the block before."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    number = models.IntegerField()
    from_tx = models.BigIntegerField()
    until_tx = models.BigIntegerField()
    rows = models.IntegerField()
    digest = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="access_block_number", fields=["organisation", "number"])]


class Installation(models.Model):
    """One row: what kind of installation this data folder is. Only `reik demo` ever writes `demo`.

    `pace`: in a demo, by how much windows and signals are hurried (60: a window of 45 minutes lasts 45 s).
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    kind = models.TextField()
    pace = models.FloatField(default=1.0, db_default=1.0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="installation_single", condition=Q(id=1)),
            models.CheckConstraint(
                name="installation_kind", condition=Q(kind__in=["real", "demo", "scratch"])
            ),
            # Only made-up people may be hurried.
            models.CheckConstraint(
                name="installation_pace", condition=Q(pace=1) | Q(kind="demo", pace__gte=1, pace__lte=600)
            ),
        ]


class FailedLook(models.Model):
    """What `reik watch` looks at once a minute and could not, until it can again."""

    name = models.TextField(primary_key=True)
    since = models.DateTimeField()
    newest_at = models.DateTimeField()
    error = models.TextField()  # the kind of failure, never its text
