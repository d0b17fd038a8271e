"""A demo that stood still for some time: at its next start the gap was lived, and everything goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from reik.alerting.queries import alerts_without_next_step, follow_up_overdue
from reik.dispensing.ledger_balance import ledger_balance
from reik.dispensing.queries import overdue_moments
from reik.dispensing.roll_twin import Verdict
from reik.kernel.database import Role, become
from reik.kernel.home import Home as Installation
from reik.kernel.models import Organisation
from reik.kernel.operations import mark_installation, pace
from reik.kernel.queries import unsent_alert_messages
from reik.ops.database import as_owner
from reik.ops.demo import cast, disks, neighbourhood, standstill
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.household import PROFILES, Home, Household
from tests.cast import rows
from tests.flows.test_history import devices, disk_of, forgetful_and_steady, household_of, take_in

GAP = timedelta(hours=8)
PACE = 10.0


def start(installation: Installation, now: datetime, say: Callable[[str], None] = lambda _: None) -> None:
    neighbourhood.furnish(installation, now, pace=PACE, say=say, days=2, people=forgetful_and_steady())


@pytest.fixture
def stopped(database: str, now: datetime) -> Installation:
    """Three homes with two days behind them, that stand still since."""
    as_owner(lambda: mark_installation("demo", now))
    become(Role.WORKER)
    installation = Installation.from_environment()
    start(installation, now)
    return installation


@pytest.fixture
def caught_up(stopped: Installation, now: datetime) -> Installation:
    start(stopped, now + GAP)
    return stopped


def nothing_is_left_over(now: datetime) -> None:
    """What guard would find, and what a person would have to ask about."""
    assert alerts_without_next_step() is None
    assert follow_up_overdue(now) is None
    assert overdue_moments(now) is None
    assert unsent_alert_messages(now + timedelta(minutes=2)) is None
    assert rows("SELECT count(*) FROM dispensing_moment WHERE outcome = 'unknown'") == [(0,)]
    assert rows("SELECT count(*) FROM dispensing_mention") == [(0,)]
    assert rows("SELECT count(*) FROM dispensing_deviceconflict") == [(0,)]
    assert rows("SELECT count(*) FROM dispensing_devicecommand WHERE state <> 'confirmed'") == [(0,)]
    assert rows("SELECT device FROM dispensing_dispenser WHERE upto <> highest") == []
    balances = [each for care in Organisation.objects.filter(kind="care") for each in ledger_balance(care.id)]
    assert {each.verdict for each in balances} == {Verdict.BALANCES}


def test_what_fell_due_meanwhile_was_lived(caught_up: Installation, now: datetime) -> None:
    nothing_is_left_over(now + GAP)
    due = "FROM dispensing_moment WHERE due_at > %s AND due_at <= %s"
    assert rows(f"SELECT count(*) {due}", now, now + GAP - timedelta(hours=1))[0][0] > 1
    assert rows(f"SELECT count(*) {due} AND outcome IS NULL", now, now + GAP - timedelta(hours=1)) == [(0,)]
    assert rows("SELECT count(*) FROM alerting_alert WHERE closed_at IS NULL AND opened_at < %s",
                now + GAP - timedelta(hours=1)) == [(0,)]  # fmt: skip
    assert pace() == PACE


def test_each_device_goes_on_from_its_disk(caught_up: Installation, now: datetime) -> None:
    """Its number follows on what Reik holds, its windows have the demo's pace, and the next dose comes out."""
    for folder in devices(caught_up):
        store = disk_of(folder, now + GAP)
        held = rows("SELECT epoch, highest FROM dispensing_dispenser WHERE device = %s", folder.name)
        assert held == [(store.epoch, store.last_seq)]
        assert len(store.journal) == 0
        assert not [each for each in folder.iterdir() if each.name.startswith("disk.")]
    (folder,) = [each for each in devices(caught_up) if household_of(each)["profile"] == "steady"]
    store, started, dice = disk_of(folder, now + GAP), now + GAP + timedelta(minutes=1), Random(1)
    assert store.device.plan is not None
    moment = next(each for each in store.device.plan.moments if each.at > started)
    assert moment.window_min == pytest.approx(4.5)
    home = Home(
        started, Household(PROFILES["steady"], dice), Mechanism(dice, FaultRates()), device=store.device
    )
    home.start()
    home.run_until(moment.late_ends + timedelta(minutes=1))
    assert home.events[0].seq == store.last_seq + 1
    take_in(folder, home, moment.late_ends + timedelta(minutes=2))
    assert rows("SELECT outcome FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id"
                " WHERE d.device = %s AND key = %s", folder.name, moment.moment) == [("in_time",)]  # fmt: skip
    assert rows("SELECT upto = highest FROM dispensing_dispenser WHERE device = %s", folder.name) == [(True,)]
    assert rows("SELECT count(*) FROM dispensing_deviceconflict") == [(0,)]


COUNTED = "SELECT (SELECT count(*) FROM dispensing_deviceevent), (SELECT count(*) FROM alerting_alert),"
COUNTED += " (SELECT count(*) FROM dispensing_devicecommand), (SELECT count(*) FROM medication_roll)"


def state_of(installation: Installation) -> object:
    written = [
        each.stat().st_mtime_ns for folder in devices(installation) for each in sorted(folder.rglob("*"))
    ]
    return rows(COUNTED), written


def test_a_start_right_after_a_stop_changes_nothing(caught_up: Installation, now: datetime) -> None:
    before = state_of(caught_up)
    start(caught_up, now + GAP + timedelta(minutes=9))
    assert state_of(caught_up) == before


def test_it_says_what_it_does_and_how_long(stopped: Installation, now: datetime) -> None:
    said: list[str] = []
    start(stopped, now + GAP, said.append)
    assert said == ["Living the 8 hours in which nobody was here."]


def test_after_a_month_it_asks_to_begin_anew(stopped: Installation, now: datetime) -> None:
    before = state_of(stopped)
    with pytest.raises(standstill.StoodStillTooLong, match="--fresh"):
        start(stopped, now + timedelta(days=29))
    assert state_of(stopped) == before


def test_a_visitors_client_has_no_pile_of_alerts(stopped: Installation, now: datetime) -> None:
    """Her household does nothing by itself, and nobody was there to press."""
    folder = next(each for each in devices(stopped) if each.name != cast.STORY_DEVICE)
    (folder / "household.json").write_text(json.dumps({"profile": "absent", "seed": 1}))
    start(stopped, now + timedelta(days=2))
    outcomes = dict(
        rows(
            "SELECT outcome, count(*) FROM dispensing_moment AS m JOIN dispensing_dispenser AS d"
            " ON d.id = m.dispenser_id WHERE d.device = %s AND due_at > %s AND outcome IS NOT NULL GROUP BY 1",
            folder.name, now,
        )
    )  # fmt: skip
    assert outcomes["in_time"] >= 3
    assert household_of(folder)["profile"] == "absent"


class PowerCut(Exception):
    pass


@pytest.mark.parametrize("before_commit", [True, False])
def test_broken_off_it_begins_again_with_disks_and_database_in_step(
    stopped: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch, before_commit: bool
) -> None:
    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(disks.Inhabited if before_commit else disks, "keep" if before_commit else "swap", cut)
        with pytest.raises(PowerCut):
            start(stopped, now + GAP)
    start(stopped, now + GAP + timedelta(hours=1))
    nothing_is_left_over(now + GAP + timedelta(hours=1))
    for folder in devices(stopped):
        store = disk_of(folder, now + GAP)
        held = rows("SELECT epoch, highest FROM dispensing_dispenser WHERE device = %s", folder.name)
        assert held == [(store.epoch, store.last_seq)]
