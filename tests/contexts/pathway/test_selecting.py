"""From an indication that comes in to a choice for a dispenser, on the database: with the refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.medication.operations import confirm_schedule, write_schedule
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from reik.pathway import queries, readiness
from reik.pathway.baseline import baselines, winding_down
from reik.pathway.baseline.baseline_rules import BaselineRefused, VisitRefused
from reik.pathway.models import CarePath, Selection, SelectionDraft
from reik.pathway.path import PathRefused
from reik.pathway.selection import deciding, indications, measures, selecting, selection_seen, signing
from reik.pathway.selection.deciding_rules import DecisionRefused, Said
from reik.pathway.selection.indications import Entry, IndicationRefused
from reik.pathway.selection.measures import Planned, Signing
from reik.pathway.selection.questions import FITS, NOTE, QUESTIONS, AnswerRefused, Given
from reik.people.models import Client
from reik.tasks.models import Task
from tests.cast import Cast, gather, welcome

pytestmark = pytest.mark.usefixtures("database")
FATMA = {"by": "Fatma Yılmaz", "role": "nurse"}
AUTHOR = {"author_id": UUID(int=7), "author": "Fatma Yılmaz", "role": "nurse"}
TODAY = date(2026, 11, 23)


@pytest.fixture
def cast(now: datetime) -> Cast:
    return gather(now)


@pytest.fixture
def client(cast: Cast, now: datetime) -> Client:
    return welcome(cast.zorg, "Mw. Jansen", now)


def indicated(client: Client, now: datetime) -> UUID:
    taken = indications.enter(Entry(client_id=client.id, basis="zvw", starts_on=TODAY), now=now, **FATMA)
    assert taken.path_id is not None
    return taken.path_id


def fill_in(path_id: UUID, now: datetime, **otherwise: str) -> None:
    """Good answers, but for what is named."""
    for each in QUESTIONS:
        if not each.answers or each.after or each.wanted:
            continue
        good = next(one.code for one in each.answers if one.means in (FITS, NOTE))
        answer = otherwise.get(each.code, good)
        was = selection_seen.draft_of(path_id)
        selecting.save_answer(
            path_id, each.code, Given(answers=(answer,), who="zus"), now=now,
            was_at=was.by.get(each.code, ("", ""))[1] if was else "", **FATMA,
        )  # fmt: skip


def planned(*named: str) -> tuple[Planned, ...]:
    return tuple(Planned(measure=each, role="caregiver", due_on=TODAY + timedelta(3)) for each in named)


def yes(now: datetime) -> Said:
    return Said(choice="yes", at=now, carer="Petra", words="Graag, dan kan ik weg.")


def tasks(client: Client) -> dict[str, str]:
    rows = Task.objects.filter(client_id=client.id, ended_at=None, kind__startswith="path.")
    return {f"{each.kind[5:]}{':' + each.key if each.key else ''}": each.owner_role for each in rows}


def state(client: Client) -> str:
    path = queries.last_path_of(client.id)
    return path.state if path else ""


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


def test_a_yes_after_a_form_that_suits_takes_the_path_on_and_no_nurse_no_yes(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    fill_in(path_id, now)
    signing.sign(path_id, Signing(outcome="suitable"), now=now, **AUTHOR)
    assert (state(client), tasks(client)) == ("selecting", {"agreement": "nurse"})
    with pytest.raises(DecisionRefused):
        deciding.decide(path_id, yes(now), by="Kees", role="caregiver", now=now)
    deciding.decide(path_id, yes(now), now=now, **FATMA)
    assert state(client) == "enrolling"


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


def test_resistance_of_who_cannot_decide_is_no_agreement_until_the_step_plan(
    client: Client, now: datetime
) -> None:
    path_id = indicated(client, now)
    said = Said(
        choice="yes", decided_by="representative", representative="Petra", capacity="not_able", at=now,
        resistance="shown",
    )  # fmt: skip
    deciding.decide(path_id, said, now=now, **FATMA)
    assert not readiness.holding([path_id], now, ("agreement", "wzd_decision"))[path_id]
    assert Task.objects.get(kind="path.wzd_or_stop", ended_at=None).high_risk
    deciding.decide(
        path_id, replace(said, wzd="step_plan", wzd_on=TODAY), now=now + timedelta(hours=1), **FATMA
    )
    assert readiness.holding([path_id], now, ("agreement", "wzd_decision"))[path_id] == {"wzd_decision"}
    assert "agreement" not in tasks(client)
    assert "wzd_or_stop" not in tasks(client)


def measured(client: Client, now: datetime) -> UUID:
    """A path with a baseline taken over from the schedule as it was proposed."""
    draft = write_schedule(
        organisation_id=client.organisation_id, client_id=client.id, by="Anja", now=now,
        lines=[TimeLine(weekdays=EVERY_DAY, at=time(8))],
    )  # fmt: skip
    confirm_schedule(draft, "Joke", now)
    path_id = indicated(client, now)
    moments = baselines.proposed(client.id, now)
    baselines.measure(path_id, moments, Decimal(20), measured_on=TODAY, by="Fatma", now=now)
    return path_id


def test_the_baseline_is_proposed_from_what_is_known_and_kept_in_versions(
    client: Client, now: datetime
) -> None:
    path_id = measured(client, now)
    assert readiness.holding([path_id], now, ("baseline",))[path_id] == {"baseline"}
    kept = selection_seen.newest_baselines([client.id])[client.id]
    assert [(each.moment.at, each.moment.weekdays) for each in kept.visits] == [(time(8), 127)]
    assert (kept.week.moments, kept.week.care, kept.week.administration) == (7, 70, 20)
    (visit,) = kept.visits
    winding_down.set_visit(visit.id, "kept", because="insuline", by="Fatma", now=now)
    moments = [replace(visit.moment, care_minutes=Decimal(15)), replace(visit.moment, at=time(20))]
    with pytest.raises(BaselineRefused) as refused:
        baselines.measure(path_id, moments, Decimal(20), measured_on=TODAY, by="Kees", now=now)
    assert refused.value.code == "meanwhile"
    baselines.measure(
        path_id,
        moments,
        Decimal(20),
        measured_on=TODAY,
        by="Kees",
        now=now + timedelta(minutes=1),
        seen=kept.id,
    )
    visits = winding_down.visits_of([client.id])[client.id]
    assert [(each.moment.at, each.state, each.because) for each in visits] == [
        (time(8), "kept", "insuline"), (time(20), "runs", ""),
    ]  # fmt: skip
    assert selection_seen.usual_minutes(client.organisation_id)[True] == (
        Decimal(10),
        Decimal(10),
    )  # of 10, 15 and 10


def test_a_visit_beside_a_dispenser_in_use_is_a_duplicate_until_somebody_decides(
    client: Client, now: datetime
) -> None:
    path_id = measured(client, now)
    assert winding_down.duplicates([client.id], now) == {}
    CarePath.objects.filter(id=path_id).update(state="in_use")
    (double,) = winding_down.duplicates([client.id], now)[client.id]
    assert (double.days, double.stopping_since) == (127, None)
    with pytest.raises(VisitRefused):
        winding_down.set_visit(double.visit.id, "winding_down", by="F", now=now, seen_at="x", stops_on=TODAY)
    assert winding_down.wind_down_all(client.id, TODAY + timedelta(7), by="Fatma", now=now) == 1
    assert winding_down.duplicates([client.id], now) == {}
    (double,) = winding_down.duplicates([client.id], now + timedelta(8))[client.id]
    assert double.stopping_since == TODAY + timedelta(7)
    winding_down.set_visit(double.visit.id, "stopped", by="Fatma", now=now + timedelta(8))
    assert winding_down.duplicates([client.id], now + timedelta(8)) == {}


def test_going_live_asks_what_becomes_of_the_visits(client: Client, now: datetime) -> None:
    path_id = measured(client, now)
    moved = winding_down.PathMoved(
        organisation_id=client.organisation_id, client_id=client.id, path_id=path_id, event="go_live",
        from_state="starting", to_state="in_use", by="Fatma",
    )  # fmt: skip
    winding_down.follow_moved([moved], now)
    assert "wind_down" in tasks(client)
    winding_down.wind_down_all(client.id, TODAY, by="Fatma", now=now)
    assert "wind_down" not in tasks(client)


def test_reads_of_many_clients_take_as_many_statements_as_of_one(cast: Cast, now: datetime) -> None:
    clients = [welcome(cast.zorg, f"Cliënt {each}", now) for each in range(6)]
    for each in clients:
        path_id = measured(each, now)
        CarePath.objects.filter(id=path_id).update(state="in_use")
    ids = [each.id for each in clients]

    def statements(of: list[UUID]) -> int:
        with CaptureQueriesContext(connection) as caught:
            winding_down.duplicates(of, now)
            indications.candidates(of)
            winding_down.fall_back(of, by="x", now=now)
        return len(caught)

    assert statements(ids[:1]) == statements(ids)
    paths = list(queries.paths_of(ids).values())
    kinds = ("indication", "baseline", "assessed", "selection", "agreement", "wzd_decision")

    def shown(some: list[queries.PathSeen]) -> int:
        with CaptureQueriesContext(connection) as caught:
            readiness.shown_for(some, now, kinds)
        return len(caught)

    assert shown(paths[:1]) == shown(paths)


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
