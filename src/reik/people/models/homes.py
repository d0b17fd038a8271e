"""What someone who phones or visits a client must know, and how one gets in (R81)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ClientCard(models.Model):
    """Language, who else lives there, and the organisation's own video call with her, as a link."""

    client = models.OneToOneField("people.Client", models.PROTECT, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    language = models.TextField(default="nl")
    lives_with = models.TextField(default="")
    video_link = models.BinaryField(null=True)  # sealed: who knows it can ring
    phone_index = models.BinaryField(null=True)  # keyed blind index of her number: who rings back is found
    updated_at = models.DateTimeField()
    updated_by = models.TextField()

    class Meta:
        indexes = [models.Index(name="client_card_phone", fields=["organisation", "phone_index"])]


class HouseAccess(models.Model):
    """How one gets into a client's home (R81). Shown only to who accepted a visit, for that visit, and logged."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT)
    how = models.TextField()
    words = models.BinaryField()  # sealed: where the safe hangs, who holds the key, the code
    checked_at = models.DateTimeField(null=True)
    checked_by = models.TextField(default="")
    created_at = models.DateTimeField()
    created_by = models.TextField()
    ended_at = models.DateTimeField(null=True)  # a change is a new row

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="house_access_how",
                condition=Q(how__in=["client_opens", "key_holder", "key_safe", "electronic_lock"]),
            ),
            models.UniqueConstraint(name="house_access_now", fields=["client"], condition=Q(ended_at=None)),
        ]


class HouseAccessShown(models.Model):
    """Who saw it, for which alert's visit; when she leaves, this lists which codes must be changed."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    access = models.ForeignKey(HouseAccess, models.PROTECT, related_name="shown")
    account = models.ForeignKey("kernel.Account", models.PROTECT)
    alert = models.UUIDField(null=True)
    shown_at = models.DateTimeField()
