"""The FHIR store: what a search finds, versions that never change, and organisations kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from reik.interop.fhir import port
from reik.interop.fhir.search import parse
from reik.interop.fhir.store import queries
from reik.kernel.database import Role, become
from reik.kernel.tenancy import acting_for
from reik.people.access import actor_for
from reik.people.operations import agree_partnership
from tests.contexts.fhir_kept import found, handed, send_later
from tests.contexts.fhir_letters import ANNA, BOB, BSN_SYSTEM, CARLA, TA_ROOT, Json, as_json, patient, usual
from tests.contexts.fhir_pharmacy import Pharmacy, as_worker, pharmacy

__all__ = ["pharmacy"]


def test_search_finds_by_patient_category_identifier_id_and_time(pharmacy: Pharmacy) -> None:
    taken = pharmacy.send(usual())
    send_later(pharmacy, usual(number="TA-2", of=patient(BOB)), 60)
    actor, dispense = pharmacy.actor, "MedicationDispense"
    sct = "http://snomed.info/sct"
    assert found(actor, dispense, ("patient.identifier", f"{BSN_SYSTEM}|{ANNA}")) == ["TA-1"]
    assert found(actor, dispense, ("patient.identifier", ANNA)) == ["TA-1"]
    assert found(actor, dispense, ("patient.identifier", f"{BSN_SYSTEM}|{CARLA}")) == []
    assert found(actor, dispense, ("patient.identifier", f"{ANNA},{BOB}")) == ["TA-1", "TA-2"]
    assert found(actor, dispense, ("category", f"{sct}|422037009")) == ["TA-1", "TA-2"]
    assert found(actor, dispense, ("category", "373784005")) == []
    assert found(actor, dispense, ("category", f"{sct}|")) == ["TA-1", "TA-2"]
    assert found(actor, dispense, ("identifier", f"{TA_ROOT}|TA-2")) == ["TA-2"]
    assert found(actor, dispense, ("identifier", f"{TA_ROOT.removeprefix('urn:oid:')}|TA-2")) == ["TA-2"]
    assert found(actor, dispense, ("identifier", "TA-2"), ("patient.identifier", ANNA)) == []
    assert found(actor, dispense, ("_id", str(taken.kept[0].id))) == ["TA-1"]
    assert found(actor, dispense, ("patient", f"Patient/{taken.kept[2].id}")) == ["TA-1"]
    assert found(actor, dispense, ("_id", "no-uuid")) == []
    later = (pharmacy.now + timedelta(minutes=30)).isoformat().replace("+00:00", "Z")
    assert found(actor, dispense, ("_lastUpdated", f"gt{later}")) == ["TA-2"]
    assert found(actor, dispense, ("_lastUpdated", f"le{later}")) == ["TA-1"]
    assert found(actor, dispense, ("_lastUpdated", pharmacy.now.date().isoformat())) == ["TA-1", "TA-2"]
    assert found(actor, "Patient", ("identifier", f"{BSN_SYSTEM}|{BOB}")) == [BOB]
    assert found(actor, "Medication") == ["-"]


def test_a_new_version_is_found_by_what_it_says_now(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual())
    bundle = usual()
    bundle["entry"][0]["resource"]["identifier"].append({"system": "urn:oid:1.2", "value": "second"})
    send_later(pharmacy, bundle)
    assert found(pharmacy.actor, "MedicationDispense", ("identifier", "second")) == ["TA-1"]
    assert len(found(pharmacy.actor, "MedicationDispense")) == 1


def test_pages_follow_each_other_without_gap_or_overlap(pharmacy: Pharmacy) -> None:
    for number in range(5):
        send_later(pharmacy, usual(number=f"TA-{number}"), number)
    seen, after = [], None
    while True:
        with acting_for(pharmacy.actor):
            page = queries.search(pharmacy.actor, parse("MedicationDispense", [("_count", "2")]), after=after)
        assert page.total == 5
        seen += [each.id for each in page.page]
        after = page.page[-1].id
        if not page.more:
            break
    assert len(seen) == len(set(seen)) == 5


def test_organisations_are_kept_apart_and_partners_see(pharmacy: Pharmacy) -> None:
    from reik.kernel.operations import found_organisation, open_account

    taken = pharmacy.send(usual())
    become(Role.WORKER)
    actors = {}
    for name, kind in (("eva", "care"), ("centrale", "centre")):
        organisation = found_organisation(name=name, kind=kind, now=pharmacy.now)
        if kind == "centre":
            agree_partnership(
                organisation_id=pharmacy.zorg.id, partner_id=organisation.id, purpose="x", now=pharmacy.now
            )
        account = open_account(
            organisation_id=organisation.id, username=name, display_name=name, role="x", now=pharmacy.now
        )
        actors[name] = actor_for(account.id, pharmacy.now)
    become(Role.WEB)
    for name, sees in (("eva", False), ("centrale", True)):
        actor, id = actors[name], taken.kept[0].id
        with acting_for(actor):
            assert bool(queries.read(actor, "MedicationDispense", id)) is sees
            assert bool(queries.history(actor, "MedicationDispense", id)) is sees
            assert bool(queries.vread(actor, "MedicationDispense", id, 1)) is sees
        assert bool(found(actor, "MedicationDispense", ("patient.identifier", ANNA))) is sees
    # The same message for another organisation is its own.
    mine = port.take_in(
        as_json(usual()), actor=actors["eva"], organisation_id=actors["eva"].organisation_id, now=pharmacy.now
    )
    assert mine.kept[0].id != taken.kept[0].id
    assert not mine.again


def test_a_version_is_never_changed(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual())
    for role in (Role.WEB, Role.WORKER):
        become(role)
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE fhir_version SET content = ''")


def test_two_at_once_make_one_thing(pharmacy: Pharmacy) -> None:
    import threading

    bodies = [usual(number=f"TA-{number}") for number in range(4)]
    failures: list[BaseException] = []

    def send(bundle: Json) -> None:
        try:
            pharmacy.send(bundle)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(each,)) for each in bodies * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert as_worker("SELECT type, count(*), max(version) FROM fhir_resource GROUP BY type ORDER BY type") == [
        ("Bundle", 4, 1), ("Medication", 1, 1), ("MedicationDispense", 4, 1), ("Patient", 1, 1),
    ]  # fmt: skip
    assert len(handed()) == 4


def test_times_are_what_fhir_shows(pharmacy: Pharmacy) -> None:
    exact = datetime(2026, 11, 23, 7, 0, 1, 123456, tzinfo=UTC)
    taken = replace(pharmacy, now=exact).send(usual())
    assert taken.kept[0].resource["meta"]["lastUpdated"] == "2026-11-23T07:00:01.123Z"
    assert found(pharmacy.actor, "MedicationDispense", ("_lastUpdated", "eq2026-11-23T07:00:01.123Z")) == [
        "TA-1"
    ]
