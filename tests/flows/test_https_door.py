"""The HTTPS door (device contract, section 1), with the real `reik web`, `reik receive`, broker and database."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from reik.dispensing.commands.giving import give
from reik.dispensing.devices.credentials import password_ok
from reik.dispensing.models import DeviceEvent, DeviceSecret
from reik.kernel import clock
from reik.kernel.crypto import reset_vault
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation
from reik.ops.engines import nats
from reik.ops.engines.process import free_port
from reik_dispenser.messages import CommandType, Receipt, RefusedPayload
from reik_dispenser.wire import (
    down_topic,
    read_down,
    read_receipt,
    read_receipts,
    receipt_topic,
    sign,
    up_topic,
    verify,
)
from tests.cast import Voice, beside, plan, rows, the_moment, welcome

DATABASE = "reik_https_door"
NUMBERS = iter(range(1, 100))


@dataclass(frozen=True)
class House:
    """The running processes, and where their door is."""

    port: int
    receive: subprocess.Popen[bytes]
    admin_url: str

    def post(self, device: str, password: str, payload: bytes) -> tuple[int, str | None, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {password}"}
        line.request("POST", f"/device/1/{device}/up", body=payload, headers=headers)
        answer = line.getresponse()
        found = answer.status, answer.headers["Retry-After"], answer.read()
        line.close()
        return found

    def ask(self, device: str, password: str) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.request("GET", f"/device/1/{device}/down", headers={"Authorization": f"Bearer {password}"})
        answer = line.getresponse()
        found = answer.status, answer.read()
        line.close()
        return found

    def say(self, voice: Voice, payload: bytes) -> tuple[int, str | None, bytes]:
        return self.post(voice.device, voice.enrolment.password, payload)


@pytest.fixture(scope="module")
def house(
    template: str, broker: nats.RunningNats, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    with psycopg.connect(template, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE reik_template OWNER reik_owner")
    before = {name: os.environ.get(name) for name in ("REIK_DATABASE_URL", "REIK_NATS_URL")}
    os.environ["REIK_DATABASE_URL"] = template.rsplit("/", 1)[0] + "/" + DATABASE
    os.environ["REIK_NATS_URL"] = broker.nats_url
    become(Role.WORKER)
    reset_vault()
    port = free_port()
    log = (tmp_path_factory.mktemp("door") / "log").open("wb")
    running = [start(log, "receive"), start(log, "web", "--port", str(port))]
    try:
        house = House(port, running[0], template)
        wait_for(lambda: answers(port) and rows("SELECT 1 FROM ingest_streampartition WHERE holder <> ''"))
        yield house
    finally:
        for each in running:
            each.send_signal(signal.SIGCONT)
            each.terminate()
        for each in running:
            each.wait(15)
        log.close()
        connection.close()
        with psycopg.connect(template, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def start(log, *command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([Path(sys.executable).with_name("reik"), *command], stdout=log, stderr=log)


def answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/health")
        return line.getresponse().status == 200
    except OSError:
        return False
    finally:
        line.close()


def wait_for(met: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def anna(house: House) -> Voice:
    """A dispenser beside a client of an organisation of their own."""
    now, number = clock.now(), next(NUMBERS)
    organisation = found_organisation(name=f"Zorg {number}", kind="care", now=now)
    return beside(welcome(organisation, "Anna", now), f"DOOR-{number:03}", now)


def said(voice: Voice, answer: bytes) -> bytes:
    """The body of an answer, whose MAC is right over the receipt topic."""
    body = verify(voice.enrolment.key, receipt_topic(voice.device).encode(), answer)
    assert body is not None
    return body


def test_what_comes_through_the_door_is_committed_interpreted_and_receipted(
    house: House, anna: Voice
) -> None:
    now = clock.now()
    plan(anna, "m-1", now - timedelta(minutes=1), now=now)
    status, _, answer = house.say(anna, anna.payload(anna.noise(now), anna.out("m-1", now)))
    assert status == 200
    (receipt,) = read_receipts(said(anna, answer))
    assert isinstance(receipt, Receipt)
    assert (receipt.epoch, receipt.upto) == (1, 2)
    assert answer[44:45] == b"["
    assert the_moment(anna, "m-1").outcome == "in_time"


def test_said_again_it_counts_once_and_is_receipted_again(house: House, anna: Voice) -> None:
    payload = anna.payload(anna.noise(clock.now()))
    answered = [read_receipts(said(anna, house.say(anna, payload)[2])) for _ in range(2)]
    assert [receipt.upto for (receipt,) in answered] == [1, 1]
    assert DeviceEvent.objects.filter(dispenser_id=anna.id).count() == 1


def test_behind_a_gap_nothing_is_receipted(house: House, anna: Voice) -> None:
    anna.seq = 4
    status, _, answer = house.say(anna, anna.payload(anna.noise(clock.now())))
    assert status == 200
    assert [receipt.upto for receipt in read_receipts(said(anna, answer))] == [0]


def test_a_heartbeat_alone_has_no_answer(house: House, anna: Voice) -> None:
    assert house.say(anna, anna.payload(anna.heartbeat(clock.now()))) == (204, None, b"")
    assert rows("SELECT beat FROM dispensing_dispenser WHERE id = %s", anna.id) == [(1,)]


def test_what_is_refused_by_mqtt_is_refused_here_for_the_same_reason(house: House, anna: Voice) -> None:
    def refused(body: bytes) -> tuple[int, object]:
        status, _, answer = house.say(anna, sign(anna.enrolment.key, up_topic(anna.device), body))
        return status, read_receipt(said(anna, answer))

    assert refused(b"{") == (400, RefusedPayload(code="json"))
    assert refused(b"[]") == (400, RefusedPayload(code="count"))
    assert refused(b'{"epoch":0}') == (400, RefusedPayload(code="envelope"))
    large = json.dumps({"epoch": 1, "seq": 1, "type": "x" * 9000}).encode()
    assert refused(large) == (413, RefusedPayload(code="size"))
    assert house.say(anna, b"x" * 65_537) == (413, None, b"")


def test_only_the_device_itself_comes_in(house: House, anna: Voice) -> None:
    payload = anna.payload(anna.noise(clock.now()))
    for device, password in (
        (anna.device, "wrong"),
        (anna.device, ""),
        ("DOOR-NOBODY", anna.enrolment.password),
        ("no name", anna.enrolment.password),
    ):
        assert house.post(device.replace(" ", "%20"), password, payload) == (401, None, b"")
    now = clock.now()
    other = beside(welcome(found_organisation(name="Eva", kind="care", now=now), "Bep", now), "DOOR-EVA", now)
    assert house.post(other.device, anna.enrolment.password, payload) == (401, None, b"")
    # its own name, but a payload that another key has signed
    assert house.say(other, payload) == (401, None, b"")
    assert not DeviceEvent.objects.filter(dispenser_id__in=(anna.id, other.id)).exists()


def test_after_the_end_of_its_secrets_a_device_is_out(house: House, anna: Voice) -> None:
    DeviceSecret.objects.filter(dispenser_id=anna.id).update(ends_at=clock.now())
    assert house.say(anna, anna.payload(anna.noise(clock.now())))[0] == 401


def test_the_web_role_can_ask_and_not_look(house: House, anna: Voice) -> None:
    now = clock.now()
    try:
        become(Role.WEB)
        assert password_ok(anna.device, anna.enrolment.password.encode(), now)
        assert not password_ok(anna.device, b"wrong", now)
        assert not DeviceSecret.objects.exists()
    finally:
        become(Role.WORKER)


def test_a_device_fetches_its_oldest_unanswered_command(house: House, anna: Voice) -> None:
    password, now = anna.enrolment.password, clock.now()
    assert house.ask(anna.device, password) == (204, b"")
    for later, type in enumerate((CommandType.IDENTIFY, CommandType.SETTINGS)):
        give(
            organisation_id=anna.organisation_id, dispenser_id=anna.id, type=type, data={"by": "x"}, by="x",
            now=now + timedelta(milliseconds=later),
        )  # fmt: skip
    fetched = []
    for _ in range(3):
        status, payload = house.ask(anna.device, password)
        body = verify(anna.enrolment.key, down_topic(anna.device).encode(), payload)
        assert (status, body is not None) == (200, True)
        command = read_down(body)
        fetched.append((command.command, command.type))
        if len(fetched) == 2:
            result = {"command": command.command, "result": "confirmed"}
            assert house.say(anna, anna.payload(anna.event("command_result", now, **result)))[0] == 200
    assert fetched == [(1, "identify"), (1, "identify"), (2, "settings")]
    assert house.ask(anna.device, "wrong") == house.ask("DOOR-NOBODY", password) == (401, b"")


@pytest.mark.slow
def test_without_a_receiver_the_device_is_told_when_to_come_back(house: House, anna: Voice) -> None:
    """And the site goes on: more devices wait than there are connections in the pool."""
    payload = anna.payload(anna.noise(clock.now()))
    house.receive.send_signal(signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(20) as devices:
            waiting = [devices.submit(house.say, anna, payload) for _ in range(20)]
            time.sleep(1)
            began = time.monotonic()
            assert answers(house.port)
            assert time.monotonic() - began < 0.5
            assert {each.result() for each in waiting} == {(503, "5", b"")}
    finally:
        house.receive.send_signal(signal.SIGCONT)
    assert house.say(anna, payload)[0] == 200
    assert DeviceEvent.objects.filter(dispenser_id=anna.id).count() == 1


@pytest.mark.slow
def test_without_a_database_the_device_is_told_when_to_come_back(house: House, anna: Voice) -> None:
    payload = anna.payload(anna.noise(clock.now()))
    with psycopg.connect(house.admin_url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS false")
        try:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [DATABASE]
            )
            assert house.say(anna, payload) == (503, "5", b"")
        finally:
            admin.execute(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS true")
    connection.close()
    wait_for(lambda: house.say(anna, payload)[0] == 200, 60)
