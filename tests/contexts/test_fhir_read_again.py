"""A message that was parked or refused is read again from its bytes: once, by today's rules, planned like any other."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused, Who
from reik.interop.fhir.port import NotThere, Parked
from reik.kernel.database import Role, become
from reik.kernel.models import Organisation
from reik.kernel.operations import found_organisation, open_account
from reik.kernel.tenancy import Actor
from reik.ops.cli import main
from reik.people.access import actor_for
from reik.people.operations import register_client
from tests.contexts.fhir_letters import ANNA, agreement, as_json, medication, message, patient, usual
from tests.contexts.fhir_pharmacy import as_worker

FATES = "SELECT fate, reason FROM ingest_rawmessage ORDER BY received_at, id"


@pytest.fixture
def zorg(database: str, now) -> Organisation:
    zorg = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    register_client(organisation_id=zorg.id, name="A. Bakker", bsn=ANNA, now=now)
    return zorg


@pytest.fixture
def actor(zorg: Organisation, now) -> Actor:
    account = open_account(
        organisation_id=zorg.id, username="apotheek", display_name="Apotheek", role="pharmacy", now=now
    )
    become(Role.WEB)
    return actor_for(account.id, now)


def park(actor: Actor, now, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Reik breaks over one message, after it has written half of it."""
    with monkeypatch.context() as broken:
        broken.setattr("reik.interop.fhir.store.operations.hand_over", lambda *a, **k: 1 / 0)
        with pytest.raises(Parked, match="It is kept as"):
            port.take_in(as_json(usual()), actor=actor, organisation_id=actor.organisation_id, now=now)
    ((id,),) = as_worker("SELECT id FROM ingest_rawmessage")
    assert as_worker(FATES) == [(2, "poison ZeroDivisionError")]
    assert as_worker("SELECT count(*) FROM fhir_resource") == [(0,)]  # nothing half done
    return id


def test_a_parked_message_is_read_again_once(actor: Actor, now, monkeypatch) -> None:
    id = park(actor, now, monkeypatch)
    taken = port.read_again(id, actor=actor, now=now)
    assert taken is not None
    assert (taken.message_id, taken.again, taken.unsure) == (id, False, None)
    assert as_worker(FATES) == [(1, "")]
    assert as_worker("SELECT message_id FROM medication_agreementmessage") == [(str(id),)]
    assert port.read_again(id, actor=actor, now=now) is None
    assert as_worker("SELECT count(*) FROM medication_agreementmessage") == [(1,)]
    acts = as_worker("SELECT act, outcome FROM kernel_accessentry ORDER BY id")
    assert sorted(acts) == [("create", "ok"), ("refused", "refused")]


def test_what_breaks_again_stays_parked(actor: Actor, now, monkeypatch) -> None:
    id = park(actor, now, monkeypatch)
    monkeypatch.setattr("reik.interop.fhir.store.operations.hand_over", lambda *a, **k: 1 / 0)
    with pytest.raises(Parked):
        port.read_again(id, actor=actor, now=now)
    assert as_worker(FATES) == [(2, "poison ZeroDivisionError")]


def test_a_refused_message_is_refused_again_or_taken_when_the_rules_are_others(
    actor: Actor, now, monkeypatch
) -> None:
    strange = message({**agreement(), "implicitRules": "http://example.org/rules"}, medication())
    with pytest.raises(Refused) as refusal:
        port.take_in(as_json(strange), actor=actor, organisation_id=actor.organisation_id, now=now)
    id = refusal.value.message_id
    assert id is not None
    for _ in range(2):
        with pytest.raises(Refused):
            port.read_again(id, actor=actor, now=now)
    assert as_worker(FATES) == [
        (
            3,
            "422 not-supported Bundle.entry[0].resource.implicitRules (MedicationDispense 1); to act: supplier",
        )
    ]
    monkeypatch.setattr("reik.interop.fhir.intake.findings", lambda bundle: [])
    assert port.read_again(id, actor=actor, now=now) is not None
    assert as_worker(FATES) == [(1, "")]


def test_another_organisation_has_no_such_message(actor: Actor, now, monkeypatch) -> None:
    id = park(actor, now, monkeypatch)
    become(Role.WORKER)
    eva = found_organisation(name="Thuiszorg Eva", kind="care", now=now)
    account = open_account(
        organisation_id=eva.id, username="eva", display_name="Eva", role="pharmacy", now=now
    )
    become(Role.WEB)
    with pytest.raises(NotThere):
        port.read_again(id, actor=actor_for(account.id, now), now=now)
    assert as_worker(FATES) == [(2, "poison ZeroDivisionError")]


def test_on_the_command_line(actor: Actor, now, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    id = park(actor, now, monkeypatch)
    assert port.waiting_to_be_read(actor, now) == []
    assert port.waiting_to_be_read(actor, now + timedelta(minutes=1)) == [id]
    assert main(["import", "--again", str(id)]) == 0
    assert capsys.readouterr().out.startswith(f"{id}: 3 new, 0 changed, 0 same; client ")
    assert main(["import", "--again", str(id)]) == 0
    assert "was understood before" in capsys.readouterr().out
    assert main(["import", "--again", "0197f3a2-0000-7000-8000-000000000000"]) == 2
    assert "no such message" in capsys.readouterr().err
    assert main(["import"]) == 2
    become(Role.WORKER)


def test_a_refusal_names_resource_element_and_person(actor: Actor, now) -> None:
    wrong = usual(of=patient("999900858"))
    wrong["entry"][0]["resource"]["colour"] = "red"
    with pytest.raises(Refused) as refusal:
        port.take_in(as_json(wrong), actor=actor, organisation_id=actor.organisation_id, now=now)
    told = {(each.resource, each.place, each.who) for each in refusal.value.issues}
    assert told == {
        ("MedicationDispense 1", "Bundle.entry[0].resource.colour", Who.SUPPLIER),
        ("Patient 1", "Bundle.entry[2].resource.identifier[0].value", Who.PHARMACIST),
    }
    assert as_worker("SELECT count(*) FROM fhir_resource") == [(0,)]
