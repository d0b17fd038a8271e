"""Candidates from the database: with the reason, and as many statements for one as for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

import pytest

from reik.pathway import recording
from reik.pathway.lists.candidates import LACKS, NO_PATH, NOT_NOW, SKIPPED, candidates
from reik.pathway.models import CarePath, Indication
from reik.pathway.selection import indications, selecting
from reik.pathway.selection.indications import Entry
from tests.cast import Voice
from tests.contexts.pathway.homes import home
from tests.contexts.screens_town import statements

__all__ = ["home"]
pytestmark = pytest.mark.usefixtures("database")
TUESDAY = date(2026, 11, 24)


def indicated(voice: Voice, now: datetime) -> UUID:
    indications.enter(
        Entry(client_id=voice.client_id, basis="zvw", starts_on=date(2026, 11, 1)),
        by="Joke",
        role="nurse",
        now=now,
    )
    return CarePath.objects.get(client_id=voice.client_id, ended_at=None).id


def test_who_has_an_indication_and_no_dispenser_is_a_candidate_with_the_reason(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna, bob, cora, dina, none = (home(name) for name in ("Anna", "Bob", "Cora", "Dina", "None"))
    indicated(anna, now)
    skipped = indicated(bob, now)
    recording.record(
        skipped, selecting.SKIPPED, by="Joke", role="nurse", now=now, detail={"because": "familie"}
    )
    not_now = indicated(cora, now)
    CarePath.objects.filter(id=not_now).update(state="not_now", step=2, look_again_on=TUESDAY)
    ended = indicated(dina, now)
    CarePath.objects.filter(id=ended).update(state="ended", step=9, ended_at=now)
    voices = (anna, bob, cora, dina, none)
    found = candidates([each.client_id for each in voices], now)
    assert found[anna.client_id].why == LACKS
    assert "selection" in found[anna.client_id].lacks
    assert (found[bob.client_id].why, found[bob.client_id].because) == (SKIPPED, "familie")
    assert (found[cora.client_id].why, found[cora.client_id].look_again_on) == (NOT_NOW, TUESDAY)
    assert found[dina.client_id].why == NO_PATH
    assert none.client_id not in found
    CarePath.objects.filter(client_id=anna.client_id).update(state="in_use", step=8)
    assert anna.client_id not in candidates([anna.client_id], now)
    Indication.objects.filter(client_id=bob.client_id).update(ended_at=now, ended_because="x")
    assert bob.client_id not in candidates([bob.client_id], now)


def test_candidates_ask_as_much_for_many_as_for_one(home: Callable[[str], Voice], now: datetime) -> None:
    voices = [home(f"C {n}") for n in range(5)]
    for voice in voices:
        indicated(voice, now)
    ids = [each.client_id for each in voices]
    assert statements(lambda: candidates(ids[:1], now)) == statements(lambda: candidates(ids, now))
