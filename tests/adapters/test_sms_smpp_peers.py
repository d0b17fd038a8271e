"""Texts over SMPP against other people's code: node-smpp (npm) and smpp34 (PyPI)."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import smpp34

from reik.interop import Delivered, Failed
from reik.interop.sms import port, receipts
from reik.kernel import facts, outbox
from reik.kernel.ids import new_id
from reik.kernel.models import GatewayHealth
from reik.kernel.operations import add_destination, found_organisation
from reik.kernel.outbox import Message, MessageFailed, MessageSent
from reik.ops.engines.process import free_port
from tests.adapters.certificates import self_signed
from tests.adapters.smpp_peers import installed, node_centre
from tests.adapters.smpp_texts import BODY, KEY, NOW, phone, text
from tests.contexts.sending import sending
from tests.contexts.sending import until as eventually

TEXT = "Reik: er is een melding. Open de app. Nummer 3FA9C2."


@pytest.fixture(scope="session")
def node_smpp(pytestconfig):
    assert pytestconfig.cache is not None
    return installed(pytestconfig.cache.mkdir("smpp"))


WAITED = {
    1: Delivered(),
    2: Failed("it did not reach the phone", answered=True, retry_after=receipts.PAUSE),
    3: Failed("the phone's network refused it", permanent=True, answered=True),
    4: Failed("taken, but no receipt within 2 s", answered=True),
    5: Delivered(),
    6: Delivered(),
    7: Delivered(),
    8: Failed("refused (SMPP 0x0B)", permanent=True, answered=True),
}


def test_node_smpp_every_ending_of_a_text_that_is_waited_for(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peers = {number: phone(number, port_number, "&receipt=wait") for number in WAITED}
            found = await asyncio.gather(
                *(text(ways, peer, f"{KEY}{number}") for number, peer in peers.items())
            )
            assert len(ways.links) == 1
            await asyncio.sleep(0.1)  # for the receipts that come twice
            return [*found, await port.check(ways, peers[1], now=NOW)]

    with node_centre(node_smpp) as there:
        found = asyncio.run(main(there.port))
        told = there.stop()
    assert dict(zip(WAITED, found, strict=False)) == WAITED
    assert found[-1] == Delivered()
    assert [each for each in told if "bind" in each] == [{"bind": "reik", "version": 0x34, "fine": True}]
    assert [each["receipted"] for each in told if "receipted" in each] == [0] * 9
    assert {"enquired": True} in told
    assert told[-1] == {"unbound": True}
    assert len(there.texts()) == len(WAITED) + 1  # one was asked to slow down and came again
    first = next(each for each in there.texts() if each["to"] == "31600000001")
    assert first["text"].startswith("Reik: er is een melding. Open de app. Nummer ")
    assert (first["from"], first["ton"], first["coding"], first["receipt"]) == ("Reik", 5, 0, 1)
    assert first["valid_min"] == 10  # ten minutes: then the next one is asked


def test_node_smpp_that_has_too_much_to_do_all_the_time(node_smpp):
    async def main(port_number: int) -> Any:
        async with port.opened() as ways:
            return await text(ways, phone(9, port_number))

    with node_centre(node_smpp) as there:
        failed = asyncio.run(main(there.port))
    assert failed.error == "the gateway has too much to do (SMPP 0x58)"
    assert failed.answered
    assert not failed.permanent
    assert timedelta(seconds=1) <= failed.retry_after <= timedelta(seconds=8)


def test_node_smpp_refuses_a_wrong_password_and_is_not_asked_again_at_once(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peer = phone(1, port_number, secret="fout")
            return [await text(ways, peer), await port.check(ways, peer, now=NOW)]

    with node_centre(node_smpp) as there:
        refused = asyncio.run(main(there.port))
        told = there.stop()
    assert refused == [Failed("log-in refused (SMPP 0x0E)", answered=True)] * 2
    assert there.texts() == []
    assert 1 <= sum("bind" in each for each in told) <= 3


def test_node_smpp_over_tls_only_with_a_certificate_that_is_trusted(node_smpp, tmp_path):
    pem = self_signed(tmp_path)

    async def main(port_number: int, trust: ssl.SSLContext | None) -> Any:
        async with port.opened() as ways:
            ways.trust = trust or ways.trust
            return await text(ways, phone(1, port_number, "&receipt=wait", scheme="smpps"))

    with node_centre(node_smpp, pem) as there:
        assert asyncio.run(main(there.port, None)) == Failed("certificate not trusted")
        assert asyncio.run(main(there.port, ssl.create_default_context(cafile=str(pem)))) == Delivered()
        there.stop()
    assert len(there.texts()) == 1


def test_node_smpp_takes_a_thousand_in_its_window(node_smpp):
    async def main(port_number: int) -> list[Any]:
        async with port.opened() as ways:
            peer = phone(1, port_number, timeout_s=30)
            found = await asyncio.gather(*(text(ways, peer, f"{KEY}{each}") for each in range(1000)))
            await asyncio.sleep(0.2)
            (only,) = ways.links.values()
            fates = {each.fate for each in only.ledger._texts.values()}
            return [*found, fates]

    with node_centre(node_smpp) as there:
        *found, fates = asyncio.run(main(there.port))
        there.stop()
    assert found == [Delivered()] * 1000
    assert fates == {receipts.Fate.ARRIVED}
    assert len({each["text"] for each in there.texts()}) == 1000


def test_smpp34_takes_a_text_and_its_receipt_is_heard():
    async def main() -> tuple[Any, Any]:
        number = free_port()
        server = smpp34.Server(host="127.0.0.1", port=number, system_id="centre")
        await server.start()

        async def serve() -> Any:
            bound_as = await server.next()
            got = await server.next()
            got.accept(message_id="abc")
            await bound_as.deliver_sm(
                "Reik", source_addr=got.destination_addr, esm_class=4,
                tlvs=[
                    smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"abc\0"),
                    smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\x02"),
                ],
            )  # fmt: skip
            return bound_as.system_id, got.short_message, got.destination_addr

        serving = asyncio.create_task(serve())
        try:
            async with port.opened() as ways:
                found = await text(ways, phone(1, number, "&receipt=wait"))
            return found, await serving
        finally:
            await server.stop()

    found, seen = asyncio.run(main())
    assert found == Delivered()
    assert seen == ("reik", TEXT.encode(), "31600000001")


def test_reik_send_texts_over_a_centre_and_a_bad_receipt_is_a_failure(database, now, node_smpp, monkeypatch):
    told: list[facts.Fact] = []
    hear = SimpleNamespace(get=lambda kind, default: [lambda some, now: told.extend(some)])
    monkeypatch.setattr(facts, "_wiring", lambda: hear)
    zorg = found_organisation(name="zorg", kind="care", now=now)
    with node_centre(node_smpp) as there:
        keys = {}
        for number in (1, 2):
            made = add_destination(
                organisation_id=zorg.id, channel="sms", name="wacht", now=now, secret="geheim",
                address=f"smpp://reik@localhost:{there.port}/?to=+316000000{number:02}&from=Reik&receipt=wait",
            )  # fmt: skip
            keys[number] = new_id(now)
            outbox.put(
                [
                    Message(
                        id=keys[number],
                        organisation_id=zorg.id,
                        destination_id=made.id,
                        about=None,
                        body=BODY,
                    )
                ],
                now,
            )
        with sending(now):
            eventually(lambda: {type(each) for each in told} >= {MessageSent, MessageFailed})
            eventually(lambda: GatewayHealth.objects.filter(channel="sms", fine_at__isnull=False).exists())
        there.stop()
    (sent,) = [each for each in told if isinstance(each, MessageSent)]
    (failed,) = [each for each in told if isinstance(each, MessageFailed)]
    assert (sent.message_id, failed.message_id) == (keys[1], keys[2])
    assert failed.error == "it did not reach the phone"
    assert GatewayHealth.objects.get(channel="sms").gateway == f"reik@localhost:{there.port}"
    assert sorted(each["to"] for each in there.texts()) == ["31600000001", "31600000002"]
    (text_1,) = [each["text"] for each in there.texts() if each["to"].endswith("1")]
    assert text_1.endswith(f"Nummer {str(keys[1])[-6:].upper()}.")
