"""What must never be: the guard finds it, says so with counts and ids only, and its heartbeat falls silent."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.db import connection

from reik.alerting.models import Alert, Step
from reik.dispensing.models import Dispenser, Moment
from reik.kernel import access_log, clock
from reik.kernel.access_log import Act, Entry
from reik.kernel.home import Home
from reik.kernel.ids import new_id
from reik.kernel.models import OutboxMessage
from reik.kernel.operations import add_destination, found_organisation
from reik.ops.guard import Guard
from reik.ops.heartbeat import Heartbeat, HeartbeatRefused, check_url
from reik.people.operations import register_client


class Household:
    """One client with a dispenser, and a destination for what is said about her."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.organisation = found_organisation(name="zorg", kind="care", now=now).id
        self.client = register_client(organisation_id=self.organisation, name="Mevrouw De Wit", now=now).id
        self.dispenser = Dispenser.objects.create(
            id=new_id(now), organisation_id=self.organisation, client_id=self.client, device="D-1", partition=0,
            created_at=now,
        ).id  # fmt: skip
        self.destination = add_destination(
            organisation_id=self.organisation,
            channel="webhook",
            name="c",
            address="https://c.example",
            now=now,
        ).id

    def moment(self, deadline: datetime) -> Moment:
        return Moment.objects.create(
            id=new_id(self.now), organisation_id=self.organisation, client_id=self.client,
            dispenser_id=self.dispenser, key="m", due_at=deadline - timedelta(minutes=45), deadline_at=deadline,
            latest_at=deadline + timedelta(hours=2), created_at=self.now,
        )  # fmt: skip

    def alert(self) -> Alert:
        return Alert.objects.create(
            id=new_id(self.now), organisation_id=self.organisation, client_id=self.client,
            dispenser_id=self.dispenser, cause="not_out", reason="all_read", priority=1, opened_at=self.now,
        )  # fmt: skip

    def step(self, alert: Alert, state: int) -> Step:
        return Step.objects.create(
            id=new_id(self.now), organisation_id=self.organisation, alert=alert, position=1, action="ask_team",
            responder="team", destination_id=self.destination, due_at=self.now, state=state,
        )  # fmt: skip

    def message(self, created: datetime, *, available: datetime | None = None, error: str = "") -> None:
        OutboxMessage.objects.create(
            id=new_id(self.now), organisation_id=self.organisation, destination_id=self.destination, body="{}",
            created_at=created, available_at=available or created, gives_up_at=created + timedelta(days=1),
            last_error=error,
        )  # fmt: skip


@pytest.fixture
def household(database: str, now: datetime) -> Household:
    return Household(now)


@pytest.fixture
def guard(database: str, now: datetime, tmp_path: Path) -> Guard:
    return Guard(Home(tmp_path), now)


def kinds(guard: Guard, now: datetime) -> dict[str, int]:
    """What is found, but for the stream, which nobody reads here."""
    return {each.kind: each.count for each in guard.find(now) if each.kind != "stream_unread"}


def test_a_quiet_installation_has_no_findings(household: Household, guard: Guard, now: datetime) -> None:
    assert kinds(guard, now) == {}


def test_an_open_alert_needs_a_step_that_is_planned_or_taken(
    household: Household, guard: Guard, now: datetime
) -> None:
    alert = household.alert()
    assert kinds(guard, now) == {"alert_without_step": 1}
    step = household.step(alert, Step.State.DELIVERED)
    assert kinds(guard, now) == {"alert_without_step": 1}
    for state in (Step.State.PLANNED, Step.State.TAKEN):
        Step.objects.filter(id=step.id).update(state=state)
        assert kinds(guard, now) == {}
    Step.objects.filter(id=step.id).update(state=Step.State.CANCELLED)
    Alert.objects.update(state="accepted")
    assert kinds(guard, now) == {"alert_without_step": 1}
    Alert.objects.update(accepted_until=now)
    assert kinds(guard, now) == {}


def test_a_promise_a_watch_and_a_step_are_taken_when_they_end(
    household: Household, guard: Guard, now: datetime
) -> None:
    alert = household.alert()
    household.step(alert, Step.State.PLANNED)
    for state in ("open", "accepted", "watched"):
        Alert.objects.update(state=state, accepted_until=now, watched_until=now)
        assert kinds(guard, now + timedelta(seconds=90)) == {}
        assert kinds(guard, now + timedelta(seconds=91)) == {"follow_up_overdue": 1}
    Alert.objects.update(state="closed", closed_at=now)
    assert kinds(guard, now + timedelta(hours=1)) == {}


def test_a_message_that_was_stored_and_not_interpreted_is_found(
    household: Household, guard: Guard, now: datetime
) -> None:
    insert = (
        "INSERT INTO ingest_rawmessage (id, received_at, organisation_id, interpreter, peer, body, fate, reason)"
        " VALUES (%s, %s, %s, 'x', 'x', '', %s, '')"
    )
    with connection.cursor() as cursor:
        for fate in range(4):
            cursor.execute(insert, [new_id(now), now, household.organisation, fate])
    assert kinds(guard, now + timedelta(seconds=60)) == {}
    assert kinds(guard, now + timedelta(seconds=61)) == {"message_unread": 1}


def test_a_moment_may_be_open_until_90_seconds_past_its_deadline(
    household: Household, guard: Guard, now: datetime
) -> None:
    household.moment(now)
    assert kinds(guard, now + timedelta(seconds=90)) == {}
    assert kinds(guard, now + timedelta(seconds=91)) == {"moment_overdue": 1}


def test_an_alert_message_that_nobody_tries_is_found(
    household: Household, guard: Guard, now: datetime
) -> None:
    late = now + timedelta(seconds=55)
    household.message(now)
    assert kinds(guard, late) == {}
    assert kinds(guard, late + timedelta(seconds=10)) == {"message_unsent": 1}
    OutboxMessage.objects.update(priority=5)
    assert kinds(guard, now + timedelta(minutes=10)) == {}


def test_a_peer_that_is_down_is_no_finding_until_its_next_try_is_forgotten(
    household: Household, guard: Guard, now: datetime
) -> None:
    household.message(now, available=now + timedelta(minutes=8), error="503")
    assert kinds(guard, now + timedelta(minutes=8)) == {}
    assert kinds(guard, now + timedelta(minutes=10)) == {"message_unsent": 1}


def test_a_stream_that_is_not_read_is_found_after_a_minute(guard: Guard, now: datetime) -> None:
    assert guard.find(now + timedelta(seconds=59)) == []
    [found] = guard.find(now + timedelta(seconds=61))
    assert (found.kind, found.count, len(found.ids)) == ("stream_unread", 16, 10)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ingest_streampartition SET received_through = %s WHERE partition <> 3", [now])
        cursor.execute(
            "UPDATE ingest_streampartition SET received_through = %s WHERE partition <> 7",
            [now + timedelta(seconds=30)],
        )
    [found] = guard.find(now + timedelta(seconds=80))
    assert (found.kind, found.count, found.ids) == ("stream_unread", 1, ("7",))


def test_a_log_that_is_not_sealed_is_found_after_a_minute(
    household: Household, guard: Guard, now: datetime
) -> None:
    entry = Entry(
        organisation_id=household.organisation, actor_id=None, actor="a", actor_role="r", act=Act.VIEW,
        object_kind="client", object_ids=(),
    )  # fmt: skip
    access_log.record([entry], now)
    assert kinds(guard, now + timedelta(seconds=59)) == {}
    assert kinds(guard, now + timedelta(seconds=60)) == {"log_unsealed": 1}


def test_findings_are_told_with_ids_only_and_not_every_five_seconds(
    database: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moment = clock.now()
    household = Household(moment)
    alert = household.alert()
    guard = Guard(Home(tmp_path), moment)
    caplog.set_level(logging.INFO)
    assert guard.look_once() is False
    guard.look_once()
    assert caplog.text.count("alert_without_step: 1") == 1
    assert str(alert.id) in caplog.text
    assert "De Wit" not in caplog.text
    said = json.loads((tmp_path / "guard.json").read_text())
    assert datetime.fromisoformat(said["at"]).tzinfo is UTC or said["at"].endswith("+00:00")
    assert [each["kind"] for each in said["findings"]] == ["alert_without_step"]
    assert (tmp_path / "guard.json").stat().st_mode & 0o077 == 0
    Alert.objects.update(state="accepted", accepted_until=clock.now())
    guard.look_once()
    assert "All is well again" in caplog.text
    assert json.loads((tmp_path / "guard.json").read_text())["findings"] == []


class Watcher(HTTPServer):
    """Stands for the monitoring service outside."""

    def __init__(self) -> None:
        self.beats: list[str] = []
        self.answer = 200
        self.heard = threading.Event()
        super().__init__(("127.0.0.1", 0), Pinged)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/beat"


class Pinged(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.beats.append(self.path)
        self.send_response(self.server.answer)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.heard.set()

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_heartbeat_beats_only_while_all_is_well(
    database: str, tmp_path: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REIK_HEARTBEAT_URL", watcher.url)
    moment = clock.now()
    household = Household(moment)
    household.alert()
    guard = Guard(Home(tmp_path), moment)
    guard.look_once()
    assert not watcher.heard.wait(0.2)
    Alert.objects.update(state="accepted", accepted_until=clock.now())
    guard.look_once()
    assert watcher.heard.wait(3)
    guard.look_once()
    assert watcher.beats == ["/beat"]  # once in half a minute


def test_a_heartbeat_that_fails_is_logged_once_and_follows_no_redirect(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    watcher.answer = 302
    heartbeat = Heartbeat(watcher.url)
    for _ in range(3):
        heartbeat._ping()
    assert watcher.beats == ["/beat"] * 3
    assert caplog.text.count("The heartbeat does not arrive") == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "https://",
        "x",
        "http://127.0.0.1.nip.io/",
    ],
)
def test_only_https_or_this_machine_is_called(url: str) -> None:
    with pytest.raises(HeartbeatRefused, match="https"):
        check_url(url)


@pytest.mark.parametrize(
    "url", ["https://hc.example/x", "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x"]
)
def test_https_and_loopback_are_called(url: str) -> None:
    check_url(url)
