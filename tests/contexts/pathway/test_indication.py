"""An indication that comes in, is not filled in with a reason, or ends: on the database, with the refusals."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.pathway import queries, readiness
from reik.pathway.path import PathRefused
from reik.pathway.selection import deciding, indications, selecting, selection_seen
from reik.pathway.selection.indications import Entry, IndicationRefused
from reik.pathway.selection.questions import AnswerRefused, Given
from reik.people.models import Client
from tests.cast import Cast, welcome
from tests.contexts.pathway.choosing import FATMA, TODAY, client, indicated, state, tasks, yes

__all__ = ["client"]
pytestmark = pytest.mark.usefixtures("database")


def test_an_indication_opens_the_path_and_the_form_is_its_first_task(
    cast: Cast, client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    assert state(client) == "selecting"
    assert tasks(client) == {"selection": "nurse", "agreement": "nurse"}
    again = indications.enter(Entry(client_id=client.id, basis="zvw", starts_on=TODAY), now=now, **FATMA)
    assert (again.became, again.path_id) == (indications.SAME, None)
    changed = indications.enter(
        Entry(client_id=client.id, basis="wlz_home", starts_on=TODAY), now=now, **FATMA
    )
    assert changed.became == indications.CHANGED
    assert [(each.basis, each.ended_because) for each in selection_seen.indications_of(client.id)] == [
        ("wlz_home", ""), ("zvw", "replaced"),
    ]  # fmt: skip
    assert queries.path_of(client.id).id == path_id  # type: ignore[union-attr]
    other = welcome(cast.zorg, "Dhr. Bos", now)
    keyed = [
        Entry(client_id=each.id, basis="wmo", starts_on=TODAY, source_key="A1") for each in (client, other)
    ]
    with pytest.raises(IndicationRefused) as refused:
        indications.take(keyed, source=indications.CSV, now=now, **FATMA)
    assert refused.value.code == "meanwhile"
    assert queries.path_of(other.id) is None
    with pytest.raises(IndicationRefused):
        indications.enter(
            Entry(client_id=client.id, basis="zvw", starts_on=TODAY, ends_on=TODAY - timedelta(1)), now=now, **FATMA
        )  # fmt: skip


def test_not_filling_in_is_a_choice_with_a_reason_and_the_client_stays_a_candidate(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    assert indications.candidates([client.id])[client.id].why == "to_select"
    with pytest.raises(AnswerRefused):
        selecting.skip(path_id, " ", now=now, **FATMA)
    selecting.skip(path_id, "Zij is opgenomen.", now=now, **FATMA)
    found = indications.candidates([client.id])[client.id]
    assert (found.why, found.because) == ("skipped", "Zij is opgenomen.")
    assert "selection" not in tasks(client)
    with pytest.raises(PathRefused) as refused:
        deciding.decide(path_id, yes(now), now=now, **FATMA) and selecting.moving.move(
            path_id, selecting.Event.SUITS, now=now, **FATMA
        )
    assert refused.value.missing == ("selection",)
    selecting.save_answer(path_id, "takes", Given(answers=("alone",)), now=now, **FATMA)
    assert indications.candidates([client.id])[client.id].why == "to_select"
    assert "selection" in tasks(client)


def test_an_indication_that_ends_while_she_walks_the_path_asks_a_person(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    indications.end(client.id, "Herindicatie negatief.", by="Fatma", now=now)
    assert tasks(client)["indication:ended"] == "nurse"
    assert not readiness.holding([path_id], now, ("indication",))[path_id]
    indications.enter(
        Entry(client_id=client.id, basis="zvw", starts_on=TODAY, ends_on=TODAY), now=now, **FATMA
    )  # fmt: skip
    assert "indication:ended" not in tasks(client)
    assert readiness.holding([path_id], now, ("indication",))[path_id]
    assert not readiness.holding([path_id], now + timedelta(1), ("indication",))[path_id]
