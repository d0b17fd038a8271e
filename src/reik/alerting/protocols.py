"""What an organisation wants done at alerts of one cause: steps in order, ticked off at each alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from reik.alerting.models import Alert, Protocol, ProtocolTick
from reik.kernel import wake
from reik.kernel.ids import new_id

MOST_STEPS, LONGEST_STEP = 12, 200


class ProtocolRefused(ValueError):
    """This cannot be kept or ticked; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step; `by` and `at` when somebody did it."""

    number: int
    text: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSeen:
    """A version of a protocol; `cause` empty: for any alert."""

    id: UUID
    cause: str
    version: int
    by: str
    created_at: datetime
    lines: Sequence[StepLine]

    @property
    def done(self) -> int:
        return sum(each.at is not None for each in self.lines)


@transaction.atomic
def write_protocol(
    *, organisation_id: UUID, cause: str, steps: Sequence[str], by: str, now: datetime
) -> UUID:
    """A new version; gives its id. No steps: from now on there is none for this cause. Raises ProtocolRefused."""
    kept = [said for each in steps if (said := each.replace("\x00", "").strip())]
    if not by.strip():
        raise ProtocolRefused("Say who enters it.")
    if len(kept) > MOST_STEPS or any(len(each) > LONGEST_STEP for each in kept):
        raise ProtocolRefused(f"At most {MOST_STEPS} steps of at most {LONGEST_STEP} letters each.")
    newest = _newest(organisation_id, cause)
    try:
        with transaction.atomic():
            made = Protocol.objects.create(
                id=new_id(now), organisation_id=organisation_id, cause=cause, steps=kept, by=by.strip(),
                version=newest.version + 1 if newest else 1, created_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise ProtocolRefused("Somebody else changed it just now: look at it again.") from None
    return made.id


def protocols_of(organisation_id: UUID) -> list[ProtocolSeen]:
    """The versions that hold now, the one for any cause first."""
    rows = Protocol.objects.filter(organisation_id=organisation_id).order_by("cause", "-version")
    return [_seen(each, {}) for each in rows.distinct("cause") if each.steps]


def protocol_of(alert_id: UUID) -> ProtocolSeen | None:
    """What applies to this alert, with what was done: of its cause, else the one for any; None without either.

    The version that was begun with stays, whatever is written later.
    """
    alert = Alert.objects.only("organisation_id", "cause").get(id=alert_id)
    ticks = list(ProtocolTick.objects.filter(alert_id=alert_id, undone_at=None).order_by("at"))
    if ticks:
        row: Protocol | None = Protocol.objects.get(id=ticks[-1].protocol_id)
    else:
        row = _newest(alert.organisation_id, alert.cause)
        if row is None or not row.steps:
            row = _newest(alert.organisation_id, "")
    if row is None or not row.steps:
        return None
    return _seen(row, {each.step: each for each in ticks if each.protocol_id == row.id})


def _newest(organisation_id: UUID, cause: str) -> Protocol | None:
    rows = Protocol.objects.filter(organisation_id=organisation_id, cause=cause)
    return rows.order_by("-version").first()


def _seen(row: Protocol, done: dict[int, ProtocolTick]) -> ProtocolSeen:
    lines = [
        StepLine(number=number, text=text, by=ticked.by, at=ticked.at)
        if (ticked := done.get(number))
        else StepLine(number=number, text=text)
        for number, text in enumerate(row.steps, start=1)
    ]
    return ProtocolSeen(
        id=row.id, cause=row.cause, version=row.version, by=row.by, created_at=row.created_at, lines=lines
    )


@transaction.atomic
def tick(alert_id: UUID, protocol_id: UUID, step: int, *, by: str, now: datetime) -> None:
    """This step was done. Doing it again changes nothing. Raises ProtocolRefused for a step that is none."""
    organisation = Alert.objects.values_list("organisation_id", flat=True).get(id=alert_id)
    protocol = Protocol.objects.filter(id=protocol_id, organisation_id=organisation).first()
    if protocol is None or not 1 <= step <= len(protocol.steps):
        raise ProtocolRefused("This step is not in the protocol: look at the alert again.")
    ProtocolTick.objects.bulk_create(
        [
            ProtocolTick(
                id=new_id(now), organisation_id=organisation, alert_id=alert_id, protocol=protocol, step=step, by=by,
                at=now,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    wake.note([organisation])


@transaction.atomic
def untick(alert_id: UUID, protocol_id: UUID, step: int, *, now: datetime) -> None:
    """It was not done after all; that it was said stays known."""
    rows = ProtocolTick.objects.filter(alert_id=alert_id, protocol_id=protocol_id, step=step, undone_at=None)
    organisations = list(rows.values_list("organisation_id", flat=True))
    rows.update(undone_at=now)
    wake.note(organisations)
