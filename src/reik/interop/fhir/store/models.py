"""The FHIR store: resources, their immutable versions, the rows by which they are found, and who is to be linked.

No column here holds a BSN: `sealing` takes it out of a content, and `keys` makes a keyed fingerprint of it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Resource(models.Model):
    """One resource under one logical id, whatever its versions. `identity` says when two are the same thing."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    type = models.TextField()
    identity = models.BinaryField()  # keyed fingerprint of its business identifier, else of what it says
    version = models.IntegerField()  # the current one
    digest = models.BinaryField()  # keyed fingerprint of the current content
    patient = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")  # itself for a Patient
    client = models.ForeignKey("people.Client", models.PROTECT, null=True, related_name="+")  # of a Patient
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="fhir_identity", fields=["organisation", "type", "identity"]),
            models.CheckConstraint(name="fhir_version_counts", condition=Q(version__gte=1)),
            models.CheckConstraint(
                name="fhir_client_of_patient", condition=Q(client__isnull=True) | Q(type="Patient")
            ),
        ]


class Version(models.Model):
    """What a resource said at one time; never changed. `content` is JSON without id and BSN."""

    pk = models.CompositePrimaryKey("resource_id", "number")
    resource = models.ForeignKey(Resource, models.PROTECT, db_index=False, related_name="versions")
    number = models.IntegerField()
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    content = models.TextField()
    sealed = models.BinaryField(null=True)  # the numbers taken out of `content`, sealed
    message_id = models.UUIDField()  # the raw message that brought it
    recorded_at = models.DateTimeField()


class Token(models.Model):
    """A row by which the current version of a resource is found (FHIR search type token)."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    resource = models.ForeignKey(Resource, models.CASCADE)
    parameter = models.TextField()
    system = models.TextField()
    value = models.TextField()

    class Meta:
        indexes = [
            models.Index(
                name="fhir_token_found", fields=["organisation", "parameter", "value", "system", "resource"]
            )
        ]


class ToLink(models.Model):
    """A Patient of whom it is not sure which client she is: a person links or refuses."""

    class State(models.IntegerChoices):
        OPEN = 0
        LINKED = 1
        REFUSED = 2

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    patient = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    reason = models.TextField()
    state = models.SmallIntegerField(choices=State.choices, default=State.OPEN)
    since = models.DateTimeField()
    client = models.ForeignKey("people.Client", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    note = models.TextField(default="")

    class Meta:
        indexes = [models.Index(name="fhir_to_link", fields=["organisation", "since"], condition=Q(state=0))]
        constraints = [
            models.UniqueConstraint(name="fhir_to_link_once", fields=["patient"], condition=Q(state=0)),
            models.CheckConstraint(
                name="fhir_link_decided",
                condition=Q(state=0, decided_at__isnull=True, client__isnull=True)
                | Q(state=1, decided_at__isnull=False, client__isnull=False)
                | Q(state=2, decided_at__isnull=False, client__isnull=True),
            ),
        ]


class Message(models.Model):
    """One transaction Bundle that was understood. `handed_at`: when its agreements went to medication."""

    id = models.UUIDField(primary_key=True)  # that of the raw message
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    digest = models.BinaryField()  # keyed fingerprint of the whole message: the same one again is recognised
    bundle = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Resource, models.PROTECT, related_name="+")
    to_link = models.ForeignKey(ToLink, models.PROTECT, null=True, related_name="messages")
    received_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="fhir_message_once", fields=["organisation", "digest"]),
            models.CheckConstraint(
                name="fhir_message_somewhere",
                condition=Q(to_link__isnull=False) | Q(handed_at__isnull=False),
            ),
        ]
