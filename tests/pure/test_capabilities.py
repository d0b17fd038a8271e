"""What a type of dispenser can and cannot do, as it comes from a device of any age."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik_dispenser.capabilities import (
    MEDIDO_LIKE,
    REIK_OPEN,
    SPENCER_LIKE,
    Capabilities,
    Reports,
    RollChange,
)
from reik_dispenser.messages import Evidence

EXAMPLES = {"open": REIK_OPEN, "medido": MEDIDO_LIKE, "spencer": SPENCER_LIKE}
NAMES = list(REIK_OPEN.to_data())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_round_trip_through_json(name: str) -> None:
    example = EXAMPLES[name]
    assert Capabilities.from_data(json.loads(json.dumps(example.to_data()))) == example


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_use_the_words_of_the_contract(name: str) -> None:
    example = EXAMPLES[name]
    assert example.evidence in set(Evidence)
    assert example.roll_change in set(RollChange)
    assert example.reports in set(Reports)
    assert example.senses_removal is (example.evidence == Evidence.REMOVED)


def test_nothing_said_is_nothing_known() -> None:
    assert Capabilities.from_data({}) == Capabilities()
    assert set(Capabilities().to_data().values()) == {None}


def test_unknown_fields_are_ignored_and_wrong_kinds_not_known() -> None:
    data = {**REIK_OPEN.to_data(), "flies": True}
    assert Capabilities.from_data(data) == REIK_OPEN
    for name in NAMES:
        read = Capabilities.from_data({**data, name: {"odd": 1}})
        assert getattr(read, name) is None
    odd = {"windows": [45, "75"], "battery_hours": True, "early": 1, "networks": "wifi", "sound": [None]}
    assert Capabilities.from_data(odd) == Capabilities()
    assert Capabilities.from_data({"windows": [0]}).windows is None
    assert Capabilities.from_data({"battery_hours": -1}).battery_hours is None


def test_a_later_word_is_kept() -> None:
    assert Capabilities.from_data({"evidence": "swallowed"}).evidence == "swallowed"


@given(st.dictionaries(st.sampled_from([*NAMES, "later"]), ANYTHING))
def test_from_data_takes_anything(data: dict[str, object]) -> None:
    read = Capabilities.from_data(data)
    assert Capabilities.from_data(read.to_data()) == read
