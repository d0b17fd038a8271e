"""Where devices reach this installation: what their enrolment document says (device contract, section 1)."""

from __future__ import annotations

import os
from dataclasses import dataclass

from reik.kernel.home import Home

_USUAL_MQTT = "127.0.0.1:1883"


class DoorsUnknown(ValueError):
    """What the settings say of the doors cannot be used; the message names the setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """`mqtt` and `https` are URLs, `ca` the certificate (PEM) that the device trusts; empty: the public ones."""

    mqtt: str
    https: str
    ca: str = ""


def doors_here() -> Doors:
    """The doors of a device on this very machine."""
    runtime = Home.from_environment().runtime()
    return Doors(
        mqtt=f"mqtt://{(runtime.mqtt if runtime else '') or _USUAL_MQTT}",
        https=runtime.web if runtime else "",
    )


def doors_outside() -> Doors:
    """The doors of a device in a home: by `REIK_DEVICE_MQTT`, `REIK_DEVICE_HTTPS` and `REIK_DEVICE_CA`.

    Where nothing is set they are those of this machine. Raises DoorsUnknown for an address without TLS that is
    not this machine, and for a certificate that cannot be read.
    """
    here = doors_here()
    mqtt = os.environ.get("REIK_DEVICE_MQTT") or here.mqtt
    https = os.environ.get("REIK_DEVICE_HTTPS") or here.https
    for name, url, scheme, said in (
        ("REIK_DEVICE_MQTT", mqtt, "mqtts://", here.mqtt),
        ("REIK_DEVICE_HTTPS", https, "https://", here.https),
    ):
        if url != said and not url.startswith(scheme):
            raise DoorsUnknown(f"{name} begins with {scheme}: a device in a home speaks over TLS only.")
    return Doors(mqtt=mqtt, https=https, ca=_certificate())


def _certificate() -> str:
    path = os.environ.get("REIK_DEVICE_CA")
    if not path:
        return ""
    try:
        with open(path, encoding="ascii") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as failure:
        raise DoorsUnknown(
            "REIK_DEVICE_CA names a file that cannot be read: give a certificate in PEM."
        ) from failure
    if "-----BEGIN CERTIFICATE-----" not in text:
        raise DoorsUnknown("REIK_DEVICE_CA names a file that holds no certificate in PEM.")
    return text
