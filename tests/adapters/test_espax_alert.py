"""From a sachet that is not out to an alarm server over ESPA-X, by `reik send` on a real database (R55, R56)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from reik.alerting.models import Alert, Step
from reik.alerting.operations import accept_alert
from reik.interop import ADAPTERS, Accepted, Failed, Late
from reik.interop.espax.mapping import ref
from reik.kernel.models import Destination, GatewayHealth, OutboxMessage
from reik.kernel.operations import OnlyMadeUp, add_destination, mark_installation
from reik.ops import late, send
from tests.adapters.espax_peer import PASSWORD, Peer, safe, serving
from tests.adapters.test_espax import ended, event, then
from tests.cast import WINDOW, Cast, Voice, beside, gather, plan, tell, welcome

Until = Callable[[Peer], Awaitable[object]]


@pytest.fixture
def cast(database, now, monkeypatch) -> Cast:
    monkeypatch.setattr(send, "ADAPTERS", {"espax": ADAPTERS["espax"]})
    monkeypatch.setattr(send, "RECALL_LOOK", 0.1)
    return gather(now)


@pytest.fixture
def anna(cast, now) -> Voice:
    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now)
    return voice


def called(
    cast: Cast, anna: Voice, now: datetime, peer: Peer, until: Until, seconds: int = 30, pace: float = 1
) -> Alert:
    """Open an alert of which the first step is the server's, and let `reik send` work until this has happened."""
    made: list[Destination] = []

    def opens(address: str) -> None:
        made.append(
            add_destination(
                organisation_id=cast.zorg.id,
                channel="espax",
                name="t",
                address=address,
                now=now,
                secret=PASSWORD,
            )
        )
        Destination.objects.filter(id=cast.desks["centre"].id).update(
            channel="espax", address=made[0].address, secret=made[0].secret, timeout_s=seconds
        )
        tell(anna, anna.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
        connection.close()

    async def main() -> None:
        stop = asyncio.Event()
        async with serving(peer):
            await asyncio.to_thread(opens, f"espax://reik@127.0.0.1:{peer.port}/?group=TEAM&detail=number")
            loop = asyncio.get_running_loop()
            begun = loop.time()
            clock = lambda: now + WINDOW + timedelta(seconds=pace * (loop.time() - begun))  # noqa: E731
            serving_ = asyncio.create_task(send.serve(asyncio.Event(), stop, now=clock))
            async with asyncio.timeout(10):
                await until(peer)
            await asyncio.sleep(0.5)  # outcomes are written
            stop.set()
            await serving_

    asyncio.run(main())
    assert (made[0].concurrency, made[0].timeout_s) == (16, 30)
    return Alert.objects.get()


def first(alert: Alert) -> Step:
    return Step.objects.get(alert_id=alert.id, position=1)


async def started(peer: Peer) -> None:
    while not peer.running:
        await asyncio.sleep(0.02)


def test_who_confirms_on_a_handset_has_the_alert(cast, anna, now):
    peer = Peer(then(event("Accepted")))
    alert = called(cast, anna, now, peer, started)
    step = first(alert)
    assert (alert.state, alert.accepted_by) == ("accepted", step.responder)
    (start,) = peer.of("REQ.P-START")
    assert start.values["CP-PR-REF"] == ref(str(step.id))
    assert alert.id.hex[-4:].upper() in start.values["CP-TEXTMSG"]
    assert all(safe(" ".join(each.values.values())) for each in peer.heard)


def test_who_confirms_after_the_delivery_has_it_all_the_same(cast, anna, now):
    async def later(peer: Peer) -> None:
        await started(peer)
        await asyncio.sleep(1.5)
        message = await asyncio.to_thread(state)
        assert message == OutboxMessage.State.SENT
        peer.line.event(peer.of("REQ.P-START")[0].values["CP-PR-REF"], "Accepted")

    def state() -> int:
        found = OutboxMessage.objects.get().state
        connection.close()
        return found

    alert = called(cast, anna, now, Peer(), later, seconds=1)
    assert (alert.state, alert.accepted_by) == ("accepted", first(alert).responder)


def test_taken_by_the_server_stops_nothing(cast, anna, now):
    async def delivered(peer: Peer) -> None:
        await started(peer)
        await asyncio.sleep(0.8)

    alert = called(cast, anna, now, Peer(), delivered, seconds=1)
    assert (alert.state, first(alert).state) == ("open", Step.State.DELIVERED)
    assert Step.objects.get(alert_id=alert.id, position=2).reason == ""


@pytest.mark.parametrize("delivered", [False, True])
def test_nobody_who_takes_it_calls_the_next_person_at_once(cast, anna, now, delivered):
    async def later(peer: Peer) -> None:
        await started(peer)
        if delivered:
            await asyncio.sleep(1.2)
            peer.line.ended(peer.of("REQ.P-START")[0].values["CP-PR-REF"], "Negative")

    peer = Peer() if delivered else Peer(then(event("Busy"), ended("Negative")))
    alert = called(cast, anna, now, peer, later, seconds=1 if delivered else 30)
    step = first(alert)
    reason = "ended without an answer (finished)" if delivered else "busy"
    assert (alert.state, step.state, step.reason) == ("open", Step.State.FAILED, reason)
    assert Step.objects.get(alert_id=alert.id, position=2).reason == "pulled_forward"
    assert OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING).count() == 0


def test_a_handset_stops_ringing_when_somebody_else_has_it(cast, anna, now):
    def accepts() -> None:
        accept_alert(alert_id=Alert.objects.get().id, by="Bea", now=now + WINDOW)
        connection.close()

    async def until(peer: Peer) -> None:
        await started(peer)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(accepts)
        while peer.running:
            await asyncio.sleep(0.02)

    alert = called(cast, anna, now, Peer(), until)
    assert (alert.state, alert.accepted_by) == ("accepted", "Bea")
    assert OutboxMessage.objects.get().state == OutboxMessage.State.WITHDRAWN


def test_a_late_press_ends_the_call_and_the_way_is_tried(cast, anna, now):
    def presses() -> None:
        at = now + WINDOW + timedelta(seconds=1)
        tell(anna, anna.out("m", at), at=at)
        connection.close()

    async def until(peer: Peer) -> None:
        await started(peer)
        await asyncio.sleep(1.2)
        await asyncio.to_thread(presses)
        while peer.running or not peer.of("REQ.HEARTBEAT"):
            await asyncio.sleep(0.02)

    peer = Peer()
    alert = called(cast, anna, now, peer, until, seconds=1, pace=10)
    assert (alert.state, alert.closed_as) == ("closed", "out_after_all")
    assert [each.values["CP-PR-REF"] for each in peer.of("REQ.P-STOP")] == [ref(str(first(alert).id))]
    (health,) = GatewayHealth.objects.all()
    assert (health.gateway, health.error) == (f"tcp:reik@127.0.0.1:{peer.port}", "")


def test_what_is_said_late_counts_only_by_the_gateway_that_the_message_went_by(cast, anna, now):
    tell(anna, anna.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
    step = Step.objects.get(position=1)
    Destination.objects.filter(id=step.destination_id).update(channel="espax", gateway="tcp:reik@a:1")
    accepted, at = Accepted(by="handset"), now + WINDOW

    def says(result: Accepted | Failed, gateway: str, channel: str = "espax") -> str:
        late.tell([(channel, Late(str(step.id), result, gateway))], at)
        return Alert.objects.get().state

    assert says(accepted, "tcp:reik@a:1") == "open"  # it was never sent
    OutboxMessage.objects.filter(id=step.id).update(attempts=1)
    assert says(accepted, "tcp:reik@b:1") == "open"
    assert says(accepted, "tcp:reik@a:1", "voice") == "open"
    late.tell([("espax", Late(str(uuid4()), accepted))], at)
    says(Failed("busy"), "")  # it is still tried, and tells of its failures itself
    assert Step.objects.get(id=step.id).state == Step.State.TAKEN
    assert says(accepted, "tcp:reik@a:1") == "accepted"
    assert OutboxMessage.objects.get(id=step.id).state == OutboxMessage.State.SENT


def test_a_fault_about_one_message_keeps_no_other_from_being_told(cast, anna, now, monkeypatch):
    tell(anna, anna.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
    step = Step.objects.get(position=1)
    Destination.objects.filter(id=step.destination_id).update(channel="espax")
    OutboxMessage.objects.filter(id=step.id).update(attempts=1)
    publish, accepted = late.facts.publish, Accepted(by="handset")

    def faulty(told, at) -> None:
        if len(told) != 1:
            raise ValueError
        publish(told, at)

    monkeypatch.setattr(late.facts, "publish", faulty)
    late.tell(
        [("espax", Late(str(uuid4()), accepted)), ("espax", Late(str(step.id), accepted))], now + WINDOW
    )
    assert Alert.objects.get().state == "accepted"


def test_a_demo_calls_nobody_outside_this_machine(cast, now):
    mark_installation("demo", now)
    with pytest.raises(OnlyMadeUp):
        add_destination(
            organisation_id=cast.zorg.id, channel="espax", name="t", now=now, secret=PASSWORD,
            address="espax+tls://reik@alarm.example/?group=TEAM",
        )  # fmt: skip
