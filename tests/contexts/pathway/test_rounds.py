"""Rounds from the database: what they rest on, and as many statements for one as for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from reik.medication.rolls.life import arrange_rolls
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.pathway.allotments import Duty, allot
from reik.pathway.lists.round_rules import NO_ROLL
from reik.pathway.lists.rounds import rounds_of
from reik.pathway.models import CarePath
from reik.pathway.path import DUTIES, WHO
from reik.people.operations import add_carer
from tests.cast import Voice
from tests.contexts.pathway.homes import home
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import bring, load
from tests.contexts.screens_town import statements

__all__ = ["home"]
pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TUESDAY = date(2026, 11, 24)


def with_two_rolls(voice: Voice, now: datetime, number: str = "R") -> None:
    """One roll that is in until Monday evening, and one that follows on Tuesday and is in the home."""
    bring(voice, now, number=f"{number}-1")
    load(voice, now, number=f"{number}-1")
    bring(voice, now, number=f"{number}-2", first=TUESDAY + 7 * DAY)


def test_rolls_that_run_out_are_changed_in_one_round_between_last_sachet_and_next_moment(
    home: Callable[[str], Voice], now: datetime
) -> None:
    voices = [home("Anna"), home("Bob")]
    for voice in voices:
        with_two_rolls(voice, now, number=voice.device)
    found = rounds_of([each.client_id for each in voices], now)
    ((slot, dues),) = found.rounds.items()
    assert (slot.who, len(dues)) == ("team", 2)
    for each in dues:
        assert each.stop is not None
        assert each.last_sachet_at is not None
        assert each.last_sachet_at <= each.stop.since < each.stop.until
        assert each.next_home
    assert not found.without
    assert not found.carers


def test_without_a_next_roll_she_is_told_of_and_not_planned(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna, later = home("Anna"), home("Later")
    bring(anna, now)
    load(anna, now)
    bring(later, now, number="L-1", days=21)
    load(later, now, number="L-1", last=63, count=63)
    found = rounds_of([anna.client_id, later.client_id], now)
    assert [(each.client_id, each.because) for each in found.without] == [(anna.client_id, NO_ROLL)]
    assert not found.rounds


def test_who_has_the_duty_makes_the_round_and_a_carer_makes_none(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna, bob = home("Anna"), home("Bob")
    for voice in (anna, bob):
        with_two_rolls(voice, now, number=voice.device)
    carer = add_carer(
        organisation_id=anna.organisation_id, client_id=anna.client_id, name="Petra", relation="dochter", now=now,
        consented=True,
    )  # fmt: skip
    path = started(anna, now)
    duties = {each: Duty(who=WHO[each][0]) for each in DUTIES}
    allot(
        path,
        {**duties, "change_roll": Duty(who="carer", name="Petra", carer_id=carer.id)},
        by="Joke",
        now=now,
    )
    arranged = ArrangementSeen(loader_role="pharmacist", loader="Els", packer="P")
    arrange_rolls(bob.client_id, arranged, by="Els", role="pharmacist", now=now)
    found = rounds_of([anna.client_id, bob.client_id], now)
    assert [(each.client_id, each.name) for each in found.carers] == [(anna.client_id, "Petra")]
    assert [slot.who for slot in found.rounds] == ["pharmacy"]
    CarePath.objects.filter(id=path).update(state="paused")
    assert not rounds_of([anna.client_id], now).carers


def test_rounds_ask_as_much_for_many_as_for_one(home: Callable[[str], Voice], now: datetime) -> None:
    voices = [home(f"C {n}") for n in range(5)]
    for voice in voices:
        with_two_rolls(voice, now, number=voice.device)
    ids = [each.client_id for each in voices]
    assert statements(lambda: rounds_of(ids[:1], now)) == statements(lambda: rounds_of(ids, now))
