"""The made-up neighbourhood: what its homes did is what Reik holds, and its devices go on where history ended."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.db import transaction

from reik.alerting.queries import alerts_without_next_step
from reik.dispensing.queries import overdue_moments
from reik.dispensing.rolls.balance import ledger_balance
from reik.dispensing.rolls.twin import Verdict
from reik.ingest.operations import Receiver
from reik.kernel.database import Role, become
from reik.kernel.home import Home as Installation
from reik.kernel.models import Organisation
from reik.kernel.operations import mark_installation
from reik.kernel.queries import unsent_alert_messages
from reik.ops.database import as_owner
from reik.ops.demo import cast, neighbourhood
from reik.ops.demo.cast import Person
from reik.ops.history import Life
from reik_dispenser.runtime.disk import Folder
from reik_dispenser.runtime.enrolment import Enrolment
from reik_dispenser.runtime.store import Store
from reik_simulator.faults import FaultRates, Mechanism
from reik_simulator.home import Home
from reik_simulator.household import Household
from reik_simulator.profiles import PROFILES
from tests.cast import rows

DAYS = 5
PACE = 10.0


def forgetful_and_steady() -> list[Person]:
    """One who forgets, so that people are called, and one whose next dose is due soon."""
    return [each for each in cast.PEOPLE if each.name in ("S. Bakker", "P. Janssen")]


@pytest.fixture
def demo(database: str, now: datetime) -> Installation:
    as_owner(lambda: mark_installation("demo", now))
    become(Role.WORKER)
    return Installation.from_environment()


@pytest.fixture
def furnished(demo: Installation, now: datetime) -> Installation:
    furnish(demo, now)
    return demo


def furnish(installation: Installation, now: datetime) -> None:
    neighbourhood.furnish(
        installation, now, pace=PACE, say=lambda _: None, days=DAYS, people=forgetful_and_steady()
    )


def devices(installation: Installation) -> list[Path]:
    names = [row[0] for row in rows("SELECT device FROM dispensing_dispenser ORDER BY device")]
    return [installation.path / "dispensers" / name for name in names]


def disk_of(folder: Path, now: datetime) -> Store:
    return Store(Folder(folder / "disk", sync=False), now, reserve=False)


def journal_of(folder: Path, now: datetime) -> list[Mapping[str, object]]:
    """All that the device itself remembers; of these few days that is everything."""
    store = disk_of(folder, now)
    there, gone = store.journal.between(1, 1, store.last_seq)
    assert not gone
    return [json.loads(each.body) for each in there]


def taken_out(journal: list[Mapping[str, object]]) -> set[object]:
    """The moments of which at least one sachet is out."""
    return {each["data"]["moment"] for each in journal if each["type"] == "sachet_taken_out"}  # type: ignore[index]


def closings(journal: list[Mapping[str, object]]) -> dict[str, list[str]]:
    """By moment, what the device called it, first to last."""
    found: dict[str, list[str]] = {}
    for each in journal:
        if each["type"] == "moment_closed":
            found.setdefault(each["data"]["moment"], []).append(each["data"]["outcome"])  # type: ignore[index]
    return found


def test_outcomes_and_alerts_are_those_of_the_homes_themselves(
    furnished: Installation, now: datetime
) -> None:
    called_out = 0
    for folder in devices(furnished):
        journal = journal_of(folder, now)
        said, out = closings(journal), taken_out(journal)
        held = dict(
            rows(
                "SELECT m.key, m.outcome FROM dispensing_moment AS m JOIN dispensing_dispenser AS d"
                " ON d.id = m.dispenser_id WHERE d.device = %s AND m.outcome IS NOT NULL",
                folder.name,
            )
        )
        assert {key: outcome_of(words, some_out=key in out) for key, words in said.items()} == held
        alerted = rows(
            "SELECT m.key FROM alerting_alert AS a JOIN dispensing_moment AS m ON m.id = a.moment_id"
            " JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id WHERE d.device = %s",
            folder.name,
        )
        assert {row[0] for row in alerted} == {key for key, words in said.items() if words[0] != "complete"}
        called_out += len(alerted)
    assert called_out > 2
    assert rows("SELECT count(*) FROM dispensing_moment WHERE outcome IN ('in_time')")[0][0] > 10


def outcome_of(words: list[str], *, some_out: bool) -> str:
    """What Reik calls a moment of which the device said this: complete after another word is late.

    A sachet that is taken from the tray when all is over makes it partly.
    """
    if words[-1] == "complete":
        return "in_time" if len(words) == 1 else "late"
    return "partly" if some_out else {"not_taken_out": "not_out", "partial": "partly"}[words[-1]]


def test_nothing_is_left_that_must_never_be(furnished: Installation, now: datetime) -> None:
    assert alerts_without_next_step() is None
    assert overdue_moments(now) is None
    assert unsent_alert_messages(now + timedelta(minutes=2)) is None
    assert rows("SELECT count(*) FROM dispensing_moment WHERE outcome = 'unknown'") == [(0,)]
    assert rows("SELECT count(*) FROM dispensing_mention") == [(0,)]
    assert rows("SELECT count(*) FROM dispensing_devicecommand WHERE state <> 'confirmed'") == [(0,)]
    balances = [each for care in Organisation.objects.filter(kind="care") for each in ledger_balance(care.id)]
    assert len(balances) >= 3
    assert {each.verdict for each in balances} == {Verdict.BALANCES}


def test_people_took_what_the_routes_asked_of_them(furnished: Installation, now: datetime) -> None:
    operators = {each.name for each in cast.WORKERS if each.role == "operator"}
    by = {
        row[0]
        for row in rows("SELECT DISTINCT accepted_by FROM alerting_alert WHERE accepted_at IS NOT NULL")
    }
    assert by & operators
    assert rows("SELECT count(*) FROM alerting_alert WHERE opened_at > %s OR closed_at > %s", now, now) == [
        (0,)
    ]
    assert rows("SELECT count(*) FROM kernel_outboxmessage WHERE state = 0") == [(0,)]
    assert rows("SELECT count(*) FROM alerting_step WHERE state = 2")[0][0] > 2


def test_furnishing_again_changes_nothing(furnished: Installation, now: datetime) -> None:
    counted = "SELECT (SELECT count(*) FROM dispensing_deviceevent), (SELECT count(*) FROM people_client),"
    counted += " (SELECT count(*) FROM alerting_alert), (SELECT max(version) FROM dispensing_deviceplan)"
    before = rows(counted), [(each / "enrolment.json").stat().st_mtime_ns for each in devices(furnished)]
    furnish(furnished, now + timedelta(minutes=9))
    after = rows(counted), [(each / "enrolment.json").stat().st_mtime_ns for each in devices(furnished)]
    assert before == after


def test_a_device_that_was_written_but_not_made_ready_becomes_so(
    furnished: Installation, now: datetime
) -> None:
    """As after a power cut between the commit and the last renaming."""
    folder = devices(furnished)[0]
    (folder / "enrolment.json").rename(folder / "enrolment.new")
    furnish(furnished, now)
    assert Enrolment.from_data(json.loads((folder / "enrolment.json").read_text())).device == folder.name


def test_the_device_goes_on_from_its_disk(furnished: Installation, now: datetime) -> None:
    """Next number, next dose, by the hurried plan; and Reik holds its journal without a gap."""
    (folder,) = [each for each in devices(furnished) if household_of(each)["profile"] == "steady"]
    store = disk_of(folder, now)
    assert store.device.plan is not None
    last, moment = store.last_seq, next(each for each in store.device.plan.moments if each.at > now)
    assert moment.at - now < timedelta(minutes=45)
    assert moment.window_min == pytest.approx(4.5)
    dice = Random(1)
    started = now + timedelta(minutes=1)
    home = Home(
        started, Household(PROFILES["steady"], dice), Mechanism(dice, FaultRates()), device=store.device
    )
    home.start()
    home.run_until(moment.late_ends + timedelta(minutes=1))
    assert home.events[0].seq == last + 1
    assert home.events[0].type == "started"
    out = [each for each in home.events if each.type == "sachet_taken_out"]
    assert [(each.data["moment"], each.data["sachet"]) for each in out] == [
        (moment.moment, number) for number in moment.sachets
    ]
    take_in(folder, home, moment.late_ends + timedelta(minutes=2))
    assert rows("SELECT outcome FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id"
                " WHERE d.device = %s AND key = %s", folder.name, moment.moment) == [("in_time",)]  # fmt: skip
    assert rows("SELECT upto = highest, upto FROM dispensing_dispenser WHERE device = %s", folder.name) == [
        (True, home.device.seq)
    ]


def household_of(folder: Path) -> Mapping[str, object]:
    found: Mapping[str, object] = json.loads((folder / "household.json").read_text())
    return found


def take_in(folder: Path, home: Home, at: datetime) -> None:
    """Reik hears, with the key of the device's own document, what it has said since."""
    document = Enrolment.from_data(json.loads((folder / "enrolment.json").read_text()))
    (client_id,) = rows("SELECT client_id FROM dispensing_dispenser WHERE device = %s", folder.name)[0]
    life = Life(device=folder.name, key=document.key, client_id=client_id, home=home)
    life.run(home.now)
    Receiver("test").take_in(list(life.payloads()), partitions=(), position=0, through=at, now=at)


def test_the_story_has_no_dose_within_a_day(furnished: Installation, now: datetime) -> None:
    story = rows(
        "SELECT min(m.due_at) FROM dispensing_moment AS m JOIN dispensing_dispenser AS d ON d.id = m.dispenser_id"
        " WHERE d.device = %s AND m.due_at > %s", cast.STORY_DEVICE, now,
    )  # fmt: skip
    assert story[0][0] > now + timedelta(days=1)
    assert household_of(furnished.path / "dispensers" / cast.STORY_DEVICE)["profile"] == "absent"


class Undone(Exception):
    pass


def lived(now: datetime) -> list[object]:
    """Two days, of which nothing is left: what the devices recorded, and what became of the alerts."""
    found: list[object] = []
    try:
        with transaction.atomic():
            place = neighbourhood._furnished(
                forgetful_and_steady(), now - timedelta(days=2), now, lambda _: None
            )
            found += [(life.device, life.home.events) for life, _ in place.inhabited]
            found.append(rows("SELECT cause, closed_as, opened_at FROM alerting_alert ORDER BY 3, 1"))
            raise Undone
    except Undone:
        return found


def test_the_same_seed_lives_the_same_life(demo: Installation, now: datetime) -> None:
    first = lived(now)
    assert first[-1]
    assert lived(now) == first


def test_nobody_made_up_moves_in_among_real_clients(database: str, now: datetime) -> None:
    with pytest.raises(neighbourhood.NotADemo):
        furnish(Installation.from_environment(), now)


@pytest.mark.slow
def test_forty_homes_and_sixty_days_within_two_minutes(demo: Installation, now: datetime) -> None:
    begun = time.monotonic()
    neighbourhood.furnish(demo, now, pace=60, say=lambda _: None)
    assert time.monotonic() - begun < 120
    assert rows("SELECT count(*) FROM people_client") == [(50,)]
    assert rows("SELECT count(*) FROM dispensing_moment WHERE outcome = 'unknown'") == [(0,)]
    assert overdue_moments(now) is None
    assert alerts_without_next_step() is None
    balances = [each for care in Organisation.objects.filter(kind="care") for each in ledger_balance(care.id)]
    assert {each.verdict for each in balances} == {Verdict.BALANCES}
