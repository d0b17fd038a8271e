"""What is in a sachet against what the agreements put there: medicine by medicine, moment by moment (R15, R23)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from reik.medication.rolls.contents import Agreed, content_differences
from reik.medication.rolls.sachets import Content, SachetOnRoll

DAY = date(2026, 11, 24)
PRK, HPK = "2.16.840.1.113883.2.4.4.10", "2.16.840.1.113883.2.4.4.7"


def agreed(text, dose: str | None = "1", *, code="", system=PRK, unit="stuk", packable=True):
    amount = Decimal(dose) if dose is not None else None
    return Agreed(system=system, code=code, text=text, dose=amount, unit=unit, packable=packable)


def inside(text, amount="1", *, code="", system=f"urn:oid:{PRK}", unit="stuk"):
    return Content(code=code, text=text, amount=amount, system=system, unit=unit)


def sachet(sequence, *contents, at=time(8), known=True):
    return SachetOnRoll(sequence=sequence, day=DAY, at=at, contents=contents if known else None)


def compare(plan, *sachets):
    found = content_differences({(DAY, time(8)): plan}, sachets)
    return [(each.kind, each.text, each.planned, each.found, each.sequences) for each in found]


def test_equal_contents_differ_in_nothing_however_they_are_spread():
    plan = [agreed("Metoprolol", "2", code="0111"), agreed("Furosemide", "0.5", code="222")]
    assert compare(plan, sachet(1, inside("METOPROLOL TABL", "1", code="111"), inside("x", "0.5", code="222")),
                   sachet(2, inside("metoprolol tabl", "1.0", code="111", unit="tablet"))) == []  # fmt: skip


def test_a_sachet_that_holds_too_much_lacks_or_has_another_amount_is_named():
    plan = [agreed("Metoprolol", code="111"), agreed("Furosemide", "2", code="222")]
    assert compare(
        plan, sachet(3, inside("Furosemide", "1", code="222")), sachet(4, inside("Diazepam", code="9"))
    ) == [
        ("content_amount", "Furosemide", "2", "1", (3,)), ("content_extra", "Diazepam", "", "1", (4,)),
        ("content_missing", "Metoprolol", "1", "", (3, 4)),
    ]  # fmt: skip


def test_codes_of_two_systems_are_compared_by_name():
    plan = [agreed("Metoprolol tablet 50mg", code="111")]
    assert compare(plan, sachet(1, inside("metoprolol  tablet 50MG", code="7654321", system=HPK))) == []
    kinds = [each[0] for each in compare(plan, sachet(1, inside("Metoprolol", code="7654321", system=HPK)))]
    assert kinds == ["content_extra", "content_missing"]


def test_equal_names_with_another_code_of_the_same_system_are_two_medicines():
    kinds = [
        each[0]
        for each in compare([agreed("Metoprolol", code="111")], sachet(1, inside("Metoprolol", code="112")))
    ]
    assert kinds == ["content_extra", "content_missing"]


def test_what_is_not_known_is_no_difference():
    plan = [agreed("Metoprolol", "2", code="111"), agreed("Drank", "5", code="5", unit="ml", packable=False)]
    assert compare(plan, sachet(1, known=False)) == []
    assert compare(plan, sachet(1, inside("Metoprolol", "1", code="111")), sachet(2, known=False)) == []
    assert compare(plan, sachet(1, inside("Metoprolol", "", code="111"))) == []
    assert compare([agreed("Metoprolol", None, code="111")], sachet(1, inside("M", "3", code="111"))) == []
    assert content_differences({}, [sachet(1, inside("Metoprolol"))]) == []


def test_a_known_sachet_beside_an_unknown_one_may_still_hold_what_nobody_agreed():
    plan = [agreed("Metoprolol", code="111")]
    found = compare(plan, sachet(1, inside("Diazepam", code="9")), sachet(2, known=False))
    assert [each[:2] for each in found] == [("content_extra", "Diazepam")]
    assert [
        each[0] for each in compare(plan, sachet(1, inside("M", "2", code="111")), sachet(2, known=False))
    ] == ["content_amount"]


def test_units_that_cannot_be_compared_are_left_to_people():
    plan = [agreed("Metoprolol", "50", code="111", unit="mg")]
    assert compare(plan, sachet(1, inside("Metoprolol", "1", code="111"))) == []


def test_a_moment_a_little_beside_the_agreed_time_is_that_moment():
    plan = [agreed("Metoprolol", code="111")]
    assert compare(plan, sachet(1, inside("Metoprolol", code="111"), at=time(8, 30))) == []
    late = compare(plan, sachet(1, inside("Metoprolol", code="111"), at=time(20)))
    assert [each[0] for each in late] == ["content_extra"]


@pytest.mark.parametrize(
    ("sachets", "sentence", "key"),
    [
        ([sachet(1, inside("Diazepam", code="9"))],
         "24-11-2026 08:00: 1 × Diazepam is in sachet 1 and not agreed then.", "content_extra 20261124 0800  - 1 9"),
        ([sachet(1, inside("Metoprolol", "3", code="111"))],
         "24-11-2026 08:00: of Metoprolol 1 is agreed and 3 in sachet 1.", "content_amount 20261124 0800  1 3 111"),
        ([sachet(7, inside("Diazepam", code="9"))],
         "24-11-2026 08:00: 1 × Metoprolol is agreed and not in sachet 7.", "content_missing 20261124 0800  1 - 111"),
    ],
)  # fmt: skip
def test_sentences_and_keys(sachets, sentence, key):
    found = content_differences({(DAY, time(8)): [agreed("Metoprolol", code="111")]}, sachets)
    assert (sentence, key) in [(each.sentence, each.key) for each in found]
