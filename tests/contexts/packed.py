"""A packer's file, whom it is for, and what was agreed with her."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from reik.interop.rolls import port
from reik.interop.rolls.mappings_known import mapping_of
from reik.interop.rolls.registering import Doorway
from reik.kernel.tenancy import Actor
from reik.medication.agreed.agreements import Agreement, Amount, Block, Dosage, Period, Product, Timing
from reik.medication.operations import agreements_received, confirm_schedule, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.people.matching import Person, remember
from reik.people.operations import register_client
from tests import cast

FILES = Path(__file__).parents[1] / "adapters" / "rolls"
PRK = "2.16.840.1.113883.2.4.4.10"
BORN = date(1950, 2, 3)


@pytest.fixture
def zorg(database, now):
    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    """A client whom the packer knows as K-1001."""
    client = register_client(organisation_id=zorg.id, name="Anna Voorbeeld", birth_date=BORN, now=now)
    known(client, now)
    return client


def known(client, now, number="K-1001"):
    person = Person(bsn=None, identifiers=[("urn:voorbeeldpakker:client", number)])
    with transaction.atomic():
        remember(organisation_id=client.organisation_id, client_id=client.id, person=person, now=now)


def schedule(client, now, *lines):
    whole = lines or (
        TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=2), TimeLine(weekdays=EVERY_DAY, at=time(20)),
    )  # fmt: skip
    id = write_schedule(
        organisation_id=client.organisation_id, client_id=client.id, lines=whole, by="a", now=now
    )
    confirm_schedule(id, "b", now)


def agree(client, now, *products: tuple[str, str, str, str], message="m1"):
    """(code, text, dose, times) of each product."""
    agreements = [
        Agreement(
            block=Block.TA, id=f"urn:oid:1|TA{code}", registered="2026-11-01T10:00:00+01:00",
            treatment=f"urn:oid:2|MBH{code}", period=Period(start="2026-11-01"),
            product=Product(system=PRK, code=code, display=text), packable=True,
            dosages=(Dosage(timing=Timing(repeats=True, times=tuple(times.split()), period=Decimal(1), unit="d"),
                            dose=Amount(value=Decimal(dose), unit="stuk")),),
        )
        for code, text, dose, times in products
    ]  # fmt: skip
    agreements_received(
        organisation_id=client.organisation_id, client_id=client.id, agreements=agreements, message_id=message, now=now
    )  # fmt: skip


def actor(organisation):
    return Actor(
        account_id=organisation.id, name="test", role="system", organisation_id=organisation.id,
        organisations=(organisation.id,),
    )  # fmt: skip


def take(zorg, now, file="voorbeeld.csv", mapping="voorbeeld-csv", changed=(), **door):
    data = (FILES / file).read_bytes()
    for old, new in changed:
        assert old.encode() in data
        data = data.replace(old.encode(), new.encode())
    doorway = Doorway(organisation_id=zorg.id, by="test", **door)
    return port.take_in_alone(data, mapping_of(mapping), doorway, actor=actor(zorg), now=now)


def codes(outcome):
    return [each.code for each in outcome.flaws]


def raw():
    """Fate and reason of what was kept, oldest first."""
    return cast.rows("SELECT fate, reason FROM ingest_rawmessage ORDER BY received_at, id")
