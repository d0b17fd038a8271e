"""The device's link in virtual time: back-off, heartbeats, one array under way, receipts (sections 1, 3 and 4)."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

import pytest

from reik_dispenser.canonical import plan_sha256
from reik_dispenser.inputs import HelpPressed, RollInserted, TimeHeard
from reik_dispenser.messages import Clock, Command, Event, Receipt, RefusedPayload, Resend
from reik_dispenser.outputs import Output
from reik_dispenser.runtime.client import Client, Ended
from reik_dispenser.runtime.delivery import Delivery, array_body
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.runtime.disk import RamDisk
from reik_dispenser.runtime.enrolment import Address, Enrolment, EnrolmentUnfit, address
from reik_dispenser.runtime.hardware import OwnClock
from reik_dispenser.runtime.journal import Journal
from reik_dispenser.runtime.mqtt_packets import ConnectionRefused, MqttError
from reik_dispenser.runtime.store import Store
from reik_dispenser.wire import (
    command_body,
    read_up,
    receipt_body,
    refused_body,
    resend_body,
    sign,
    verify,
)
from tests.pure.test_machine_cast import moment

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = b"k" * 32
UP, DOWN, RECEIPT = (f"reik/1/DEV-1/{what}" for what in ("up", "down", "receipt"))


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps in no time: when nothing is ready the clock jumps to the next timer."""

    def __init__(self) -> None:
        self._virtual = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._virtual


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout:
            self._loop._virtual += max(
                timeout, 1e-6
            )  # less may be lost in the sum, and time would stand still
        return super().select(0)


def in_virtual_time(main: Coroutine[Any, Any, Any]) -> Any:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


class FakeLink:
    """One session with a broker that answers what `Broker` says."""

    def __init__(self, broker: Broker, hear: Callable[[str, bytes], None]) -> None:
        self.closed: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self._broker = broker
        self.hear = hear

    async def connect(self) -> None:
        self._broker.tries.append(asyncio.get_running_loop().time())
        if self._broker.refuses is not None:
            raise self._broker.refuses

    async def subscribe(self, topics: Sequence[str]) -> None:
        assert set(topics) == {DOWN, RECEIPT}
        self._broker.link = self

    def publish(self, topic: str, payload: bytes) -> int:
        assert topic == UP
        body = verify(KEY, topic.encode(), payload)
        assert body is not None
        read = read_up(body)
        self._broker.got.append((asyncio.get_running_loop().time(), read))
        if self._broker.answer is not None:
            self._broker.answer(read)
        return 1

    def abort(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class Broker:
    """What arrived, and what is refused."""

    def __init__(self) -> None:
        self.tries: list[float] = []
        self.got: list[tuple[float, list[Any]]] = []
        self.refuses: Exception | None = None
        self.link: FakeLink | None = None
        self.answer: Callable[[list[Any]], None] | None = None

    def open(self, hear: Callable[[str, bytes], None]) -> FakeLink:
        return FakeLink(self, hear)

    def tell(self, topic: str, body: bytes, key: bytes = KEY) -> None:
        assert self.link is not None
        self.link.hear(topic, sign(key, topic, body))

    def receipt(self, upto: int, epoch: int = 1) -> None:
        now = NOW + timedelta(seconds=asyncio.get_running_loop().time())
        self.tell(RECEIPT, receipt_body(Receipt(epoch=epoch, upto=upto, now=now)))

    def receipts_after(self, seconds: float) -> None:
        """Answer every array after so many seconds."""
        loop = asyncio.get_running_loop()

        def answer(read: list[Any]) -> None:
            if isinstance(read[0], Event):
                loop.call_later(seconds, self.receipt, read[-1].seq)

        self.answer = answer

    def beats(self) -> list[tuple[float, Any]]:
        return [(at, read[0]) for at, read in self.got if read[0].__class__.__name__ == "Heartbeat"]

    def arrays(self) -> list[tuple[float, list[int]]]:
        return [(at, [each.seq for each in read]) for at, read in self.got if isinstance(read[0], Event)]


class Screenless:
    """Hardware that does nothing."""

    def carry_out(self, output: Output) -> None:
        pass

    def state_at_boot(self) -> dict[str, object]:
        return {"mains": True, "tray_occupied": False}


ENROLMENT = Enrolment(
    device="DEV-1", password="p" * 24, key=KEY, mqtt=Address(host="127.0.0.1", port=1883, tls=False)
)


def make(broker: Broker, *, seed: int = 1, disk: RamDisk | None = None, **more: Any) -> Dispenser:
    loop = asyncio.get_running_loop()
    device = Dispenser(
        enrolment=ENROLMENT, store=Store(disk or RamDisk(), NOW, reserve=False, enrolled=True), hardware=Screenless(),
        clock=OwnClock(loop.time, NOW), random=Random(seed), open_link=broker.open, **more,
    )  # fmt: skip
    device.boot()
    return device


def run(scenario: Callable[[Broker, Dispenser], Coroutine[Any, Any, None]], **more: Any) -> Broker:
    """Run a connected device through a scenario."""

    async def main() -> Broker:
        broker = Broker()
        device = make(broker, **more)
        running = asyncio.ensure_future(device.run())
        try:
            await scenario(broker, device)
            assert not running.done(), running.exception()
        finally:
            running.cancel()
        return broker

    return in_virtual_time(main())


# -- connecting ----------------------------------------------------------------------------------------


def delays(ended: Ended, failures: int, urgent: bool) -> list[float]:
    class Owner:
        def is_urgent(self) -> bool:
            return urgent

    async def main() -> list[float]:
        client = Client(
            device="DEV-1", key=KEY, delivery=Delivery(Journal(RamDisk()), Random(1), lambda: False), owner=Owner(),  # type: ignore[arg-type]
            open_link=Broker().open, random=Random(3),
        )  # fmt: skip
        return [client.delay(ended, failures) for _ in range(400)]

    return in_virtual_time(main())


@pytest.mark.parametrize(
    ("ended", "failures", "urgent", "least", "most"),
    [
        (Ended.LOST, 0, False, 5, 60),
        (Ended.NEVER_UP, 1, False, 0, 120),
        (Ended.NEVER_UP, 3, False, 0, 480),
        (Ended.NEVER_UP, 9, False, 0, 600),
        (Ended.NEVER_UP, 9, True, 0, 60),
        (Ended.WRONG_PASSWORD, 1, True, 600, 600),
    ],
)
def test_back_off(ended: Ended, failures: int, urgent: bool, least: float, most: float) -> None:
    drawn = delays(ended, failures, urgent)
    assert least <= min(drawn) <= least + (most - least) / 20
    assert most - (most - least) / 20 <= max(drawn) <= most


def test_a_wrong_password_waits_ten_minutes_and_an_unreachable_broker_ever_longer() -> None:
    async def wrong(broker: Broker, device: Dispenser) -> None:
        broker.refuses = ConnectionRefused(4)
        await asyncio.sleep(3_000)

    tries = run(wrong).tries
    assert all(later - earlier == pytest.approx(600) for earlier, later in pairwise(tries))

    async def away(broker: Broker, device: Dispenser) -> None:
        broker.refuses = MqttError("nobody there")
        await asyncio.sleep(20_000)

    tries = run(away).tries
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    young = [gap for at, gap in zip(tries, gaps, strict=False) if at < 7_000]
    assert max(young) <= 61, "an event younger than two hours keeps the span short"
    assert max(gaps[len(young) :]) > 120


def test_after_both_subscriptions_comes_a_heartbeat_and_then_the_journal() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(70)

    broker = run(scenario)
    assert broker.got[0][1][0].__class__.__name__ == "Heartbeat"
    assert broker.arrays()[0][1][0] == 1
    assert broker.arrays()[0][0] - broker.got[0][0] == pytest.approx(2.0), "the newest receipt may come first"


def test_being_replaced_waits_at_least_five_seconds() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        for _ in range(20):
            await asyncio.sleep(61)
            assert broker.link is not None
            broker.link.abort()
            ended.append(asyncio.get_running_loop().time())

    ended: list[float] = []
    broker = run(scenario)
    assert all(at - max((e for e in ended if e <= at), default=-inf) >= 5 for at in broker.tries[1:])


# -- heartbeats ----------------------------------------------------------------------------------------


def test_heartbeats_come_every_five_minutes_and_their_beat_rises() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(1_300)

    beats = run(scenario).beats()
    assert [round(b[0] - a[0]) for a, b in pairwise(beats)][-3:] == [300, 300, 300]
    assert [b.beat for _, b in beats] == sorted({b.beat for _, b in beats})


def test_changes_of_state_bring_at_most_one_more_heartbeat_a_second() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(100)
        for number in range(50):
            device.put(TimeHeard(Clock.NTP, device.clock.now()))
            pause = number % 2 == 0
            device.hear(
                Command(
                    command=number + 1, type="pause" if pause else "resume", session="", data={},
                    now=device.clock.now(), expires=device.clock.now() + timedelta(hours=1),
                )
            )  # fmt: skip
            await asyncio.sleep(0.1)
        await asyncio.sleep(3)

    beats = [at for at, _ in run(scenario).beats() if at > 100]
    assert 4 <= len(beats) <= 7
    assert min(b - a for a, b in pairwise(beats)) >= 0.99


# -- delivery ------------------------------------------------------------------------------------------


def test_an_array_is_repeated_after_60_seconds_doubling_until_its_receipt() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(3_000)
        broker.receipt(broker.arrays()[-1][1][-1])
        await asyncio.sleep(3_000)
        assert device._store.journal.newest_waiting() is None

    arrays = run(scenario).arrays()
    gaps = [b[0] - a[0] for a, b in pairwise(arrays)]
    for gap, usual in zip(gaps, (60, 120, 240, 480, 600), strict=False):
        assert usual * 0.8 <= gap <= usual * 1.2
    assert arrays[-1][0] < 3_000


def test_one_array_is_under_way_at_a_time_oldest_first() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        for _ in range(250):
            device.put(HelpPressed())
        broker.receipts_after(0.5)
        await asyncio.sleep(120)

    arrays = run(scenario).arrays()
    assert [(seqs[0], seqs[-1]) for _, seqs in arrays] == [(1, 100), (101, 200), (201, 251)]
    assert all(b[0] - a[0] >= 0.5 for a, b in pairwise(arrays))


def test_a_fresh_event_of_an_open_moment_overtakes_and_is_sent_again_in_its_place() -> None:
    journal = Journal(RamDisk())
    opened = [False]
    delivery = Delivery(journal, Random(1), lambda: opened[0])
    old = [Event(epoch=1, seq=seq, at=NOW, type="help_pressed", data={}) for seq in range(1, 151)]
    delivery.connected(0)
    journal.append(old)
    assert [each.seq for each in delivery.next(2)] == list(range(1, 101))
    assert delivery.next(3) == []
    opened[0] = True
    fresh = journal.append([Event(epoch=1, seq=151, at=NOW, type="button_pressed", data={})])
    delivery.recorded(fresh)
    assert delivery.wake(3) == 3
    assert [each.seq for each in delivery.next(3)] == [151]
    assert delivery.next(3) == []
    assert delivery.wake(3) <= 75, "60 s while a moment is open"
    journal.receipt(1, 100, NOW)
    assert [each.seq for each in delivery.next(4)] == list(range(101, 152))


def test_a_moment_that_opens_ends_a_long_wait() -> None:
    journal = Journal(RamDisk())
    opened = [False]
    delivery = Delivery(journal, Random(1), lambda: opened[0])
    journal.append([Event(epoch=1, seq=1, at=NOW, type="help_pressed", data={})])
    at = 0.0
    for _ in range(5):
        assert delivery.next(at)
        at = delivery.wake(at)
    assert delivery.next(at)
    assert delivery.wake(at) - at > 400
    opened[0] = True
    assert delivery.next(at + 1) == []
    assert delivery.wake(at + 1) - at <= 74


def test_a_refused_array_goes_one_by_one_and_the_culprit_is_replaced() -> None:
    culprit = [3]

    async def scenario(broker: Broker, device: Dispenser) -> None:
        loop = asyncio.get_running_loop()

        def answer(read: list[Any]) -> None:
            if not isinstance(read[0], Event):
                return
            if culprit[0] in [e.seq for e in read if e.type != "event_unsendable"]:
                loop.call_later(0.1, broker.tell, RECEIPT, refused_body(RefusedPayload(code="json")))
            else:
                loop.call_later(0.1, broker.receipt, read[-1].seq)

        broker.answer = answer
        for _ in range(4):
            device.put(HelpPressed())
        await asyncio.sleep(80)
        assert device._store.journal.newest_waiting() is None

    broker = run(scenario)
    assert [seqs for _, seqs in broker.arrays()] == [[1, 2, 3, 4, 5], [1], [2], [3], [3], [4], [5]]
    replaced = next(
        read for _, read in broker.got if isinstance(read[0], Event) and read[0].type == "event_unsendable"
    )
    assert replaced[0].data["type"] == "help_pressed"


def test_a_gap_is_sent_again_and_what_is_gone_is_owned_up_to() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        for _ in range(4):
            device.put(HelpPressed())
        await asyncio.sleep(65)
        broker.receipt(5)
        await asyncio.sleep(1)
        broker.tell(RECEIPT, resend_body(Resend(epoch=1, resend_from=2, resend_to=3, now=NOW)))
        await asyncio.sleep(1)
        assert broker.arrays()[-1][1] == [2, 3]
        device._store.journal._done.popleft()
        broker.tell(RECEIPT, resend_body(Resend(epoch=1, resend_from=1, resend_to=2, now=NOW)))
        await asyncio.sleep(1)

    sent = [each for _, read in run(scenario).got for each in read if isinstance(each, Event)]
    lost = [each for each in sent if each.type == "events_lost"]
    assert dict(lost[0].data) == {"epoch": 1, "from": 1, "to": 1, "reason": "no longer kept"}


@pytest.mark.parametrize(("epoch", "upto"), [(2, 1), (1, 99)])
def test_a_receipt_for_what_is_not_held_is_ignored_and_reported(epoch: int, upto: int) -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(65)
        before = len(device._store.journal)
        broker.receipt(upto, epoch)
        assert len(device._store.journal) == before + 1
        newest = device._store.journal.newest_waiting()
        assert newest is not None
        assert json.loads(newest.body)["data"] == {"code": "other", "raw": f"receipt {epoch} {upto}"}

    run(scenario)


def test_a_wrong_mac_is_not_heard() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(65)
        before = len(device._store.journal)
        broker.tell(RECEIPT, receipt_body(Receipt(epoch=1, upto=1, now=NOW)), key=b"x" * 32)
        assert len(device._store.journal) == before
        assert device._client.wrong_macs == 1

    run(scenario)


# -- the whole device ----------------------------------------------------------------------------------


def command(number: int, type: str, data: dict[str, object], device: Dispenser) -> bytes:
    now = device.clock.now()
    return command_body(
        Command(
            command=number,
            type=type,
            expires=now + timedelta(hours=1),
            now=now,
            session=device.state.session,
            data=data,
        )
    )


def test_a_moment_from_command_to_receipt() -> None:
    """Commands come in over the link, the plan takes force, a reminder goes out; the answers are durable first."""

    async def scenario(broker: Broker, device: Dispenser) -> None:
        broker.receipts_after(0.5)
        await asyncio.sleep(65)
        broker.tell(DOWN, command(1, "expect_roll", {"roll": "r", "first": 1, "last": 7, "count": 7}, device))
        device.put(RollInserted(roll="r", first=1, last=7, count=7))
        moments = [moment("m1", NOW + timedelta(minutes=3))]
        plan = {"version": 1, "sha256": plan_sha256(moments), "roll": "r", "moments": moments}
        broker.tell(DOWN, command(2, "set_plan", plan, device))
        broker.tell(DOWN, command(2, "set_plan", plan, device))
        await asyncio.sleep(180)
        assert device._store.journal.newest_waiting() is None

    broker = run(scenario)
    types = [each.type for _, read in broker.got for each in read if isinstance(each, Event)]
    assert {"started", "plan_applied", "command_result", "roll_loaded", "signal_started"} <= set(types)
    signalled = next(
        at
        for at, read in broker.got
        if read[0].__class__ is Event and any(e.type == "signal_started" for e in read)
    )
    assert signalled == pytest.approx(180, abs=0.1)
    assert [b.state for _, b in broker.beats()][-1] == "signalling"


def test_a_reboot_by_command_answers_first_and_starts_anew() -> None:
    async def scenario(broker: Broker, device: Dispenser) -> None:
        await asyncio.sleep(65)
        session = device.state.session
        device.put(TimeHeard(Clock.NTP, device.clock.now()))
        broker.tell(DOWN, command(1, "reboot", {"by": "x"}, device))
        assert device.state.session != session
        await asyncio.sleep(1)
        broker.tell(DOWN, command(2, "wipe", {"by": "x", "reason": "y"}, device))
        await asyncio.sleep(11)
        assert device.state.wiping
        broker.receipt(device.state.seq)
        assert device.state.epoch == 2
        assert device.state.seq == 1

    started = [
        e for _, read in run(scenario).got for e in read if isinstance(e, Event) and e.type == "started"
    ]
    assert started[0].data["reason"] == "power"


def test_a_disk_that_takes_nothing_stops_the_device_and_not_its_memory() -> None:
    async def main() -> None:
        device = make(Broker())
        before = device.state

        def broken(*_: object) -> None:
            raise OSError("no more")

        device._store.commit = broken  # type: ignore[assignment]
        device.put(HelpPressed())
        assert device.state == before

    in_virtual_time(main())


# -- enrolment -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtts://reik.example", ("reik.example", 8883, True)),
        ("mqtts://reik.example:443", ("reik.example", 443, True)),
        ("mqtt://127.0.0.1:4222", ("127.0.0.1", 4222, False)),
        ("127.0.0.1:1883", ("127.0.0.1", 1883, False)),
        ("https://reik.example/door/", ("reik.example", 443, True)),
    ],
)
def test_addresses(url: str, expected: tuple[str, int, bool]) -> None:
    found = address(url)
    assert (found.host, found.port, found.tls) == expected


@pytest.mark.parametrize("url", ["mqtt://reik.example", "http://10.0.0.1", "ftp://x", "mqtts://"])
def test_plain_text_only_on_loopback(url: str) -> None:
    with pytest.raises(EnrolmentUnfit):
        address(url)


def test_the_enrolment_document() -> None:
    document = {
        "device": "DEV-1",
        "password": "p" * 22,
        "key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s",
        "mqtt": "mqtt://[::1]:1",
        "https": None,
        "ca": None,
    }
    assert Enrolment.from_data(document).key == b"k" * 32
    assert "kkk" not in repr(Enrolment.from_data(document))
    for name in ("device", "password", "key", "mqtt"):
        with pytest.raises(EnrolmentUnfit):
            Enrolment.from_data({**document, name: None})
    with pytest.raises(EnrolmentUnfit):
        Enrolment.from_data({**document, "key": "abc"})


def test_an_array_of_one_is_an_object() -> None:
    journal = Journal(RamDisk())
    kept = journal.append([Event(epoch=1, seq=seq, at=NOW, type="help_pressed", data={}) for seq in (1, 2)])
    assert isinstance(json.loads(array_body(kept[:1])), dict)
    assert isinstance(json.loads(array_body(kept)), list)
