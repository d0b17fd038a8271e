"""In use: resistance, reports, signed loads, and a stop without a gap that ends only when all is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from reik.dispensing.away.seen import open_absences
from reik.dispensing.away.stopping import stop_client
from reik.dispensing.devices.taking_in import TakeInRefused
from reik.dispensing.models import Moment
from reik.dispensing.queries import dispensers_of
from reik.kernel.ids import new_id
from reik.medication.requests.operations import NewRequest, ask
from reik.medication.requests.seen import open_requests
from reik.medication.rolls.life import arrange_rolls
from reik.medication.rolls.life_rows import ArrangementSeen, arrangements_of
from reik.pathway import allotments, readiness, recording
from reik.pathway.allotments import Duty
from reik.pathway.models import CarePath, Evaluation, SharedDecision
from reik.pathway.path import PathRefused
from reik.pathway.use import incidents, loading, resistance, stopping
from reik.pathway.use.incident_rules import IncidentRefused
from reik.pathway.use.incidents import NewIncident
from reik.pathway.use.incidents_seen import incident, lines_of
from reik.pathway.use.loading import LoadRefused, NewSigning
from reik.pathway.use.stopping import NewStop
from reik.pathway.use.stopping_rules import Instead, StopRefused
from reik.people.homes_access import accesses_of, replace_access
from reik.tasks.queries import TaskSeen, open_tasks_of
from tests import cast
from tests.cast import Voice
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import arrive, bring, load

pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TUESDAY = date(2026, 11, 24)
NURSE = {"by": "Joke", "role": "nurse"}


@pytest.fixture
def anna(database: str, now: datetime) -> Voice:
    """A dispenser with a schedule of 08:00 and 20:00."""
    voice: Voice = arrive(cast.gather(now).zorg, "Anna", "REIK-1", now)
    return voice


def tasks(voice: Voice) -> dict[str, TaskSeen]:
    return {each.kind: each for each in open_tasks_of([voice.client_id])}


# Resistance


def test_resistance_of_who_decides_herself_is_talked_about(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    assert resistance.show(path_id, what="plug", note="Stekker lag eruit", at=now - HOUR, now=now, **NURSE)
    assert "path.resistance_talk" in tasks(anna)
    assert Evaluation.objects.get(path_id=path_id).why == "resistance"
    (seen,) = resistance.seen_of(path_id)
    assert (seen.what, seen.note, seen.at) == ("plug", "Stekker lag eruit", now - HOUR)


def test_resistance_of_who_may_not_decide_asks_for_the_wzd_or_to_stop(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    SharedDecision.objects.create(
        id=new_id(now), organisation_id=anna.organisation_id, client_id=anna.client_id, path_id=path_id,
        choice="yes", decided_by="representative", capacity="not_able", at=now - DAY, created_at=now - DAY, **NURSE,
    )  # fmt: skip
    assert not resistance.show(
        path_id, what="distress", note="Huilt bij het signaal", at=now, now=now, **NURSE
    )
    assert tasks(anna)["path.wzd_or_stop"].high_risk
    with pytest.raises(resistance.ResistanceRefused):
        resistance.show(path_id, what="distress", note=" ", at=now, now=now, **NURSE)


# Reports


def told(voice: Voice, now: datetime, **more: object) -> NewIncident:
    usual = {
        "client_id": voice.client_id, "kind": "incident", "happened_at": now - HOUR, "what": "Rol van een ander",
        "reporter": "caregiver",
    }  # fmt: skip
    return NewIncident(**{**usual, **more})  # type: ignore[arg-type]


def test_a_report_from_being_told_to_closed_with_every_line_of_it(anna: Voice, now: datetime) -> None:
    started(anna, now)
    id = incidents.report(told(anna, now), by="Anja", role="caregiver", now=now)
    assert tasks(anna)["path.incident"].owner_role == "team_manager"
    manager = {"by": "Ria", "role": "team_manager", "now": now + HOUR}
    with pytest.raises(IncidentRefused, match="phase, cause, measures, harm"):
        incidents.close(id, **manager)  # type: ignore[arg-type]
    with pytest.raises(IncidentRefused, match="team manager"):
        incidents.close(id, by="Anja", role="caregiver", now=now)
    incidents.class_it(
        id, phase="loading", cause="wrong_client", harm="none", measures="Opnieuw geoefend", answer="",
        **manager,  # type: ignore[arg-type]
    )  # fmt: skip
    incidents.close(id, **{**manager, "now": now + 2 * HOUR})  # type: ignore[arg-type]
    assert "path.incident" not in tasks(anna)
    assert [each.kind for each in lines_of(id)] == ["closed", "classed", "reported"]
    with pytest.raises(IncidentRefused, match="closed this report already"):
        incidents.class_it(id, phase="", cause="", harm="none", measures="", answer="", **manager)  # type: ignore[arg-type]


def test_a_calamity_has_its_term_at_the_inspectorate(anna: Voice, now: datetime) -> None:
    started(anna, now)
    id = incidents.report(told(anna, now), by="Anja", role="caregiver", now=now)
    by = incidents.establish_calamity(id, now=now, **NURSE)  # type: ignore[arg-type]
    assert by == datetime.fromisoformat("2026-11-27T00:00+01:00")
    task = tasks(anna)["path.inspectorate"]
    assert (task.due_at, task.high_risk) == (by, True)
    late = {"by": "Ria", "role": "team_manager", "now": by + HOUR}
    incidents.tell_inspectorate(id, at=by + MINUTE, number="2026-1", **late)  # type: ignore[arg-type]
    seen = incident(id, [anna.client_id])
    assert seen is not None
    assert seen.told(by + HOUR) == "too_late"
    assert "path.inspectorate" not in tasks(anna)


def test_a_complaint_is_answered_reviewed_and_evaluated(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    new = told(anna, now, kind="complaint", reporter="carer", what="Het signaal is te hard")
    id = incidents.report(new, by="Petra", role="informal_carer", now=now)
    assert Evaluation.objects.get(path_id=path_id).why == "complaint"
    manager = {"by": "Ria", "role": "team_manager", "now": now}
    with pytest.raises(IncidentRefused) as refused:
        incidents.close(id, **manager)  # type: ignore[arg-type]
    assert refused.value.code == "missing answer"
    incidents.class_it(id, phase="", cause="", harm="none", measures="", answer="Zachter gezet", **manager)  # type: ignore[arg-type]
    incidents.close(id, **manager)  # type: ignore[arg-type]
    incidents.review(id, note="Volume bespreken bij de start", **manager)  # type: ignore[arg-type]
    seen = incident(id, [anna.client_id])
    assert seen is not None
    assert seen.reviewed_by == "Ria"


# Loading


def test_who_loads_signs_and_what_differs_is_looked_into(anna: Voice, now: datetime) -> None:
    started(anna, now)
    roll = bring(anna, now)
    load(anna, now)
    assert tasks(anna)["path.load_sign"].detail == {"roll": "26-0418"}
    new = NewSigning(
        client_id=anna.client_id, roll_id=roll, counted=20, compared_with="paper", left_in_tray=2,
        differences="Zakje 4 is open",
    )  # fmt: skip
    for change in ({"counted": -1}, {"compared_with": ""}, {"left_in_tray": -1}):
        with pytest.raises(LoadRefused) as refused:
            loading.sign(replace(new, **change), account_id=None, by="Anja", who="caregiver", now=now)  # type: ignore[arg-type]
        assert refused.value.code in change
    loading.sign(new, account_id=None, by="Anja", who="caregiver", now=now)
    open_now = tasks(anna)
    assert "path.load_sign" not in open_now
    assert open_now["path.load_differs"].high_risk
    assert open_now["path.tray_left"].detail["count"] == 2
    with pytest.raises(LoadRefused, match="Anja signed"):
        loading.sign(new, account_id=None, by="Bo", who="caregiver", now=now + MINUTE)


def test_a_load_of_a_client_without_a_path_asks_nobody_to_sign(anna: Voice, now: datetime) -> None:
    bring(anna, now)
    load(anna, now)
    assert "path.load_sign" not in tasks(anna)


def test_whose_duty_it_is_gets_the_change_of_the_roll(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    arrange_rolls(anna.client_id, ArrangementSeen(packer="P"), now=now - DAY, **NURSE)  # type: ignore[arg-type]
    who = {
        each: Duty(who="team")
        for each in ("order", "install", "load", "set_times", "first_responder", "take_back")
    }
    allotments.allot(
        path_id, {**who, "change_roll": Duty(who="pharmacy", name="De Linde")}, by="Joke", now=now
    )
    held = arrangements_of([anna.client_id])[anna.client_id]
    assert (held.loader_role, held.loader, held.packer) == ("pharmacist", "De Linde", "P")


# The end


def visits(*, from_on: date = TUESDAY) -> list[Instead]:
    return [Instead(who="team", name="Team Noord", at=time(at), from_on=from_on) for at in (8, 20)]


def stop(path_id: UUID, now: datetime, instead: list[Instead], *, at: datetime | None = None) -> None:
    new = NewStop(
        reason="client_wants", last_at=at or now + 15 * HOUR, instead=instead, note="Wil weer bezoek"
    )
    stopping.stop(path_id, new, now=now, **NURSE)  # type: ignore[arg-type]


def test_a_stop_that_leaves_a_gap_is_refused_and_changes_nothing(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    for instead in ([], visits()[:1], visits(from_on=TUESDAY + DAY)):
        with pytest.raises(StopRefused):
            stop(path_id, now, instead)
    assert CarePath.objects.get(id=path_id).state == "in_use"
    assert not open_requests([anna.client_id])
    with pytest.raises(StopRefused, match="nurse"):
        stopping.stop(
            path_id,
            NewStop(reason="other", last_at=now, instead=visits()),
            by="Anja",
            role="caregiver",
            now=now,
        )


def test_from_the_decision_to_the_end(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    cast.plan(anna, "before", now + 13 * HOUR, now=now)
    after = cast.plan(anna, "after", now + 25 * HOUR, now=now)
    replace_access(client_id=anna.client_id, how="key_safe", words="1234", by="Joke", now=now)
    stop(path_id, now, visits())
    assert CarePath.objects.get(id=path_id).state == "stopping"
    assert [each.kind for each in open_requests([anna.client_id])] == ["stop_client"]
    assert stopping.look_at_stops(now + HOUR) == 0, "it goes on to its last moment"
    assert anna.client_id not in open_absences([anna.client_id])
    last = now + 15 * HOUR
    assert stopping.look_at_stops(last) == 1
    assert stopping.look_at_stops(last + MINUTE) == 0
    one = open_absences([anna.client_id])[anna.client_id]
    assert (one.state, one.reason, one.starts_at) == ("stopped", "use_stopped", last)
    assert Moment.objects.get(id=after).away == one.id
    with pytest.raises(PathRefused) as refused:
        stopping.end(path_id, now=last, **NURSE)  # type: ignore[arg-type]
    assert set(refused.value.missing) >= {"routes_closed", "access_closed", "billing_told", "device_back"}
    stopping.close_access(path_id, end_house_access=True, carer_ids=[], now=last, **NURSE)  # type: ignore[arg-type]
    assert accesses_of([anna.client_id]) == {}
    recording.record(path_id, "billing_told", by="Ria", role="team_manager", now=last)
    Moment.objects.filter(key="before").update(outcome="in_time", ended_at=last)
    assert stopping.device_fetched(path_id, by="Joke", now=last + HOUR) == "REIK-1"
    assert dispensers_of([anna.client_id]) == {}
    assert not Moment.objects.filter(id=after).exists()
    assert "leftovers_back" in readiness.holding([path_id], last + HOUR)[path_id]
    stopping.end(path_id, now=last + HOUR, **NURSE)  # type: ignore[arg-type]
    assert CarePath.objects.get(id=path_id).state == "ended"
    assert not [each for each in open_tasks_of([anna.client_id]) if each.kind.startswith("path.")]


def test_the_pharmacy_is_asked_for_no_roll_any_more_once_the_dispenser_stops(
    anna: Voice, now: datetime
) -> None:
    path_id = started(anna, now)
    wanted = NewRequest(
        organisation_id=anna.organisation_id, client_id=anna.client_id, kind="roll_needed", urgency="week",
        answer_by=now + DAY, by="reik",
    )  # fmt: skip
    ask([wanted], now)
    stop(path_id, now, visits())
    assert "roll_needed" in {each.kind for each in open_requests([anna.client_id])}, "it runs on for now"
    stopping.look_at_stops(now + 15 * HOUR)
    assert [each.kind for each in open_requests([anna.client_id])] == ["stop_client"]


def test_the_dispenser_is_not_fetched_while_it_runs_or_holds_a_roll(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    stop(path_id, now, visits())
    with pytest.raises(TakeInRefused) as refused:
        stopping.device_fetched(path_id, by="Joke", now=now)
    assert refused.value.code == "runs"


def test_who_died_stops_too_once_it_is_believed(anna: Voice, now: datetime) -> None:
    path_id = started(anna, now)
    stop_client(client_id=anna.client_id, reason="died", by="Petra", now=now)
    assert stopping.look_at_stops(now + MINUTE) == 0, "it can still be taken back"
    assert stopping.look_at_stops(now + 3 * MINUTE) == 1
    row = CarePath.objects.get(id=path_id)
    assert (row.state, row.because) == ("stopping", "died")
    assert stopping.look_at_stops(now + 4 * MINUTE) == 0
