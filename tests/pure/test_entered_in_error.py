"""A later message can take back an agreement: what was entered in error is not planned any more (B3, B4)."""

from dataclasses import replace
from datetime import date

from reik.medication.agreed.agreements import Agreement, Block, Dosage, Period, Timing
from reik.medication.agreed.planning import plan


def agreement(**changes):
    """Every day at 8, from 1 March on."""
    made = Agreement(
        block=Block.TA, id="urn:oid:1.2|TA-1", treatment="urn:oid:1.2|T-1",
        registered="2026-03-01T09:00:00+01:00",
        period=Period(start="2026-03-01T00:00:00+01:00"),
        dosages=(Dosage(timing=Timing(repeats=True, times=("08:00:00",))),),
    )  # fmt: skip
    return replace(made, **changes)


def moments(*agreements):
    return len(plan(agreements, date(2026, 3, 2), 3).moments)


def test_what_was_taken_back_is_not_planned():
    assert moments(agreement()) == 3
    assert moments(agreement(), agreement(in_error=True)) == 0


def test_a_version_registered_later_than_the_mistake_counts():
    later = agreement(registered="2026-03-01T10:00:00+01:00")
    assert moments(agreement(in_error=True), later) == 3


def test_taking_back_one_agreement_leaves_the_others():
    other = agreement(id="urn:oid:1.2|TA-2", treatment="urn:oid:1.2|T-2")
    assert moments(agreement(), other, agreement(in_error=True)) == 3
