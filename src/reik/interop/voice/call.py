"""One call: it rings, somebody answers, Reik speaks until a key is pressed, and hangs up."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime
from secrets import randbits, token_bytes

from reik.interop import Delivered, Failed, Result
from reik.interop.voice import mapping, rtp, sdp
from reik.interop.voice.address import Phone
from reik.interop.voice.dialog import ALLOW, Dialog, Invite
from reik.interop.voice.mapping import Script
from reik.interop.voice.media import Media
from reik.interop.voice.ringing import Ringing
from reik.interop.voice.sdp import Remote
from reik.interop.voice.sound import spoken
from reik.interop.voice.srtp import MASTER
from reik.sip import message as sip
from reik.sip.asking import Login, Transactions, first, new_branch
from reik.sip.message import Message
from reik.sip.wire import Flow, Gone

TRYING = 8.0  # seconds in which a gateway says that it heard us
CROSSING = 3.0  # seconds in which it says what became of a call that was stopped
BREATH = 0.6  # seconds between answering and the first word: a phone goes to the ear
LISTEN = 4.0  # seconds after the last word in which a key may come
PASSES = 2  # times that everything is said when no key is pressed
GOODBYE_WITHIN, BYE_WITHIN = 8.0, 2.0
MOST_ANSWERS = 64


class Call:
    """One attempt for one message. `place` says how it went; `close` hangs up; both are called once."""

    def __init__(
        self,
        phone: Phone,
        script: Script,
        message_id: str,
        flow: Flow,
        media: Media,
        transactions: Transactions,
    ) -> None:
        self.message_id = message_id
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._left: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # they hung up
        self.flow = flow
        self._phone, self._script, self._media, self._transactions = phone, script, media, transactions
        key, self._version = token_bytes(MASTER) if phone.srtp else b"", 0
        self._place = sdp.Place(flow.local[0], media.port, randbits(31), key)
        if key:
            media.seal(key)
        self._invite = Invite(
            phone=phone, local=flow.local, call_id=mapping.ref(message_id), tag=mapping.tag(message_id),
            offer=sdp.offer(self._place),
        )  # fmt: skip
        self.rings: list[Ringing] = []
        self._recalled = self._told = False
        self._farewell = ""
        self._answers: dict[tuple[int, str], bytes] = {}

    @property
    def call_id(self) -> str:
        return self._invite.call_id

    @property
    def dialog(self) -> Dialog | None:
        return self.rings[-1].dialog if self.rings else None

    @property
    def was_heard_of(self) -> bool:
        """Whether the gateway answered anything: a second INVITE would then be one too many."""
        return any(each.trying.is_set() for each in self.rings)

    def recall(self) -> None:
        """Nobody need answer any more: stop ringing, or say so and hang up."""
        self._recalled = True
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    async def place(self, ring_s: float, until: float, now: datetime) -> Result:
        """Ring for so long, speak until loop time `until` at most. Raises Gone when the connection ends before."""
        final = await self._rung(asyncio.get_running_loop().time() + ring_s)
        if isinstance(final, str):
            if self._recalled or final:
                return Failed(final or "taken back", answered=self._recalled)
            return mapping.unheard("no answer", self._script, now)
        if final.status >= 300:
            return mapping.refusal(final.status, sip.retry_after(final), self._script, now)
        try:
            self._begin(final.body)
        except sdp.NoSound as reason:
            return mapping.unheard(str(reason), self._script, now)
        try:
            async with asyncio.timeout_at(until):
                return await self._spoken(now)
        except TimeoutError:
            return self._without_key(now)

    async def _rung(self, ring_until: float) -> Message | str:
        """The final answer to the INVITE, after logging in where asked; else why there is none, empty: nobody came."""
        login, invite = Login(self._phone.user, self._phone.secret), self._invite
        while True:
            ringing = Ringing(self._transactions, self.flow, invite)
            self.rings.append(ringing)
            final = await self._final(ringing, ring_until)
            if isinstance(final, str) or len(self.rings) > 3:
                return final
            if not login.answers(final, "INVITE", self._phone.uri):
                return final
            invite = invite.again(login.headers)

    async def _final(self, ringing: Ringing, ring_until: float) -> Message | str:
        loop = asyncio.get_running_loop()
        heard = asyncio.ensure_future(ringing.trying.wait())
        await first(heard, ringing.final, self.ended, seconds=min(TRYING, ring_until - loop.time()))
        heard.cancel()
        if not ringing.trying.is_set() and not ringing.final.done():
            ringing.give_up()
            return "" if self._recalled else "no answer of the gateway"
        await first(ringing.final, self.ended, seconds=max(0.0, ring_until - loop.time()))
        if not ringing.final.done():
            # Somebody may answer at this very moment: then she is spoken to.
            ringing.cancel()
            await first(ringing.final, seconds=CROSSING)
        if self._recalled or not ringing.final.done():
            ringing.give_up()
            return ""
        return ringing.final.result()

    async def _spoken(self, now: datetime) -> Result:
        media, passes = self._media, 0
        says = spoken(self._phone.lang, self._script.says)
        key = await media.wait(BREATH, self.ended)
        while passes < PASSES:
            key = key or await media.play(says, self.ended)
            self._told = self._told or not (key or self.ended.done())
            key = key or await media.wait(LISTEN, self.ended)
            if self._recalled:
                self._farewell = "over"
                return Failed("taken back", answered=True)
            if key and (result := mapping.pressed(key, self._script)) is not None:
                self._farewell = "passed" if isinstance(result, Failed) else self._script.thanks
                return result
            if self.ended.done():
                break
            passes += not key
            key = ""
        return self._without_key(now)

    def _without_key(self, now: datetime) -> Result:
        """Answered, perhaps by a machine: that is no person. Who hung up at once did not hear it."""
        self._farewell = "no_key"
        return Delivered() if self._told else mapping.unheard("hung up before it was said", self._script, now)

    async def close(self, flow: Flow | None = None) -> None:
        """Say goodbye and hang up. `flow`: another way, where the first one ended."""
        try:
            for each in self.rings:
                each.give_up()
            if self.dialog is None:
                return
            self._media.deafen()
            if self._farewell and not self._media.held:
                with suppress(TimeoutError):
                    async with asyncio.timeout(GOODBYE_WITHIN):
                        await self._media.play(spoken(self._phone.lang, [self._farewell]), self._left)
            if not self._left.done():
                async with asyncio.timeout(BYE_WITHIN):
                    await self._bye(self.dialog, flow or self.flow)
        except (TimeoutError, Gone):
            return
        finally:
            self._media.close()

    async def _bye(self, dialog: Dialog, flow: Flow) -> None:
        login = Login(self._phone.user, self._phone.secret)
        for _ in range(3):
            branch = new_branch()
            final = await self._transactions.answered(flow, "BYE", branch, dialog.bye(branch, login.headers))
            if not login.answers(final, "BYE", dialog.target):
                return

    def asked(self, request: Message) -> bytes | None:
        """Our answer to a request of theirs about this call, the same to a copy of it; None for none."""
        if self.dialog is None or not self.dialog.is_of(request):
            return (
                None if request.method == "ACK" else sip.answer(request, 481, self._invite.tag, allow=ALLOW)
            )
        if request.method == "ACK":
            self._offered(request)
            return None
        key = request.cseq, request.method
        if key not in self._answers and len(self._answers) < MOST_ANSWERS:
            self._answers[key] = self._answer(request)
        return self._answers.get(key) or sip.answer(request, 486, self._invite.tag, allow=ALLOW)

    def _answer(self, request: Message) -> bytes:
        tag = self._invite.tag
        if request.method == "INVITE":
            return self._reoffered(request)
        if request.method == "BYE":
            if not self._left.done():
                self._left.set_result(None)
            self._end()
        elif request.method == "INFO":
            if key := rtp.info_key(request.one("content-type"), request.body):
                self._media.press(key)
        elif request.method != "OPTIONS":
            return sip.answer(request, 405, tag, allow=ALLOW)
        return sip.answer(request, 200, tag, allow=ALLOW)

    def _reoffered(self, request: Message) -> bytes:
        """Hold, or another place for the sound; without a description it asks for ours, and its ACK brings theirs."""
        body = sdp.offer(self._place, self._version + 1)
        if request.body.strip():
            try:
                body = sdp.answer(self._begin(request.body), self._place, self._version + 1)
            except sdp.NoSound:
                return sip.answer(request, 488, self._invite.tag, allow=ALLOW)
        self._version += 1
        headers = (("Contact", self._invite.contact), ("Content-Type", sdp.CONTENT_TYPE))
        return sip.answer(request, 200, self._invite.tag, allow=ALLOW, headers=headers, body=body)

    def _offered(self, request: Message) -> None:
        try:
            if request.body.strip():
                self._begin(request.body)
        except sdp.NoSound:
            self._end()

    def _begin(self, description: bytes) -> Remote:
        remote = sdp.read(description, sealed=self._phone.srtp)
        self._media.begin(remote, self.flow.remote[0])
        return remote
