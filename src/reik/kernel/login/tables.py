"""The rows of logging in. They are the platform's: an account is found before anybody knows whose request it is.

None holds anything of a client, and none can be used by who reads it: passwords are Argon2, codes and links
digests, the secret of an app sealed, passkeys public keys.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Passkey(models.Model):
    """A key pair in somebody's phone, computer or security key; here only its public half."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("kernel.Account", models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    public = models.BinaryField()  # attested credential data (WebAuthn § 6.5.1)
    counter = models.BigIntegerField(default=0)
    label = models.TextField()
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_because = models.TextField(default="")


class CodeApp(models.Model):
    """An app that shows a code of six digits (TOTP, RFC 6238)."""

    account = models.OneToOneField(
        "kernel.Account", models.CASCADE, primary_key=True, related_name="code_app"
    )
    secret = models.BinaryField()  # sealed with the installation's key
    last_step = models.BigIntegerField(default=0)  # a code that was used opens nothing again
    created_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """One of the codes on paper for when the app is lost; each works once."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("kernel.Account", models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Invitation(models.Model):
    """A link by which somebody chooses, once, how she will log in. The newest of an account is the only one."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey("kernel.Account", models.CASCADE, related_name="invitations")
    digest = models.BinaryField(unique=True)
    invited_by = models.TextField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # used, or another took its place

    class Meta:
        constraints = [
            models.UniqueConstraint(name="invitation_one", fields=["account"], condition=Q(ended_at=None))
        ]


class SpentChallenge(models.Model):
    """A challenge that a passkey answered: it is never answered again. Kept until it would have ended anyway."""

    digest = models.BinaryField(primary_key=True)
    ends_at = models.DateTimeField(db_index=True)


class LoginEvent(models.Model):
    """The security log: every try to come in, and every change of how one comes in. Never changed or deleted.

    `name_digest` is a keyed digest of what was typed as user name, so that a password typed there by mistake
    stands nowhere. A try that had to wait was not looked at and leaves no row, so that nobody can fill this table.
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    name_digest = models.BinaryField(null=True)
    address = models.TextField()
    what = models.TextField()
    outcome = models.TextField()
    detail = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(
                name="login_by_name", fields=["name_digest", "at"], condition=Q(name_digest__isnull=False)
            ),
            models.Index(name="login_by_address", fields=["address", "at"]),
            models.Index(name="login_by_account", fields=["account_id", "at"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="login_outcome", condition=Q(outcome__in=["ok", "half", "failed", "slowed"])
            )
        ]
