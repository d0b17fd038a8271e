"""Hosts in addresses: how one is written, and whether it is this machine. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
"""A host's name or IPv4 address, in full."""


def is_loopback(host: str) -> bool:
    """Whether a host of an address, without its port, is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def host_and_port(parts: SplitResult) -> tuple[str, int | None]:
    """The host (IPv6 in its shortest form) and the port, None where none is said. Raises ValueError for neither."""
    host, port = parts.hostname or "", parts.port
    if port == 0:
        raise ValueError("no port")
    if ":" in host:
        return ip_address(host).compressed, port
    if not NAME.fullmatch(host):
        raise ValueError("no host")
    return host, port
