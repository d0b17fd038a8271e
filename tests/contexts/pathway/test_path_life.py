"""Pausing and resuming with the absence, restarting after a stop, who does what, and an organisation's own terms."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from reik.dispensing.away import keeping, returning
from reik.dispensing.away.keeping import NewAbsence
from reik.dispensing.away.path import AwayRefused
from reik.dispensing.away.seen import open_absences
from reik.pathway import allotments, moving, queries, readiness, recording, terms
from reik.pathway.allotments import Duty
from reik.pathway.models import CarePath
from reik.pathway.path import DUTIES, WHO, Event, PathRefused, State
from reik.pathway.pausing import pause
from reik.pathway.queries import PathSeen
from reik.pathway.restarting import restart
from reik.pathway.terms import TermsRefused, set_terms, terms_of
from reik.people.models import Client
from reik.people.operations import add_carer
from reik.tasks.queries import open_tasks_of
from tests.cast import gather, welcome
from tests.contexts.pathway.test_moving import NURSE, a_path, tasks_of

pytestmark = pytest.mark.usefixtures("database")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def client(now: datetime) -> Client:
    return welcome(gather(now).zorg, "Mw. Jansen", now)


def path_now(client: Client) -> PathSeen:
    seen = queries.path_of(client.id)
    assert seen is not None
    return seen


def checks(absence_id, now: datetime) -> None:  # type: ignore[no-untyped-def]
    for what in ("medication", "roll", "route"):
        returning.check(
            absence_id=absence_id, what=what, by="Fatma Yılmaz", now=now, text="Gebeld met de apotheek"
        )


def test_pausing_reports_the_absence_and_resuming_asks_its_checks(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.IN_USE)
    with pytest.raises(AwayRefused):
        pause(path.id, reason="hospital", starts_at=now, expected_end=now - HOUR, said_by="Dochter", resumes="",
              by="Fatma Yılmaz", now=now)  # fmt: skip
    assert path_now(client).state == "in_use"
    assert open_absences([client.id]) == {}
    absence = pause(path.id, reason="hospital", starts_at=now, expected_end=now + 3 * DAY, said_by="Dochter",
                    resumes="Dochter", by="Fatma Yılmaz", now=now)  # fmt: skip
    assert (path_now(client).state, path_now(client).because) == ("paused", "hospital")
    returning.come_back(absence_id=absence, returned_at=now + DAY, by="Fatma Yılmaz", now=now + DAY)
    with pytest.raises(AwayRefused):
        returning.resume(absence_id=absence, by="Fatma Yılmaz", now=now + DAY)
    assert path_now(client).state == "paused"
    checks(absence, now + DAY)
    holding = readiness.holding([path.id], now + DAY)[path.id]
    assert {"medication_checked", "roll_checked", "route_tested"} <= holding
    returning.resume(absence_id=absence, by="Fatma Yılmaz", now=now + DAY + HOUR)
    assert path_now(client).state == "in_use"
    last = queries.events_of(path.id)[-1]
    assert (last.event, last.from_state) == ("resume", "paused")
    assert set(last.detail["checks"]) == {"medication", "roll", "route"}  # type: ignore[call-overload]


def test_reporting_an_absence_pauses_the_path_when_it_begins(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.IN_USE)
    later = NewAbsence(client_id=client.id, reason="holiday", starts_at=now + DAY, expected_end=now + 3 * DAY,
                       said_by="Zelf", resumes="Zelf")  # fmt: skip
    keeping.declare(later, by="Fatma Yılmaz", now=now)
    assert path_now(client).state == "in_use", "she is still there"
    keeping.begin_due(now + DAY)
    assert path_now(client).state == "paused"
    assert [each.event for each in queries.events_of(path.id)] == ["open", "pause"]


def test_an_absence_before_the_start_leaves_the_path_where_it_is(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.ENROLLING)
    keeping.declare(
        NewAbsence(client_id=client.id, reason="holiday", starts_at=now, expected_end=now + DAY, said_by="Zelf",
                   resumes="Zelf"),
        by="Fatma Yılmaz", now=now,
    )  # fmt: skip
    assert path_now(client).state == "enrolling"
    with pytest.raises(PathRefused):
        pause(path.id, reason="hospital", starts_at=now, expected_end=now + DAY, said_by="X", resumes="X", by="Y",
              now=now)  # fmt: skip


def ended(client: Client, now: datetime) -> CarePath:
    path = a_path(client, now, State.SELECTING)
    recording.note_shown(path.id, "selection", now=now, **NURSE)
    recording.note_shown(path.id, "agreement", now=now, **NURSE)
    recording.note_shown(path.id, "baseline", now=now, **NURSE)
    moving.move(path.id, Event.DECLINE, now=now, detail={"because": "moved_in_with_daughter"}, **NURSE)
    return path


def test_a_restart_takes_over_what_still_holds_and_asks_the_rest_anew(client: Client, now: datetime) -> None:
    before = ended(client, now)
    with pytest.raises(PathRefused):
        recording.record(before.id, "care_plan", now=now, **NURSE)
    id = restart(client.id, now=now + 90 * DAY, **NURSE)
    assert path_now(client).before_id == before.id
    assert readiness.holding([id], now + 90 * DAY)[id] >= {"selection", "baseline"}
    assert "agreement" not in readiness.holding([id], now + 90 * DAY)[id], "consent is asked anew"
    assert "selection" not in tasks_of(CarePath.objects.get(id=id))
    assert "selection" not in readiness.holding([id], now + 200 * DAY)[id], "older than half a year"
    with pytest.raises(PathRefused) as refused:
        restart(client.id, now=now + 90 * DAY, **NURSE)
    assert refused.value.code == "open"


def test_every_duty_has_somebody_or_nothing_is_kept(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.ENROLLING)
    team = {duty: Duty(who=WHO[duty][0]) for duty in DUTIES}
    with pytest.raises(PathRefused) as refused:
        allotments.allot(path.id, {"order": Duty(who="team")}, by="Fatma Yılmaz", now=now)
    assert refused.value.code == "empty"
    assert "install" in refused.value.missing
    for wrong in (Duty(who="centre"), Duty(who="carer")):
        with pytest.raises(PathRefused):
            allotments.allot(path.id, {**team, "load": wrong}, by="Fatma Yılmaz", now=now)
    assert allotments.duties_of([path.id]) == {}
    carer = add_carer(
        organisation_id=client.organisation_id, client_id=client.id, name="Els", relation="dochter", now=now,
        consented=True,
    )  # fmt: skip
    allotments.allot(
        path.id, {**team, "load": Duty(who="carer", carer_id=carer.id)}, by="Fatma Yılmaz", now=now
    )
    assert "allotment" in readiness.holding([path.id], now)[path.id]
    assert "allotment" not in tasks_of(path)
    assert path_now(client).variant == {}
    by_pharmacy = {"install": Duty(who="pharmacy"), "set_times": Duty(who="centre")}
    allotments.allot(path.id, by_pharmacy, by="Fatma Yılmaz", now=now)
    assert path_now(client).variant == {"installs": "pharmacy", "sets_times": "centre"}, "what an order tells"
    carer.revoked_at = now
    carer.save()
    assert "allotment" not in readiness.holding([path.id], now)[path.id], "nobody loads the rolls any more"


def test_a_variant_fills_in_what_it_settles(client: Client, now: datetime) -> None:
    id = moving.open_path(
        client_id=client.id, setting="wlz_home", now=now, variant={"installs": "pharmacy", "sets_times": "centre"},
        **NURSE,
    )  # fmt: skip
    filled = allotments.proposed(queries.paths_by_id([id])[id])
    assert (filled["install"].who, filled["set_times"].who, filled["load"].who) == (
        "pharmacy", "centre", "pharmacy",
    )  # fmt: skip


def test_an_organisation_names_its_steps_and_says_days_and_owner(client: Client, now: datetime) -> None:
    organisation_id = client.organisation_id
    new = {"names": {"2": {"nl": "Geschikt?", "en": "Suitable?"}},
           "terms": {"selection": {"days": 3, "role": "caregiver"}},
           "choices": {"may_let_through": ["team_manager"]}}  # fmt: skip
    assert set_terms(organisation_id=organisation_id, version=0, by="Beheerder", now=now, **new) == 1  # type: ignore[arg-type]
    with pytest.raises(TermsRefused):
        set_terms(organisation_id=organisation_id, version=0, by="Ander", now=now, **new)  # type: ignore[arg-type]
    for wrong in (
        {"terms": {"selection": {"days": 999}}},
        {"names": {"12": {"nl": "X"}}},
        {"choices": {"may_let_through": []}},
    ):
        with pytest.raises(TermsRefused):
            set_terms(organisation_id=organisation_id, version=1, by="X", now=now, **{**new, **wrong})  # type: ignore[arg-type]
    held = terms_of([organisation_id])[organisation_id]
    assert held.name_of(2, "nl") == "Geschikt?"
    assert held.name_of(3, "nl") == ""
    assert held.may_let_through == ("team_manager",)
    task = tasks_of(a_path(client, now))["selection"]
    assert (task.due_at, task.owner_role) == (now + 3 * DAY, "caregiver")
    assert len(terms.versions_of(organisation_id)) == 1


def test_the_next_path_asks_its_own_tasks(client: Client, now: datetime) -> None:
    before = ended(client, now)
    assert [each for each in open_tasks_of([client.id]) if each.about == before.id] == []
