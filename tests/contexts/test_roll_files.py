"""A packer's file from the door to the comparison: whose it is, what is refused, what differs (R15 to R23)."""

from __future__ import annotations

import json
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from reik.interop.rolls import port
from reik.interop.rolls.mappings_known import known_mappings, mapping_of
from reik.interop.rolls.registering import Doorway
from reik.interop.rolls.rows import FileRefused
from reik.kernel.database import Role, become
from reik.kernel.home import Home
from reik.kernel.operations import mark_installation
from reik.kernel.tenancy import Actor
from reik.medication.agreed.agreements import Agreement, Amount, Block, Dosage, Period, Product, Timing
from reik.medication.models import Finding, Roll, Sachet
from reik.medication.operations import (
    agreements_received,
    confirm_schedule,
    deliver_roll,
    write_schedule,
)
from reik.medication.rolls.check import RollRefused
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.ops import cli
from reik.people.matching import Person, remember
from reik.people.operations import register_client
from tests import cast

FILES = Path(__file__).parents[1] / "adapters" / "rolls"
PRK = "2.16.840.1.113883.2.4.4.10"
BORN = date(1950, 2, 3)
MIDDAY = timedelta(hours=5)


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


def test_a_roll_from_a_file_is_registered_with_every_sachet_and_what_is_in_it(zorg, anna, now):
    schedule(anna, now)
    (became,) = take(zorg, now).rolls
    roll = Roll.objects.get(id=became.roll_id)
    assert (roll.number, roll.packer, roll.barcode) == ("26-0418", "Voorbeeldpakker", "8700000004180")
    assert (roll.first, roll.last, roll.count) == (1, 5, 5)
    sachets = list(Sachet.objects.filter(roll=roll).order_by("sequence"))
    assert [(each.sequence, each.empty, each.k, each.n) for each in sachets] == [
        (0, True, None, None), (1, False, 1, 2), (2, False, 2, 2), (3, False, 1, 1), (4, False, 1, 1),
        (5, False, 1, 1), (6, True, None, None),
    ]  # fmt: skip
    assert [(each["text"], each["amount"], each["lot"]) for each in sachets[1].contents] == [
        ("Metoprolol tablet 50mg", "1", "C7"), ("Furosemide tablet 40mg", "0.5", "C8"),
    ]  # fmt: skip
    assert [each[0] for each in became.findings] == [
        "other_number"
    ]  # on the second morning one sachet, not two
    assert raw() == [(1, "")]


def test_the_same_file_again_changes_nothing_and_another_one_of_that_number_is_refused(zorg, anna, now):
    schedule(anna, now)
    take(zorg, now)
    again = take(zorg, now + MIDDAY / 10)
    assert [each.again for each in again.taken] == [True]
    other = take(zorg, now + MIDDAY / 5, changed=[("Z005", "Z999")])
    assert codes(other) == ["known_otherwise"]
    assert Roll.objects.count() == 1


def test_who_is_not_known_is_refused_and_the_file_kept_for_review(zorg, now):
    outcome = take(zorg, now)
    assert codes(outcome) == ["client-unknown"]
    assert outcome.rolls[0].unsure
    assert Roll.objects.count() == 0
    assert raw() == [(2, "client-unknown")]


def test_another_birth_date_or_another_client_than_the_page_is_refused(zorg, anna, now):
    schedule(anna, now)
    assert codes(take(zorg, now, changed=[("03-02-1950", "04-02-1950")])) == ["birth-date-differs"]
    other = register_client(organisation_id=zorg.id, name="Bob", now=now)
    assert codes(take(zorg, now, only=other.id)) == ["wrong_client"]
    assert codes(take(zorg, now, among=[other.id])) == ["client-unknown"]
    assert Roll.objects.count() == 0


def test_a_person_links_the_packers_number_once(zorg, now):
    anna = register_client(organisation_id=zorg.id, name="Anna", birth_date=BORN, now=now)
    schedule(anna, now)
    wrong_day = [("03-02-1950", "04-02-1950")]
    assert codes(take(zorg, now, only=anna.id, link=True, changed=wrong_day)) == ["not_linked"]
    assert codes(take(zorg, now, only=anna.id)) == ["client-unknown"]
    assert codes(take(zorg, now, only=anna.id, link=True)) == []
    assert [each.again for each in take(zorg, now + MIDDAY).taken] == [True]


def test_each_roll_of_a_file_is_taken_or_refused_by_itself(zorg, now):
    cora = register_client(organisation_id=zorg.id, name="Cora", birth_date=date(1938, 5, 12), now=now)
    person = Person(bsn=None, identifiers=[("urn:multidose:patient", "P-77")])
    with transaction.atomic():
        remember(organisation_id=zorg.id, client_id=cora.id, person=person, now=now)
    schedule(cora, now)
    outcome = take(zorg, now, "multidose.xml", "multidose-be")
    assert [each.read.roll.number for each in outcome.taken] == ["202611000017-P-77"]
    assert [(each.number, each.code) for each in outcome.flaws] == [("202611000017-P-78", "time")]
    assert raw() == [(2, "time")]


def test_looking_keeps_nothing_and_tells_what_taking_in_would(zorg, anna, now):
    schedule(anna, now)
    data = (FILES / "voorbeeld.csv").read_bytes()
    door = Doorway(organisation_id=zorg.id, by="test")
    seen = port.look(data, mapping_of("voorbeeld-csv"), door, now)
    assert (Roll.objects.count(), Finding.objects.count(), raw()) == (0, 0, [])
    taken = take(zorg, now)
    assert [each.findings for each in seen.rolls] == [each.findings for each in taken.rolls]


def test_a_file_that_is_none_is_refused_kept_and_in_the_log(zorg, now):
    with pytest.raises(FileRefused):
        take(zorg, now, "multidose.xml", "voorbeeld-csv")
    ((fate, _reason),) = raw()
    assert fate == 3
    assert cast.rows("SELECT act, outcome, detail FROM kernel_accessentry WHERE object_kind = 'roll'") == [
        ("refused", "refused", "columns")
    ]


def test_what_breaks_reik_is_parked_without_its_words(zorg, anna, now, monkeypatch, caplog):
    secret = "".join(("An", "na Voorbeeld"))

    def broken(*_values: Any, **_named: Any) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr(port, "register", broken)
    with pytest.raises(port.Parked, match="It is kept as"):
        take(zorg, now)
    assert raw() == [(2, "poison RuntimeError")]
    assert secret not in caplog.text


# Contents against agreements

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


# The command


def test_the_command_registers_and_refuses_with_a_line(zorg, anna, now, capsys, monkeypatch):
    schedule(anna, now)
    monkeypatch.setattr("reik.kernel.clock.now", lambda: now)
    file = str(FILES / "voorbeeld.csv")
    try:
        given = ["roll", "import", file, "--mapping", "voorbeeld-csv", "--organisation", "Zorg aan Zee"]
        assert cli.main(given) == 0
        assert cli.main(given) == 0
        fixed = ["roll", "import", str(FILES / "vast.txt"), "--mapping", "voorbeeld-vast", *given[-2:]]
        assert cli.main(fixed) == 2
    finally:
        connection.close()
        become(Role.WORKER)
    said = capsys.readouterr()
    assert "registered for client" in said.out
    assert "registered before, nothing changed" in said.out
    assert "roll 26-0419 refused, line 2: No client has the numbers" in said.err
    assert "roll 26-0420 refused, line 13, count: The packer counts 2" in said.err
    assert Roll.objects.count() == 1


def test_a_demo_takes_no_real_bsn(zorg, now):
    mark_installation("demo", now)
    outcome = take(zorg, now, "vast.txt", "voorbeeld-vast", changed=[("999900006", "111222333")])
    assert codes(outcome)[-1] == "made_up_only"


def test_check_prints_canonical_json_and_needs_no_database(capsys):
    assert cli.main(["roll", "check", str(FILES / "vast.txt"), "--mapping", "voorbeeld-vast", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == json.loads((FILES / "vast.txt.json").read_text())
    assert cli.main(["roll", "check", str(FILES / "voorbeeld.csv.json")]) == 0


def test_an_installation_has_mappings_of_its_own():
    folder = Home.from_environment().path / "mappings"
    folder.mkdir(exist_ok=True)
    try:
        (folder / "eigen.toml").write_text('name = "x"')
        (folder / "voorbeeld-csv.toml").write_text(
            (FILES.parents[2] / "src/reik/interop/rolls/mappings/voorbeeld-csv.toml")
            .read_text()
            .replace("Voorbeeldpakker: CSV", "Eigen: CSV")
        )
        known = {each.key: each for each in known_mappings()}
        assert known["eigen"].flaw
        assert known["voorbeeld-csv"].name.startswith("Eigen")
        assert not known["multidose-be"].own
    finally:
        for each in folder.glob("*.toml"):
            each.unlink()
