"""The address of a call: what it says, and what is wrong with one that cannot be used."""

from __future__ import annotations

import pytest

from reik.interop import ADAPTERS, AddressRefused
from reik.interop.voice import port
from reik.interop.voice.address import phone
from reik.kernel.operations import is_on_this_machine
from reik.sip.places import Receiver, Transport

ADDRESS = "voice+tls://sip.example/?to=+31612345678&from=+31201234567"


def test_an_address_in_full():
    made = phone(
        "voice+udp://127.0.0.1:5070/?to=+31612345678&from=0201234567&domain=sip.example&user=reik&lang=en&ring=20&lines=2",
        "geheim", 60,
    )  # fmt: skip
    assert made.receiver == Receiver(Transport.UDP, "127.0.0.1", 5070)
    assert made.uri == "sip:+31612345678@sip.example;user=phone"
    assert made.sender == "sip:0201234567@sip.example"
    assert (made.lang, made.ring_s, made.lines, made.secret) == ("en", 20, 2, "geheim")
    assert made.gateway == "udp:reik@127.0.0.1:5070"
    assert "geheim" not in repr(made) + made.gateway


def test_what_is_left_out():
    made = phone(ADDRESS, None, 60)
    assert made.receiver == Receiver(Transport.TLS, "sip.example", 5061)
    assert (made.domain, made.lang, made.ring_s, made.lines) == ("sip.example", "nl", 25, 4)
    assert phone(ADDRESS.replace("sip.example", "[2001:db8::1]"), None, 60).domain == "[2001:db8::1]"


@pytest.mark.parametrize(
    ("address", "secret", "says"),
    [
        ("tel:+31612345678", None, "voice+tls://"),
        ("voice+tls://sip.example", None, "`to`"),
        ("voice+tls:///?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://a@sip.example/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example:0/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example:99999/?to=a&from=b", None, "voice+tls://"),
        ("voice+tls://sip.example/x?to=a&from=b", None, "voice+tls://"),
        ("voice+udp://sip.example/?to=a&from=b", None, "net=closed"),
        ("voice+tcp://10.0.0.1/?to=a&from=b", None, "net=closed"),
        (ADDRESS + "&net=open", None, "`net`"),
        (ADDRESS + "&to=b", None, "said twice"),
        (ADDRESS + "&colour=b", None, "unknown"),
        (ADDRESS.replace("+31612345678", "+3161234567"), None, "nine digits"),
        (ADDRESS.replace("+31612345678", "a b"), None, "`to`"),
        (ADDRESS.replace("+31612345678", "a%0d%0aRoute: x"), None, "`to`"),
        (ADDRESS.replace("+31201234567", "%3Csip:x%3E"), None, "`from`"),
        (ADDRESS + "&lang=de", None, "nl or en"),
        (ADDRESS + "&ring=26", None, "5 to 25"),
        (ADDRESS + "&ring=x", None, "5 to 25"),
        (ADDRESS + "&lines=0", None, "1 to 64"),
        (ADDRESS + "&srtp=yes", None, "`srtp`"),
        ("voice+udp://127.0.0.1/?to=a&from=b&srtp=on", None, "`srtp`"),
        (ADDRESS + "&domain=a%20b", None, "`domain`"),
        (ADDRESS + "&user=a%0ab", None, "`user`"),
        (ADDRESS, "geheim", "`user`"),
    ],
)
def test_an_address_that_cannot_be_used_says_what_to_change(address, secret, says):
    with pytest.raises(AddressRefused) as refused:
        port.peer(address, secret, 60)
    assert says in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert "3161234567" not in str(refused.value).replace("+31612345678", "")


def test_a_time_out_in_which_nobody_could_answer_is_refused():
    with pytest.raises(AddressRefused, match="40 to 60 seconds"):
        port.peer(ADDRESS, None, 10)


def test_a_demo_knows_that_it_stays_on_this_machine():
    assert is_on_this_machine("voice+udp://127.0.0.1:5060/?to=a&from=b")
    assert not is_on_this_machine(ADDRESS)


def test_it_is_a_channel():
    assert ADAPTERS["voice"] == "reik.interop.voice.port"
