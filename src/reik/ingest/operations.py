"""Writes of the inbox: device payloads in batches, and who reads which share of the device stream."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction

from reik.dispensing import operations as dispensing
from reik.dispensing.enrolment import end_replaced_secrets
from reik.dispensing.operations import Heard, Held
from reik.ingest.known_devices import KnownDevice, KnownDevices
from reik.ingest.models import RawMessage
from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.kernel.rows import Table
from reik_dispenser.messages import Element, Heartbeat, Parked, Receipt, RefusedPayload
from reik_dispenser.wire import Refused, read_up, receipt_body, refused_body, sign, verify

log = logging.getLogger("reik.ingest")

INTERPRETER = "device/1"
LEASE = timedelta(seconds=10)
Fate = RawMessage.Fate


@dataclass(frozen=True, slots=True)
class Arrived:
    """One payload from the device stream. `at` is the stream's own time, in which payloads are ordered."""

    device: str
    payload: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A signed payload for a device's receipt topic, to be sent after the commit."""

    topic: str
    payload: bytes


@dataclass(slots=True, kw_only=True)
class _Read:
    arrived: Arrived
    device: KnownDevice
    key: bytes
    raw_id: UUID
    elements: Sequence[Element]
    fate: Fate
    reason: str


class PartitionsLost(Exception):
    """Another receiver holds these partitions now: nothing of this batch may be written."""


class Receiver:
    """Reads batches of device payloads for one holder of partitions."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self._devices = KnownDevices()

    def take_in(
        self,
        batch: Sequence[Arrived],
        *,
        partitions: Sequence[int],
        position: int,
        through: datetime,
        now: datetime,
    ) -> list[Answer]:
        """Store, interpret and commit one batch; gives the answers to send now that it is committed.

        `position` and `through` are the stream's sequence and time up to which these partitions are read.
        A payload that breaks the interpreter is set apart and parked; the rest goes on. Raises
        PartitionsLost, and OperationalError when the database is away (nothing was written then).
        """
        try:
            return self._commit(batch, partitions, position, through, now)
        except (PartitionsLost, OperationalError):
            raise
        except Exception:
            log.exception(
                "A batch of %d device payloads could not be interpreted; taking them one by one", len(batch)
            )
        answers: list[Answer] = []
        for each in batch:
            answers += self._take_alone(each, partitions, now)
        return answers + self._commit((), partitions, position, through, now)

    def _take_alone(self, arrived: Arrived, partitions: Sequence[int], now: datetime) -> list[Answer]:
        for only_keep in (False, True):
            try:
                return self._commit((arrived,), partitions, 0, None, now, only_keep=only_keep)
            except (PartitionsLost, OperationalError):
                raise
            except Exception:
                if only_keep:
                    raise
                log.exception("A payload of device %s is parked: it breaks its interpreter", arrived.device)
        return []

    def _commit(
        self,
        batch: Sequence[Arrived],
        partitions: Sequence[int],
        position: int,
        through: datetime | None,
        now: datetime,
        *,
        only_keep: bool = False,
    ) -> list[Answer]:
        with transaction.atomic():
            self._still_held(partitions, position, through)
            read, rejected = self._read_all(batch, now)
            if only_keep:
                for each in read:
                    each.fate, each.reason = Fate.PARKED, "poison"
            _store_raw(read)
            held = dispensing.record(_heard(read), now, only_keep=only_keep)
            _count_rejections(rejected, now)
            # The first good message with the newest secrets ends the older ones (device contract, section 1).
            renewed = {
                each.device for each in read if len(each.device.keys) > 1 and each.key is each.device.keys[0]
            }
            end_replaced_secrets(sorted(each.dispenser_id for each in renewed), now)
        self._devices.ask_again({each.device for each in renewed})
        return _answers(read, held, now)

    def _read_all(
        self, batch: Sequence[Arrived], now: datetime
    ) -> tuple[list[_Read], Counter[tuple[UUID | None, str, str]]]:
        """As `_read_all`; a MAC that is wrong by the keys believed until now may be right by new ones."""
        names = {each.device for each in batch}
        read, rejected = _read_all(batch, self._devices.find(names, now), now)
        if self._devices.ask_again(
            {peer for _, peer, reason in rejected if reason == "mac"}, asked_before=now
        ):
            read, rejected = _read_all(batch, self._devices.find(names, now), now)
        return read, rejected

    def _still_held(self, partitions: Sequence[int], position: int, through: datetime | None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ingest_streampartition SET stream_seq = greatest(stream_seq, %s),"
                " received_through = greatest(received_through, %s) WHERE partition = ANY(%s) AND holder = %s",
                [position, through, list(partitions), self.holder],
            )
            if cursor.rowcount != len(partitions):
                raise PartitionsLost("Another receiver has taken over; this one lets go.")


def _read_all(
    batch: Sequence[Arrived], devices: dict[str, KnownDevice], now: datetime
) -> tuple[list[_Read], Counter[tuple[UUID | None, str, str]]]:
    """Verify and decode; what has no right MAC is only counted, with the organisation when it is known."""
    read: list[_Read] = []
    rejected: Counter[tuple[UUID | None, str, str]] = Counter()
    for arrived in batch:
        device = devices.get(arrived.device)
        if device is None:
            rejected[None, arrived.device[:32], "unknown_device"] += 1
            continue
        for key in device.keys:
            body = verify(key, device.up, arrived.payload)
            if body is not None:
                read.append(_read(arrived, device, key, body, now))
                if read[-1].fate is Fate.REFUSED:
                    rejected[device.organisation_id, device.device, read[-1].reason] += 1
                break
        else:
            rejected[device.organisation_id, device.device, "mac"] += 1
    return read, rejected


def _read(arrived: Arrived, device: KnownDevice, key: bytes, body: bytes, now: datetime) -> _Read:
    elements: Sequence[Element] = ()
    fate, reason = Fate.INTERPRETED, ""
    try:
        elements = read_up(body)
    except Refused as refusal:
        fate, reason = Fate.REFUSED, refusal.code.value
    for element in elements:
        if isinstance(element, Parked):
            fate, reason = Fate.PARKED, element.reason.value
    return _Read(
        arrived=arrived,
        device=device,
        key=key,
        raw_id=new_id(now),
        elements=elements,
        fate=fate,
        reason=reason,
    )


_RAW = Table(
    "ingest_rawmessage",
    id="uuid", received_at="timestamptz", organisation_id="uuid", interpreter="text", peer="text", body="bytea",
    fate="smallint", reason="text",
)  # fmt: skip


def _store_raw(read: Sequence[_Read]) -> None:
    """Every payload as it came, sealed; lone heartbeats are signs of life and are not kept."""
    seal = vault().seal
    _RAW.insert(
        (each.raw_id, each.arrived.at, each.device.organisation_id, INTERPRETER, each.device.device,
         seal(each.device.organisation_id, each.arrived.payload), each.fate.value, each.reason)
        for each in read
        if not (len(each.elements) == 1 and isinstance(each.elements[0], Heartbeat))
    )  # fmt: skip


def _heard(read: Sequence[_Read]) -> list[Heard]:
    return [
        Heard(
            dispenser_id=each.device.dispenser_id,
            organisation_id=each.device.organisation_id,
            raw_id=each.raw_id,
            received_at=each.arrived.at,
            elements=each.elements,
        )
        for each in read
        if each.elements
    ]


def _count_rejections(rejected: Counter[tuple[UUID | None, str, str]], now: datetime) -> None:
    """Count per device, reason and hour; unknown devices are counted for the quarantine organisation."""
    if not rejected:
        return
    hour = now.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO ingest_rejection (organisation_id, peer, reason, hour, count)"
            " SELECT coalesce(%s::uuid, (SELECT id FROM kernel_organisation WHERE kind = 'quarantine')), %s, %s, %s, %s"
            " ON CONFLICT (organisation_id, peer, reason, hour)"
            " DO UPDATE SET count = ingest_rejection.count + excluded.count",
            [
                (organisation_id, peer, reason, hour, count)
                for (organisation_id, peer, reason), count in sorted(rejected.items(), key=repr)
            ],
        )


def _answers(read: Sequence[_Read], held: Sequence[Held], now: datetime) -> list[Answer]:
    """One receipt per device and epoch, signed with the key that the device last used, and the refusals."""
    speakers = {each.device.dispenser_id: each for each in read}
    answers = [
        Answer(
            each.device.receipt,
            sign(each.key, each.device.receipt, refused_body(RefusedPayload(code=each.reason))),
        )
        for each in read
        if each.fate is Fate.REFUSED
    ]
    for each in held:
        if each.upto:
            speaker = speakers[each.dispenser_id]
            body = receipt_body(Receipt(epoch=each.epoch, upto=each.upto, now=now))
            answers.append(Answer(speaker.device.receipt, sign(speaker.key, speaker.device.receipt, body)))
    return answers


def hold_partitions(*, slot: str, holder: str, now: datetime, share: int = 16) -> list[tuple[int, int, str]]:
    """Take or keep up to `share` partitions; gives (partition, position, stream id) of those held now.

    What an earlier life of the same slot held is taken over at once, what others hold only when their lease
    has ended. A slot is one place in one supervisor, which never runs two lives of it at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_streampartition SET holder = %(holder)s, held_until = %(until)s WHERE partition IN ("
            " SELECT partition FROM ingest_streampartition"
            " WHERE split_part(holder, '/', 1) = %(slot)s OR held_until IS NULL OR held_until < %(now)s"
            " ORDER BY split_part(holder, '/', 1) <> %(slot)s, partition LIMIT %(share)s FOR UPDATE SKIP LOCKED)"
            " RETURNING partition, stream_seq, stream_id",
            {"holder": holder, "slot": slot, "now": now, "until": now + LEASE, "share": share},
        )
        return sorted(cursor.fetchall())


def start_stream(*, partitions: Sequence[int], holder: str, stream_id: str) -> None:
    """The broker has another stream than before (it lost its data): read it from its beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ingest_streampartition SET stream_seq = 0, stream_id = %s"
            " WHERE partition = ANY(%s) AND holder = %s AND stream_id <> %s",
            [stream_id, list(partitions), holder, stream_id],
        )


def received_through() -> list[datetime | None]:
    """For each partition, in order, the instant up to which the device stream has been read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT received_through FROM ingest_streampartition ORDER BY partition")
        return [row[0] for row in cursor.fetchall()]
