"""Proofs for the inspectorate from the database: each with its date, and what is missing said so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reik.kernel.ids import new_id
from reik.pathway.enrolment import instructing
from reik.pathway.enrolment.teach_back import ALONE, CLIENT, ITEMS, Session
from reik.pathway.lists.inspection import Proof, proofs_of
from reik.pathway.models import CarePath, Evaluation, Override, PathEvent, Selection, SharedDecision
from reik.pathway.use import incidents
from reik.pathway.use.incidents import NewIncident
from reik.people.operations import add_carer
from tests.cast import Voice
from tests.contexts.pathway.homes import home
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import ZONE
from tests.contexts.screens_town import statements

__all__ = ["home"]
pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def signed(path: UUID, at: datetime, version: int = 1) -> None:
    one = CarePath.objects.get(id=path)
    Selection.objects.create(
        id=new_id(at), organisation_id=one.organisation_id, client_id=one.client_id, path=one, version=version,
        form="1", outcome="suitable", author_id=new_id(at), author="Joke", author_role="nurse", created_at=at,
    )  # fmt: skip


def agreed(path: UUID, at: datetime, **more: Any) -> None:
    one = CarePath.objects.get(id=path)
    said = {"choice": "yes", "decided_by": "client", "capacity": "able"} | more
    SharedDecision.objects.create(
        id=new_id(at), organisation_id=one.organisation_id, client_id=one.client_id, path=one, at=at, by="Joke",
        role="nurse", created_at=at, **said,
    )  # fmt: skip


def proof(voice: Voice, now: datetime) -> Proof:
    return proofs_of([voice.client_id], now)[voice.client_id]


def test_nothing_recorded_is_missing_and_never_in_time(home: Callable[[str], Voice], now: datetime) -> None:
    anna = home("Anna")
    started(anna, now)
    found = proof(anna, now)
    assert {each: found.status(each) for each in ("agreement", "assessed", "trained_client", "care_plan")} == {
        "agreement": "missing", "assessed": "missing", "trained_client": "missing", "care_plan": "missing",
    }  # fmt: skip
    assert found.status("trained_staff") == "unknown"
    assert found.status("trained_carer") == "not_asked"
    assert found.status("evaluated") == "missing"  # due two weeks after the start
    assert found.status("incidents") == "not_asked"
    assert found.asks_attention


def test_what_was_there_before_the_start_is_in_time_with_version_author_and_date(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna = home("Anna")
    path = started(anna, now)
    signed(path, now - 65 * DAY)
    signed(path, now - 5 * DAY, version=2)
    agreed(path, now - 64 * DAY)
    found = proof(anna, now)
    (assessed,) = found.lines["assessed"]
    assert (assessed.status, assessed.values["version"], assessed.by) == ("on_time", 2, "Joke")
    (agreement,) = found.lines["agreement"]
    assert (agreement.status, agreement.at, agreement.note) == ("on_time", now - 64 * DAY, "agreed_client")
    agreed(path, now - DAY, choice="later")
    assert proof(anna, now).status("agreement") == "missing"  # it no longer holds


def test_after_the_start_is_late_and_a_wzd_decision_counts(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna = home("Anna")
    path = started(anna, now)
    signed(path, now - 3 * DAY)
    agreed(path, now - 2 * DAY, capacity="not_able", decided_by="representative", representative="P. Jansen",
           resistance="shown", wzd="step_plan", wzd_on=date(2026, 11, 20))  # fmt: skip
    found = proof(anna, now)
    assert found.status("assessed") == "late"
    (line,) = found.lines["agreement"]
    assert (line.status, line.note, line.values["wzd_on"]) == ("late", "wzd", date(2026, 11, 20))


def test_training_evaluation_and_reports_have_their_dates(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna = home("Anna")
    path = started(anna, now)
    row = CarePath.objects.get(id=path)
    add_carer(
        organisation_id=anna.organisation_id, client_id=anna.client_id, name="Petra", relation="dochter", now=now,
        consented=True,
    )  # fmt: skip
    before = now - 61 * DAY
    items = dict.fromkeys(ITEMS[CLIENT], ALONE)
    CarePath.objects.filter(id=path).update(state="starting", started_at=None)
    instructing.instruct(
        path, Session(who=CLIENT, name="Anna", items=items), carer_id=None, by="Joke", role="nurse", now=before,
        zone=ZONE,
    )  # fmt: skip
    CarePath.objects.filter(id=path).update(state="in_use", started_at=row.started_at)
    for n, (due, held) in enumerate(((-46, -47), (-18, -10))):
        at = now + held * DAY
        Evaluation.objects.create(
            id=new_id(at), organisation_id=row.organisation_id, client_id=row.client_id, path=row,
            why="schedule" if n == 0 else "asked", opened_at=at - DAY, due_on=(now + due * DAY).date(), held_at=at,
            held_by="Joke", outcome="goes_on",
        )  # fmt: skip
    new = NewIncident(
        client_id=anna.client_id,
        kind="calamity",
        happened_at=now - 20 * DAY,
        what="verkeerde rol",
        reporter="nurse",
    )
    incidents.report(new, by="Joke", role="nurse", now=now - 20 * DAY)
    found = proof(anna, now)
    (taught,) = found.lines["trained_client"]
    assert (taught.status, taught.at) == ("on_time", before)
    assert found.status("trained_carer") == "missing"
    assert [each.status for each in found.lines["evaluated"]] == ["on_time", "late", "missing"]
    (calamity,) = found.lines["incidents"]
    assert (calamity.status, calamity.note) == ("missing", "calamity")
    assert calamity.due is not None


def test_what_was_let_through_is_shown_with_whether_it_was_made_good(
    home: Callable[[str], Voice], now: datetime
) -> None:
    anna = home("Anna")
    path = started(anna, now)
    row = CarePath.objects.get(id=path)
    PathEvent.objects.create(
        id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, path=row, event="go_live",
        from_state="starting", to_state="in_use", step=8, at=now - 60 * DAY, by="Joke", role="nurse",
    )  # fmt: skip
    for kind, good in (("care_plan", now - 58 * DAY), ("instruction_client", None)):
        Override.objects.create(
            id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, path=row, condition=kind,
            because="uit het ziekenhuis", by="Joke", role="nurse", at=now - 60 * DAY,
            make_good_by=now - 57 * DAY, made_good_at=good,
        )  # fmt: skip
    found = proof(anna, now)
    assert {each.values["condition"]: each.status for each in found.lines["overrides"]} == {
        "care_plan": "on_time", "instruction_client": "missing",
    }  # fmt: skip
    assert found.status("care_plan") == "on_time"
    assert found.status("trained_client") == "missing"


def test_inspection_asks_as_much_for_many_as_for_one(home: Callable[[str], Voice], now: datetime) -> None:
    voices = [home(f"C {n}") for n in range(6)]
    for voice in voices:
        path = started(voice, now)
        signed(path, now - 65 * DAY)
        agreed(path, now - 64 * DAY)
    ids = [each.client_id for each in voices]
    few, many = statements(lambda: proofs_of(ids[:1], now)), statements(lambda: proofs_of(ids, now))
    assert few == many <= 40
