"""What a ServiceRequest says of an indication: whatever it holds, it is understood or refused; never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.interop.fhir.mapping_indication import OVER, Heard, hear
from reik.pathway.path import SETTINGS
from reik.pathway.selection.indication_codes import BASIS_SYSTEM, CHOICE, OWN, CodesRefused, codes_of, kept

TODAY = date(2026, 11, 23)
CODES = codes_of({CHOICE: [{"system": "1.2.3", "code": "HB07", "basis": "wlz_home"}]})
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=12) | st.just("2026-11-23"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "identifier", "status", "intent", "category", "code", "doNotPerform", "occurrencePeriod", "occurrenceDateTime",
    "occurrenceTiming", "authoredOn", "basedOn",
)  # fmt: skip
DAYS = st.dates(TODAY - timedelta(3000), TODAY + timedelta(3000))


def said(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "urn:ecd", "value": "1"}],
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": BASIS_SYSTEM, "code": "zvw"}]}],
        "code": {"coding": [{"system": OWN[0], "code": OWN[1]}]},
        "occurrencePeriod": {"start": "2026-11-23"},
        **more,
    }


def heard(*resources: dict[str, Any]) -> Heard:
    return hear(resources, CODES, TODAY)


@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_no_content_breaks_it_and_none_is_both_understood_and_refused(odd: dict[str, Any]) -> None:
    found = heard(said(**odd))
    assert bool(found.told) != bool(found.wrong)
    for each in found.told:
        assert each.key
        assert each.because or (each.starts_on is not None and each.basis in SETTINGS)
    assert all(issue.text.endswith((".", ")")) for issue in found.wrong)


@given(DAYS, st.none() | DAYS, st.sampled_from(SETTINGS))
def test_the_days_and_the_law_are_those_of_the_message(start: date, end: date | None, basis: str) -> None:
    period = {"start": start.isoformat(), **({"end": end.isoformat()} if end else {})}
    category = [{"coding": [{"system": BASIS_SYSTEM, "code": basis}]}]
    found = heard(said(occurrencePeriod=period, category=category))
    if end is not None and end < start:
        assert not found.told
        return
    (one,) = found.told
    assert (one.starts_on, one.ends_on, one.basis) == (start, end, basis)
    assert one.because == ("period_over" if end is not None and end < TODAY else "")


@given(st.sampled_from(sorted(OVER)), DAYS)
def test_what_is_over_is_over_whatever_its_days(status: str, start: date) -> None:
    (one,) = heard(said(status=status, occurrencePeriod={"start": start.isoformat()})).told
    assert one.because == OVER[status]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("2026-11-23T23:30:00+01:00", date(2026, 11, 23)),
        ("2026-11-22T23:30:00Z", date(2026, 11, 23)),  # half past midnight in the Netherlands
        ("2026-07-01T00:00:00+02:00", date(2026, 7, 1)),
        ("2026-11", None),
        ("2026", None),
        ("2026-11-23T08:00:00", None),
        ("2026-02-30", None),
        ("gisteren", None),
    ],
)
def test_a_day_is_the_dutch_one(written: str, day: date | None) -> None:
    found = heard(said(occurrencePeriod={"start": written}))
    assert [each.starts_on for each in found.told] == ([day] if day else [])
    assert len(found.wrong) == (day is None)


def test_the_law_of_the_code_holds_unless_the_message_says_another() -> None:
    code = {"coding": [{"system": "urn:oid:1.2.3", "code": "HB07"}]}
    assert [each.basis for each in heard(said(code=code, category=[])).told] == ["wlz_home"]
    assert [each.basis for each in heard(said(code=code)).told] == ["zvw"]


def test_a_code_that_nobody_named_is_left_aside_beside_one_that_is_known_and_refused_alone() -> None:
    other = said(code={"coding": [{"system": "urn:oid:1.2.3", "code": "wond"}]})
    beside, alone = heard(other, said()), heard(other)
    assert ([each.index for each in beside.told], len(beside.aside), beside.wrong) == ([1], 1, [])
    assert (alone.told, len(alone.wrong)) == ([], 1)


def test_what_is_no_service_request_says_nothing() -> None:
    found = heard({"resourceType": "Patient", "code": said()["code"]})
    assert (found.told, found.wrong, found.aside) == ([], [], [])


# The codes of an organisation


def test_codes_are_kept_without_empty_rows_and_without_urn_oid() -> None:
    rows = [
        ("urn:oid:1.2.3", " HB07 ", "wlz_home"),
        ("", "", "zvw"),
        ("https://ecd.example", "aanreiken", "zvw"),
    ]
    made = kept(rows)
    assert made[0] == {"system": "1.2.3", "code": "HB07", "basis": "wlz_home"}
    assert codes_of({CHOICE: made}) == {
        OWN: "",
        ("1.2.3", "HB07"): "wlz_home",
        ("https://ecd.example", "aanreiken"): "zvw",
    }


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("urn:ecd", "", "zvw")], "code_half"),
        ([("", "HB07", "zvw")], "code_half"),
        ([("urn:ecd", "x" * 201, "zvw")], "code_half"),
        ([("urn:ecd", "HB07", "gratis")], "code_basis"),
        ([("urn:ecd", "HB07", "zvw"), ("urn:ecd", "HB07", "wmo")], "code_twice"),
        ([("urn:ecd", str(n), "zvw") for n in range(51)], "code_many"),
    ],
)
def test_codes_that_cannot_be_are_refused(rows: list[tuple[str, str, str]], code: str) -> None:
    with pytest.raises(CodesRefused) as refusal:
        kept(rows)
    assert refusal.value.code == code
