"""One request to one receiver: sent again until it is answered, logged in where asked, and the centre's own response
awaited, whichever way it comes (RFC 3261 section 17.1.2)."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reik.interop.scaip.address import Centre
from reik.interop.scaip.documents import CONTENT_TYPE, NoResponse, Response, response
from reik.sip import message as sip
from reik.sip.asking import T1, Login, Transactions, first, new_branch
from reik.sip.message import Message, Sending
from reik.sip.places import Receiver, Transport, sent_by
from reik.sip.wire import Endpoint, Flow, Gone, Reply

NO_ANSWER = "no answer"
REMEMBERED, MOST_REMEMBERED = 600.0, 10_000
HEADERS = (("Allow", "MESSAGE, OPTIONS"), ("Accept", "application/scaip+xml, application/xml"))
_XML = ("application/scaip+xml", "application/xml", "text/xml")


@dataclass(slots=True)
class Awaited:
    """One message for which a response may come: from the receiver that is asked now, or late from one before.

    Only a receiver that was asked can answer. That it took the message counts whenever it comes; that it did
    not, only while it is being asked.
    """

    ref: str
    until: float = 0.0
    taken: Response | None = None
    refused: bool = False  # for a fault of ours: no receiver would take it
    silence: str = NO_ANSWER  # what it is called when nothing more comes
    asked: list[Endpoint] = field(default_factory=list)
    _now: asyncio.Future[Response] | None = None

    def begin(self, remote: Endpoint) -> asyncio.Future[Response]:
        """Ask this receiver from now on; gives its response, once."""
        if remote in self.asked:
            self.asked.remove(remote)
        self.asked.append(remote)
        self.silence = NO_ANSWER
        self._now = asyncio.get_running_loop().create_future()
        if self.taken is not None:
            self._now.set_result(self.taken)
        return self._now

    def hear(self, said: Response, source: Endpoint) -> None:
        if all(source[0] != each[0] for each in self.asked):
            return
        if said.snu == 0:
            self.taken = said
        elif source != self.asked[-1] and (source[0] != self.asked[-1][0] or source in self.asked):
            return
        if self._now is not None and not self._now.done():
            self._now.set_result(said)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request to one receiver: who, whom, by which way, and what."""

    centre: Centre
    receiver: Receiver
    flow: Flow
    method: str
    cid: str
    body: bytes = b""

    @property
    def uri(self) -> str:
        return f"{self._scheme}:{self.centre.to}@{self.receiver}"

    @property
    def _scheme(self) -> str:
        return "sips" if self.receiver.transport is Transport.TLS else "sip"

    def formatted(
        self, *, call_id: str, tag: str, cseq: int, branch: str, logins: tuple[tuple[str, str], ...]
    ) -> bytes:
        return Sending(
            method=self.method, uri=self.uri, sender=f"{self._scheme}:{self.cid}@{self.centre.domain}",
            transport=self.receiver.transport, sent_by=sent_by(self.centre.listen or self.flow.local),
            call_id=call_id, tag=tag, branch=branch, cseq=cseq, headers=HEADERS, logins=logins,
            content_type=CONTENT_TYPE if self.body else "", body=self.body,
        ).formatted()  # fmt: skip


class Exchange:
    """What is under way in this process, and what is still remembered of what was."""

    def __init__(self, t1: float = T1) -> None:
        self._transactions = Transactions(t1)
        self._tag = secrets.token_hex(4)
        self._awaited: dict[str, Awaited] = {}
        self._past: OrderedDict[str, Awaited] = OrderedDict()

    @contextmanager
    def awaiting(self, ref: str) -> Iterator[Awaited]:
        """Responses with this ref are heard here; they still are, for ten minutes, when this has ended."""
        now = asyncio.get_running_loop().time()
        awaited = self._awaited.get(ref) or self._past.pop(ref, None) or Awaited(ref)
        self._awaited[ref] = awaited
        try:
            yield awaited
        finally:
            self._awaited.pop(ref, None)
            awaited.until = now + REMEMBERED
            self._past[ref] = awaited
            while self._past:
                oldest = next(iter(self._past.values()))
                if oldest.until > now and len(self._past) <= MOST_REMEMBERED:
                    break
                self._past.popitem(last=False)

    def hear(self, message: Message, source: Endpoint, reply: Reply) -> None:
        """Everything that comes in, by whatever way."""
        if not message.status:
            status = self._status(message, source)
            return reply(sip.answer(message, status, self._tag)) if status else None
        self._transactions.hear(message)

    def _status(self, request: Message, source: Endpoint) -> int:
        """How a request to us is answered, 0 for not at all."""
        if request.method != "MESSAGE":
            return {"OPTIONS": 200, "ACK": 0}.get(request.method, 405)
        try:
            said = response(request.body)
        except NoResponse:
            kind = request.one("content-type").partition(";")[0].strip().lower()
            return 400 if kind in _XML else 415
        if awaited := self._awaited.get(said.ref) or self._past.get(said.ref):
            awaited.hear(said, source)
        return 200  # also for what nobody here waits for: it may be a second copy, or of another process

    async def told(self, asking: Asking, awaited: Awaited) -> Response | Message:
        """Send a request; gives the centre's response, or SIP's refusal. Waits as long as it is let. Raises Gone."""
        saying = awaited.begin(asking.flow.remote)
        asked = asyncio.ensure_future(self.asked(asking))
        try:
            await first(asked, saying)
            if saying.done():
                return saying.result()
            final = asked.result()
            awaited.silence = "taken over, but no response of the centre"
            if final.body.strip():
                _hear_in_answer(awaited, final.body, asking.flow.remote)
            if not 200 <= final.status < 300 and not saying.done():
                return final
            # Where we listen ourselves, the response may still come by a connection of theirs.
            await (first(saying) if asking.centre.listen else first(saying, asking.flow.gone))
            if not saying.done():
                raise Gone("the connection ended before the response")
            return saying.result()
        finally:
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)

    async def asked(self, asking: Asking) -> Message:
        """The final answer to one request, after logging in where that is asked. Raises Gone."""
        centre, uri = asking.centre, asking.uri
        numbers = {"call_id": f"{secrets.token_hex(12)}@{centre.domain}", "tag": secrets.token_hex(4)}
        login = Login(centre.user or centre.hub, centre.secret)
        for cseq in range(1, 5):
            branch = new_branch()
            data = asking.formatted(cseq=cseq, branch=branch, logins=login.headers, **numbers)
            final = await self._transactions.answered(asking.flow, asking.method, branch, data)
            if not login.answers(final, asking.method, uri):
                return final
        return final


def _hear_in_answer(awaited: Awaited, body: bytes, source: Endpoint) -> None:
    """The response in a 200. One that is none, or another's, is no response: the right one may still come apart."""
    try:
        said = response(body)
    except NoResponse:
        awaited.silence = "an answer that is no SCAIP response"
        return
    if said.ref == awaited.ref:
        awaited.hear(said, source)
    else:
        awaited.silence = "a response about another message"
