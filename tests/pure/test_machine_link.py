"""The device's link in virtual time: back-off, heartbeats, one array under way, receipts (sections 1, 3 and 4)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from itertools import pairwise
from math import inf
from random import Random
from typing import Any

import pytest

from reik_dispenser.inputs import HelpPressed, TimeHeard
from reik_dispenser.messages import Clock, Command, Event, Receipt, RefusedPayload, Resend
from reik_dispenser.runtime.client import Client, Ended
from reik_dispenser.runtime.delivery import Delivery, array_body
from reik_dispenser.runtime.device import Dispenser
from reik_dispenser.runtime.disk import RamDisk
from reik_dispenser.runtime.journal import Journal
from reik_dispenser.runtime.mqtt_packets import ConnectionRefused, MqttError
from reik_dispenser.wire import receipt_body, refused_body, resend_body
from tests.pure.virtual_link import KEY, NOW, RECEIPT, Broker, in_virtual_time, run


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


def test_an_array_of_one_is_an_object() -> None:
    journal = Journal(RamDisk())
    kept = journal.append([Event(epoch=1, seq=seq, at=NOW, type="help_pressed", data={}) for seq in (1, 2)])
    assert isinstance(json.loads(array_body(kept[:1])), dict)
    assert isinstance(json.loads(array_body(kept)), list)
