"""From a sachet that is not out to a telephone, by `reik send` on a real database (R55, R56)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from reik.alerting.models import Alert, Step
from reik.alerting.operations import accept_alert
from reik.interop import ADAPTERS
from reik.interop.voice import call as calls
from reik.kernel.models import Destination, GatewayHealth, OutboxMessage
from reik.kernel.operations import OnlyMadeUp, add_destination, mark_installation
from reik.ops import send
from tests.adapters.scaip.fake import Asked
from tests.adapters.voice.callee import Behaviour, Callee, calling, presses, takes
from tests.cast import WINDOW, Cast, beside, gather, plan, tell, welcome


@pytest.fixture
def cast(database, now, monkeypatch) -> Cast:
    monkeypatch.setattr(send, "ADAPTERS", {"voice": ADAPTERS["voice"]})
    monkeypatch.setattr(send, "RECALL_LOOK", 0.1)
    monkeypatch.setattr(calls, "spoken", lambda lang, names: b"\x11" * 1600)
    monkeypatch.setattr(calls, "LISTEN", 0.3)
    return gather(now)


async def rings(callee: Callee, asked: Asked) -> None:
    asked.answer("180 Ringing")


def called(
    cast: Cast, now: datetime, does: Behaviour, until: Callable[[Callee], Awaitable[object]]
) -> tuple[Alert, Callee]:
    """Open an alert of which the first step is a telephone, and let `reik send` work until this has happened."""
    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    made: list[Destination] = []

    def opens(address: str) -> None:
        made.append(
            add_destination(organisation_id=cast.zorg.id, channel="voice", name="t", address=address, now=now)
        )
        Destination.objects.filter(id=cast.desks["centre"].id).update(
            channel="voice", address=made[0].address, secret=None, timeout_s=made[0].timeout_s
        )
        plan(voice, "m", now, now=now)
        tell(voice, voice.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
        connection.close()

    async def main() -> Callee:
        stop = asyncio.Event()
        async with calling(does) as callee:
            await asyncio.to_thread(opens, f"voice+udp://127.0.0.1:{callee.peer.port}/?to=phone&from=reik")
            loop = asyncio.get_running_loop()
            begun = loop.time()
            clock = lambda: now + WINDOW + timedelta(seconds=loop.time() - begun)  # noqa: E731
            serving = asyncio.create_task(send.serve(asyncio.Event(), stop, now=clock))
            async with asyncio.timeout(8):
                await until(callee)
            await asyncio.sleep(0.4)  # outcomes are written
            stop.set()
            await serving
            return callee

    callee = asyncio.run(main())
    assert (made[0].concurrency, made[0].timeout_s) == (1, 60)
    return Alert.objects.get(), callee


async def hung_up(callee: Callee) -> None:
    await callee.hung_up.wait()


def test_key_1_is_a_promise_of_five_minutes(cast, now):
    alert, callee = called(cast, now, takes(presses("1")), hung_up)
    step = Step.objects.get(alert_id=alert.id, position=1)
    assert (alert.state, alert.accepted_by) == ("accepted", step.responder)
    assert alert.accepted_at is not None
    assert alert.accepted_until is not None
    assert alert.accepted_until - alert.accepted_at <= timedelta(minutes=5)
    (message,) = OutboxMessage.objects.filter(id=step.id)
    assert message.state == OutboxMessage.State.SENT
    assert len(callee.invites) == 1
    assert "Anna" not in "".join(each.text for each in callee.peer.asked)


def test_an_answering_machine_stops_nothing(cast, now):
    alert, _ = called(cast, now, takes(), hung_up)
    assert alert.state == "open"
    assert Step.objects.get(alert_id=alert.id, position=1).state == Step.State.DELIVERED
    assert Step.objects.get(alert_id=alert.id, position=2).state == Step.State.PLANNED
    assert Step.objects.get(alert_id=alert.id, position=2).reason == ""


@pytest.mark.parametrize("how", ["key 2", "busy"])
def test_who_cannot_come_has_the_next_one_called_at_once(cast, now, how):
    async def busy(callee: Callee, asked: Asked) -> None:
        asked.answer("486 Busy Here")

    async def refused(callee: Callee) -> None:
        while not callee.acks:
            await asyncio.sleep(0.02)

    does, until = (takes(presses("2")), hung_up) if how == "key 2" else (busy, refused)
    alert, callee = called(cast, now, does, until)
    assert alert.state == "open"
    assert Step.objects.get(alert_id=alert.id, position=1).state == Step.State.FAILED
    assert Step.objects.get(alert_id=alert.id, position=2).reason == "pulled_forward"
    message = OutboxMessage.objects.get(id=Step.objects.get(alert_id=alert.id, position=1).id)
    given_up = how == "key 2"
    assert message.state == (OutboxMessage.State.GIVEN_UP if given_up else OutboxMessage.State.WAITING)
    if not given_up:
        assert message.available_at >= now + WINDOW + timedelta(seconds=60)
    assert len(callee.invites) == 1


def test_a_phone_stops_ringing_when_somebody_else_has_it(cast, now):
    def accepts() -> None:
        accept_alert(alert_id=Alert.objects.get().id, by="Bea", now=now + WINDOW)
        connection.close()

    async def until(callee: Callee) -> None:
        while not callee.invites:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(accepts)
        await asyncio.wait_for(callee.cancelled.wait(), 2)

    alert, _ = called(cast, now, rings, until)
    assert (alert.state, alert.accepted_by) == ("accepted", "Bea")
    assert OutboxMessage.objects.get().state == OutboxMessage.State.WITHDRAWN


def test_the_gateway_is_tried(cast, now):
    async def until(callee: Callee) -> None:
        while not any(each.text.startswith("OPTIONS") for each in callee.peer.asked):
            await asyncio.sleep(0.02)

    called(cast, now, rings, until)
    assert GatewayHealth.objects.get().error == ""


def test_a_demo_calls_nobody_outside_this_machine(cast, now):
    mark_installation("demo", now)
    with pytest.raises(OnlyMadeUp):
        add_destination(
            organisation_id=cast.zorg.id, channel="voice", name="t", now=now,
            address="voice+tls://sip.example/?to=+31612345678&from=+31201234567",
        )  # fmt: skip
