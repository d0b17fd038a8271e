"""What SIP says instead of taking an alert over: refusals, and the ways of logging in."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.interop import Delivered, Failed
from tests.adapters.scaip import fake
from tests.adapters.scaip.fake import Asked, over_tcp, over_udp
from tests.adapters.scaip.telling import run, session, tcp, tell, udp


@pytest.mark.parametrize(
    ("status", "more", "result"),
    [
        ("404 Not Found", (), Failed("SIP 404", answered=True)),
        ("302 Moved", ("Contact: <sip:elders@example>",), Failed("SIP 302", answered=True)),
        ("415 Unsupported", (), Failed("SIP 415", permanent=True, answered=True)),
        (
            "503 Away",
            ("Retry-After: 20 (in bespreking)",),
            Failed("SIP 503", retry_after=timedelta(seconds=20)),
        ),
        ("603 Decline", (), Failed("SIP 603")),
    ],
)
def test_what_sip_says(status, more, result):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer(status, "", *more)) as peer:
            assert await tell(at, udp(peer)) == result

    run(main)


def test_a_refusal_that_says_why_in_scaip():
    async def main() -> None:
        def refuses(asked: Asked) -> None:
            asked.answer("400 Bad Request", f"<mrs><ref>{asked.ref}</ref><snu>7</snu></mrs>")

        async with session() as at, over_udp(refuses) as peer:
            assert await tell(at, udp(peer)) == Failed(
                "SCAIP 7 (a mandatory part is missing)", permanent=True, answered=True
            )

    run(main)


@pytest.mark.parametrize(
    "asks",
    [
        "WWW-Authenticate: Basic realm=x",
        'WWW-Authenticate: Digest realm="x", nonce="y", qop="auth-int"',
        'WWW-Authenticate: Digest realm="x", nonce="y", algorithm=SHA-512',
        'WWW-Authenticate: Digest realm="x',
        "Warning: 399 nothing asked",
    ],
)
def test_a_log_in_of_which_we_know_nothing_is_a_refusal(asks):
    async def main() -> None:
        async with session() as at, over_udp(lambda asked: asked.answer("401 No", "", asks)) as peer:
            assert await tell(at, udp(peer), secret="geheim") == Failed(
                "log-in refused (SIP 401)", answered=True
            )
            assert len(peer.asked) == 1

    run(main)


def test_a_nonce_that_grew_old_is_renewed_and_proxy_and_receiver_may_both_ask():
    asks = {
        1: ("407 Proxy", 'Proxy-Authenticate: Digest realm="p", nonce="1"'),
        2: ("401 No", 'WWW-Authenticate: Digest realm="c", nonce="2", qop="auth", algorithm=SHA-256'),
        3: ("401 No", 'WWW-Authenticate: Digest realm="c", nonce="3", stale=true'),
    }

    async def main() -> None:
        async def guarded(asked: Asked) -> None:
            number = int(asked.header("CSeq").split()[0])
            if number in asks:
                asked.answer(asks[number][0], "", asks[number][1])
            else:
                await fake.treats(asked)

        async with session() as at, over_tcp(guarded) as peer:
            assert await tell(at, tcp(peer), secret="geheim") == Delivered()
            last = peer.asked[-1]
            assert 'nonce="3"' in last.header("Authorization")
            assert 'nonce="1"' in last.header("Proxy-Authorization")
            assert "geheim" not in last.text
            assert len({each.header("Call-ID") for each in peer.asked}) == 1

    run(main)


def test_who_keeps_asking_to_log_in_is_not_asked_for_ever():
    async def main() -> None:
        always = 'WWW-Authenticate: Digest realm="c", nonce="3", stale=true'
        async with session() as at, over_tcp(lambda asked: asked.answer("401 No", "", always)) as peer:
            assert await tell(at, tcp(peer), secret="x") == Failed("log-in refused (SIP 401)", answered=True)
            assert len(peer.asked) == 4

    run(main)
