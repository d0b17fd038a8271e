"""Dispensers, their secrets and ledger of events, and the moments: planned hand-overs, each with one outcome."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from reik.dispensing.outcomes import Outcome


class Dispenser(models.Model):
    """A dispenser and what it last said of itself. `partition` is the share of the inbound stream it speaks in."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    client = models.ForeignKey("people.Client", models.PROTECT, null=True)
    device = models.TextField(unique=True)
    partition = models.SmallIntegerField()
    reports = models.TextField(default="every_moment")
    evidence = models.TextField(default="removed")
    # What it shares with others, so that many silent ones are seen as one outage (N4); empty: not known.
    supplier = models.TextField(default="", db_default="")
    network = models.TextField(default="", db_default="")
    region = models.TextField(default="", db_default="")
    created_at = models.DateTimeField()
    # The journal as Reik holds it: all events of `epoch` up to `upto`, some up to `highest`.
    epoch = models.BigIntegerField(default=0)
    epoch_since = models.DateTimeField(null=True)  # when an earlier journal was lost (receive time)
    upto = models.BigIntegerField(default=0)
    highest = models.BigIntegerField(default=0)
    # The newest heartbeat, and when anything with a right MAC was last heard (receive time).
    beat_epoch = models.BigIntegerField(default=0)
    beat = models.BigIntegerField(default=0)
    beat_last_seq = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    beat_data = models.JSONField(null=True)
    heard_at = models.DateTimeField(null=True)
    silent_at = models.DateTimeField(null=True)  # when its silence was announced; null once it is heard again
    # By how many seconds its clock was ahead at its newest heartbeats, and whether it says nobody sets it.
    offsets = models.JSONField(default=list)
    offset_at = models.DateTimeField(null=True)
    free_clock = models.BooleanField(default=False)
    # The number that the newest command got, and the session of its newest start (device contract, section 5).
    highest_command = models.BigIntegerField(default=0)
    session = models.TextField(default="")
    started_epoch = models.BigIntegerField(default=0)
    started_seq = models.BigIntegerField(default=0)
    started = models.JSONField(null=True)  # model, firmware, capabilities, as it said at its newest start

    class Meta:
        indexes = [models.Index(name="dispenser_of_organisation", fields=["organisation", "device"])]
        constraints = [
            models.UniqueConstraint(
                name="one_dispenser_per_client", fields=["client"], condition=Q(client__isnull=False)
            ),
            models.CheckConstraint(
                name="dispenser_reports", condition=Q(reports__in=["every_moment", "deviations_only"])
            ),
            models.CheckConstraint(
                name="dispenser_evidence", condition=Q(evidence__in=["pressed", "handed_out", "removed"])
            ),
            models.CheckConstraint(name="dispenser_journal", condition=Q(upto__lte=F("highest"))),
        ]


class DeviceSecret(models.Model):
    """One generation of a device's secrets: the digest of its password, and its sealed MAC key."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.CASCADE, related_name="secrets")
    generation = models.SmallIntegerField()
    password_digest = models.BinaryField()
    key = models.BinaryField()
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="secret_generation", fields=["dispenser", "generation"])]


class Moment(models.Model):
    """One planned hand-over (R25). Evidence is folded in by `moments.twin`; `outcome` stays null while it is open."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    key = models.TextField()  # the moment's name at the device
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()  # end of the window: from here it is not out (R27)
    latest_at = models.DateTimeField()  # latest hand-out time (R29)
    sachets = models.SmallIntegerField(default=1)
    criticality = models.SmallIntegerField(default=1)  # 0 time-critical, 1 normal, 2 tolerant (N2)
    created_at = models.DateTimeField()
    # evidence, each field folded by a rule that does not depend on order (R33)
    presented = models.IntegerField(default=0)  # bit k-1: sachet k was presented
    out = models.IntegerField(default=0)  # bit k-1: sachet k was taken out
    last_out_at = models.DateTimeField(null=True)
    closed_epoch = models.BigIntegerField(default=0)
    closed_seq = models.BigIntegerField(default=0)
    closed_as = models.TextField(default="")
    closed_at = models.DateTimeField(null=True)
    contested = models.BooleanField(default=False)
    by_hand = models.IntegerField(db_default=0)  # bit k-1: sachet k was given by hand (R34)
    by_hand_at = models.DateTimeField(null=True)
    away = models.UUIDField(null=True)  # the absence that it falls in (R10)
    gap_s = models.IntegerField(db_default=0)  # least interval after the hand-over before it, seconds (R31)
    # what `watch` concluded where the device said nothing
    verdict = models.TextField(default="")
    verdict_reason = models.TextField(default="")
    outcome = models.TextField(null=True, choices=Outcome.choices())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="moment_open", fields=["deadline_at"], condition=Q(outcome=None)),
            models.Index(name="moment_of_organisation", fields=["organisation", "due_at"]),
            models.Index(name="moment_of_client", fields=["client", "due_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="moment_at_device", fields=["dispenser", "key"]),
            models.CheckConstraint(
                name="moment_times", condition=Q(deadline_at__gt=F("due_at"), latest_at__gte=F("deadline_at"))
            ),
            models.CheckConstraint(name="moment_sachets", condition=Q(sachets__gte=1, sachets__lte=30)),
            models.CheckConstraint(
                name="moment_outcome", condition=Q(outcome=None) | Q(outcome__in=list(Outcome))
            ),
            models.CheckConstraint(
                name="moment_ended",
                condition=Q(outcome=None, ended_at=None) | Q(outcome__isnull=False, ended_at__isnull=False),
            ),
        ]


class DeviceEvent(models.Model):
    """The ledger: every event of every device, once (device, epoch, seq). Append-only."""

    pk = models.CompositePrimaryKey("dispenser_id", "epoch", "seq")
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    at = models.DateTimeField(null=True)
    type = models.TextField()
    data = models.JSONField()
    digest = models.BinaryField()
    parked = models.TextField(default="")  # why a person has to look at it
    received_at = models.DateTimeField()
    raw_id = models.UUIDField()


class DeviceConflict(models.Model):
    """A second body under one identity: kept beside the first, never instead of it."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT)
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    data = models.JSONField()
    digest = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="conflict_once", fields=["dispenser", "epoch", "seq", "digest"])
        ]


class Mention(models.Model):
    """What a device said of a moment and is not folded into it: silence proves nothing about that moment.

    `unplanned` and `contested` ones leave when the moment is planned; `parked` and `poison` ones when a
    later version of Reik interprets them.
    """

    pk = models.CompositePrimaryKey("dispenser_id", "key", "epoch", "seq", "why")
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    key = models.TextField()
    epoch = models.BigIntegerField()
    seq = models.BigIntegerField()
    why = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mention_why", condition=Q(why__in=["unplanned", "contested", "parked", "poison"])
            )
        ]


class DeviceCommand(models.Model):
    """A command to a device. `number` is given at first sending; unanswered past `expires_at` it is *unknown*."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, related_name="commands", db_index=False)
    number = models.BigIntegerField(null=True)
    type = models.TextField()
    data = models.JSONField()
    permits = models.BooleanField()
    given_by = models.TextField()
    given_at = models.DateTimeField()
    send_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.TextField(default="waiting")
    reason = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="command_due", fields=["send_at"], condition=Q(ended_at=None)),
            models.Index(name="command_of_dispenser", fields=["dispenser", "given_at"]),
        ]
        constraints = [
            models.UniqueConstraint(name="command_number", fields=["dispenser", "number"]),
            models.CheckConstraint(
                name="command_state",
                condition=Q(
                    state__in=["waiting", "sent", "confirmed", "refused", "unknown", "expired", "replaced"]
                ),
            ),
        ]


class DevicePlan(models.Model):
    """The newest plan that a dispenser was given, and which one it says it works by (R41).

    `moments` null: none was given, or the newest did not arrive. Earlier plans are in their commands.
    """

    dispenser = models.OneToOneField(Dispenser, models.PROTECT, primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    version = models.BigIntegerField()
    sha256 = models.TextField()
    moments = models.JSONField(null=True)
    command_id = models.UUIDField(null=True)
    renew_at = models.DateTimeField(null=True)  # when it is looked at again; null: at once
    applied_version = models.BigIntegerField(default=0)
    applied_sha256 = models.TextField(default="")
    applied_epoch = models.BigIntegerField(default=0)
    applied_seq = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(name="plan_to_renew", fields=["renew_at"])]


class RollStay(models.Model):
    """A roll in a dispenser: all that was said of it, and the sum of its newest stay (N6, R24).

    `roll` is the number on the roll, whether or not Reik knows it; `rolls.twin` reads `said`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    roll = models.TextField()
    said = models.JSONField()
    state = models.TextField()  # loaded, emptied or delivered (taken out with sachets on it)
    loaded = models.IntegerField(null=True)
    out = models.IntegerField()
    presented = models.IntegerField()
    retained = models.IntegerField()
    removed = models.IntegerField()
    counted = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="roll_in_dispenser", fields=["dispenser", "roll"])]


class Absence(models.Model):
    """A client is not at home, or must get nothing from the dispenser for a while (R9 to R12). See `away.path`.

    `until` is how far the pause is covered by a person's word: at most 7 days beyond the last one. `checks` holds
    what was checked before the restart: {"roll": {"by": …, "at": …, "removed": […]}, …}.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, null=True, db_index=False)
    reason = models.TextField()
    state = models.TextField()
    starts_at = models.DateTimeField()
    expected_end = models.DateTimeField(null=True)  # null: not known, and never for who died
    until = models.DateTimeField(null=True)  # null: without end
    confirmed_at = models.DateTimeField()
    said_by = models.TextField()
    noted_by = models.TextField()
    resumes = models.TextField(default="")
    resumes_phone = models.TextField(default="")
    pause_id = models.UUIDField(null=True)  # the newest pause command
    hold_id = models.UUIDField(null=True)
    resume_id = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True)
    checks = models.JSONField(default=dict)
    expired_told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="absence_of_client", fields=["organisation", "client", "starts_at"]),
            models.Index(name="absence_open", fields=["starts_at"], condition=Q(ended_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(name="one_absence", fields=["client"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="absence_state",
                condition=Q(state__in=["planned", "away", "stopped", "back", "resuming"], ended_at=None)
                | Q(state__in=["ended", "cancelled"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="absence_until", condition=Q(until=None) | Q(until__gt=F("starts_at"))
            ),
        ]


class AbsenceLine(models.Model):
    """What became of an absence, line by line (append-only)."""

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    absence = models.ForeignKey(Absence, models.PROTECT, related_name="lines")
    at = models.DateTimeField()
    kind = models.TextField()
    by = models.TextField()
    text = models.TextField(default="")


class TakeAlong(models.Model):
    """Sachets handed out ahead to be taken along, and what came back of them (R11, N6).

    `moments`: [{"id": …, "key": …, "due_at": …, "sachets": n}, …]. What did not come back went out of sight:
    whether it was swallowed is not known.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    absence = models.ForeignKey(Absence, models.PROTECT, related_name="taken_along")
    command_id = models.UUIDField(null=True)
    moments = models.JSONField()
    asked_by = models.TextField()
    asked_at = models.DateTimeField()
    handed_out = models.SmallIntegerField(null=True)  # sachets, counted by who packed the bag
    packed_by = models.TextField(default="")
    came_back = models.SmallIntegerField(null=True)
    out_of_sight = models.SmallIntegerField(null=True)
    counted_by = models.TextField(default="")
    counted_at = models.DateTimeField(null=True)
    note = models.TextField(default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="along_balances",
                condition=Q(counted_at=None)
                | Q(handed_out=F("came_back") + F("out_of_sight"), came_back__gte=0, out_of_sight__gte=0),
            ),
        ]


class HandGiving(models.Model):
    """A dose of one moment given by hand, from the wish to give it until it counts (R34). See `by_hand.path`.

    `places` is a mask as in Moment: bit k-1 stands for sachet k; `sachets` are their numbers on `roll`.
    """

    id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, db_index=False)
    client = models.ForeignKey("people.Client", models.PROTECT, db_index=False)
    moment = models.ForeignKey(Moment, models.PROTECT, related_name="givings")
    dispenser = models.ForeignKey(Dispenser, models.PROTECT, db_index=False)
    places = models.IntegerField()
    roll = models.TextField(default="")
    sachets = models.JSONField(default=list)
    stock = models.TextField()
    stock_note = models.TextField(default="")
    state = models.TextField()
    by = models.TextField()
    role = models.TextField()
    asked_at = models.DateTimeField()
    said_given_at = models.DateTimeField(null=True)  # entered afterwards: when it was given
    command_id = models.UUIDField(null=True)  # the hold or pause that blocks the device
    blocks_by = models.TextField(default="")  # hold, pause, or past: the device may not hand it out any more
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(default="")
    epoch = models.BigIntegerField(default=0)  # the device's journal at the answer
    numbers = models.JSONField(default=list)  # of the sachets that a person took out
    numbers_by = models.TextField(default="")
    override_by = models.TextField(default="")  # who allowed it within the least interval, and why (R31)
    override_because = models.TextField(default="")
    given_at = models.DateTimeField(null=True)
    given_by = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(
        null=True
    )  # when the pause, which blocked more than this moment, was ended
    note = models.TextField(default="")
    # The moment after it that is held because it would come too soon (R31), and until when.
    held_command_id = models.UUIDField(null=True)
    held_roll = models.TextField(default="")
    held_sachets = models.JSONField(default=list)
    held_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="giving_of_client", fields=["organisation", "client", "asked_at"]),
            models.Index(name="giving_command", fields=["command_id"], condition=Q(command_id__isnull=False)),
            models.Index(name="giving_holds", fields=["held_until"], condition=Q(held_until__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(name="one_giving", fields=["moment"], condition=Q(ended_at=None)),
            models.CheckConstraint(
                name="giving_state",
                condition=Q(state__in=["blocking", "blocked", "unblocked", "taken"], ended_at=None)
                | Q(state__in=["counted", "out", "dropped"], ended_at__isnull=False),
            ),
            models.CheckConstraint(name="giving_stock", condition=Q(stock__in=["roll", "own", "other"])),
            models.CheckConstraint(
                name="giving_counted", condition=~Q(state="counted") | Q(given_at__isnull=False)
            ),
        ]
