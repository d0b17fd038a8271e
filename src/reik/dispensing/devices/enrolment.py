"""Enrolling dispensers: a device gets a password and a MAC key, each shown once (device contract, section 1)."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.devices import swapping
from reik.dispensing.devices.stream import partition_of
from reik.dispensing.models import DeviceSecret, Dispenser
from reik.dispensing.plans import keeping as plan_keeping
from reik.kernel import wake
from reik.kernel.crypto import vault
from reik.kernel.doors import Doors
from reik.kernel.ids import new_id
from reik.people.models import Client
from reik_dispenser.wire import is_device_name

KEY_BYTES = 32
PASSWORD_BYTES = 24  # 32 characters base64url
OLD_SECRETS_END_AFTER = timedelta(days=7)


class EnrolmentRefused(Exception):
    """The device cannot be enrolled like this; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a device needs to speak to Reik. The secrets exist in clear only here."""

    dispenser_id: UUID
    device: str
    generation: int
    password: str = field(repr=False)
    key: bytes = field(repr=False)

    def document(self, doors: Doors) -> Mapping[str, str]:
        """The one JSON document that the device gets (device contract, section 1)."""
        return {
            "device": self.device,
            "password": self.password,
            "key": urlsafe_b64encode(self.key).decode().rstrip("="),
            "mqtt": doors.mqtt,
            "https": doors.https,
            "ca": doors.ca,
        }


@transaction.atomic
def enrol(
    *,
    organisation_id: UUID,
    device: str,
    now: datetime,
    client_id: UUID | None = None,
    evidence: str = "removed",
    reports: str = "every_moment",
    supplier: str = "",
    network: str = "",
    region: str = "",
) -> Enrolment:
    """Enrol a device, or (one that this organisation has already) give it its next generation of secrets.

    `supplier`, `network` and `region` are what it shares with others: by these an outage is known (N4).
    Older secrets hold until the first good message with the new ones, at most 7 days. Raises
    EnrolmentRefused for a name outside the contract, and for a device or client that is elsewhere.
    """
    if not is_device_name(device):
        raise EnrolmentRefused("A device's name has 3 to 32 capitals, digits or hyphens: check the label.")
    if client_id and not Client.objects.filter(id=client_id, organisation_id=organisation_id).exists():
        raise EnrolmentRefused("This client is not in the records of this organisation.")
    dispenser, made = Dispenser.objects.select_for_update(no_key=True).get_or_create(
        device=device,
        defaults={
            "id": new_id(now), "organisation_id": organisation_id, "client_id": client_id,
            "partition": partition_of(device), "evidence": evidence, "reports": reports, "created_at": now,
            "supplier": supplier, "network": network, "region": region,
        },
    )  # fmt: skip
    if dispenser.organisation_id != organisation_id:
        raise EnrolmentRefused("This device belongs to another organisation: it has to give it up first.")
    if not made and client_id is not None and client_id != dispenser.client_id:
        raise EnrolmentRefused("This device is placed with another client: take it in first.")
    wake.note([wake.DEVICES])  # so that it comes in at once
    enrolment = _next_generation(dispenser, now)
    if made and client_id is not None:
        plan_keeping.keep([client_id], now)  # her roll may be at home already
    elif dispenser.client_id is not None:  # what it knew of holds and pauses is not relied upon
        swapping.forget_plan([dispenser.id])
        swapping.begin_anew([dispenser.client_id], "reik", now)
    return enrolment


def _next_generation(dispenser: Dispenser, now: datetime) -> Enrolment:
    newest = dispenser.secrets.order_by("-generation").first()
    generation = newest.generation + 1 if newest else 1
    password, key = secrets.token_urlsafe(PASSWORD_BYTES), secrets.token_bytes(KEY_BYTES)
    _end_older([dispenser.id], generation, now + OLD_SECRETS_END_AFTER)
    DeviceSecret.objects.create(
        id=new_id(now),
        organisation_id=dispenser.organisation_id,
        dispenser=dispenser,
        generation=generation,
        password_digest=hashlib.sha256(password.encode()).digest(),
        key=vault().seal(dispenser.organisation_id, key),
        created_at=now,
    )
    return Enrolment(
        dispenser_id=dispenser.id, device=dispenser.device, generation=generation, password=password, key=key
    )


def end_replaced_secrets(dispenser_ids: list[UUID], now: datetime) -> None:
    """These devices have shown that they hold their newest secrets: the older ones end now."""
    if dispenser_ids:
        _end_older(dispenser_ids, None, now)


def _end_older(dispenser_ids: list[UUID], generation: int | None, at: datetime) -> None:
    """End generations below `generation` (None: below the newest) at `at`, or earlier where that was said."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE dispensing_devicesecret AS s SET ends_at = least(s.ends_at, %(at)s)"
            " WHERE s.dispenser_id = ANY(%(dispensers)s) AND s.generation < coalesce(%(generation)s::smallint,"
            " (SELECT max(n.generation) FROM dispensing_devicesecret AS n WHERE n.dispenser_id = s.dispenser_id))"
            " AND (s.ends_at IS NULL OR s.ends_at > %(at)s)",
            {"at": at, "dispensers": dispenser_ids, "generation": generation},
        )
