"""A demo that stood still for some time: at its next start the gap was lived, and everything goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

import pytest

from reik.alerting.queries import alerts_without_next_step, follow_up_overdue
from reik.dispensing.queries import overdue_moments
from reik.dispensing.rolls.balance import ledger_balance
from reik.dispensing.rolls.twin import Verdict
from reik.ingest.operations import Receiver
from reik.kernel.database import Role, become
from reik.kernel.home import Home as Installation
from reik.kernel.models import Organisation
from reik.kernel.operations import mark_installation, pace
from reik.kernel.queries import unsent_alert_messages
from reik.ops.database import as_owner
from reik.ops.demo import cast, disks, neighbourhood, soon, standstill
from reik_dispenser.inputs import HelpPressed
from reik_dispenser.runtime.disk import Folder
from reik_dispenser.runtime.store import Store
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.home import Home
from reik_simulator.household import Household
from reik_simulator.profiles import PROFILES
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
    assert rows(
        "SELECT count(*) FROM dispensing_devicecommand WHERE state NOT IN ('confirmed', 'replaced')"
    ) == [(0,)]
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


def test_some_have_a_dose_within_half_an_hour_and_the_device_knows(
    stopped: Installation, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a schedule that one wrote and another read back, and a roll of it that stands in the device."""
    monkeypatch.setattr(soon, "ONE_IN", 1)
    begun = now + timedelta(hours=7)
    start(stopped, begun)
    nothing_is_left_over(begun)
    changed = rows(
        "SELECT d.device, s.written_by, s.confirmed_by FROM medication_schedule AS s JOIN dispensing_dispenser AS d"
        " USING (client_id) WHERE s.confirmed_at > %s AND d.device <> %s", now, cast.STORY_DEVICE,
    )  # fmt: skip
    assert changed
    for device, written_by, confirmed_by in changed:
        assert written_by != confirmed_by
        store = disk_of(stopped.path / "dispensers" / device, begun)
        assert store.device.plan is not None
        assert store.device.roll is not None
        moment = next(each for each in store.device.plan.moments if each.at > begun)
        assert timedelta(minutes=3) <= moment.at - begun <= timedelta(minutes=30)
        assert moment.roll == store.device.roll.roll
        assert rows(
            "SELECT count(*) FROM dispensing_moment WHERE key = %s AND outcome IS NULL", moment.moment
        ) == [(1,)]


def test_the_story_has_no_dose_within_a_day_of_a_later_start(stopped: Installation, now: datetime) -> None:
    begun = now + timedelta(days=1, hours=6)
    start(stopped, begun)
    nothing_is_left_over(begun)
    due = rows(
        "SELECT min(m.due_at) FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id"
        " WHERE d.device = %s AND m.due_at > %s", cast.STORY_DEVICE, begun,
    )  # fmt: skip
    assert due[0][0] > begun + timedelta(days=1)


def switched_on(installation: Installation, now: datetime) -> disks.Inhabited:
    folder = next(each for each in devices(installation) if household_of(each)["profile"] == "steady")
    (client_id,) = rows("SELECT client_id FROM dispensing_dispenser WHERE device = %s", folder.name)[0]
    found = disks.take_up(folder, client_id, now)
    found.switch_on(now)
    return found


def test_an_alert_of_before_is_handled_meanwhile(stopped: Installation, now: datetime) -> None:
    pressed = now + timedelta(minutes=1)
    home = switched_on(stopped, pressed)
    home.life.home.put(HelpPressed())
    home.life.run(pressed)
    Receiver("test").take_in(
        list(home.life.payloads()), partitions=(), position=0, through=pressed, now=pressed
    )
    home.keep(pressed)
    disks.swap([home.folder])
    assert rows("SELECT cause, state FROM alerting_alert WHERE opened_at > %s", now) == [
        ("help_pressed", "open")
    ]
    start(stopped, now + GAP)
    nothing_is_left_over(now + GAP)
    assert rows("SELECT state, closed_at > opened_at, handled_by <> '' FROM alerting_alert WHERE cause = 'help_pressed'"
                " AND opened_at < %s", now + timedelta(minutes=5)) == [("closed", True, True)]  # fmt: skip


def test_what_the_disk_holds_and_reik_does_not_comes_first(stopped: Installation, now: datetime) -> None:
    """As after a stop in the middle of something."""
    home = switched_on(stopped, now + timedelta(minutes=1))
    home.life.home.put(HelpPressed())
    disk = Folder(home.folder / "disk", sync=False)
    store = Store(disk, now, reserve=False)
    for event in home.life.home.events:
        store.journal.append([event])
    store.commit(home.life.home.device, [])
    start(stopped, now + GAP)
    nothing_is_left_over(now + GAP)
    assert rows("SELECT count(*) FROM alerting_alert WHERE cause = 'help_pressed' AND opened_at < %s",
                now + timedelta(hours=1)) == [(1,)]  # fmt: skip


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
