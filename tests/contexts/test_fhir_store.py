"""The FHIR store: no BSN in any table, who is to be linked, what a search finds, and organisations kept apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from reik.interop.fhir import port
from reik.interop.fhir.search import parse
from reik.interop.fhir.store import operations, queries
from reik.interop.fhir.store.operations import NothingToLink, Taken
from reik.interop.fhir.store.queries import ToBeLinked
from reik.interop.fhir.store.sealing import HIDDEN, hidden, put_back, take_out
from reik.kernel.database import Role, become
from reik.kernel.tenancy import Actor, acting_for
from reik.people.access import actor_for
from reik.people.matching import NotThisClient
from reik.people.operations import agree_partnership, register_client
from tests.cast import rows
from tests.contexts.fhir_letters import (
    ANNA,
    BOB,
    BSN_SYSTEM,
    CARLA,
    TA_ROOT,
    Json,
    agreement,
    as_json,
    medication,
    message,
    patient,
    usual,
)
from tests.contexts.test_fhir_intake import Pharmacy, as_worker, pharmacy

__all__ = ["pharmacy"]


def send_later(pharmacy: Pharmacy, bundle: Json, minutes: int = 1) -> Taken:
    return replace(pharmacy, now=pharmacy.now + timedelta(minutes=minutes)).send(bundle)


def waiting(pharmacy: Pharmacy) -> list[ToBeLinked]:
    with acting_for(pharmacy.actor):
        return queries.to_be_linked(pharmacy.actor)


def handed() -> list[str]:
    return [
        each for (each,) in as_worker("SELECT message_id FROM medication_agreementmessage ORDER BY version")
    ]


# No BSN anywhere


def tables_holding(text: str) -> list[str]:
    """The tables of which a row, written as text, holds this text."""
    become(Role.OWNER)
    tables = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind = 'r'"
    )
    found = [
        name
        for (name,) in tables
        if rows(f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE %s LIMIT 1', f"%{text}%")
        or rows(f'SELECT 1 FROM "{name}" AS t WHERE t::text LIKE %s LIMIT 1', f"%{text.encode().hex()}%")
    ]
    become(Role.WEB)
    return found


def everywhere(bsn: str) -> Json:
    """A message that has the BSN wherever one could think of."""
    dispense, person = agreement(), patient(bsn)
    dispense["identifier"].append({"system": "urn:oid:2.16.840.1.113883.2.4.6.3", "value": bsn})
    dispense["text"] = {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">voor {bsn}.</div>',
    }
    dispense["note"] = [{"text": f"BSN:{bsn}"}]
    dispense["extension"].append(
        {
            "url": "http://nictiz.nl/fhir/StructureDefinition/ext-RenderedDosageInstruction",
            "valueString": f"1 tablet voor {bsn}",
        }
    )
    dispense["subject"] = {"identifier": {"system": BSN_SYSTEM, "value": bsn}, "display": f"Anna ({bsn})"}
    dispense["authorizingPrescription"] = [
        {"reference": f"MedicationRequest?patient.identifier={BSN_SYSTEM}|{bsn}"}
    ]
    bundle = message(dispense, medication(), of=person)
    bundle["identifier"] = {"system": "https://apotheek.example/bericht", "value": bsn}
    bundle["entry"][2]["request"]["ifNoneExist"] = f"identifier={BSN_SYSTEM}|{bsn}"
    return bundle


@pytest.mark.parametrize("bsn", [ANNA, BOB])
def test_no_table_holds_a_bsn_and_on_output_it_is_back(pharmacy: Pharmacy, bsn: str) -> None:
    bundle = everywhere(bsn)
    taken = pharmacy.send(bundle)
    pharmacy.send(bundle)
    bad = usual(of=patient(bsn))
    bad["entry"][0]["resource"][bsn] = "x"
    pharmacy.refused(bad)
    with acting_for(pharmacy.actor):
        queries.to_be_linked(pharmacy.actor)
        found = queries.read(pharmacy.actor, "MedicationDispense", taken.kept[0].id)
        message_of = queries.search(pharmacy.actor, parse("Bundle", [])).page[0]
    assert tables_holding(bsn) == []
    assert tables_holding("0301234567") == []
    assert found is not None
    assert found.resource["text"]["div"].endswith(f"voor {bsn}.</div>")
    assert found.resource["note"] == [{"text": f"BSN:{bsn}"}]
    assert message_of.resource["identifier"]["value"] == bsn
    assert message_of.resource["entry"][2]["resource"]["identifier"][0]["value"] == bsn


def test_tables_holding_would_find_one(pharmacy: Pharmacy) -> None:
    register_as_worker(pharmacy, f"Mevrouw {ANNA}")
    assert tables_holding(ANNA) == ["people_client"]


def register_as_worker(pharmacy: Pharmacy, name: str, **given: object) -> object:
    become(Role.WORKER)
    client = register_client(organisation_id=pharmacy.zorg.id, name=name, now=pharmacy.now, **given)  # type: ignore[arg-type]
    become(Role.WEB)
    return client.id


@pytest.mark.parametrize(
    "text",
    [
        f'{{"a":"{ANNA}"}}',
        f'{{"a":{ANNA},"b":"1.2.{BOB}.{ANNA}"}}',
        '{"a":"\\u0001 0\\u0002"}',
        '{"a":"12345678901"}',
    ],
)
def test_what_is_taken_out_comes_back(pharmacy: Pharmacy, text: str) -> None:
    with acting_for(pharmacy.actor):
        plain, sealed = take_out(pharmacy.zorg.id, text)
        assert put_back(pharmacy.zorg.id, plain, sealed) == text
    assert ANNA not in plain
    assert BOB not in plain


def test_a_log_line_shows_no_long_number() -> None:
    assert hidden(f"identifier=x|{ANNA}") == f"identifier=x|{HIDDEN}"


# Who is to be linked


def test_an_unknown_client_waits_and_plans_nothing_until_a_person_links_her(pharmacy: Pharmacy) -> None:
    first = pharmacy.send(usual(of=patient(BOB)))
    second = send_later(pharmacy, usual(number="TA-2", of=patient(BOB)))
    assert first.client_id is None
    (one,) = waiting(pharmacy)
    assert (one.reason, one.name, one.birth_date, one.has_bsn, one.messages) == (
        "client-unknown", "A. Bakker", date(1950, 2, 3), True, 2,
    )  # fmt: skip
    assert handed() == []
    bob = register_as_worker(pharmacy, "Bob")
    with acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=bob, now=pharmacy.now)  # type: ignore[arg-type]
    assert handed() == [str(first.message_id), str(second.message_id)]
    assert waiting(pharmacy) == []
    # From now on her BSN finds her.
    assert send_later(pharmacy, usual(number="TA-3", of=patient(BOB)), 2).client_id == bob
    assert as_worker("SELECT act, detail FROM kernel_accessentry WHERE object_kind = 'to link'") == [
        ("change", "linked")
    ]


def test_a_patient_without_bsn_is_found_by_her_number_once_linked(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(of=patient(None, number="K-17")))
    (one,) = waiting(pharmacy)
    assert (one.reason, one.has_bsn) == ("no-bsn", False)
    with acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=pharmacy.anna.id, now=pharmacy.now)
    taken = send_later(pharmacy, usual(number="TA-2", of=patient(None, number="K-17")))
    assert taken.client_id == pharmacy.anna.id
    assert tables_holding("K-17") == ["fhir_token"]


def test_a_refusal_stands_and_a_new_message_asks_again(pharmacy: Pharmacy) -> None:
    bundle = usual(of=patient(BOB))
    pharmacy.send(bundle)
    (one,) = waiting(pharmacy)
    with acting_for(pharmacy.actor):
        operations.refuse_link(pharmacy.actor, to_link_id=one.id, reason="niet van ons", now=pharmacy.now)
    assert send_later(pharmacy, bundle).again
    assert waiting(pharmacy) == []
    send_later(pharmacy, usual(number="TA-2", of=patient(BOB)), 2)
    assert len(waiting(pharmacy)) == 1
    assert handed() == []


def test_nobody_decides_twice(pharmacy: Pharmacy) -> None:
    pharmacy.send(usual(of=patient(BOB)))
    (one,) = waiting(pharmacy)
    with acting_for(pharmacy.actor):
        operations.refuse_link(pharmacy.actor, to_link_id=one.id, reason="", now=pharmacy.now)
    with acting_for(pharmacy.actor), pytest.raises(NothingToLink):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=pharmacy.anna.id, now=pharmacy.now)
    stranger = replace(pharmacy.actor, organisations=())
    with acting_for(pharmacy.actor), pytest.raises(NothingToLink):
        operations.refuse_link(stranger, to_link_id=one.id, reason="", now=pharmacy.now)


def test_a_message_waits_no_more_when_its_client_is_registered_and_it_comes_again(
    pharmacy: Pharmacy,
) -> None:
    bundle = usual(of=patient(BOB))
    first = pharmacy.send(bundle)
    bob = register_as_worker(pharmacy, "Bob", bsn=BOB)
    again = send_later(pharmacy, bundle)
    assert (again.again, again.client_id) == (True, bob)
    assert handed() == [str(first.message_id)]
    assert waiting(pharmacy) == []
    assert as_worker("SELECT state, decided_by FROM fhir_tolink") == [(1, "found by number")]


def test_another_birth_date_is_for_a_person_to_judge(pharmacy: Pharmacy) -> None:
    register_as_worker(pharmacy, "Carla", bsn=CARLA, birth_date=date(1940, 5, 6))
    pharmacy.send(usual(of=patient(CARLA, born="1941-05-06")))
    assert [each.reason for each in waiting(pharmacy)] == ["birth-date-differs"]
    assert send_later(pharmacy, usual(number="TA-2", of=patient(CARLA, born="1940"))).client_id


def test_numbers_of_two_clients_are_for_a_person_and_a_wrong_choice_is_refused(pharmacy: Pharmacy) -> None:
    bob = register_as_worker(pharmacy, "Bob", bsn=BOB)
    pharmacy.send(usual(of=patient(None, number="K-17")))
    with acting_for(pharmacy.actor):
        (one,) = queries.to_be_linked(pharmacy.actor)
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=bob, now=pharmacy.now)  # type: ignore[arg-type]
    both = send_later(pharmacy, usual(number="TA-2", of=patient(ANNA, number="K-17")))
    assert both.unsure == "two-clients"
    (one,) = waiting(pharmacy)
    for wrong in (bob, pharmacy.anna.id):
        with pytest.raises(NotThisClient), acting_for(pharmacy.actor):
            operations.link(pharmacy.actor, to_link_id=one.id, client_id=wrong, now=pharmacy.now)  # type: ignore[arg-type]
    assert len(waiting(pharmacy)) == 1


def test_a_client_of_another_organisation_cannot_be_chosen(pharmacy: Pharmacy) -> None:
    from reik.kernel.operations import found_organisation

    become(Role.WORKER)
    eva = found_organisation(name="Eva", kind="care", now=pharmacy.now)
    theirs = register_client(organisation_id=eva.id, name="Bob", now=pharmacy.now)
    become(Role.WEB)
    pharmacy.send(usual(of=patient(BOB)))
    (one,) = waiting(pharmacy)
    with pytest.raises(NotThisClient), acting_for(pharmacy.actor):
        operations.link(pharmacy.actor, to_link_id=one.id, client_id=theirs.id, now=pharmacy.now)


# Search and tenancy


def found(actor: Actor, type: str, *pairs: tuple[str, str]) -> list[str]:
    """The identifier values of what a search finds."""
    with acting_for(actor):
        page = queries.search(actor, parse(type, pairs)).page
    return sorted(each.resource.get("identifier", [{"value": "-"}])[0]["value"] for each in page)


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
