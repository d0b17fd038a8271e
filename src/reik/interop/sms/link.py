"""The way to one gateway for all its destinations: a window, patience when asked for, and a ledger of what it took."""

from __future__ import annotations

import asyncio
import ssl

from reik.interop.sms import pdu, receipts
from reik.interop.sms.answers import NOT_BOUND, THROTTLED, is_too_fast
from reik.interop.sms.bound import Gone
from reik.interop.sms.kept import Kept
from reik.interop.sms.mapping import SmppGateway
from reik.interop.sms.pdu import Command, Incoming, Pdu, Submit
from reik.interop.sms.receipts import Fate, Ledger

WINDOW = 10  # texts under way at once; what most providers allow
FIRST_HOLD_S, LAST_HOLD_S = 1.0, 8.0


class Link:
    """One gateway. All times are the loop's."""

    def __init__(self, gateway: SmppGateway, trust: ssl.SSLContext) -> None:
        self.ledger = Ledger()
        self.kept = Kept(gateway, trust, self._hear)
        self._loop = asyncio.get_running_loop()
        self._window = asyncio.Semaphore(WINDOW)
        self._hold, self.held_until = 0.0, 0.0
        self._waiting: dict[str, set[asyncio.Future[Fate]]] = {}

    async def submit(self, key: str, text: Submit, until: float) -> int:
        """Hand in one text and note it; gives SMPP's status. Waits its turn while the gateway has too much to do.

        Raises Gone. Cancelled by the caller's time-out, a text that is taken after all is still noted.
        """
        body = text.body()

        def then(got: Pdu) -> None:
            if got.status == 0 and got.command == Command.SUBMIT_SM | pdu.ANSWER:
                self.ledger.took(
                    key, pdu.message_id(got.body), text.to, self._loop.time(), asked=text.receipt
                )
                self._tell(key)

        async with self._window:
            while True:
                if self.held_until >= until:
                    return THROTTLED
                if (hold := self.held_until - self._loop.time()) > 0:
                    await asyncio.sleep(hold)
                session = await self.kept.session()
                got = await session.ask(Command.SUBMIT_SM, body, then)
                if not is_too_fast(got.status):
                    break
                self._slow_down()
        self._hold = 0.0
        if got.status == NOT_BOUND:
            session.end("no longer logged in")
            raise Gone(session.ended, cut=True)
        return got.status if got.command == Command.SUBMIT_SM | pdu.ANSWER else got.status or 0x08

    def _slow_down(self) -> None:
        now = self._loop.time()
        if now >= self.held_until:  # one step for all that were refused together
            self._hold = min(self._hold * 2, LAST_HOLD_S) if self._hold else FIRST_HOLD_S
            self.held_until = now + self._hold

    async def fate(self, key: str) -> Fate:
        """What became of a text that was taken, once that is known. The caller bounds the time."""
        while (text := self.ledger.of(key)) is not None and text.fate < Fate.LOST:
            told: asyncio.Future[Fate] = self._loop.create_future()
            self._waiting.setdefault(key, set()).add(told)
            try:
                await told
            finally:
                waiting = self._waiting.get(key, set())
                waiting.discard(told)
                if not waiting:
                    self._waiting.pop(key, None)
        return text.fate if text else Fate.LOST

    def _tell(self, key: str) -> None:
        text = self.ledger.of(key)
        for each in self._waiting.get(key, ()):
            if text is not None and not each.done():
                each.set_result(text.fate)

    def _hear(self, got: Incoming) -> None:
        said = receipts.said(got)
        if said is not None and (key := self.ledger.heard(said, self._loop.time())):
            self._tell(key)
