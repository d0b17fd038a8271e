"""From a sachet that is not out to a monitoring centre over SCAIP, by `reik send` on a real database (R46, R56)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from reik.alerting.models import Alert, Step
from reik.interop import ADAPTERS
from reik.interop.scaip.mapping import ref
from reik.kernel.crypto import vault
from reik.kernel.models import Destination, GatewayHealth, OutboxMessage
from reik.kernel.operations import OnlyMadeUp, add_destination, mark_installation
from reik.ops import send
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, over_udp
from tests.cast import WINDOW, Cast, beside, gather, plan, tell, welcome


@pytest.fixture
def cast(database, now, monkeypatch) -> Cast:
    monkeypatch.setattr(send, "ADAPTERS", {"scaip": ADAPTERS["scaip"]})
    return gather(now)


def opened(cast: Cast, now) -> Alert:
    """An alert of which the first step is the centre's."""
    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now)
    tell(voice, voice.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
    return Alert.objects.get()


def sent(
    cast: Cast, now, behaviour: fake.Behaviour, enough: Callable[[fake.Peer], bool]
) -> tuple[Alert, fake.Peer]:
    """Open the alert, and let `reik send` work until the receiver has had enough."""
    alert = opened(cast, now)

    async def main(set_address: Callable[[str], None]) -> fake.Peer:
        stop = asyncio.Event()
        async with over_udp(behaviour) as peer:
            await asyncio.to_thread(
                set_address,
                f"scaip+udp://127.0.0.1:{peer.port}/?to=arc&from=reik.example&cid={{client}}&hub=77",
            )
            loop = asyncio.get_running_loop()
            begun = loop.time()
            hurried = lambda: now + WINDOW + timedelta(seconds=10 * (loop.time() - begun))  # noqa: E731
            serving = asyncio.create_task(send.serve(asyncio.Event(), stop, now=hurried))
            async with asyncio.timeout(8):
                while not enough(peer):
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)  # outcomes are written
            stop.set()
            await serving
            return peer

    def to_scaip(address: str) -> None:
        from django.db import connection

        sealed = vault().seal_text(cast.zorg.id, address)
        Destination.objects.filter(id=cast.desks["centre"].id).update(
            channel="scaip", address=sealed, secret=None, timeout_s=2
        )
        connection.close()

    return alert, asyncio.run(main(to_scaip))


def alerts(peer: fake.Peer) -> list[Asked]:
    return [each for each in peer.asked if each.mty == "ME"]


def test_a_centre_that_took_it_over_stops_nothing(cast, now):
    alert, peer = sent(cast, now, fake.treats, lambda peer: {each.mty for each in peer.asked} == {"ME", "PI"})
    step = Step.objects.get(alert_id=alert.id, position=1)
    (message,) = OutboxMessage.objects.all()
    assert (step.state, message.state) == (Step.State.DELIVERED, OutboxMessage.State.SENT)
    alert.refresh_from_db()
    assert alert.state == "open"
    assert Step.objects.get(alert_id=alert.id, position=2).state == Step.State.PLANNED
    (told,) = {each.text.partition("\r\n\r\n")[2] for each in alerts(peer)}
    assert f"<ref>{ref(str(message.id))}</ref>" in told
    assert "<stt>Zakje 08:00 niet uitgenomen</stt>" in told
    assert "Anna" not in "".join(each.text for each in peer.asked)


def test_the_way_to_a_centre_is_tried_and_known(cast, now):
    _, peer = sent(cast, now, fake.treats, lambda peer: "PI" in {each.mty for each in peer.asked})
    (health,) = GatewayHealth.objects.filter(channel="scaip")
    assert (health.gateway, health.error) == (f"udp:127.0.0.1:{peer.port}", "")
    assert "<cid>77</cid>" in next(each.text for each in peer.asked if each.mty == "PI")


def test_a_busy_centre_pulls_the_next_step_forward_and_is_tried_again_under_the_same_ref(cast, now):
    async def busy(asked: Asked) -> None:
        asked.answer()
        asked.respond(6 if asked.mty == "ME" else 0)

    alert, peer = sent(cast, now, busy, lambda peer: len(alerts(peer)) == 2)
    step = Step.objects.get(alert_id=alert.id, position=1)
    (message,) = OutboxMessage.objects.all()
    assert (step.state, step.reason) == (Step.State.FAILED, "SCAIP 6 (busy)")
    assert message.state == OutboxMessage.State.WAITING
    assert Step.objects.get(alert_id=alert.id, position=2).reason == "pulled_forward"
    assert {each.ref for each in alerts(peer)} == {ref(str(message.id))}


def test_a_demo_speaks_to_this_machine_only(cast, now):
    from reik.kernel.database import Role, become

    become(Role.OWNER)
    mark_installation("demo", now)
    become(Role.WORKER)
    rest = "/?to=arc&from=reik.example&cid=1"
    for hosts, fine in (("127.0.0.1:5060,[::1]:5061", True), ("arc.example", False)):

        def add(hosts: str = hosts) -> None:
            add_destination(
                organisation_id=cast.zorg.id,
                channel="scaip",
                name="x",
                address=f"scaip+tls://{hosts}{rest}",
                now=now,
            )

        if fine:
            add()
        else:
            with pytest.raises(OnlyMadeUp):
                add()
