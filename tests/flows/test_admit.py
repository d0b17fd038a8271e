"""`reik admit`: who comes in over MQTT, what a device may say and hear, and when it has to leave."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager

import nats as nats_client
import psycopg
import pytest
from django.db import connection
from nats.aio.client import Client

from reik.dispensing.devices.enrolment import Enrolment, enrol
from reik.dispensing.devices.stream import partition_of
from reik.dispensing.models import Dispenser
from reik.ingest import stream, wakes
from reik.kernel import clock, wake
from reik.kernel.home import Home
from reik.kernel.operations import found_organisation
from reik.ops import admit
from reik.ops.admission import NotFromServer, Questions
from reik.ops.admit import Admit
from reik.ops.engines import nats
from reik_simulator.mqtt import ConnectionRefused, Session, SubscriptionRefused
from reik_simulator.mqtt_packets import packet, string
from tests.cast import rows

NOT_AUTHORISED = 5


@pytest.fixture
def devices(database: str, broker: nats.RunningNats, monkeypatch: pytest.MonkeyPatch) -> list[Enrolment]:
    """Two enrolled devices."""
    monkeypatch.setenv("REIK_NATS_URL", broker.nats_url)
    now = clock.now()
    organisation = found_organisation(name="Zorg aan Zee", kind="care", now=now)
    return [enrol(organisation_id=organisation.id, device=each, now=now) for each in ("REIK-1", "REIK-2")]


def play(broker: nats.RunningNats, story: Callable[[Scene], Awaitable[None]]) -> None:
    """The story, with `reik admit` running."""

    async def playing() -> None:
        async with admitting() as running:
            scene = Scene(broker, running)
            scene.worker = await stream.connect(Home.from_environment(), "test")
            await story(scene)
            for each in scene.sessions:
                each.abort()
            await scene.worker.close()

    asyncio.run(playing())


@asynccontextmanager
async def admitting():
    stop, running = asyncio.Event(), Admit(Home.from_environment())
    serving = asyncio.create_task(running.serve(stop))
    await asyncio.wait_for(running.letting_in.wait(), 10)
    yield running
    stop.set()
    await asyncio.wait_for(serving, 10)


class Scene:
    def __init__(self, broker: nats.RunningNats, running: Admit) -> None:
        self.broker, self.admit = broker, running
        self.heard: list[tuple[str, str, bytes]] = []
        self.sessions: list[Session] = []
        self.worker: Client

    async def come_in(self, device: Enrolment, password: str = "") -> Session:
        host, _, port = self.broker.mqtt.partition(":")
        session = Session(
            device.device, password or device.password, host, int(port),
            lambda topic, payload: self.heard.append((device.device, topic, payload)),
        )  # fmt: skip
        await session.connect()
        self.sessions.append(session)
        return session

    async def refusal(self, device: Enrolment, password: str = "") -> int:
        with pytest.raises(ConnectionRefused) as refusal:
            await self.come_in(device, password)
        return refusal.value.code

    async def code(self, client_id: str, user: str, password: str) -> int:
        host, _, port = self.broker.mqtt.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = b"\x00\x04MQTT\x04\xc2\x00\x3c"
        writer.write(packet(0x10, head + string(client_id) + string(user) + string(password)))
        answer = await reader.readexactly(4)
        writer.close()
        await writer.wait_closed()
        return answer[3]

    async def wake(self) -> None:
        await self.worker.publish(admit.WAKE, b"")


def act(query: str, *values: object) -> None:
    """What somebody else does to the tables meanwhile."""
    url = os.environ["REIK_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(query.encode(), values)


def revoke(device: Enrolment, generation: int | None = None) -> None:
    act(
        "UPDATE dispensing_devicesecret SET ends_at = %s WHERE dispenser_id = %s AND generation <= %s",
        clock.now(),
        device.dispenser_id,
        generation or device.generation,
    )


def test_the_right_password_comes_in_and_a_wrong_one_does_not(broker, devices):
    async def story(scene):
        await scene.come_in(devices[0])
        assert await scene.refusal(devices[0], "wrong") == NOT_AUTHORISED
        assert await scene.refusal(devices[0], devices[1].password) == NOT_AUTHORISED

    play(broker, story)


def test_a_client_id_that_is_not_the_user_name_is_refused(broker, devices):
    async def story(scene):
        one, two = devices
        assert await scene.code(two.device, one.device, one.password) == NOT_AUTHORISED
        assert await scene.code("", one.device, one.password) == NOT_AUTHORISED
        assert await scene.code(one.device, one.device, one.password) == 0

    play(broker, story)


def test_a_device_speaks_in_its_own_partition_and_as_nobody_else(broker, devices):
    async def story(scene):
        reached = []

        async def note(message):
            reached.append((message.subject, message.data))

        one, two = (each.device for each in devices)
        await scene.worker.subscribe("reik.>", cb=note)
        await scene.worker.flush()
        session = await scene.come_in(devices[0])
        elsewhere = (partition_of(one) + 1) % 16
        for topic in (
            f"reik/1/{two}/up",
            f"reik/in/{elsewhere}/{one}",
            f"reik/1/{two}/receipt",
            "reik/wake/devices",
        ):
            session.publish(topic, b"not mine")
        session.publish(f"reik/1/{one}/up", b"mine")
        while not reached:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert reached == [(f"reik.in.{partition_of(one)}.{one}", b"mine")]

    play(broker, story)


def test_a_device_hears_only_what_is_said_to_it(broker, devices):
    async def story(scene):
        one, two = (each.device for each in devices)
        session = await scene.come_in(devices[0])
        await session.subscribe([f"reik/1/{one}/down", f"reik/1/{one}/receipt"])
        for topic in (f"reik/1/{two}/down", "reik/1/+/receipt", "#", "reik/#", f"reik/1/{one}/up", "$SYS/#"):
            with pytest.raises(SubscriptionRefused):
                await session.subscribe([topic])
        for device in (one, two):
            for leaf in ("down", "receipt"):
                await scene.worker.publish(f"reik.1.{device}.{leaf}", leaf.encode())
        while len(scene.heard) < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert scene.heard == [
            (one, f"reik/1/{one}/down", b"down"),
            (one, f"reik/1/{one}/receipt", b"receipt"),
        ]

    play(broker, story)


def test_a_revoked_device_is_out_and_stays_out_and_the_other_one_stays_in(broker, devices):
    async def story(scene):
        revoked, other = [await scene.come_in(each) for each in devices]
        revoke(devices[0])
        await scene.wake()
        await asyncio.wait_for(revoked.closed, 5)
        assert await scene.refusal(devices[0]) == NOT_AUTHORISED
        assert not other.closed.done()

    play(broker, story)


def test_a_device_enrolled_anew_is_known_at_once_although_its_name_was_refused_a_moment_ago(broker, devices):
    """The bell of the process that enrols wakes `admit`; without it the device would wait for the next refresh."""

    def enrol_again() -> Enrolment:
        found = Dispenser.objects.get(device=devices[0].device)
        try:
            return enrol(organisation_id=found.organisation_id, device=found.device, now=clock.now())
        finally:
            connection.close()

    async def story(scene):
        assert await scene.refusal(devices[0], "wrong") == NOT_AUTHORISED
        bell = wakes.Bell()
        wake.install(bell)
        ringing = asyncio.create_task(bell.ring(scene.worker))
        try:
            anew = await asyncio.to_thread(enrol_again)
            await asyncio.sleep(1.5)
            await scene.come_in(anew)
        finally:
            wake.install(None)
            ringing.cancel()

    play(broker, story)


def test_without_a_wake_up_a_revoked_device_is_out_at_the_next_refresh(broker, devices, monkeypatch):
    assert admit.REFRESH_EVERY_S <= 30
    monkeypatch.setattr(admit, "REFRESH_EVERY_S", 0.8)

    async def story(scene):
        session = await scene.come_in(devices[0])
        revoke(devices[0])
        await asyncio.wait_for(session.closed, 5)

    play(broker, story)


def test_what_was_revoked_while_nobody_watched_the_door_is_out_when_somebody_does(broker, devices):
    async def playing():
        async with admitting() as running:
            session = await Scene(broker, running).come_in(devices[0])
        revoke(devices[0])
        await asyncio.sleep(0.2)
        assert not session.closed.done()
        async with admitting():
            await asyncio.wait_for(session.closed, 5)

    asyncio.run(playing())


def test_when_the_old_secrets_end_their_session_is_cut_and_that_of_the_new_ones_stays(broker, devices):
    now = clock.now()
    organisation = rows("SELECT organisation_id FROM dispensing_dispenser")[0][0]
    again = [enrol(organisation_id=organisation, device=each.device, now=now) for each in devices]

    async def story(scene):
        by_old = await scene.come_in(devices[0])
        by_new = await scene.come_in(again[1])
        revoke(devices[0])  # as `receive` does at the first good message with the new ones
        revoke(devices[1])
        await scene.wake()
        await asyncio.wait_for(by_old.closed, 5)
        await scene.come_in(again[0])
        await asyncio.sleep(1.2)  # the sessions of the second device were looked at too
        assert not by_new.closed.done()
        assert await scene.refusal(devices[0]) == NOT_AUTHORISED

    play(broker, story)


def test_a_second_session_replaces_the_first(broker, devices):
    async def story(scene):
        first = await scene.come_in(devices[0])
        second = await scene.come_in(devices[0])
        await asyncio.wait_for(first.closed, 5)
        assert not second.closed.done()

    play(broker, story)


def test_a_device_that_is_enrolled_later_comes_in_at_once(broker, devices):
    async def story(scene):
        stranger = Enrolment(
            dispenser_id=devices[0].dispenser_id, device="REIK-9", generation=1, password="p" * 32, key=b""
        )
        assert await scene.refusal(stranger) == NOT_AUTHORISED
        act("UPDATE dispensing_dispenser SET device = 'REIK-8' WHERE device = 'REIK-1'")
        late = Enrolment(
            dispenser_id=devices[0].dispenser_id, device="REIK-8", generation=1, password=devices[0].password, key=b""
        )  # fmt: skip
        await scene.come_in(late)

    play(broker, story)


def test_a_device_comes_in_by_mqtt_only(broker, devices):
    async def story(scene):
        with pytest.raises(nats_client.errors.Error):
            await nats_client.connect(
                broker.nats_url, user="REIK-1", password=devices[0].password, allow_reconnect=False,
                error_cb=ignore,
            )  # fmt: skip

    async def ignore(_failure):
        pass

    play(broker, story)


def test_refusals_are_counted_by_device_and_reason_and_no_other_name_is_written_down(broker, devices, caplog):
    unknown = Enrolment(
        dispenser_id=devices[0].dispenser_id, device="REIK-7", generation=1, password="p" * 32, key=b""
    )
    typed_wrong = Enrolment(
        dispenser_id=devices[0].dispenser_id, device="geheim", generation=1, password="p" * 32, key=b""
    )

    async def story(scene):
        for device in (devices[0], devices[0], unknown, typed_wrong):
            await scene.refusal(device, "wrong")
        await asyncio.sleep(admit.REFRESH_LEAST_S)
        await scene.wake()
        await asyncio.sleep(1)

    play(broker, story)
    counted = rows(
        "SELECT r.peer, r.reason, r.count, o.kind FROM ingest_rejection AS r"
        " JOIN kernel_organisation AS o ON o.id = r.organisation_id ORDER BY 2, 1"
    )
    assert counted == [
        ("?", "connect_name", 1, "quarantine"),
        ("REIK-1", "connect_password", 2, "care"),
        ("REIK-7", "connect_unknown_device", 1, "quarantine"),
    ]
    assert "REIK-1 is not let in: connect_password" in caplog.text
    assert "geheim" not in caplog.text


def test_a_question_that_no_server_signed_is_not_answered():
    for forged in (b"", b"x", b"a.b.c", b"e30.e30.e30"):
        with pytest.raises(NotFromServer):
            Questions().read(forged)
