"""The outside world: one folder per peer or protocol, one line here to add one.

A folder holds `mapping.py` (pure: values in, bytes or words out), `port.py` (the I/O, a `Port`),
`quality.toml` (what was proven, against whom) and `README.md`. Folders never import each other; what they
share is in this file, which reaches neither Django nor a driver.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

# kernel.Destination.channel -> the module that is its Port
ADAPTERS: Mapping[str, str] = {
    "webhook": "reik.interop.webhooks.port",
    "email": "reik.interop.email.port",
    "scaip": "reik.interop.scaip.port",
    "webpush": "reik.interop.webpush.port",
    "sms": "reik.interop.sms.port",
    "voice": "reik.interop.voice.port",
    "espax": "reik.interop.espax.port",
}


class AddressRefused(Exception):
    """A destination's address or secret cannot be used; the message says what to change, never the value."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took the message, which says nothing of a person."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A person took it at once, by a key on the phone or on a handset: `by` says who or what answered."""

    by: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The other side did not take it. `error` is without content, address or answer: it is stored and logged.

    `permanent`: the same message will never be taken, so it is given up. `answered`: the other side is
    there and refused this message; a peer that is there is not cut off for it. `retry_after`: it asked to
    wait this long.
    """

    error: str
    permanent: bool = False
    answered: bool = False
    retry_after: timedelta | None = None


Result = Delivered | Accepted | Failed


@dataclass(frozen=True, slots=True)
class Late:
    """What a person said of a message after its delivery had ended: she took it, or nobody will.

    `gateway` is empty for what this process sent itself; else the message counts only if it went by that gateway.
    """

    message_id: str
    result: Accepted | Failed
    gateway: str = ""


class Port(Protocol):
    """What `reik send` asks of an adapter's `port` module."""

    def opened(self) -> AbstractAsyncContextManager[Any]:
        """What all deliveries of this process share (a client session); closed when the process ends."""

    def peer(self, address: str, secret: str | None, timeout_s: float) -> Any:
        """One destination made ready, so that a delivery does no work twice. Raises AddressRefused."""

    def deliver(
        self, session: Any, peer: Any, *, message_id: str, body: str, now: datetime
    ) -> Awaitable[Result]:
        """Try once, within the peer's time-out. Gives Failed for whatever the other side or the wire does."""


class Recalled(Protocol):
    """A Port whose deliveries take long and can be stopped: a phone does not ring on about what is over."""

    def under_way(self, session: Any) -> Sequence[str]:
        """The keys of the messages that are being delivered now."""

    def recall(self, session: Any, message_ids: Collection[str]) -> None:
        """Stop delivering these; `deliver` then ends at once, whatever it gives."""


class Belated(Protocol):
    """A Port that hears people after `deliver` has ended: what they say is asked for every round, and told."""

    def late(self, session: Any) -> Sequence[Late]:
        """What became known since it was asked last; each once."""


class Watched(Protocol):
    """A Port whose way out can be tried without calling anybody: `reik send` does so every five minutes (R56)."""

    def gateway(self, peer: Any) -> str:
        """What many destinations share (a provider, a receiver), without secret: it is tried once for all."""

    def check(self, session: Any, peer: Any, *, now: datetime) -> Awaitable[Result]:
        """Whether the gateway would take a message now. Calls nobody, costs nothing."""


class Suspicious(Watched, Protocol):
    """A Port that may come to doubt a gateway between two tries: it took messages and confirms none of them."""

    def suspected(self, session: Any) -> Sequence[str]:
        """These gateways, by the name that `gateway` gives; each is then tried at once."""
