"""A town whose client has everything that a form asks."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from django.db import connection
from pypdf import PdfReader

from reik.dispensing.models import Dispenser
from reik.kernel.database import Role, become
from reik.kernel.models import AccessEntry
from reik.people.homes_numbers import add_number
from reik.people.models import Client
from reik.people.pharmacies import give_pharmacy, register_pharmacy
from tests.contexts.screens_town import Town, Visits, as_worker, found_town

ANNIE = "A. (Annie) de Boer"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    made.managed_by("Mia", "Mo")
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    connection.close()
    become(Role.WEB)
    return Visits(town)


def complete(town: Town) -> None:
    """A pharmacy, a number for day and night, a date of birth, and what the dispenser says of itself."""
    with as_worker():
        id, house = town.id(ANNIE), town.care.id
        give_pharmacy(
            id, register_pharmacy(organisation_id=house, name="Apotheek Noord", phone="053 555 02 00", now=town.now),
            by="Fatma", now=town.now,
        )  # fmt: skip
        add_number(
            organisation_id=house, kind="team", name="Overdag", phone="053 555 09 00", now=town.now,
            hours={"1": ["09:00", "17:00"]},
        )  # fmt: skip
        add_number(
            organisation_id=house, kind="team", name="Wijkteam Noord", phone="053 555 01 00", hours={},
            now=town.now, place=2,
        )  # fmt: skip
        Client.objects.filter(id=id).update(birth_date="1941-02-03")
        Dispenser.objects.filter(client_id=id).update(
            started={
                "model": "X",
                "capabilities": {"battery_hours": 4, "sound": ["tone"], "roll_change": "any_time"},
            }
        )


def page(town: Town, more: str = "") -> str:
    return f"/clienten/{town.id(ANNIE)}/formulieren{more}"


def said_by(body: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in PdfReader(io.BytesIO(body)).pages))


def logged(detail: str) -> list[tuple[str, str]]:
    with as_worker():
        return list(AccessEntry.objects.filter(detail=detail).values_list("act", "outcome"))
