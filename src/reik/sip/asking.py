"""A request of ours and its answer: sent again until it is answered (RFC 3261, 17.1.2), logged in where asked."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

from reik.sip import digest
from reik.sip.message import Message
from reik.sip.wire import Flow, Gone

T1, T2 = 0.5, 4.0  # seconds: first and longest wait before a datagram is sent again
TRANSACTION = 32.0  # seconds (64 × T1) after which a peer that said nothing is not there
MOST_WAITING = 16  # answers to one request that are kept while nobody reads them
_LOG_INS = {401: ("www-authenticate", "Authorization"), 407: ("proxy-authenticate", "Proxy-Authorization")}


@dataclass(slots=True)
class Login:
    """A user's log-in for the requests of one call or question; the password never leaves by itself."""

    user: str
    secret: str | None
    said: dict[str, str] = field(default_factory=dict)  # headers of the next request

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.said.items())

    def answers(self, final: Message, method: str, uri: str) -> bool:
        """Whether it is worth asking again, now with `headers`: never twice with a password that was refused."""
        if final.status not in _LOG_INS or self.secret is None:
            return False
        where, header = _LOG_INS[final.status]
        challenge = digest.challenge(final.all(where))
        if challenge is None or (header in self.said and not challenge.stale):
            return False
        self.said[header] = digest.credentials(
            challenge,
            user=self.user,
            password=self.secret,
            method=method,
            uri=uri,
            cnonce=secrets.token_hex(8),
        )
        return True


@dataclass(slots=True)
class Pending:
    """One request that waits for its answers."""

    method: str
    flow: Flow
    heard: asyncio.Queue[Message]

    async def next(self, seconds: float | None) -> Message | None:
        """The next answer; None when none came in time. Raises Gone when none can come any more."""
        getting = asyncio.ensure_future(self.heard.get())
        try:
            await first(getting, self.flow.gone, seconds=seconds)
            if getting.done():
                return getting.result()
            if self.flow.gone.done():
                raise Gone("the connection ended before the answer")
            return None
        finally:
            getting.cancel()


class Transactions:
    """The requests of ours that are under way in this process."""

    def __init__(self, t1: float = T1) -> None:
        self.t1 = t1
        self._pending: dict[tuple[str, str], Pending] = {}

    def begin(self, branch: str, method: str, flow: Flow) -> Pending:
        """Hear the answers to this request until `end`."""
        pending = self._pending[branch, method] = Pending(method, flow, asyncio.Queue())
        return pending

    def end(self, branch: str, method: str) -> None:
        self._pending.pop((branch, method), None)

    def hear(self, answer: Message) -> None:
        """An answer that came in; one that nobody waits for is dropped."""
        pending = self._pending.get((answer.branch, answer.cseq_method))
        if pending is not None and pending.heard.qsize() < MOST_WAITING:
            pending.heard.put_nowait(answer)

    async def answered(self, flow: Flow, method: str, branch: str, data: bytes) -> Message:
        """The final answer. A datagram is sent again after T1, 2·T1 … T2, and every T2 once it was said to be heard.

        Waits as long as it is let. Raises Gone.
        """
        pending, wait = self.begin(branch, method, flow), self.t1
        try:
            flow.send(data)
            while True:
                heard = await pending.next(None if flow.reliable else wait)
                if heard is None:
                    flow.send(data)
                    wait = min(2 * wait, T2)
                elif heard.status >= 200:
                    return heard
                else:
                    wait = T2
        finally:
            self.end(branch, method)


async def first(*waited: asyncio.Future[Any], seconds: float | None = None) -> None:
    """Wait for one of these, at most so many seconds."""
    await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


def new_branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"
