"""The queue of the console: what stands where, for how long, and that a new alert moves no hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from reik.alerting.claims.who import who_of
from reik.alerting.queries import AlertSeen, StepSeen
from reik.dispensing.queries import MomentSeen, Silence
from reik.people.queries import ClientCard
from reik.web.operator import detail
from reik.web.operator.lookout import lookout_of
from reik.web.operator.queue import beside, queue_of

NOW = datetime(2026, 11, 24, 21, 47, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ZORG = UUID(int=7)
ME = "Sanne Vos"


def client(number: int) -> ClientCard:
    return ClientCard(
        id=UUID(int=100 + number), organisation_id=ZORG, team_id=None, team="", salutation="Mw.",
        name=f"Cliënt {number}", birth_date=date(1942, 3, 1), phone="053 555 01 42",
        address="Lindelaan 14, Enschede", caller_note="", zone="Europe/Amsterdam",
    )  # fmt: skip


def step(action: str, position: int, taken: datetime | None, state: str = "taken") -> StepSeen:
    who = {"phone_client": "De Wacht", "ask_carer": "Petra", "ask_team": "Team Noord"}[action]
    return StepSeen(
        position=position, round=1, action=action, responder=who, due_at=taken or NOW + 3 * MINUTE, state=state,
        reason="", taken_at=taken, ended_at=None,
    )  # fmt: skip


def alert(number: int, **more: object) -> AlertSeen:
    due = NOW - 47 * MINUTE
    moment = MomentSeen(
        id=UUID(int=200 + number), client_id=client(number).id, organisation_id=ZORG, dispenser_id=UUID(int=9),
        key="avond", due_at=due, deadline_at=due + 45 * MINUTE, latest_at=due + 120 * MINUTE, sachets=1, out=0,
        presented=1, last_out_at=None, criticality=1, outcome="not_out", ended_at=NOW - 2 * MINUTE, reason="device",
    )  # fmt: skip
    plain = AlertSeen(
        id=UUID(int=number), client_id=client(number).id, organisation_id=ZORG, dispenser_id=UUID(int=9),
        moment=moment, cause="not_out", subject="", reason="device", priority=1, state="open",
        opened_at=NOW - 2 * MINUTE, accepted_at=None, accepted_by="", accepted_role="", accepted_until=None,
        watched_until=None, handled_at=None, handled_by="", handled_as="", can_undo=False, closed_at=None, closed_as="",
        closed_cause="", current=step("phone_client", 1, NOW - 2 * MINUTE), next=step("ask_carer", 2, None, "planned"),
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def test_each_alert_stands_where_somebody_looks_for_it() -> None:
    mine = alert(
        2,
        state="accepted",
        accepted_by=ME,
        accepted_key=who_of(ME).key,
        accepted_at=NOW,
        accepted_until=NOW + 15 * MINUTE,
    )
    hers = alert(
        3,
        state="accepted",
        accepted_by="Ineke",
        accepted_key=who_of("Ineke").key,
        accepted_at=NOW,
        accepted_until=NOW + 15 * MINUTE,
    )
    asked = alert(4, current=step("ask_carer", 2, NOW), next=step("ask_team", 3, None, "planned"))
    late = alert(5, current=step("ask_team", 3, NOW), passed_at=NOW - 4 * MINUTE)
    clients = {client(each).id: client(each) for each in range(1, 6)}
    queue = queue_of([alert(1), mine, hers, asked, late], [], [], clients, me=ME, now=NOW)
    assert [each.id.int for each in queue.first] == [1, 2, 5]
    assert [each.id.int for each in queue.others] == [3, 4]
    assert (queue.open, queue.mine, queue.over) == (5, 1, 1)
    first, _, over = queue.first
    assert (first.until, first.then, first.over) == (NOW + 3 * MINUTE, "dan Petra", False)
    # Past its time it says where the chain is now, and since when.
    assert (over.until, over.then, over.over) == (NOW - 4 * MINUTE, "nu: Team Noord", True)
    assert queue.others[0].what.startswith("Ineke regelt het, tot 23:02")


def test_a_new_alert_never_stands_above_the_selected_one() -> None:
    new = alert(1, priority=0, opened_at=NOW - MINUTE / 6)
    clients = {client(each).id: client(each) for each in range(1, 4)}
    queue = queue_of([new, alert(2), alert(3)], [], [], clients, me=ME, now=NOW)
    assert [each.id.int for each in beside(queue, None, None).first] == [1, 2, 3]
    assert [each.id.int for each in beside(queue, UUID(int=2), NOW - MINUTE).first] == [2, 1, 3]


def test_one_outage_is_one_banner_but_who_is_at_risk_keeps_her_row() -> None:
    people = {client(each).id: client(each) for each in range(1, 5)}
    silences = [
        Silence(
            dispenser_id=UUID(int=9), client_id=client(each).id, organisation_id=ZORG, heard_at=NOW - 20 * MINUTE,
            due_at=NOW + 20 * MINUTE, criticality=0 if each == 1 else 1,
        )
        for each in range(1, 5)
    ]  # fmt: skip
    alerts = [alert(each, cause="silent", moment=None) for each in range(1, 5)]
    taken = replace(alerts[3], state="accepted", accepted_by="Ricardo Baars")
    outage = lookout_of(silences, people, [*alerts[:3], taken], NOW + 60 * MINUTE)
    assert (outage.count, len(outage.first), len(outage.later), outage.owned) == (4, 1, 3, 1)
    assert [outage.stands_for(each) for each in (*alerts[:3], taken)] == [False, True, True, False]
    few = lookout_of(silences[:2], people, alerts, NOW + 60 * MINUTE)
    assert not any(few.stands_for(each) for each in alerts)


def test_a_repeated_last_step_stays_now_in_the_chain() -> None:
    called = step("ask_team", 3, NOW - 4 * MINUTE)
    again = replace(called, round=2, taken_at=None, state="planned", due_at=NOW + MINUTE)
    seen = alert(1, current=called, next=again)
    steps = [step("phone_client", 1, NOW - 9 * MINUTE), step("ask_carer", 2, None, "skipped"), called, again]
    chain = detail.chain_of(seen, steps)
    assert [each.state for each in chain] == ["done", "done", "past", "now"]
    assert chain[-1].ends == NOW + MINUTE


@pytest.mark.parametrize(("after", "may"), [(0, True), (59, True), (60, False)])
def test_undo_lasts_a_minute(after: int, may: bool) -> None:
    handled = alert(
        1,
        handled_by=ME,
        handled_key=who_of(ME).key,
        handled_at=NOW - timedelta(seconds=after),
        handled_as="away",
        can_undo=True,
    )
    assert (detail.can_undo(handled, ME, NOW) is not None) is may
    assert detail.can_undo(handled, "Ricardo Baars", NOW) is None
    assert detail.can_undo(replace(handled, can_undo=False), ME, NOW) is None  # something happened since


def test_no_outcome_of_an_alert_claims_that_medication_was_swallowed() -> None:
    for each in detail.choices_of(alert(1)):
        assert "ingenomen" not in f"{each.says} {each.does}"
    keys = [each.key for each in detail.choices_of(alert(1)) if each.key]
    assert keys == [str(number) for number in range(1, 10)]
    about_device = {each.code for each in detail.choices_of(alert(1, moment=None, cause="jam"))}
    assert not about_device & {"out_after_call", "says_out", "says_taken_otherwise"}
