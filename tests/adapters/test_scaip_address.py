"""SCAIP's addresses: read whole or refused, also against hypothesis."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reik.interop import AddressRefused
from reik.interop.scaip.address import Receiver, Transport, centre
from reik.kernel.operations import is_on_this_machine
from tests.adapters.scaip.telling import TLS


def test_an_address_with_everything():
    made = centre(
        "scaip+tls://arc.example:5071,arc2.example,[2001:db8::1]:5062/?to=arc&from=reik.example&cid={client}&hub=77"
        "&user=re%20ik&dty=0012&did=D0091&lco=002&pri=2,1,0&lang=en&zone=Europe/Berlin&check=options&hbi=minutes",
        "geheim",
    )
    assert made.receivers == (
        Receiver(Transport.TLS, "arc.example", 5071),
        Receiver(Transport.TLS, "arc2.example", 5061),
        Receiver(Transport.TLS, "2001:db8::1", 5062),
    )
    assert (made.hub, made.user, made.dty, made.did, made.lco) == ("77", "re ik", "0012", "D0091", "002")
    assert (made.pri, made.lang, made.zone.key, made.asks_options, made.hbi_s) == (
        ("2", "1", "0"), "en", "Europe/Berlin", True, 60,
    )  # fmt: skip
    assert made.gateway == "tls:re ik@arc.example:5071,arc2.example:5061,[2001:db8::1]:5062"
    assert "geheim" not in repr(made)
    assert "geheim" not in made.gateway


def test_what_is_not_said_has_a_default():
    made = centre("scaip+udp://127.0.0.1/?to=arc&from=reik.example&cid=48213", "")
    assert made.receivers == (Receiver(Transport.UDP, "127.0.0.1", 5060),)
    assert (made.hub, made.user, made.secret, made.dty, made.did, made.pri) == (
        "48213",
        "",
        None,
        "0011",
        "",
        (),
    )
    assert (made.lang, made.hbi_s, made.asks_options, made.listen) == ("nl", 0, False, None)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+tls:///?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example",
        "scaip+tls://arc.example/x?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example:0/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example:x/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example,/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example,arc.example:5061/?to=arc&from=reik.example&cid=1",
        "scaip+tls://a,b,c,d,e/?to=arc&from=reik.example&cid=1",
        "scaip+tls://wie:wat@arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+tls://arc.example/?from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=arc&cid=1",
        "scaip+tls://arc.example/?to=arc&from=reik.example",
        "scaip+tls://arc.example/?to=arc&to=b&from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=a%0d%0aX:y&from=reik.example&cid=1",
        "scaip+tls://arc.example/?to=arc&from=reik.example%3E&cid=1",
        TLS + "abc",
        TLS + "12345678901234567",
        TLS + "12345{client}",
        TLS + "{client}{client}",
        TLS + "1&user=a%0d%0aRoute:x",
        TLS + "1&hub=x",
        TLS + "1&did=D00910000",
        TLS + "1&dty=00111",
        TLS + "1&lco=0021",
        TLS + "1&pri=1",
        TLS + "1&lang=fr",
        TLS + "1&zone=Mars",
        TLS + "1&zone=../../etc/passwd",
        TLS + "1&check=no",
        TLS + "1&hbi=days",
        TLS + "1&net=open",
        TLS + "1&listen=127.0.0.1:5060",
        TLS + "1&colour=red",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=reik.example:5060",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=0.0.0.0:5060",
        "scaip+tcp://127.0.0.1/?to=arc&from=reik.example&cid=1&listen=127.0.0.1",
        # in the clear only on this machine, or where the network is said to be closed
        "scaip+tcp://arc.example/?to=arc&from=reik.example&cid=1",
        "scaip+udp://10.0.0.4/?to=arc&from=reik.example&cid=1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address):
    with pytest.raises(AddressRefused) as refused:
        centre(address, None)
    assert "wat" not in str(refused.value)


def test_in_the_clear_over_a_network_that_is_said_to_be_closed():
    made = centre("scaip+udp://10.0.0.4,10.0.0.5/?to=arc&from=reik.example&cid=1&net=closed", None)
    assert [each.host for each in made.receivers] == ["10.0.0.4", "10.0.0.5"]


@pytest.mark.parametrize(
    "hosts", ["127.0.0.1:5060,arc.example", "arc.example,localhost", "[::1],192.0.2.1:5061"]
)
@pytest.mark.parametrize("scheme", ["udp", "tcp", "tls"])
def test_this_machine_and_elsewhere_do_not_mix(hosts, scheme):
    with pytest.raises(AddressRefused):
        centre(f"scaip+{scheme}://{hosts}/?to=arc&from=reik.example&cid=1&net=closed", None)


hosts = st.sampled_from(
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "arc.example",
        "192.0.2.1",
        "[2001:db8::1]",
        "127.0.0.1.nl",
        "x@127.0.0.1",
        "0",
    ]
)
ports = st.sampled_from(["", ":5060", ":1", ":x", ":"])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(hosts, ports), max_size=4))
def test_what_a_demo_lets_through_stays_on_this_machine(parts):
    """A demo looks at an address as one URL; what is usable of it must not reach further than that."""
    address = f"scaip+tls://{','.join(map(''.join, parts))}/?to=arc&from=reik.example&cid=1"
    try:
        made = centre(address, None)
    except AddressRefused:
        return
    if is_on_this_machine(address):
        assert {each.host for each in made.receivers} <= {"127.0.0.1", "localhost", "::1"}


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
@example("scaip+tls://[/?")
@example("scaip+tls://[1]/?to=a&from=b&cid=1")
@example("scaip+tls://\u2100.example/?to=a")
def test_any_address_is_read_or_refused(text):
    for each in (text, f"scaip+tls://{text}/?to=arc&from=reik.example&cid=1", TLS + text):
        with suppress(AddressRefused):
            centre(each, None)
