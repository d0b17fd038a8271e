"""The selection form on the database: its outcomes, its versions, and two people at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.pathway import queries
from reik.pathway.baseline import winding_down
from reik.pathway.models import CarePath, Selection, SelectionDraft
from reik.pathway.path import PathRefused
from reik.pathway.selection import deciding, indications, measures, selecting, selection_seen, signing
from reik.pathway.selection.deciding_rules import Said
from reik.pathway.selection.indications import Entry
from reik.pathway.selection.measures import Planned, Signing
from reik.pathway.selection.questions import AnswerRefused, Given
from reik.people.models import Client
from reik.tasks.models import Task
from tests.contexts.pathway.choosing import (
    AUTHOR,
    FATMA,
    TODAY,
    client,
    fill_in,
    indicated,
    measured,
    planned,
    state,
    tasks,
    yes,
)

__all__ = ["client"]
pytestmark = pytest.mark.usefixtures("database")


def test_a_form_that_suits_and_a_yes_take_the_path_on(client: Client, now: datetime) -> None:
    path_id = indicated(client, now)
    fill_in(path_id, now, senses="hears_badly")
    deciding.decide(path_id, yes(now), now=now, **FATMA)
    assert state(client) == "selecting"
    with pytest.raises(AnswerRefused, match="There are measures"):
        signing.sign(
            path_id, Signing(outcome="suitable", planned=planned("louder_signal")), now=now, **AUTHOR
        )
    with pytest.raises(AnswerRefused, match="A nurse signs"):
        signing.sign(path_id, Signing(outcome="suitable"), now=now, **{**AUTHOR, "role": "caregiver"})
    said = Signing(outcome="with_measures", planned=planned("louder_signal"))
    signing.sign(path_id, said, now=now, **AUTHOR)
    assert state(client) == "enrolling"
    assert tasks(client)["measure:louder_signal"] == "caregiver"
    assert not SelectionDraft.objects.exists()
    row = Selection.objects.get()
    assert (row.version, row.author, row.form, row.measures[0]["measure"]) == (
        1,
        "Fatma Yılmaz",
        "1",
        "louder_signal",
    )


def test_not_now_is_looked_at_again_on_its_day_and_does_not_count_as_suitable(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    fill_in(path_id, now, signal="never")
    later = Signing(
        outcome="not_now", because=("Eerst de oren.",), look_again_on=TODAY + timedelta(30),
        planned=planned("practise_signal"),
    )  # fmt: skip
    signing.sign(path_id, later, now=now, **AUTHOR)
    path = queries.path_of(client.id)
    assert path is not None
    assert (path.state, path.look_again_on) == ("not_now", TODAY + timedelta(30))
    (again,) = Task.objects.filter(kind="path.look_again")
    assert again.due_at.date() == TODAY + timedelta(30)
    found = indications.candidates([client.id])[client.id]
    assert (found.why, found.because, found.look_again_on) == (
        "not_now",
        "Eerst de oren.",
        TODAY + timedelta(30),
    )
    day = now + timedelta(30)
    assert selecting.answers_of(path_id)["signal"].one == "never"
    selecting.save_answer(path_id, "signal", Given(answers=("at_once",)), now=day, **FATMA)
    assert state(client) == "selecting"
    deciding.decide(path_id, yes(day), now=day, **FATMA)
    assert state(client) == "selecting"  # the signed form still says not now
    signing.sign(path_id, Signing(outcome="suitable"), now=day, **AUTHOR)
    assert state(client) == "enrolling"
    new, old = selection_seen.selections_of(path_id)
    assert [each.question for each in measures.changed(old.answers, new.answers)] == ["signal"]
    assert not Task.objects.filter(kind__in=("path.look_again", "path.measure"), ended_at=None).exists()


def test_no_with_a_reason_ends_the_path_and_a_new_one_can_begin(client: Client, now: datetime) -> None:
    path_id = indicated(client, now)
    selecting.save_answer(path_id, "takes", Given(answers=("not",)), now=now, **FATMA)
    signing.sign(path_id, Signing(outcome="no", because=("Neemt niets aan.",)), now=now, **AUTHOR)
    found = indications.candidates([client.id])[client.id]
    assert (state(client), found.why, found.because) == ("ended", "ended", "unsuitable")
    with pytest.raises(PathRefused):
        selecting.save_answer(path_id, "takes", Given(answers=("alone",)), now=now, **FATMA)
    same = indications.enter(Entry(client_id=client.id, basis="zvw", starts_on=TODAY), now=now, **FATMA)
    assert (same.became, same.path_id) == (indications.SAME, None)  # a list of every night asks nobody again
    indications.open_form(client.id, now=now + timedelta(minutes=1), **FATMA)
    assert state(client) == "selecting"


def test_a_later_version_after_delivery_moves_nothing_and_tells_a_person_today(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    fill_in(path_id, now)
    signing.sign(path_id, Signing(outcome="suitable"), now=now, **AUTHOR)
    CarePath.objects.filter(id=path_id).update(state="in_use", step=8, started_at=now)
    selecting.save_answer(path_id, "takes", Given(answers=("not",)), now=now, **FATMA)
    later = Signing(
        outcome="not_now", because=("Slikt niet meer.",), look_again_on=TODAY + timedelta(9),
        planned=(Planned(measure="other_help", not_needed="bezoek"),),
    )  # fmt: skip
    signing.sign(path_id, later, now=now, **AUTHOR)
    assert state(client) == "in_use"
    (task,) = Task.objects.filter(kind="path.unsuitable")
    assert task.high_risk
    assert task.due_at.date() == TODAY


def test_two_people_at_once_are_told(client: Client, now: datetime) -> None:
    path_id = indicated(client, now)
    selecting.save_answer(path_id, "takes", Given(answers=("alone",)), now=now, **FATMA)
    with pytest.raises(AnswerRefused) as refused:
        selecting.save_answer(
            path_id, "takes", Given(answers=("not",)), now=now, by="Kees", role="caregiver", was_at=""
        )
    assert refused.value.code == "meanwhile"
    draft = selection_seen.draft_of(path_id)
    assert draft is not None
    assert draft.answers["takes"].one == "alone"
    selecting.save_answer(
        path_id, "takes", Given(answers=("not",)), now=now, by="Kees", role="caregiver",
        was_at=draft.by["takes"][1],
    )  # fmt: skip
    fill_in(path_id, now)
    with pytest.raises(AnswerRefused) as refused:
        signing.sign(
            path_id, Signing(outcome="suitable"), now=now, saved_at=(now - timedelta(1)).isoformat(), **AUTHOR
        )
    assert refused.value.code == "meanwhile"


@pytest.mark.parametrize(("at", "then"), [("enrolling", "ended"), ("roll", "ended"), ("in_use", "in_use")])
def test_a_no_needs_no_reason_and_the_visits_run_again(
    client: Client, now: datetime, at: str, then: str
) -> None:
    path_id = measured(client, now)
    (visit,) = winding_down.visits_of([client.id])[client.id]
    winding_down.set_visit(visit.id, "winding_down", stops_on=TODAY, by="Fatma", now=now)
    CarePath.objects.filter(id=path_id).update(state=at)
    deciding.decide(path_id, Said(choice="withdrawn", at=now), by="Kees", role="caregiver", now=now)
    path = queries.last_path_of(client.id)
    assert path is not None
    assert (path.state, path.because) == (then, "withdrawn" if then == "ended" else "")
    # With a dispenser in the home somebody settles first what takes its place.
    assert ("withdrawn" in tasks(client)) == (then == "in_use")
    assert winding_down.visits_of([client.id])[client.id][0].state == "runs"
