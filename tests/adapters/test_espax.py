"""ESPA-X over a wire: a session, calls, the people who take them or not, and what they say too late (R55, R56)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from reik.interop import Accepted, Delivered, Failed, Late, Result
from reik.interop.espax import port
from reik.interop.espax.mapping import ref
from tests.adapters.espax_peer import PASSWORD, Behaviour, Heard, Line, Peer, serving

NOW = datetime(2026, 11, 22, 8, 47, tzinfo=UTC)
ID = "01a20734-5580-7a4e-a19f-56c9d02fd8ff"
GROUP, PHONE = "group=TEAM-N3", "phone=4711"


def body(kind: str = "alert.step", **data: Any) -> str:
    about = {"alert": ID, "priority": 0, "wait_s": 180}
    return json.dumps({"type": kind, "timestamp": NOW.isoformat(), "data": about | data})


class Client:
    """Reik's side: the port as `reik send` uses it."""

    def __init__(self, ways: port.Ways, peer: Peer, whom: str) -> None:
        self.ways, self.peer, self._whom = ways, peer, whom

    def line(self, timeout_s: float, more: str = "", secret: str = PASSWORD) -> port.Line:
        address = f"espax://reik@127.0.0.1:{self.peer.port}/?{self._whom}{more}"
        return port.peer(address, secret, timeout_s)

    async def tell(self, id: str = ID, text: str = "", timeout_s: float = 3.0, more: str = "") -> Result:
        return await port.deliver(
            self.ways, self.line(timeout_s, more), message_id=id, body=text or body(), now=NOW
        )

    async def check(self, more: str = "", secret: str = PASSWORD) -> Result:
        return await port.check(self.ways, self.line(3.0, more, secret), now=NOW)

    async def late(self, many: int = 1) -> list[Late]:
        found: list[Late] = []
        async with asyncio.timeout(4):
            while len(found) < many:
                found += port.late(self.ways)
                await asyncio.sleep(0.02)
        return found


def play(peer: Peer, does: Callable[[Client], Awaitable[None]], whom: str = GROUP) -> Peer:
    async def main() -> None:
        async with serving(peer), port.opened() as ways:
            await does(Client(ways, peer, whom))

    asyncio.run(main())
    return peer


def then(*steps: Callable[[Line, str], None]) -> Behaviour:
    """The process starts, and then this happens."""

    async def behaves(line: Line, heard: Heard) -> None:
        line.peer.starts(line, heard)
        for each in steps:
            each(line, heard.values["CP-PR-REF"])

    return behaves


def event(result: str, status: str = "Completed") -> Callable[[Line, str], None]:
    return lambda line, ref: line.event(ref, result, status)


def ended(result: str, reason: str = "Finished") -> Callable[[Line, str], None]:
    return lambda line, ref: line.ended(ref, result, reason)


def told(peer: Peer, whom: str = GROUP, timeout_s: float = 3.0) -> Result:
    found: list[Result] = []

    async def does(client: Client) -> None:
        found.append(await client.tell(timeout_s=timeout_s))

    play(peer, does, whom)
    return found[0]


def test_a_person_who_confirms_on_her_handset_has_accepted():
    peer = Peer(then(event("Reached"), event("Accepted"), ended("Positive confirmed")))
    assert told(peer) == Accepted(by="handset")
    login, start = peer.of("REQ.LOGIN")[0], peer.of("REQ.P-START")[0]
    assert login.values == {
        "LI-CLIENT": "Reik",
        "LI-CLIENTSW": "1",
        "LI-USER": "reik",
        "LI-PASSWORD": PASSWORD,
    }
    assert start.session == "S1"
    assert start.values == {
        "CP-PR-REF": ref(ID), "CP-GROUPID": "TEAM-N3", "CP-CALLINGNAME": "Reik", "CP-SIGNAL": "Urgent",
        "CP-TEXTMSG": "Reik: er is een melding. Open de app.", "CP-CALLBACK": "No", "CP-PRIO": "High",
        "CP-PR-DETAILS": "All",
    }  # fmt: skip
    assert peer.kinds()[-1] == "REQ.LOGOUT"


def test_taken_by_the_server_is_delivered_and_nobody_has_it():
    assert told(Peer(), timeout_s=1.0) == Delivered()
    assert told(Peer(then(event("Reached"), ended("Positive")))) == Delivered()


@pytest.mark.parametrize("no", ["Rejected", "Busy", "No answer", "Off duty"])
def test_one_person_who_says_no_is_a_failure_at_once(no):
    assert told(Peer(then(event(no))), PHONE) == Failed(no.lower(), permanent=True, answered=True)


def test_one_no_of_a_group_is_not_the_groups():
    async def then_another(line: Line, heard: Heard) -> None:
        line.peer.starts(line, heard)
        line.event(heard.values["CP-PR-REF"], "Busy")
        await asyncio.sleep(0.2)
        line.event(heard.values["CP-PR-REF"], "Accepted")

    assert told(Peer(then_another)) == Accepted(by="handset")
    nobody = Peer(then(event("Busy"), event("Rejected"), ended("Negative")))
    assert told(nobody) == Failed("rejected", permanent=True, answered=True)


def test_accepted_too_late_for_the_delivery_is_still_told_once():
    async def does(client: Client) -> None:
        assert await client.tell(timeout_s=0.8) == Delivered()
        assert port.late(client.ways) == []
        client.peer.line.event(ref(ID), "Accepted")
        client.peer.line.event(ref(ID), "Accepted")
        client.peer.line.ended(ref(ID), "Positive confirmed")
        client.peer.line.ended(ref(ID), "Negative")
        assert await client.late() == [Late(ID, Accepted(by="handset"))]
        await asyncio.sleep(0.1)
        assert port.late(client.ways) == []
        assert await client.tell() == Accepted(by="handset")
        assert len(client.peer.of("REQ.P-START")) == 1

    play(Peer(), does)


def test_a_late_no_is_told_and_a_person_after_it_too():
    async def does(client: Client) -> None:
        assert await client.tell(timeout_s=0.8) == Delivered()
        client.peer.line.ended(ref(ID), "Negative")
        (late,) = await client.late()
        assert isinstance(late.result, Failed)
        client.peer.line.event(ref(ID), "Accepted")
        assert await client.late() == [Late(ID, Accepted(by="handset"))]

    play(Peer(), does)


def test_a_no_after_the_next_person_was_called_is_no_news_and_a_yes_is():
    async def does(client: Client) -> None:
        assert await client.tell(text=body(wait_s=1)) == Delivered()
        client.peer.line.ended(ref(ID), "Negative")
        await asyncio.sleep(0.1)
        assert port.late(client.ways) == []
        client.peer.line.event(ref(ID), "Accepted")
        assert await client.late() == [Late(ID, Accepted(by="handset"))]

    play(Peer(), does)


def test_who_accepts_a_call_of_before_a_restart_is_told_with_the_gateway():
    async def does(client: Client) -> None:
        await client.check()
        client.peer.line.event("not one of ours", "Accepted")
        client.peer.line.event(ref(ID), "Busy")
        client.peer.line.event(ref(ID), "Accepted")
        client.peer.line.event(ref(ID), "Accepted")
        (late,) = await client.late()
        assert late == Late(ID, Accepted(by="handset"), f"tcp:reik@127.0.0.1:{client.peer.port}")
        await asyncio.sleep(0.1)
        assert port.late(client.ways) == []

    play(Peer(), does)


def test_the_same_message_after_a_crash_finds_the_process_that_runs():
    async def does(client: Client) -> None:
        client.peer.running.add(ref(ID))
        telling = asyncio.create_task(client.tell())
        while not client.peer.of("REQ.P-START"):
            await asyncio.sleep(0.01)
        client.peer.line.event(ref(ID), "Accepted")
        assert await telling == Accepted(by="handset")

    play(Peer(), does)


def test_one_session_carries_many_calls_and_each_hears_its_own():
    ids = [str(UUID(int=UUID(ID).int + n)) for n in range(40)]

    async def does(client: Client) -> None:
        telling = [asyncio.create_task(client.tell(each, timeout_s=9.0)) for each in ids]
        async with asyncio.timeout(8):
            while sum(each.done() for each in telling) < 28:
                await asyncio.sleep(0.01)
        for n, each in reversed(list(enumerate(ids))):
            client.peer.line.ended(ref(each), "Positive confirmed" if n % 2 else "Negative")
        results = dict(zip(ids, await asyncio.gather(*telling), strict=True))
        # the others are waited for no longer, so that a lane stays free
        assert list(results.values()).count(Delivered()) == 28
        results |= {each.message_id: each.result for each in await client.late(28)}
        assert [isinstance(each, Accepted) for each in results.values()] == [bool(n % 2) for n in range(40)]

    peer = play(Peer(), does)
    assert len(peer.of("REQ.LOGIN")) == 1


def test_a_closed_alert_ends_its_calls_and_the_end_is_no_answer():
    other = ID.replace("d8ff", "d8fe")

    async def does(client: Client) -> None:
        assert await client.tell(timeout_s=0.8) == Delivered()
        closed = body("alert.closed", calls=[ID, other])
        assert await client.tell("01a20734-5580-7a4e-a19f-56c9d02f0001", closed) == Delivered()
        await asyncio.sleep(0.1)
        assert port.late(client.ways) == []

    peer = play(Peer(), does)
    assert [each.values for each in peer.of("REQ.P-STOP")] == [
        {"CP-PR-REF": ref(each), "CP-PR-MASK": "All"} for each in (ID, other)
    ]
    assert not peer.running


def test_what_was_taken_back_stops_calling():
    async def does(client: Client) -> None:
        telling = asyncio.create_task(client.tell())
        while not client.peer.running:
            await asyncio.sleep(0.01)
        assert port.under_way(client.ways) == [ID]
        port.recall(client.ways, {"another"})
        port.recall(client.ways, {ID})
        assert isinstance(await telling, Failed)
        async with asyncio.timeout(2):
            while client.peer.running:
                await asyncio.sleep(0.01)
        assert port.under_way(client.ways) == []

    play(Peer(), does)


def test_signs_of_life_go_both_ways():
    async def does(client: Client) -> None:
        assert await client.check("&beat=1") == Delivered()
        client.peer.line.say("REQ.HEARTBEAT", {}, 4_000_000_001)
        async with asyncio.timeout(3):
            while len(client.peer.of("REQ.HEARTBEAT")) < 3:
                await asyncio.sleep(0.05)

    peer = play(Peer(), does)
    (answer,) = peer.of("RSP.HEARTBEAT")
    assert (answer.invoke, answer.values["RSP-CODE"]) == (4_000_000_001, "200")
    assert "REQ.P-START" not in peer.kinds()
