"""Organisations are counted beside each other, and the counts are the same."""

from __future__ import annotations

import pytest

from reik.value.models import MomentDay
from reik.value.rollups.running import rebuild
from tests import cast
from tests.contexts.value.test_rollups import DAY, HOUR, MIN, START, Street, check, stored

pytestmark = pytest.mark.usefixtures("database")


def test_organisations_counted_beside_each_other_come_out_as_one_after_the_other() -> None:
    streets = [Street() for _ in range(3)]
    for street in streets:
        for voice in street.voices:
            for at in range(5):
                cast.plan(voice, f"b-{at}", START + at * DAY, now=START - DAY)
            cast.tell(voice, voice.out("b-1", START + DAY + 3 * MIN), at=START + DAY + HOUR)
    later = START + 9 * DAY
    slices = rebuild(None, later.date(), now=later, at_once=2)
    assert slices >= len(streets)
    for street in streets:
        check(street.house.id, later)
    keys = ("client_id", "team_id", "model", "day", "changed_at")
    before = stored(MomentDay, streets[0].house.id, *keys)
    rebuild(None, later.date(), now=later + DAY)
    assert stored(MomentDay, streets[0].house.id, *keys) == before, "over rows that stand, only differences"
