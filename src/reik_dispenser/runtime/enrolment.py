"""The one JSON document that a device gets at enrolment (section 1)."""

import ssl
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from reik_dispenser.wire import is_device_name

KEY_BYTES = 32
_PORTS = {"mqtt": 1883, "mqtts": 8883, "http": 80, "https": 443}


class EnrolmentUnfit(ValueError):
    """This document cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where Reik is. TLS with a verified certificate on anything but loopback."""

    host: str
    port: int
    tls: bool
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What a device needs to speak to Reik. `ca` is a PEM certificate; None = those of the system."""

    device: str
    password: str = field(repr=False)
    key: bytes = field(repr=False)
    mqtt: Address
    https: Address | None = None
    ca: str | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Enrolment":
        """Raises EnrolmentUnfit."""
        device, password, key = (data.get(name) for name in ("device", "password", "key"))
        mqtt, https, ca = (data.get(name) for name in ("mqtt", "https", "ca"))
        if not isinstance(device, str) or not is_device_name(device):
            raise EnrolmentUnfit("`device` has 3 to 32 capitals, digits or hyphens")
        if not isinstance(password, str) or not isinstance(key, str) or not isinstance(mqtt, str):
            raise EnrolmentUnfit(f"{device}: `password`, `key` and `mqtt` are texts")
        try:
            secret = urlsafe_b64decode(key + "=" * (-len(key) % 4))
        except ValueError:
            secret = b""
        if len(secret) != KEY_BYTES:
            raise EnrolmentUnfit(f"{device}: `key` is base64url of {KEY_BYTES} bytes")
        return cls(
            device=device, password=password, key=secret, mqtt=address(mqtt),
            https=address(https) if isinstance(https, str) and https else None,
            ca=ca if isinstance(ca, str) and ca else None,
        )  # fmt: skip

    def tls_context(self, to: Address) -> ssl.SSLContext | None:
        """Verifies the certificate; None for plain text on loopback."""
        if not to.tls:
            return None
        context = ssl.create_default_context(cadata=self.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def address(url: str) -> Address:
    """`mqtts://host:8883`, `https://host`; without TLS only on loopback. A bare `host:port` is MQTT."""
    parts = urlsplit(url if "://" in url else f"{'mqtt' if _is_local(url) else 'mqtts'}://{url}")
    if parts.scheme not in _PORTS or not parts.hostname:
        raise EnrolmentUnfit(f"{url}: not an address of Reik")
    tls = parts.scheme.endswith("s")
    if not tls and not _is_loopback(parts.hostname):
        raise EnrolmentUnfit(f"{url}: without TLS only on this machine itself")
    return Address(
        host=parts.hostname, port=parts.port or _PORTS[parts.scheme], tls=tls, path=parts.path.rstrip("/")
    )


def _is_local(url: str) -> bool:
    return _is_loopback(url.rsplit(":", 1)[0].strip("[]"))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
