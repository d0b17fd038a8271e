"""The addresses that a device in a home gets (device contract, section 1)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from reik.dispensing.devices.enrolment import Enrolment
from reik.kernel.doors import DoorsUnknown, doors_here, doors_outside
from reik_dispenser.runtime.enrolment import Enrolment as AtTheDevice

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
GIVEN = Enrolment(dispenser_id=UUID(int=1), device="DEV-1", generation=1, password="p" * 32, key=b"k" * 32)


@pytest.fixture(autouse=True)
def of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REIK_HOME", str(tmp_path))
    for name in ("REIK_DEVICE_MQTT", "REIK_DEVICE_HTTPS", "REIK_DEVICE_CA"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_is_this_machine() -> None:
    assert doors_outside() == doors_here()


def test_a_device_reads_what_it_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REIK_DEVICE_MQTT", "mqtts://broker.example:8883")
    monkeypatch.setenv("REIK_DEVICE_HTTPS", "https://reik.example")
    authority = tmp_path / "ca.pem"
    authority.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    monkeypatch.setenv("REIK_DEVICE_CA", str(authority))
    document = json.loads(json.dumps(GIVEN.document(doors_outside())))
    read = AtTheDevice.from_data(document)
    assert (read.mqtt.host, read.mqtt.port, read.mqtt.tls) == ("broker.example", 8883, True)
    assert read.https is not None
    assert (read.https.host, read.https.tls) == ("reik.example", True)
    assert read.key == GIVEN.key
    assert read.ca is not None
    assert "BEGIN CERTIFICATE" in read.ca


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REIK_DEVICE_MQTT", "mqtt://broker.example:1883"),
        ("REIK_DEVICE_HTTPS", "http://reik.example"),
        ("REIK_DEVICE_CA", "/no/such/file"),
        ("REIK_DEVICE_CA", "key"),
    ],
)
def test_a_setting_that_exposes_a_device_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    (tmp_path / "key").write_text("no certificate")
    monkeypatch.setenv(name, str(tmp_path / value) if value == "key" else value)
    with pytest.raises(DoorsUnknown, match=name):
        doors_outside()
