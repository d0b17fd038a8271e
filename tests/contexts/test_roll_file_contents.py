"""The contents of a packer's file against the agreements: what differs is named (R15 to R23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.medication.models import Finding, Roll
from reik.medication.operations import deliver_roll
from reik.medication.rolls.check import RollRefused
from tests.contexts.packed import agree, anna, codes, take, zorg

__all__ = ["anna", "zorg"]
MIDDAY = timedelta(hours=5)
DAILY = (
    ("11111", "Metoprolol tablet 50mg", "1", "08:00"), ("22222", "Furosemide tablet 40mg", "0.5", "08:00"),
    ("33333", "Paracetamol tablet 500mg", "2", "08:00"), ("44444", "Simvastatine tablet 20mg", "1", "20:00"),
)  # fmt: skip


def differing(client):
    rows = Finding.objects.filter(client_id=client.id, settled_at=None, kind__startswith="content")
    return [(each.kind, each.sentence) for each in rows.order_by("key")]


def test_a_sachet_that_lacks_or_holds_what_the_agreements_do_not_say_is_named(zorg, anna, now):
    agree(anna, now, *DAILY)
    assert codes(take(zorg, now)) == []
    assert differing(anna) == [
        ("content_missing", "25-11-2026 08:00: 0.5 × Furosemide tablet 40mg is agreed and not in sachet 4."),
        ("content_missing", "25-11-2026 08:00: 2 × Paracetamol tablet 500mg is agreed and not in sachet 4."),
    ]  # fmt: skip
    roll = Roll.objects.get()
    with pytest.raises(RollRefused, match="Furosemide"):
        deliver_roll(roll.id, "courier", now)


def test_a_new_agreement_compares_the_contents_again(zorg, anna, now):
    evening = ("44444", "Simvastatine tablet 20mg", "1", "20:00")
    agree(anna, now, *DAILY[:3], evening)
    take(zorg, now)
    before = differing(anna)
    agree(
        anna, now + MIDDAY, *DAILY[:3], evening, ("55555", "Diazepam tablet 5mg", "1", "20:00"), message="m2"
    )
    new = [each for each in differing(anna) if each not in before]
    assert new == [
        ("content_missing", "24-11-2026 20:00: 1 × Diazepam tablet 5mg is agreed and not in sachet 3."),
        ("content_missing", "25-11-2026 20:00: 1 × Diazepam tablet 5mg is agreed and not in sachet 5."),
    ]  # fmt: skip
