"""What a device is given to come in with: its document, and addresses that keep to TLS (section 1)."""

from __future__ import annotations

import pytest

from reik_dispenser.runtime.enrolment import Enrolment, EnrolmentUnfit, address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtts://reik.example", ("reik.example", 8883, True)),
        ("mqtts://reik.example:443", ("reik.example", 443, True)),
        ("mqtt://127.0.0.1:4222", ("127.0.0.1", 4222, False)),
        ("127.0.0.1:1883", ("127.0.0.1", 1883, False)),
        ("https://reik.example/door/", ("reik.example", 443, True)),
    ],
)
def test_addresses(url: str, expected: tuple[str, int, bool]) -> None:
    found = address(url)
    assert (found.host, found.port, found.tls) == expected


@pytest.mark.parametrize("url", ["mqtt://reik.example", "http://10.0.0.1", "ftp://x", "mqtts://"])
def test_plain_text_only_on_loopback(url: str) -> None:
    with pytest.raises(EnrolmentUnfit):
        address(url)


def test_the_enrolment_document() -> None:
    document = {
        "device": "DEV-1",
        "password": "p" * 22,
        "key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s",
        "mqtt": "mqtt://[::1]:1",
        "https": None,
        "ca": None,
    }
    assert Enrolment.from_data(document).key == b"k" * 32
    assert "kkk" not in repr(Enrolment.from_data(document))
    for name in ("device", "password", "key", "mqtt"):
        with pytest.raises(EnrolmentUnfit):
            Enrolment.from_data({**document, name: None})
    with pytest.raises(EnrolmentUnfit):
        Enrolment.from_data({**document, "key": "abc"})
