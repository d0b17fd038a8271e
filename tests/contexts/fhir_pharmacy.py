"""A pharmacy that sends messages for Anna's organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.interop.fhir.store.operations import Taken
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation
from reik.kernel.operations import found_organisation, open_account
from reik.kernel.tenancy import Actor
from reik.people.access import actor_for
from reik.people.models import Client
from reik.people.operations import register_client
from tests.cast import rows
from tests.contexts.fhir_letters import ANNA, Json, as_json


@dataclass
class Pharmacy:
    """Sends messages for `zorg`, whose client Anna is."""

    zorg: Organisation
    anna: Client
    actor: Actor
    now: datetime

    def send(self, body: bytes | Json) -> Taken:
        data = body if isinstance(body, bytes) else as_json(body)
        return port.take_in(data, actor=self.actor, organisation_id=self.zorg.id, now=self.now)

    def refused(self, body: bytes | Json) -> Refused:
        """Sends what must be refused and change nothing."""
        before = stored()
        with pytest.raises(Refused) as refusal:
            self.send(body)
        assert stored() == before
        return refusal.value


def stored() -> list[int]:
    """How much there is of everything that a message may bring about."""
    become(Role.WORKER)
    tables = ("fhir_resource", "fhir_version", "fhir_message", "fhir_tolink", "medication_agreementmessage")
    counts = [rows(f"SELECT count(*) FROM {each}")[0][0] for each in tables]
    become(Role.WEB)
    return counts


def as_worker(query: str, *values: object) -> list[tuple[Any, ...]]:
    become(Role.WORKER)
    found = rows(query, *values)
    become(Role.WEB)
    return found


@pytest.fixture
def pharmacy(database: str, now: datetime) -> Pharmacy:
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    account = open_account(
        organisation_id=zorg.id, username="apotheek", display_name="Apotheek", role="pharmacy", now=now
    )
    anna = register_client(organisation_id=zorg.id, name="A. Bakker", bsn=ANNA, now=now)
    become(Role.WEB)
    return Pharmacy(zorg, anna, actor_for(account.id, now), now)
