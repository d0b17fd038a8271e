"""The care path on the database: it opens, asks, moves, refuses, lets through, and is told when it is made good."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reik.alerting.house_access import keep_access
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway import asking, moving, queries, readiness, recording
from reik.pathway.facts import EvidenceRecorded, MadeGood, PathMoved
from reik.pathway.models import CarePath, Indication
from reik.pathway.overrides import let_through
from reik.pathway.path import Event, PathRefused, State
from reik.people.models import Client
from reik.tasks.queries import TaskSeen, open_tasks_of, tasks_about
from tests.cast import gather, welcome

pytestmark = pytest.mark.usefixtures("database")
NURSE = {"by": "Fatma Yılmaz", "role": "nurse"}


def a_path(client: Client, now: datetime, state: State = State.INDICATED, setting: str = "zvw") -> CarePath:
    """A path that stands in this state; how it came there is no part of the story."""
    id = moving.open_path(client_id=client.id, setting=setting, now=now, **NURSE)
    row = CarePath.objects.get(id=id)
    if state is not State.INDICATED:
        row.state, row.step = state.value, 6
        row.save()
        asking.keep_tasks([id], now)
    return row


def tasks_of(path: CarePath) -> dict[str, TaskSeen]:
    """Its open tasks by kind of evidence."""
    return {each.kind.removeprefix("path."): each for each in open_tasks_of([path.client_id])}


@pytest.fixture
def client(now: datetime) -> Client:
    return welcome(gather(now).zorg, "Mw. Jansen", now)


def test_a_path_opens_once_and_asks_for_the_selection_form(client: Client, now: datetime) -> None:
    path = a_path(client, now)
    assert tasks_of(path)["selection"].due_at == now + timedelta(days=7)
    assert tasks_of(path)["selection"].owner_role == "nurse"
    with pytest.raises(PathRefused) as refused:
        moving.open_path(client_id=client.id, setting="zvw", now=now, **NURSE)
    assert refused.value.code == "open"
    seen = queries.path_of(client.id)
    assert seen is not None
    assert (seen.state, seen.step, seen.version) == ("indicated", 1, 1)


def test_what_is_refused_changes_nothing(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.STARTING)
    before = queries.path_of(client.id), len(queries.events_of(path.id)), set(tasks_of(path))
    for event, code in [
        (Event.GO_LIVE, "conditions"),
        (Event.SUITS, "not_from_here"),
        (Event.PAUSE, "by_absence"),
        (Event.RESUME, "by_absence"),
    ]:
        with pytest.raises(PathRefused) as refused:
            moving.move(path.id, event, now=now, **NURSE)
        assert refused.value.code == code
    with pytest.raises(PathRefused) as refused:
        moving.move(path.id, Event.REOPEN, now=now, version=7, **NURSE)
    assert refused.value.code == "changed"
    assert before == (queries.path_of(client.id), len(queries.events_of(path.id)), set(tasks_of(path)))


def test_evidence_ends_its_task_and_taken_back_opens_it_again(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.STARTING)
    assert "care_plan" in tasks_of(path)
    told: list[EvidenceRecorded] = []
    with heard(EvidenceRecorded, told):
        id = recording.record(path.id, "care_plan", now=now, **NURSE)
    assert [each.kind for each in told] == ["care_plan"]
    assert "care_plan" not in tasks_of(path)
    assert [each.ended_as for each in tasks_about([path.id])[path.id] if each.kind == "path.care_plan"] == [
        "done"
    ]
    recording.take_back(id, by="Fatma Yılmaz", because="Het staat er niet.", now=now)
    assert "care_plan" in tasks_of(path)
    with pytest.raises(PathRefused):
        recording.take_back(id, by="Fatma Yılmaz", because="Nog eens.", now=now)
    with pytest.raises(PathRefused) as refused:
        recording.record(path.id, "roll_loaded", now=now, **NURSE)
    assert refused.value.code == "derived", "nobody ticks what Reik sees by itself"


def test_not_now_waits_for_a_day_and_declining_ends(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.SELECTING)
    recording.note_shown(path.id, "assessed", now=now, **NURSE)
    with pytest.raises(PathRefused) as refused:
        moving.move(path.id, Event.NOT_NOW, now=now, **NURSE)
    assert refused.value.code == "look_again_on"
    moving.move(
        path.id, Event.NOT_NOW, now=now, detail={"look_again_on": "2027-01-11", "because": "in_hospital"}, **NURSE
    )  # fmt: skip
    seen = queries.path_of(client.id)
    assert seen is not None
    assert str(seen.look_again_on) == "2027-01-11"
    assert seen.because == "in_hospital"
    assert tasks_of(path) == {}
    moving.move(path.id, Event.DECLINE, now=now, detail={"because": "client_no"}, **NURSE)
    assert queries.path_of(client.id) is None
    ended = queries.last_path_of(client.id)
    assert ended is not None
    assert ended.ended_at == now
    assert ended.because == "client_no"


def test_letting_through_has_a_day_a_task_and_ends_by_itself(client: Client, now: datetime) -> None:
    path = a_path(client, now, State.STARTING)
    day = now + timedelta(days=2)
    for role, condition, until, code in [
        ("caregiver", "care_plan", day, "role"),
        ("nurse", "roll_loaded", day, "never"),
        ("nurse", "baseline", day, "not_asked"),
        ("nurse", "care_plan", now + timedelta(days=4), "make_good_by"),
    ]:
        with pytest.raises(PathRefused) as refused:
            let_through(path.id, condition, because="Ontslag", make_good_by=until, by="X", role=role, now=now)
        assert refused.value.code == code
    let_through(
        path.id, "care_plan", because="Vandaag uit het ziekenhuis", make_good_by=day, now=now, **NURSE
    )
    task = tasks_of(path)["care_plan"]
    assert task.high_risk
    assert task.due_at == day
    good: list[MadeGood] = []
    with heard(MadeGood, good):
        recording.record(path.id, "care_plan", now=now, **NURSE)
    assert [each.condition for each in good] == ["care_plan"]
    assert "care_plan" not in tasks_of(path)
    assert queries.overrides_of([path.id], only_open=True) == {}


def shown_all_but(path: CarePath, now: datetime, *kinds: str) -> None:
    """Everything that going live asks for, but these."""
    for kind in (
        "indication", "agreement", "care_plan", "allotment", "device_linked", "times_confirmed", "roll_loaded",
        "follow_up_agreed", "test_alarm", "house_access", "house_access_tried", "instruction_client",
        "instruction_carer",
    ):  # fmt: skip
        if kind not in kinds:
            recording.note_shown(path.id, kind, now=now, **NURSE)


def test_it_goes_live_with_everything_or_with_a_day_that_has_not_passed(
    client: Client, now: datetime
) -> None:
    path = a_path(client, now, State.STARTING)
    shown_all_but(path, now, "care_plan")
    with pytest.raises(PathRefused) as refused:
        moving.move(path.id, Event.GO_LIVE, now=now, **NURSE)
    assert refused.value.missing == ("care_plan",)
    with pytest.raises(PathRefused) as refused:
        moving.move(path.id, Event.GO_LIVE, by="Beheerder", role="team_manager", now=now)
    assert refused.value.code == "role"
    let_through(
        path.id, "care_plan", because="Ontslag", make_good_by=now + timedelta(days=1), now=now, **NURSE
    )
    with pytest.raises(PathRefused):
        moving.move(path.id, Event.GO_LIVE, now=now + timedelta(days=1), **NURSE)
    told: list[PathMoved] = []
    with heard(PathMoved, told):
        assert moving.move(path.id, Event.GO_LIVE, now=now, **NURSE) is State.IN_USE
    assert [(each.from_state, each.to_state) for each in told] == [("starting", "in_use")]
    seen = queries.path_of(client.id)
    assert seen is not None
    assert seen.started_at == now
    assert seen.step == 8
    assert set(tasks_of(path)) == {"care_plan"}, "what was let through is followed up after the start"


def test_what_another_context_shows_ends_the_task_by_itself(client: Client, now: datetime) -> None:
    from reik.people.homes_access import note_checked, replace_access

    path = a_path(client, now, State.STARTING)
    assert {"house_access", "house_access_tried"} <= set(tasks_of(path))
    replace_access(client_id=client.id, how="client_opens", words="", by="Fatma Yılmaz", now=now)
    asking.look_at_paths(now + timedelta(minutes=5))
    assert "house_access" not in tasks_of(path)
    assert "house_access_tried" in tasks_of(path)
    from reik.people.homes_access import accesses_of

    note_checked([accesses_of([client.id])[client.id].id], by="Fatma Yılmaz", now=now)
    assert "house_access_tried" in readiness.holding([path.id], now)[path.id]
    half_a_year = now + timedelta(days=190)
    assert "house_access_tried" not in readiness.holding([path.id], half_a_year)[path.id]


def test_as_many_statements_for_one_path_as_for_many(now: datetime) -> None:
    zorg = gather(now).zorg
    paths = [a_path(welcome(zorg, f"Cliënt {k}", now), now, State.STARTING) for k in range(12)]
    counts = []
    for some in (paths[:1], paths):
        with CaptureQueriesContext(connection) as asked:
            readiness.holding([each.id for each in some], now)
        read = len(asked)
        CarePath.objects.filter(id__in=[each.id for each in some]).update(state=State.STOPPING.value)
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            asking.keep_tasks([each.id for each in some], now)
        counts.append((read, len(asked)))
        CarePath.objects.filter(id__in=[each.id for each in some]).update(state=State.STARTING.value)
        asking.keep_tasks([each.id for each in some], now)
    assert counts[0] == counts[1]


def indicated(paths: list[CarePath], now: datetime) -> None:
    Indication.objects.bulk_create(
        Indication(
            id=new_id(now), organisation_id=each.organisation_id, client_id=each.client_id, basis="zvw",
            starts_on=now.date(), source="typed", by="Joke", created_at=now,
        )
        for each in paths
    )  # fmt: skip


def selects(paths: list[CarePath], event: Event = Event.SELECT, role: str = "nurse") -> list[moving.Happened]:
    return [
        moving.Happened(client_id=each.client_id, event=event, by="Fatma Yılmaz", role=role, detail={})
        for each in paths
    ]


def test_many_move_at_once_by_the_same_conditions_or_none_does(now: datetime) -> None:
    zorg = gather(now).zorg
    paths = [a_path(welcome(zorg, f"Cliënt {k}", now), now) for k in range(3)]
    indicated(paths[:2], now)
    strange = moving.Happened(
        client_id=welcome(zorg, "Zonder pad", now).id, event=Event.SELECT, by="x", detail={}
    )
    for asked, code in (
        (selects(paths), "conditions"),
        (selects(paths, Event.SUITS), "not_from_here"),
        (selects(paths, Event.PAUSE), "by_absence"),
        (selects(paths, Event.GO_LIVE, role="caregiver"), "role"),
        ([*selects(paths[:1]), strange], "gone"),
    ):
        with pytest.raises(PathRefused) as refused:
            moving.move_all(asked, now)
        assert refused.value.code == code
        assert {each.state for each in CarePath.objects.all()} == {"indicated"}
    indicated(paths[2:], now)
    assert set(moving.move_all(selects(paths), now)) == {each.id for each in paths}
    assert {(each.state, each.version) for each in CarePath.objects.all()} == {("selecting", 2)}
    assert {each.by for path in paths for each in queries.events_of(path.id)} == {"Fatma Yılmaz"}


def test_moving_many_takes_as_many_statements_as_moving_one(now: datetime) -> None:
    zorg = gather(now).zorg
    paths = [a_path(welcome(zorg, f"Cliënt {k}", now), now) for k in range(13)]
    indicated(paths, now)
    counts = []
    for some in (paths[:1], paths[1:]):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            moving.move_all(selects(some), now)
        counts.append(len(asked))
    assert counts[0] == counts[1]


class heard:  # noqa: N801 - read as a word: with heard(…)
    """The facts of this kind that are announced meanwhile."""

    def __init__(self, kind: type[facts.Fact], into: list) -> None:  # type: ignore[type-arg]
        self.kind, self.into = kind, into

    def __enter__(self) -> None:
        self.before = facts.publish
        facts.publish = self  # type: ignore[assignment]

    def __call__(self, said, now: datetime) -> None:  # type: ignore[no-untyped-def]
        self.into += [each for each in said if isinstance(each, self.kind)]
        self.before(said, now)

    def __exit__(self, *_: object) -> None:
        facts.publish = self.before


def test_what_the_same_reader_shows_besides_does_not_stand_in_for_it(client: Client, now: datetime) -> None:
    """The way in is written down and nobody tried it: trying it may be let through for a few days."""
    path = a_path(client, now, State.STARTING)
    keep_access(client_id=client.id, how="key_holder", words="Buren", by="Fatma Yılmaz", now=now)
    assert readiness.holding([path.id], now, ["house_access_tried"])[path.id] == frozenset()
    let_through(
        path.id, "house_access_tried", because="De buren zijn weg", make_good_by=now + timedelta(days=2), now=now,
        **NURSE,
    )  # fmt: skip
    assert tasks_of(path)["house_access_tried"].high_risk
