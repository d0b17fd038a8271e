"""SCAIP against programs of others: Debian's sipp and kamailio, over UDP, TCP and TLS, with and without log-in."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime

import pytest

from reik.interop import Delivered, Failed, Result
from reik.interop.scaip import mapping, port
from tests.adapters.scaip.real import issued, kamailio, sipp

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
KEY = "0193548c-7a00-7000-8000-000000000001"
REF = mapping.ref(KEY)
BODY = (
    '{"type":"alert.step","data":{"alert":"0193548c-7a00-7000-8000-000000000002",'
    '"client":"0193548c-7a00-7000-8000-000000000003","cause":"not_out","priority":0,'
    '"due_at":"2026-11-23T07:00:00Z"}}'
)
CLOSED = BODY.replace("alert.step", "alert.closed").replace('"priority":0', '"outcome":"out_after_all"')
HERE = "to=arc&from=reik.example&cid=48213"


def told(
    address: str, *, secret: str | None = None, body: str = BODY, trust: ssl.SSLContext | None = None,
    timeout_s: float = 4, check: bool = False,
) -> Result:  # fmt: skip
    async def main() -> Result:
        peer = port.peer(address, secret, timeout_s)
        async with port.opened(trust) as session:
            if check:
                return await port.check(session, peer, now=NOW)
            return await port.deliver(session, peer, message_id=KEY, body=body, now=NOW)

    return asyncio.run(main())


@pytest.mark.parametrize(("scheme", "transport"), [("udp", "u1"), ("tcp", "t1")])
@pytest.mark.parametrize(
    ("snu", "result"),
    [
        ("0", Delivered()),
        ("6", Failed("SCAIP 6 (busy)", answered=True)),
        ("3", Failed("SCAIP 3 (wrong content)", permanent=True, answered=True)),
    ],
)
def test_sipp_takes_it_over_and_responds_apart(tmp_path, scheme, transport, snu, result):
    with sipp("apart", tmp_path, transport=transport, STC="0081", SNU=snu) as peer:
        assert told(f"scaip+{scheme}://127.0.0.1:{peer.port}/?{HERE}&lco=002") == result
        assert peer.ended_well()
        said = peer.messages()
    assert "<mty>ME</mty><cid>48213</cid><dty>0011</dty><stc>0081</stc>" in said
    assert f"<ref>{REF}</ref>" in said
    assert "<stt>Zakje 08:00 niet uitgenomen</stt><crd>no-voice:</crd><lco>002</lco>" in said


def test_sipp_reads_that_it_is_over(tmp_path):
    with sipp("apart", tmp_path, STC="0083", SNU="0") as peer:
        assert told(f"scaip+udp://127.0.0.1:{peer.port}/?{HERE}", body=CLOSED) == Delivered()
        assert peer.ended_well()
        assert "<mty>RE</mty>" in peer.messages()


def test_sipp_gets_a_heartbeat_that_calls_nobody(tmp_path):
    with sipp("apart", tmp_path, STC="0102", SNU="0") as peer:
        assert told(f"scaip+udp://127.0.0.1:{peer.port}/?{HERE}", check=True) == Delivered()
        assert peer.ended_well()
        assert "<mty>PI</mty>" in peer.messages()


@pytest.mark.parametrize(("scheme", "transport"), [("udp", "u1"), ("tcp", "t1")])
@pytest.mark.parametrize(
    ("secret", "result"), [("geheim", Delivered()), ("fout", Failed("SIP 403", answered=True))]
)
def test_sipp_asks_to_log_in(tmp_path, scheme, transport, secret, result):
    with sipp("login", tmp_path, transport=transport) as peer:
        assert told(f"scaip+{scheme}://127.0.0.1:{peer.port}/?{HERE}&user=reik", secret=secret) == result
        assert peer.ended_well()


@pytest.mark.parametrize("scheme", ["udp", "tcp", "tls"])
@pytest.mark.parametrize("style", ["IN_ANSWER", "APART"])
def test_kamailio_responds_in_either_style(tmp_path, scheme, style):
    certificate, trust = issued(tmp_path)
    with kamailio(tmp_path, style, certificate=certificate) as peer:
        number = peer.tls_port if scheme == "tls" else peer.port
        host = "localhost" if scheme == "tls" else "127.0.0.1"
        assert told(f"scaip+{scheme}://{host}:{number}/?{HERE}", trust=trust) == Delivered()
        (line,) = peer.told()
        assert line.startswith("48213 application/scaip+xml <mrq>")
        if style == "APART":
            assert peer.heard() == ["200"]  # our answer to its response


@pytest.mark.parametrize("qop", ["auth", ""])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
@pytest.mark.parametrize("scheme", ["udp", "tcp", "tls"])
def test_kamailio_lets_in_who_knows_the_password(tmp_path, scheme, algorithm, qop):
    certificate, trust = issued(tmp_path)
    with kamailio(tmp_path, "WITH_LOGIN", certificate=certificate, ALGORITHM=algorithm, QOP=qop) as peer:
        number = peer.tls_port if scheme == "tls" else peer.port
        address = f"scaip+{scheme}://localhost:{number}/?{HERE}&user=reik"
        assert told(address, secret="geheim", trust=trust) == Delivered()
        assert told(address, secret="fout", trust=trust) == Failed("log-in refused (SIP 401)", answered=True)
        assert told(address, trust=trust) == Failed("log-in refused (SIP 401)", answered=True)
        assert len(peer.told()) == 1


def test_kamailio_with_a_certificate_of_a_stranger_is_told_nothing(tmp_path):
    certificate, _ = issued(tmp_path)
    with kamailio(tmp_path, certificate=certificate) as peer:
        assert told(f"scaip+tls://localhost:{peer.tls_port}/?{HERE}") == Failed("certificate not trusted")
        assert peer.told() == []


def test_kamailio_under_another_name_than_its_certificate_is_told_nothing(tmp_path):
    certificate, trust = issued(tmp_path)
    with kamailio(tmp_path, certificate=certificate) as peer:
        address = f"scaip+tls://127.0.0.1:{peer.tls_port}/?{HERE}"
        assert told(address, trust=trust) == Failed("certificate not trusted")
        assert peer.told() == []


def test_kamailio_answers_options(tmp_path):
    with kamailio(tmp_path) as peer:
        address = f"scaip+udp://127.0.0.1:{peer.port}/?{HERE}&check=options"
        assert told(address, check=True) == Delivered()
        assert peer.told() == []


def test_the_second_receiver_stands_in_for_one_that_is_not_there(tmp_path):
    with kamailio(tmp_path) as peer:
        assert told(f"scaip+tcp://127.0.0.1:1,127.0.0.1:{peer.port}/?{HERE}") == Delivered()
        assert len(peer.told()) == 1
