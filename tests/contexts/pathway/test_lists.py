"""Rounds, candidates and inspection from the database: what they rest on, and as many statements for 1 as for many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from reik.kernel.ids import new_id
from reik.medication.rolls.life import arrange_rolls
from reik.medication.rolls.life_rows import ArrangementSeen
from reik.pathway import recording
from reik.pathway.allotments import Duty, allot
from reik.pathway.enrolment import instructing
from reik.pathway.enrolment.teach_back import ALONE, CLIENT, ITEMS, Session
from reik.pathway.lists.candidates import LACKS, NO_PATH, NOT_NOW, SKIPPED, candidates
from reik.pathway.lists.inspection import Proof, proofs_of
from reik.pathway.lists.round_rules import NO_ROLL
from reik.pathway.lists.rounds import rounds_of
from reik.pathway.models import (
    CarePath,
    Evaluation,
    Indication,
    Override,
    PathEvent,
    Selection,
    SharedDecision,
)
from reik.pathway.path import DUTIES, WHO
from reik.pathway.selection import indications, selecting
from reik.pathway.selection.indications import Entry
from reik.pathway.use import incidents
from reik.pathway.use.incidents import NewIncident
from reik.people.operations import add_carer
from tests import cast
from tests.cast import Voice
from tests.contexts.pathway.in_use import started
from tests.contexts.rolls.rolls_of import ZONE, arrive, bring, load
from tests.contexts.screens_town import statements

pytestmark = pytest.mark.usefixtures("database")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def home(database: str, now: datetime) -> Callable[[str], Voice]:
    """A client with a dispenser and a schedule of 08:00 and 20:00, as many as are asked."""
    zorg, made = cast.gather(now).zorg, []

    def one(name: str) -> Voice:
        made.append(arrive(zorg, name, f"REIK-{len(made)}", now))
        return made[-1]  # type: ignore[no-any-return]

    return one


# Rounds


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


# Candidates


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


# Inspection


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
