"""Enrolment of a device: secrets given once, generations, and the partition of its name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.dispensing.devices.enrolment import EnrolmentRefused, enrol
from reik.dispensing.devices.stream import PARTITIONS, partition_of
from reik.dispensing.models import DeviceSecret
from reik.kernel.crypto import vault
from tests.cast import welcome
from tests.contexts.ledger_seen import dispenser


def test_enrolment_gives_secrets_once_and_keeps_them_unreadable(cast, anna, now):
    secret = DeviceSecret.objects.get(dispenser_id=anna.id)
    given = anna.enrolment
    assert given.generation == secret.generation == 1
    assert len(given.password) >= 22
    assert len(given.key) == 32
    assert given.key not in bytes(secret.key)
    assert vault().open(cast.zorg.id, bytes(secret.key)) == given.key
    assert given.password.encode() not in bytes(secret.password_digest)
    assert given.password not in repr(given)
    assert dispenser(anna).partition == partition_of("REIK-ANNA") < PARTITIONS


def test_enrolling_again_gives_the_next_generation_and_the_old_ones_end_after_seven_days(cast, anna, now):
    day = timedelta(days=1)
    second = enrol(organisation_id=cast.zorg.id, device="REIK-ANNA", now=now + day)
    third = enrol(organisation_id=cast.zorg.id, device="REIK-ANNA", now=now + 3 * day)
    assert (second.generation, third.generation, third.dispenser_id) == (2, 3, anna.id)
    ends = DeviceSecret.objects.order_by("generation").values_list("ends_at", flat=True)
    assert list(ends) == [now + 8 * day, now + 10 * day, None]  # the first is not given a longer life


@pytest.mark.parametrize("name", ["", "AB", "reik-1", "REIK 1", "REIK_1", "A" * 33, "REIK.1", "REIK-É"])
def test_a_name_outside_the_contract_is_refused(cast, now, name):
    with pytest.raises(EnrolmentRefused, match="3 to 32"):
        enrol(organisation_id=cast.zorg.id, device=name, now=now)


def test_a_device_or_client_of_someone_else_is_refused(cast, anna, now):
    with pytest.raises(EnrolmentRefused, match="another organisation"):
        enrol(organisation_id=cast.eva.id, device="REIK-ANNA", now=now)
    with pytest.raises(EnrolmentRefused, match="not in the records"):
        enrol(organisation_id=cast.eva.id, device="REIK-EVA", client_id=anna.client_id, now=now)
    other = welcome(cast.zorg, "Bert", now)
    with pytest.raises(EnrolmentRefused, match="take it in first"):
        enrol(organisation_id=cast.zorg.id, device="REIK-ANNA", client_id=other.id, now=now)
    assert DeviceSecret.objects.count() == 1


def test_the_partition_is_that_of_the_brokers_subject_mapping():
    """As measured at the embedded server: FNV-1a, 32 bit, modulo 16."""
    assert [partition_of(name) for name in ("A", "REIK-00001", "Z" * 32)] == [
        fnv(name) % 16 for name in ("A", "REIK-00001", "Z" * 32)
    ]
    assert len({partition_of(f"REIK-{each:05}") for each in range(1000)}) == PARTITIONS


def fnv(text: str) -> int:
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) % 2**32
    return value
