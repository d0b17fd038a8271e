"""Questions to a pharmacy, and the letters with reply links by which one without an account answers (R22, R23)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

KINDS = (
    "confirm_change", "roll_needed", "late_time", "leftovers", "recall", "confirm_in_writing", "question",
    "stop_client", "start_client",
)  # fmt: skip
URGENCIES = ("now", "today", "week")
CHANNELS = ("account", "link", "phone", "none")  # none: it is not known which pharmacy to ask
HOWS = ("account", "link", "phone", "paper")


class PharmacyRequest(models.Model):
    """One question with one answer. Its words never change: another question withdraws it and takes its place."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    pharmacy = models.ForeignKey("people.Pharmacy", models.PROTECT, null=True, db_index=False)
    kind = models.TextField()
    about = models.UUIDField(null=True)
    urgency = models.TextField()
    detail = models.JSONField(default=dict)
    answers = models.JSONField(default=list)  # code words that may be answered
    channel = models.TextField()  # how it was asked
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    tell_at = models.DateTimeField(null=True)  # when "no answer" is announced (again); null: ended
    told = models.SmallIntegerField(default=0)  # how often it was
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(default="")
    answer = models.TextField(default="")
    text = models.TextField(default="")
    how = models.TextField(default="")
    read_back_by = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(name="request_of_client", fields=["organisation", "client", "asked_at"]),
            models.Index(name="request_about", fields=["about"], condition=Q(about__isnull=False)),
            models.Index(name="request_due", fields=["tell_at"], condition=Q(tell_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                name="request_once", fields=["client", "kind", "about"],
                condition=Q(answered_at=None, withdrawn_at=None, about__isnull=False),
            ),
            models.CheckConstraint(name="request_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="request_urgency", condition=Q(urgency__in=URGENCIES)),
            models.CheckConstraint(name="request_channel", condition=Q(channel__in=CHANNELS)),
            models.CheckConstraint(name="request_answer_by", condition=Q(answer_by__gte=F("asked_at"))),
            models.CheckConstraint(
                name="request_answered",
                condition=Q(answered_at=None, how="", answer="", answered_by="")
                | Q(answered_at__isnull=False, how__in=HOWS) & ~Q(answer="") & ~Q(answered_by=""),
            ),
            models.CheckConstraint(  # a telephone answer counts with name and read-back (R23)
                name="request_read_back", condition=~Q(how="phone") | ~Q(read_back_by="")
            ),
            models.CheckConstraint(
                name="request_ended_once", condition=Q(answered_at=None) | Q(withdrawn_at=None)
            ),
            models.CheckConstraint(  # what waits is told about; what has ended is not
                name="request_told",
                condition=Q(answered_at=None, withdrawn_at=None, tell_at__isnull=False)
                | Q(tell_at=None) & (Q(answered_at__isnull=False) | Q(withdrawn_at__isnull=False)),
            ),
        ]  # fmt: skip


class RequestDesk(models.Model):
    """How pharmacies reach a care organisation, and the mailbox by which letters with reply links leave."""

    id = models.UUIDField(primary_key=True)
    organisation = models.OneToOneField("kernel.Organisation", models.PROTECT)
    phone = models.TextField()  # a business number: whom a pharmacy phones
    site = models.TextField()  # where its reply pages are, as https://reik.example.nl
    mail = models.BinaryField()  # sealed: the mailbox, as a destination's address without `to`
    set_by = models.TextField()
    set_at = models.DateTimeField()


class ReplyLetter(models.Model):
    """One e-mail to a pharmacy: it says that there is a question. The code opens all its links."""

    id = models.UUIDField(primary_key=True)  # also the id of its outbox message
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    pharmacy = models.ForeignKey("people.Pharmacy", models.PROTECT, db_index=False)
    weekly = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    code_digest = models.BinaryField(null=True)  # keyed; null: nobody has asked for the code yet
    code_made_at = models.DateTimeField(null=True)
    code_made_by = models.TextField(default="")
    wrong = models.SmallIntegerField(default=0)  # wrong codes since this code was made
    locked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="letter_of_pharmacy", fields=["organisation", "pharmacy", "sent_at"])]
        constraints = [
            models.CheckConstraint(name="letter_expires", condition=Q(expires_at__gt=F("sent_at"))),
            models.CheckConstraint(name="letter_tries", condition=Q(wrong__gte=0, wrong__lte=5)),
        ]


class ReplyLink(models.Model):
    """One link of a letter: to one request and nothing else. Only the digest of its token is kept."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    letter = models.ForeignKey(ReplyLetter, models.PROTECT, related_name="links")
    request = models.ForeignKey(PharmacyRequest, models.PROTECT, related_name="links")
    token_digest = models.BinaryField(unique=True)
    replaced_at = models.DateTimeField(null=True)  # a newer letter has another link
