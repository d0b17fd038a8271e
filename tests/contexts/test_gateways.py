"""Ways out are tried before they are needed, and a key on the phone counts as a person (R56)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from reik.alerting.models import Alert, Step
from reik.alerting.operations import accept_alert
from reik.interop import Accepted, AddressRefused, Delivered, Failed
from reik.kernel import facts
from reik.kernel.crypto import vault
from reik.kernel.models import Destination, GatewayHealth, GatewayTally
from reik.kernel.operations import add_destination, found_organisation, new_webhook_secret
from reik.kernel.outbox import GatewayDown, GatewayUp, MessageSent
from reik.kernel.tally import Tally
from reik.ops.gateways import EVERY, Gateways
from reik.ops.lanes import Ending, Leased, outcome
from tests.cast import WINDOW, beside, gather, plan, tell, welcome

MINUTE = timedelta(minutes=1)


class Provider:
    """An adapter of which the gateway can be tried; `broken` says what it answers."""

    def __init__(self) -> None:
        self.broken: str | Exception = ""
        self.tried: list[str] = []

    def peer(self, address: str, secret: str | None, timeout_s: float) -> str:
        del secret, timeout_s
        if address == "unusable":
            raise AddressRefused("no")
        return address

    def gateway(self, peer: str) -> str:
        return peer.split("?")[0]

    async def check(self, session: object, peer: str, *, now: datetime) -> Any:
        del session, now
        self.tried.append(peer)
        if isinstance(self.broken, Exception):
            raise self.broken
        return Failed(self.broken) if self.broken else Delivered()


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def zorg(database, now):
    return found_organisation(name="zorg", kind="care", now=now)


def put(zorg, address: str) -> Destination:
    return add_destination(
        organisation_id=zorg.id, channel="webhook", name="x", address=address, now=zorg.created_at,
        secret=new_webhook_secret(),
    )  # fmt: skip


def look(provider: Provider, now: datetime) -> int:
    async def once() -> int:
        gateways = Gateways({"webhook": (provider, None)}, lambda: now)  # type: ignore[dict-item]
        try:
            return await gateways.look_once()
        finally:
            await gateways._desk.close()

    return asyncio.run(once())


def test_many_destinations_of_one_gateway_are_one_try_every_five_minutes(zorg, now, provider, told):
    for number in range(30):
        put(zorg, f"one?to={number}")
    put(zorg, "two?to=1")
    put(zorg, "unusable")
    assert look(provider, now) == 2
    assert sorted(each.split("?")[0] for each in provider.tried) == ["one", "two"]
    assert look(provider, now + EVERY - MINUTE) == 0
    assert look(provider, now + EVERY) == 2
    assert told == []


@pytest.mark.parametrize("broken", ["no connection", ValueError("ours"), TimeoutError()])
def test_one_that_fails_is_announced_once_and_again_when_it_is_well(zorg, now, provider, told, broken):
    put(zorg, "one?to=1")
    look(provider, now)
    provider.broken = broken
    for number in (1, 2, 3):
        look(provider, now + number * EVERY)
    down = [each for each in told if isinstance(each, GatewayDown)]
    assert [(each.channel, each.gateway) for each in down] == [("webhook", "one")]
    assert GatewayHealth.objects.get().failing_since == now + EVERY
    provider.broken = ""
    look(provider, now + 4 * EVERY)
    assert [type(each) for each in told] == [GatewayDown, GatewayUp]
    row = GatewayHealth.objects.get()
    assert (row.failing_since, row.error, row.fine_at) == (None, "", now + 4 * EVERY)


def test_one_that_never_worked_is_announced_too(zorg, now, provider, told):
    put(zorg, "one?to=1")
    provider.broken = "HTTP 503"
    look(provider, now)
    assert [type(each) for each in told] == [GatewayDown]


def test_what_one_sender_saw_of_receipts_the_others_know(zorg, now, provider, told):
    """Two `reik send`: each tells what it saw, under its own name, and hears what all others saw."""
    heard: list[dict[str, Tally]] = []
    provider.tallies = lambda session: {"one": Tally(silent_since=0.0, due=4, missed=3)}
    provider.share = lambda session, others: heard.append(others)

    async def play() -> None:
        one, other = (Gateways({"webhook": (provider, None)}, lambda: now) for _ in "ab")
        try:
            for each in (one, other, one, other):
                await each.look_once()
        finally:
            await one._desk.close()
            await other._desk.close()

    asyncio.run(play())
    assert heard[0] == {}
    for seen in heard[1:]:
        assert list(seen) == ["one"]
        assert (seen["one"].due, seen["one"].missed) == (4, 3)
        assert seen["one"].silent_since == pytest.approx(0.0, abs=5)
    assert GatewayTally.objects.count() == 2


def test_another_address_is_another_gateway(zorg, now, provider, told):
    made = put(zorg, "one?to=1")
    look(provider, now)
    made.address = vault().seal_text(zorg.id, "two?to=1")
    made.save(update_fields=["address"])
    look(provider, now + MINUTE)
    assert provider.tried == ["one?to=1", "two?to=1"]


def test_a_person_who_answers_by_a_key_is_kept_apart_from_a_wire_that_took_it():
    leased = Leased(0, None, None, "", 0, 1, None, None, True)  # type: ignore[arg-type]
    now = datetime(2026, 11, 22)  # noqa: DTZ001 - only handed through
    taken = outcome(leased, Accepted(by="06"), now)
    assert (taken.ending, taken.accepted_by) == (Ending.SENT, "06")
    assert outcome(leased, Delivered(), now).accepted_by == ""


class TestAKeyOnThePhone:
    @pytest.fixture
    def now(self, now):
        return now + WINDOW

    @pytest.fixture
    def alert(self, database, now) -> Alert:
        due = now - WINDOW
        anna = beside(welcome(gather(due).zorg, "Anna de Vries", due), "REIK-ANNA", due)
        plan(anna, "m", due, now=due)
        tell(anna, anna.closed("m", "not_taken_out", now), at=now)
        return Alert.objects.get()

    def answered(self, step: Step, now: datetime) -> None:
        facts.publish([MessageSent(message_id=step.id, accepted_by="toets 1")], now)

    def test_holds_the_alert_for_five_minutes_and_then_the_route_goes_on(self, alert, now):
        step = Step.objects.get(alert=alert, position=1)
        self.answered(step, now)
        alert.refresh_from_db()
        assert (alert.state, alert.accepted_by) == ("accepted", step.responder)
        assert alert.accepted_until == now + 5 * MINUTE

    def test_too_late_takes_nothing_from_who_has_it(self, alert, now):
        accept_alert(alert_id=alert.id, by="zuster Jo", now=now)
        self.answered(Step.objects.get(alert=alert, position=1), now + MINUTE)
        alert.refresh_from_db()
        assert alert.accepted_by == "zuster Jo"
        assert alert.remarks.filter(kind="answered_late").count() == 1


def test_one_that_is_suspected_is_tried_before_its_time_until_it_is_known_to_fail(zorg, now, provider, told):
    """A provider that takes messages and confirms none is found within minutes, not at the next round."""
    put(zorg, "one?to=1")
    put(zorg, "two?to=1")
    assert look(provider, now) == 2
    provider.suspected = lambda session: ["one"]
    provider.broken = "takes messages and confirms none"
    assert look(provider, now + MINUTE) == 1
    assert [(type(each), each.gateway) for each in told] == [(GatewayDown, "one")]
    assert look(provider, now + 2 * MINUTE) == 0
    assert provider.tried[2:] == ["one?to=1"]
