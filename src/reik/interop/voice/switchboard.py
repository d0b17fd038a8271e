"""All calls of this process: lines of a gateway, one call at a time per phone, and what comes in for which call."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Collection, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from reik.interop import Failed, Result
from reik.interop.voice import mapping, media, sdp
from reik.interop.voice.address import SHORTEST_S, Phone
from reik.interop.voice.call import Call
from reik.interop.voice.dialog import ALLOW
from reik.interop.voice.mapping import Script
from reik.interop.voice.ringing import Ringing
from reik.sip import message as sip
from reik.sip.asking import Login, Transactions, new_branch
from reik.sip.message import Message, Sending
from reik.sip.places import sent_by
from reik.sip.wire import Endpoint, Flow, Flows, Gone, Reply

CONNECT = 8.0  # seconds in which a connection is made
CHECKED_WITHIN = 10.0  # seconds in which a gateway says that it is there
SPOKEN_S = 25.0  # seconds kept of a call's time for what is said once it was answered
LINE_WITHIN = 2.0
LINE_AGAIN = timedelta(seconds=5)
LAST_WORDS = 1.0  # seconds in which calls are hung up when the process ends


class Switchboard:
    """What all deliveries of this process share."""

    def __init__(self, trust: ssl.SSLContext, t1: float) -> None:
        self._transactions = Transactions(t1)
        self._flows = Flows(self._hear, trust)
        self._tag = secrets.token_hex(4)
        self._calls: dict[str, Call] = {}
        self._lines: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._phones: dict[tuple[str, str], asyncio.Lock] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._rings: set[Ringing] = set()

    async def close(self) -> None:
        """Hang up everywhere, within LAST_WORDS."""
        if self._closing:
            await asyncio.wait(self._closing, timeout=LAST_WORDS)
        tasks = [*self._closing, *(each.task for each in self._rings)]
        for ringing in self._rings:
            ringing.forget()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._flows.close()

    def under_way(self) -> list[str]:
        """The messages about which a phone rings or somebody is spoken to."""
        return [each.message_id for each in self._calls.values() if not each.ended.done()]

    def recall(self, message_ids: Collection[str]) -> None:
        """These were taken back: somebody else has the alert, or it is over."""
        for each in list(self._calls.values()):
            if each.message_id in message_ids:
                each.recall()

    async def call(
        self, phone: Phone, script: Script, message_id: str, seconds: float, now: datetime
    ) -> Result:
        """Call once, all within so many seconds; whatever goes wrong on the way is a Failed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        try:
            async with asyncio.timeout(max(LINE_WITHIN, seconds - SHORTEST_S)):
                line = await self._line(phone)
        except TimeoutError:
            return Failed("all lines are in use", answered=True, retry_after=LINE_AGAIN)
        calls: list[Call] = []
        try:
            return await self._over(phone, script, message_id, until, now, calls)
        except (Gone, OSError) as error:
            return _no_way(error)
        finally:
            self._keep(self._hung_up(calls, phone, line))

    async def _line(self, phone: Phone) -> asyncio.Semaphore:
        """A line of the gateway, and the phone for this call alone; `_hung_up` gives both back."""
        lock = self._phones.setdefault((phone.gateway, phone.to), asyncio.Lock())
        line = self._lines.setdefault((phone.gateway, phone.lines), asyncio.Semaphore(phone.lines))
        await lock.acquire()
        try:
            await line.acquire()
        except BaseException:
            lock.release()
            raise
        return line

    async def _over(
        self, phone: Phone, script: Script, message_id: str, until: float, now: datetime, calls: list[Call]
    ) -> Result:
        while True:
            flow, kept = await self._way(phone)
            sound = await media.opened(flow.local[0])
            call = Call(phone, script, message_id, flow, sound, self._transactions)
            calls.append(call)
            self._calls[call.call_id] = call
            ring_s = min(phone.ring_s, until - asyncio.get_running_loop().time() - SPOKEN_S)
            try:
                return await call.place(ring_s, until, now)
            except Gone:
                # Most often a kept connection that ended while nobody wrote. Once the gateway was heard, no second
                # call is made: the first may ring.
                if not kept or call.was_heard_of:
                    raise

    async def _way(self, phone: Phone) -> tuple[Flow, bool]:
        async with asyncio.timeout(CONNECT):
            return await self._flows.to(phone.receiver, None)

    async def _hung_up(self, calls: Sequence[Call], phone: Phone, line: asyncio.Semaphore) -> None:
        try:
            for call in calls:
                await self._hang_up(call, phone)
                if self._calls.get(call.call_id) is call:
                    del self._calls[call.call_id]
        finally:
            line.release()
            self._phones[phone.gateway, phone.to].release()

    async def _hang_up(self, call: Call, phone: Phone) -> None:
        flow = None
        for ringing in call.rings:
            self._rings.add(ringing)
            ringing.task.add_done_callback(partial(self._forget, ringing))
        if call.flow.gone.done() and call.was_heard_of:
            with suppress(OSError, TimeoutError):
                flow, _ = await self._way(phone)
                if call.rings[-1].lost:
                    flow.send(call.rings[-1].invite.cancel())
        await call.close(flow)

    def _forget(self, ringing: Ringing, _: asyncio.Task[None]) -> None:
        self._rings.discard(ringing)

    def _keep(self, closing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def check(self, phone: Phone, seconds: float) -> Result:
        """SIP's OPTIONS to the gateway, logged in where it asks for that. Nothing rings."""
        try:
            async with asyncio.timeout(min(seconds, CHECKED_WITHIN)):
                flow, kept = await self._way(phone)
                try:
                    return await self._options(phone, flow)
                except Gone:
                    if not kept:
                        raise
                    flow, _ = await self._way(phone)
                    return await self._options(phone, flow)
        except (Gone, OSError) as error:
            return _no_way(error)

    async def _options(self, phone: Phone, flow: Flow) -> Result:
        login, uri = Login(phone.user, phone.secret), f"sip:{phone.domain}"
        call_id, tag = secrets.token_hex(12), secrets.token_hex(4)
        for cseq in range(1, 5):
            branch = new_branch()
            data = Sending(
                method="OPTIONS", uri=uri, sender=phone.sender, transport=phone.receiver.transport,
                sent_by=sent_by(flow.local), call_id=call_id, tag=tag, branch=branch, cseq=cseq,
                headers=(("Accept", sdp.CONTENT_TYPE),), logins=login.headers,
            ).formatted()  # fmt: skip
            final = await self._transactions.answered(flow, "OPTIONS", branch, data)
            if not login.answers(final, "OPTIONS", uri):
                break
        return mapping.health(final.status)

    def _hear(self, message: Message, source: Endpoint, reply: Reply) -> None:
        """Everything that comes in, by whatever way. Reik itself takes no calls."""
        del source
        if message.status:
            return self._transactions.hear(message)
        call = self._calls.get(message.one("call-id"))
        answer: bytes | None
        if call is not None:
            answer = call.asked(message)
        elif message.method == "ACK":
            answer = None
        else:
            status = {"OPTIONS": 200, "INVITE": 486}.get(message.method, 481)
            answer = sip.answer(message, status, self._tag, allow=ALLOW)
        if answer is not None:
            reply(answer)


def _no_way(error: Exception) -> Failed:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failed("certificate not trusted")
    if isinstance(error, Gone):
        return Failed(str(error))
    if isinstance(error, TimeoutError):
        return Failed("no answer of the gateway")
    return Failed(f"no connection ({type(error).__name__})")
