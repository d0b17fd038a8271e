"""The shared decision: whose yes is one, and what a no never asks."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.selection import deciding_rules as deciding
from reik.pathway.selection.deciding_rules import DecisionRefused, Said

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
said_so = st.builds(
    Said, choice=st.sampled_from(deciding.CHOICES), decided_by=st.sampled_from(["client", "representative"]),
    representative=st.sampled_from(["", "Petra"]), capacity=st.sampled_from(deciding.CAPACITIES),
    resistance=st.sampled_from(["none", "shown"]), wzd=st.sampled_from(deciding.WZD),
    wzd_on=st.sampled_from([None, TODAY]), at=st.just(NOW),
)  # fmt: skip


@given(said_so)
def test_an_agreement_is_a_yes_of_who_may_give_it_without_resistance(said: Said) -> None:
    if not deciding.is_agreement(said):
        return
    assert said.choice == "yes"
    assert said.resistance == "none"
    assert (said.decided_by, said.capacity) in (("client", "able"), ("representative", "not_able"))


@given(said_so)
def test_a_yes_that_may_be_written_never_comes_from_who_cannot_give_it(said: Said) -> None:
    try:
        deciding.check(said, NOW, TODAY)
    except DecisionRefused:
        return
    if said.choice == "yes":
        assert said.capacity != "doubtful"
        assert not (said.decided_by == "client" and said.capacity == "not_able")
        assert said.decided_by == "client" or said.representative


@pytest.mark.parametrize("choice", ["no", "withdrawn"])
@pytest.mark.parametrize("capacity", deciding.CAPACITIES)
def test_a_no_asks_for_no_reason_and_not_for_capacity(choice: str, capacity: str) -> None:
    deciding.check(Said(choice=choice, capacity=capacity, at=NOW), NOW, TODAY)


def test_resistance_of_who_cannot_decide_asks_for_the_wzd() -> None:
    one = Said(choice="later", capacity="not_able", resistance="shown", at=NOW)
    assert deciding.asks_wzd(one)
    assert not deciding.asks_wzd(Said(choice="later", capacity="able", resistance="shown", at=NOW))
    decided = Said(
        choice="yes", decided_by="representative", representative="Petra", capacity="not_able",
        resistance="shown", wzd="step_plan", wzd_on=TODAY, at=NOW,
    )  # fmt: skip
    assert deciding.is_wzd_decision(decided)
    assert not deciding.is_agreement(decided)
