"""A packer's file from the door to the roll: whose it is, and what is refused (R15 to R23)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from reik.interop.rolls import port
from reik.interop.rolls.mappings_known import mapping_of
from reik.interop.rolls.registering import Doorway
from reik.interop.rolls.rows import FileRefused
from reik.medication.models import Finding, Roll, Sachet
from reik.people.matching import Person, remember
from reik.people.operations import register_client
from tests import cast
from tests.contexts.packed import FILES, anna, codes, raw, schedule, take, zorg

__all__ = ["anna", "zorg"]
BORN = date(1950, 2, 3)
MIDDAY = timedelta(hours=5)


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
