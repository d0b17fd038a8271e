"""Figures of load and fatigue, against what counting by hand gives on generated histories; and proposals decided."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reik.alerting.drills.holding import hold
from reik.alerting.figures import proposals
from reik.alerting.figures.callers import calls_of
from reik.alerting.figures.counting import Figures, client_months, figures, grouped, rows_behind
from reik.alerting.figures.lived import Period
from reik.alerting.figures.proposals import ProposalRefused
from reik.alerting.models import Alert, Arrangement, ArrangementStep, Claim, Step
from reik.kernel.ids import new_id
from reik.kernel.shares import Share
from reik.tasks.models import Task
from tests import cast

pytestmark = pytest.mark.usefixtures("database")
SINCE = datetime(2026, 11, 1, tzinfo=UTC)
UNTIL = datetime(2026, 11, 29, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
S = timedelta(seconds=1)
NOOR = UUID("00000000-0000-7000-8000-00000000a001")
ACTIONS = {"centre": "phone_client", "carer": "ask_carer", "team": "ask_team"}


class History:
    """Random alerts written as rows; each is kept as a plain dict for counting by hand."""

    def __init__(self, seed: int, alerts: int) -> None:
        self.random = random.Random(seed)
        self.people = cast.gather(SINCE)
        self.voices = [
            cast.beside(cast.welcome(self.people.zorg, f"Client {n}", SINCE), f"REIK-{n}", SINCE)
            for n in range(4)
        ]
        steps = ArrangementStep.objects.filter(arrangement=self.people.default).order_by("position")
        self.waits = list(steps.values_list("wait_s", flat=True))
        self.days: set[tuple[UUID, date]] = set()
        self.alerts = [self._alert(n) for n in range(alerts)]

    @property
    def period(self) -> Period:
        return Period(client_ids=[each.client_id for each in self.voices], since=SINCE, until=UNTIL)

    def _alert(self, n: int) -> dict[str, Any]:
        draw = self.random
        voice = draw.choice(self.voices)
        due = SINCE + draw.randrange(28 * 1440 - 60) * timedelta(minutes=1)
        moment = cast.plan(voice, f"m-{n}", due, now=SINCE)
        self.days.add((voice.client_id, due.astimezone(ZONE).date()))
        opened = due + cast.WINDOW + draw.randrange(0, 90) * S
        said: dict[str, Any] = {
            "id": new_id(opened), "client": voice.client_id, "cause": draw.choice(["not_out", "partly", "unknown"]),
            "opened": opened, "deadline": due + cast.WINDOW, "outage": draw.random() < 0.1, "steps": [],
            "answered": None, "handled": None, "closed": None, "closed_as": "", "remote": None, "broken": False,
        }  # fmt: skip
        self._walk(said, draw)
        self._end(said, draw)
        self._write(said, voice.id, moment)
        return said

    def _walk(self, said: dict[str, Any], draw: random.Random) -> None:
        at, first = said["opened"], draw.choice([1, 1, 1, 2])
        for position in range(first, first + draw.randrange(0, 4)):
            if position > 3:
                break
            late = draw.choice([0, 1, 30, 61, 300])
            said["steps"].append((position, list(ACTIONS)[position - 1], at, at + late * S))
            at += self.waits[position - 1] * S

    def _end(self, said: dict[str, Any], draw: random.Random) -> None:
        opened = said["opened"]
        if draw.random() < 0.7 and said["steps"]:
            said["answered"] = said["steps"][0][3] + draw.randrange(0, 900) * S
            said["broken"] = draw.random() < 0.2
        kind = draw.choice(["itself", "itself", "person", "person", "person", "open"])
        if kind == "itself":
            said["closed"] = opened + draw.choice([60, 599, 600, 601, 3000]) * S
            said["closed_as"] = draw.choice(["out_after_all", "given_by_hand"])
            if draw.random() < 0.3:  # a person had said something before the device did
                said["handled_before"] = opened + 30 * S
        elif kind == "person":
            said["closed"] = said["handled"] = (said["answered"] or opened) + draw.randrange(0, 2000) * S
            said["closed_as"] = draw.choice(["false_notice", "away", "out_at_visit"])
            said["remote"] = draw.choice([True, True, False])

    def _write(self, said: dict[str, Any], dispenser: UUID, moment: UUID) -> None:
        before = said.get("handled_before")
        handled_as = said["closed_as"] if said["handled"] else "not_reached" if before else ""
        alert = Alert.objects.create(
            id=said["id"], organisation_id=self.people.zorg.id, client_id=said["client"], dispenser_id=dispenser,
            moment_id=moment, arrangement=self.people.default, cause=said["cause"], reason="", priority=1,
            state="closed" if said["closed"] else "open", opened_at=said["opened"], answered_at=said["answered"],
            handled_at=said["handled"] or before, handled_as=handled_as,
            closed_at=said["closed"], closed_as=said["closed_as"], remote=said["remote"],
            outage_line=new_id(SINCE) if said["outage"] else None,
        )  # fmt: skip
        for position, name, due, taken in said["steps"]:
            Step.objects.create(
                id=new_id(due), organisation_id=self.people.zorg.id, alert=alert, position=position,
                action=ACTIONS[name],
                responder=name, destination=self.people.desks[name], due_at=due, state=2, taken_at=taken,
            )  # fmt: skip
        Step.objects.create(  # one that was never taken counts nowhere
            id=new_id(SINCE), organisation_id=self.people.zorg.id, alert=alert, position=90, action="ask_team",
            responder="team", destination=self.people.desks["team"], due_at=said["opened"], state=5,
        )  # fmt: skip
        if said["broken"]:
            Claim.objects.create(
                id=new_id(SINCE), organisation_id=self.people.zorg.id, alert=alert, key=NOOR, by="Noor",
                role="operator",
                at=said["answered"], until=said["answered"] + 900 * S, ended_at=said["answered"], ended_as="ended",
            )  # fmt: skip


def by_hand(alerts: list[dict[str, Any]], waits: list[int]) -> dict[str, int]:
    """Every figure counted without SQL."""
    found: Counter[str] = Counter()
    for each in alerts:
        if each["outage"]:
            found["of_outage"] += 1
            continue
        steps = sorted(each["steps"], key=lambda step: (step[3], step[0]))
        names = {step[1] for step in steps}
        person = each["handled"] is not None
        found["all"] += 1
        found["open"] += each["closed"] is None
        found["by_itself"] += each["closed"] is not None and not person
        found["by_person"] += person
        found["no_visit"] += person and each["remote"] is not False
        found["visit"] += person and each["remote"] is False
        found["centre_got"] += person and "centre" in names
        found["centre_closed"] += person and names == {"centre"} and each["remote"] is not False
        found["late_handle"] += each["broken"]
        found["false_notice"] += each["closed_as"] == "false_notice"
        soon = each["closed"] and each["closed"] - each["opened"] <= 600 * S
        found["late_press"] += bool(steps and soon and each["closed_as"] == "out_after_all")
        if steps:
            position, _, due, taken = steps[0]
            found["late_send"] += taken > due + 60 * S
            ended = min(at for at in (each["answered"], each["closed"], UNTIL) if at)
            found["late_accept"] += ended > taken + waits[position - 1] * S
    return dict(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_is_what_counting_by_hand_gives(seed: int) -> None:
    history = History(seed, 120)
    seen = figures(history.period, [history.people.zorg.id])
    expected = by_hand(history.alerts, history.waits)
    assert {name: n for name, n in seen.counts.items() if n or name in expected} == expected
    for name in seen.counts:
        behind = rows_behind(history.period, name, most=1000)
        assert len(behind) == seen.counts[name], name
    check_spreads(seen, history)
    check_calls(seen, history)
    assert client_months(history.period) == pytest.approx(len(history.days) / 30.4375)
    check_groups(history)


def check_spreads(seen: Figures, history: History) -> None:
    counted = [each for each in history.alerts if not each["outage"]]
    first = {
        each["id"]: min(each["steps"], key=lambda step: (step[3], step[0]), default=None) for each in counted
    }
    values = {
        "detect": [each["opened"] - each["deadline"] for each in counted],
        "send": [step[3] - step[2] for step in first.values() if step],
        "accept": [each["answered"] - first[each["id"]][3] for each in counted if each["answered"]],  # type: ignore[index]
        "handle": [
            each["handled"] - each["answered"] for each in counted if each["handled"] and each["answered"]
        ],
    }
    for spread in seen.spreads:
        of = sorted(each.total_seconds() for each in values[spread.name])
        assert spread.cases == len(of), spread.name
        for share, said in ((0.5, spread.p50), (0.9, spread.p90)):
            expected = next(each for n, each in enumerate(of, start=1) if n >= share * len(of))
            assert said == round(expected), spread.name


def shift_of(at: datetime) -> str:
    hour = at.astimezone(ZONE).hour
    return "day" if 7 <= hour < 15 else "evening" if 15 <= hour < 23 else "night"


def check_calls(seen: Figures, history: History) -> None:
    calls: Counter[tuple[str, str]] = Counter()
    nights: set[date] = set()
    for each in history.alerts:
        for _, name, _, taken in [] if each["outage"] else each["steps"]:
            calls[name, shift_of(taken)] += 1
            if name == "carer" and shift_of(taken) == "night":
                nights.add((taken.astimezone(ZONE).replace(tzinfo=None) - timedelta(hours=7)).date())
    assert {(each.responder, each.shift): each.calls for each in seen.called} == dict(calls)
    assert sum(each.nights for each in seen.nights) == len(nights)
    for row in seen.called:
        name, alerts = calls_of(history.period, row.who, row.shift)
        assert name == row.responder
        behind = rows_behind(history.period, "all", alert_ids=alerts, most=1000)
        assert len(behind) == row.alerts


def check_groups(history: History) -> None:
    causes = Counter(each["cause"] for each in history.alerts if not each["outage"])
    assert {each.key: each.alerts for each in grouped(history.period)} == dict(causes)
    clients = Counter(str(each["client"]) for each in history.alerts if not each["outage"])
    for group in grouped(history.period, "client"):
        months = len({day for client, day in history.days if str(client) == group.key}) / 30.4375
        assert group.alerts == clients[group.key]
        assert group.client_months == pytest.approx(months)
        assert group.per_month == (round(group.alerts / months, 2) if group.alerts >= 10 else None)


def test_under_ten_cases_there_is_no_share() -> None:
    assert Share(7, 10).pct == 70
    assert Share(7, 9).pct is None
    history = History(4, 8)
    seen = figures(history.period, [history.people.zorg.id])
    assert [each.p50 for each in seen.spreads] == [None] * 4
    assert seen.by_centre.pct is None


def test_drills_and_others_clients_are_not_in_the_figures() -> None:
    history = History(5, 20)
    before = figures(history.period, [history.people.zorg.id])
    hold([(history.people.default.id, 0)], why="on_demand", by="Noor", now=SINCE + timedelta(days=3))
    after = figures(history.period, [history.people.zorg.id])
    assert (after.counts, after.called, after.drills) == (before.counts, before.called, 1)
    nobody = figures(Period(client_ids=[], since=SINCE, until=UNTIL), [])
    assert set(nobody.counts.values()) == {0}
    assert (nobody.client_months, nobody.called, nobody.drills) == (0.0, (), 0)


def test_the_number_of_statements_does_not_grow_with_the_alerts() -> None:
    history = History(6, 3)

    def count(work: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as seen:
            work()
        return len(seen)

    few = count(lambda: figures(history.period, [history.people.zorg.id]))
    for n in range(3, 60):
        history._alert(n)
    assert count(lambda: figures(history.period, [history.people.zorg.id])) == few


NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def drifting(now: datetime) -> tuple[cast.Cast, cast.Voice]:
    people = cast.gather(SINCE)
    voice = cast.beside(cast.welcome(people.zorg, "Jansen", SINCE), "REIK-1", SINCE)
    for day in range(28):
        due = now - timedelta(days=27 - day, hours=1)
        id = cast.plan(voice, f"m-{day}", due, now=SINCE)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE dispensing_moment SET outcome = 'in_time', ended_at = %(at)s, last_out_at = %(at)s"
                " WHERE id = %(id)s",
                {"at": due + timedelta(minutes=5 + 5 * (day // 7)), "id": id},
            )
    return people, voice


def test_a_proposal_is_made_once_decided_by_a_person_and_then_rests() -> None:
    people, voice = drifting(NOW)
    mine = [voice.client_id]
    assert proposals.propose_all(NOW) == 1
    assert proposals.propose_all(NOW + timedelta(hours=1)) == 0
    (seen,) = proposals.proposals_open(mine)
    assert (seen.kind, seen.subject) == ("drifts_later", "12:00")
    assert seen.evidence["weeks_s"] == [300, 600, 900, 1200]
    with pytest.raises(ProposalRefused, match="why not"):
        proposals.reject(seen.id, mine, by="Anja", because=" ", now=NOW)
    with pytest.raises(ProposalRefused, match="decided already"):
        proposals.reject(seen.id, [people.zorg.id], by="Eva", because="nee", now=NOW)
    proposals.reject(seen.id, mine, by="Anja", because="zij was ziek", now=NOW)
    assert proposals.proposals_open(mine) == []
    with pytest.raises(ProposalRefused, match="decided already"):
        proposals.accept(seen.id, mine, by="Anja", now=NOW)
    assert proposals.propose(mine, NOW + timedelta(hours=2)) == 0
    assert Task.objects.count() == 0
    assert Arrangement.objects.count() == 1, "nothing changes by itself"


def test_an_accepted_proposal_is_a_task_for_who_may_change_it() -> None:
    _, voice = drifting(NOW)
    proposals.propose_all(NOW)
    (seen,) = proposals.proposals_open([voice.client_id])
    proposals.accept(seen.id, [voice.client_id], by="Anja", now=NOW)
    task = Task.objects.get()
    assert (task.kind, task.owner_role, task.client_id) == ("follow_up_window", "nurse", voice.client_id)
    assert task.detail == {"subject": "12:00"}


def test_a_step_that_is_passed_over_each_time_is_proposed() -> None:
    people = cast.gather(SINCE)
    voice = cast.beside(cast.welcome(people.zorg, "Jansen", SINCE), "REIK-1", SINCE)
    for n in range(5):
        at = NOW - timedelta(days=n + 1)
        moment = cast.plan(voice, f"m-{n}", at, now=SINCE)
        alert = Alert.objects.create(
            id=new_id(at), organisation_id=people.zorg.id, client_id=voice.client_id, dispenser_id=voice.id,
            moment_id=moment, arrangement=people.default, cause="not_out", reason="", priority=1, opened_at=at,
        )  # fmt: skip
        for position, (name, action) in enumerate(ACTIONS.items(), start=1):
            Step.objects.create(
                id=new_id(at), organisation_id=people.zorg.id, alert=alert, position=position, action=action,
                responder=name, destination=people.desks[name], due_at=at, state=2, taken_at=at + position * 300 * S,
            )  # fmt: skip
        Claim.objects.create(
            id=new_id(at), organisation_id=people.zorg.id, alert=alert, key=NOOR, by="Noor", role="operator",
            at=at + 400 * S,
            until=at + 1300 * S,
        )  # fmt: skip
    proposals.propose([voice.client_id], NOW)
    assert [(each.kind, each.subject) for each in proposals.proposals_open([voice.client_id])] == [
        ("silent_step", "2 carer")
    ]
