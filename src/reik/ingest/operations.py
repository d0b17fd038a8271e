"""Writes of the inbox: device payloads in batches, stored, interpreted and committed together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import OperationalError, connection, transaction

from reik.dispensing import operations as dispensing
from reik.dispensing.devices.enrolment import end_replaced_secrets
from reik.dispensing.ledger.heard import Heard
from reik.ingest.answers import Answer, answers_to
from reik.ingest.gaps import Gaps
from reik.ingest.known_devices import KnownDevices
from reik.ingest.partitions import PartitionsLost, read_up_to
from reik.ingest.payloads import Arrived, Fate, Read, Rejected, read_all
from reik.kernel.crypto import vault
from reik.kernel.rows import Table

log = logging.getLogger("reik.ingest")

INTERPRETER = "device/1"


class Receiver:
    """Reads batches of device payloads for one holder of partitions."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.gaps = Gaps()
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
            read_up_to(partitions=partitions, holder=self.holder, position=position, through=through)
            read, rejected, strange = self._read_all(batch, now)
            if only_keep:
                for each in read:
                    each.fate, each.reason = Fate.PARKED, "poison"
            _store_raw(read)
            held = dispensing.record(_heard(read), now, only_keep=only_keep)
            count_rejections(rejected, now)
            # The first good message with the newest secrets ends the older ones (device contract, section 1).
            renewed = {
                each.device for each in read if len(each.device.keys) > 1 and each.key is each.device.keys[0]
            }
            end_replaced_secrets(sorted(each.dispenser_id for each in renewed), now)
        self._devices.ask_again({each.device for each in renewed})
        self.gaps.note(held, {each.device.dispenser_id: each for each in read}, now)
        return answers_to(read, strange, held, now)

    def _read_all(
        self, batch: Sequence[Arrived], now: datetime
    ) -> tuple[list[Read], Rejected, list[Arrived]]:
        """As `read_all`; a MAC that is wrong by the keys believed until now may be right by new ones."""
        names = {each.device for each in batch}
        found = read_all(batch, self._devices.find(names, now), now)
        wrong = {peer for _, peer, reason in found[1] if reason == "mac"}
        if self._devices.ask_again(wrong, asked_before=now):
            found = read_all(batch, self._devices.find(names, now), now)
        return found


_RAW = Table(
    "ingest_rawmessage",
    id="uuid", received_at="timestamptz", organisation_id="uuid", interpreter="text", peer="text", body="bytea",
    fate="smallint", reason="text",
)  # fmt: skip


def _store_raw(read: Sequence[Read]) -> None:
    """Every payload as it came, sealed; lone heartbeats are signs of life and are not kept."""
    seal = vault().seal
    _RAW.insert(
        (each.raw_id, each.arrived.at, each.device.organisation_id, INTERPRETER, each.device.device,
         seal(each.device.organisation_id, each.arrived.payload), each.fate.value, each.reason)
        for each in read
        if not each.is_heartbeat
    )  # fmt: skip


def _heard(read: Sequence[Read]) -> list[Heard]:
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


def count_rejections(rejected: Rejected, now: datetime) -> None:
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
