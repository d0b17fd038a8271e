"""Evaluations on the database: opened set-wise with their evidence, held by a nurse, never twice (R7, R14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.models import Proposal
from reik.dispensing.away import keeping, returning
from reik.kernel.ids import new_id
from reik.medication.pharmacies.relocating import relocate
from reik.pathway.models import CarePath, Evaluation, PathTerms
from reik.pathway.queries import path_of
from reik.pathway.use import evaluating, triggers
from reik.pathway.use.evaluating import EvaluationRefused, Held
from reik.pathway.use.evaluation_questions import QUESTIONS
from reik.pathway.use.evaluations_seen import evaluations_of, next_of
from reik.pathway.use.looking_back import look_back
from reik.tasks.queries import open_tasks_of
from tests import cast
from tests.cast import Voice
from tests.contexts.pathway.in_use import ended, started

pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WELL = {each: {"answer": "well", "saw": ""} for each in QUESTIONS}
TODAY = date(2026, 11, 23)


@pytest.fixture
def people(database: str, now: datetime) -> cast.Cast:
    return cast.gather(now)


@pytest.fixture
def anna(people: cast.Cast, now: datetime) -> Voice:
    return cast.beside(cast.welcome(people.zorg, "Anna", now), "REIK-1", now)


def whys(path_id: UUID) -> set[str]:
    return set(Evaluation.objects.filter(path_id=path_id, held_at=None).values_list("why", flat=True))


def held(path_id: UUID, **more: object) -> Held:
    ids = list(Evaluation.objects.filter(path_id=path_id, held_at=None).values_list("id", flat=True))
    usual = {"ids": ids, "answers": WELL, "outcome": "goes_on", "next_on": TODAY + 90 * DAY}
    return Held(**{**usual, **more})  # type: ignore[arg-type]


def hold(path_id: UUID, now: datetime, one: Held | None = None, role: str = "nurse") -> None:
    evaluating.hold(path_id, one or held(path_id), by="Joke", role=role, now=now)


def test_three_misses_open_one_with_its_moments_and_one_task(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    ids = [ended(anna, n, now, n * DAY, "not_out") for n in (1, 2, 3)]
    assert look_back(now) == 2  # the calendar asks for the one after two weeks as well
    assert whys(path_id) == {triggers.MISSES, triggers.SCHEDULE}
    row = Evaluation.objects.get(path_id=path_id, why=triggers.MISSES)
    assert set(row.evidence["moments"]) == {str(each) for each in ids}
    (task,) = [each for each in open_tasks_of([anna.client_id]) if each.kind == "path.evaluation"]
    assert set(task.detail["whys"]) == {triggers.MISSES, triggers.SCHEDULE}  # type: ignore[call-overload]
    assert look_back(now + HOUR) == 0, "the same is not opened twice"
    ended(anna, 4, now, HOUR, "not_out")
    look_back(now + HOUR)
    row.refresh_from_db()
    assert row.evidence["count"] == 4, "what is open gets the newest evidence"


def test_what_was_looked_at_does_not_come_back_and_new_misses_do(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    for n in (1, 2, 3):
        ended(anna, n, now, n * DAY, "not_out")
    look_back(now)
    hold(path_id, now)
    assert look_back(now + HOUR) == 0
    assert not [each for each in open_tasks_of([anna.client_id]) if each.kind == "path.evaluation"]
    later = now + 9 * DAY
    for n in (4, 5, 6):
        ended(anna, n, later, n * 8 * HOUR, "not_out")
    look_back(later)
    assert whys(path_id) == {triggers.MISSES}


def test_drift_and_hospital_come_from_where_they_live(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now, ago=13 * DAY)
    Proposal.objects.create(
        id=new_id(now), organisation_id=anna.organisation_id, client_id=anna.client_id, kind="drifts_later",
        subject="08:00", evidence={}, proposed_at=now - DAY,
    )  # fmt: skip
    absence = keeping.declare(
        keeping.NewAbsence(
            client_id=anna.client_id, reason="hospital", starts_at=now - 2 * HOUR, expected_end=now + DAY,
            said_by="Petra", resumes="Petra",
        ),
        by="Joke", now=now - HOUR,
    )  # fmt: skip
    returning.come_back(absence_id=absence, returned_at=now - HOUR / 2, by="Joke", now=now)
    look_back(now + HOUR)
    assert whys(path_id) == {triggers.DRIFT, triggers.HOSPITAL, triggers.SCHEDULE}


def test_a_path_that_did_not_start_or_ended_is_not_looked_at(people: cast.Cast, now: datetime) -> None:
    for n, state in enumerate(("starting", "stopping")):
        voice = cast.beside(cast.welcome(people.zorg, state, now), f"REIK-{n}", now)
        started(voice, now, state=state)
        ended(voice, 1, now, DAY, "not_out", criticality=0)
    assert look_back(now) == 0


def test_as_many_statements_for_one_path_as_for_forty(people: cast.Cast, now: datetime) -> None:
    counts = []
    for batch in (1, 40):
        for n in range(batch):
            voice = cast.beside(cast.welcome(people.zorg, f"C{n}", now), f"REIK-{batch}-{n}", now)
            started(voice, now)
            ended(voice, 1, now, DAY, "not_out", criticality=0)
        with CaptureQueriesContext(connection) as told:
            assert look_back(now) == 2 * batch
        counts.append(len(told))
        CarePath.objects.update(state="ended", step=9, ended_at=now)
    assert counts[0] == counts[1]


def test_an_organisation_sets_its_own_days(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now, ago=2 * DAY)
    PathTerms.objects.create(
        id=new_id(now), organisation_id=anna.organisation_id, version=1, by="Ria", created_at=now,
        choices={"evaluation": {"first_days": [30], "every_days": 90, "days": {"asked": 2}}},
    )  # fmt: skip
    assert look_back(now) == 0, "after 30 days is too far away for a task"
    seen = path_of(anna.client_id)
    assert seen is not None
    assert next_of(seen) == TODAY + 28 * DAY
    evaluating.ask(path_id, because="Zij twijfelt", by="Anja", now=now)
    assert Evaluation.objects.get(path_id=path_id).due_on == TODAY + 2 * DAY
    with pytest.raises(EvaluationRefused, match="within 90 days"):
        hold(path_id, now, held(path_id, next_on=TODAY + 91 * DAY))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"answers": {}}, "answers"),
        ({"outcome": ""}, "outcome"),
        ({"next_on": None}, "next_on"),
        ({"next_on": TODAY}, "next_on"),
        ({"outcome": "stopped", "next_on": None}, "note"),
        ({"outcome": "adjusted", "note": "x"}, "adjust"),
        ({"outcome": "adjusted", "note": "x", "adjust": "y", "adjust_by": None}, "adjust_by"),
    ],
)
def test_what_is_not_complete_is_refused_and_changes_nothing(
    anna: Voice, now: datetime, change: dict[str, object], code: str
) -> None:
    path_id = started(anna, now)
    look_back(now)
    with pytest.raises(EvaluationRefused) as refused:
        hold(path_id, now, held(path_id, **change))
    assert refused.value.code == code
    assert whys(path_id) == {triggers.SCHEDULE}


def test_only_a_nurse_holds_it_and_two_at_once_are_told(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    look_back(now)
    mine = held(path_id)
    with pytest.raises(EvaluationRefused, match="nurse"):
        hold(path_id, now, mine, role="caregiver")
    hold(path_id, now)
    with pytest.raises(EvaluationRefused, match="already"):
        hold(path_id, now, mine)


def test_what_comes_in_after_the_page_was_opened_stays(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    look_back(now)
    mine = held(path_id)
    evaluating.ask(path_id, because="Gebeld door dochter", by="Anja", now=now)
    hold(path_id, now, mine)
    assert whys(path_id) == {triggers.ASKED}
    assert [each.kind for each in open_tasks_of([anna.client_id])].count("path.evaluation") == 1


def test_the_outcome_is_a_task_and_never_moves_the_path(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    hold(path_id, now, held(path_id, outcome="stopped", next_on=None, note="Zij wil het niet meer"))
    assert CarePath.objects.get(id=path_id).state == "in_use"
    assert "path.stop_decided" in {each.kind for each in open_tasks_of([anna.client_id])}
    more = {
        "outcome": "adjusted",
        "note": "Later",
        "adjust": "Avond naar 21:00",
        "adjust_by": TODAY + 3 * DAY,
    }
    hold(path_id, now + HOUR, held(path_id, ids=[], **more))
    (task,) = [each for each in open_tasks_of([anna.client_id]) if each.kind == "path.adjust"]
    assert task.detail["what"] == "Avond naar 21:00"
    assert [each.outcome for each in evaluations_of(anna.client_id)] == ["adjusted", "stopped"]


def test_who_moves_house_is_evaluated_and_who_has_no_dispenser_is_not(
    people: cast.Cast, now: datetime
) -> None:
    one, other = (
        cast.beside(cast.welcome(people.zorg, name, now), f"REIK-{name}", now) for name in ("A", "B")
    )
    path_id, _ = started(one, now), started(other, now, state="starting")
    for voice in (one, other):
        relocate(voice.client_id, address="Kerkweg 3", by="Joke", now=now)
    assert whys(path_id) == {triggers.MOVED}
    assert Evaluation.objects.count() == 1
