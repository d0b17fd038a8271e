"""The INVITE of one call, from the first packet until long after its end: whatever comes late is answered as it must
be, so that no phone rings on and nobody listens to nothing (RFC 3261, 13, 17.1.1)."""

from __future__ import annotations

import asyncio

from reik.interop.voice.dialog import Dialog, Invite, dialog
from reik.sip.asking import TRANSACTION, Transactions, new_branch
from reik.sip.message import Message
from reik.sip.wire import Flow, Gone


class Ringing:
    """One INVITE that is under way, or was. `final` holds its first final answer, once."""

    def __init__(self, transactions: Transactions, flow: Flow, invite: Invite) -> None:
        self.invite, self.flow = invite, flow
        self.final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.trying = asyncio.Event()  # something of the other side was heard
        self.dialog: Dialog | None = None
        self._transactions = transactions
        self._cancelled = self._given_up = False
        self._cancelling: asyncio.Task[None] | None = None
        self._data = invite.invite()
        self._branch = invite.branch
        self._confirmation = b""
        self.task = asyncio.create_task(self._serve())

    async def _serve(self) -> None:
        """Send until heard, and go on listening: TRANSACTION after the last that came, whatever became of the call."""
        pending = self._transactions.begin(self._branch, "INVITE", self.flow)
        wait = self._transactions.t1
        try:
            self.flow.send(self._data)
            while True:
                unheard = not (self.flow.reliable or self.trying.is_set() or self._settled)
                heard = await pending.next(wait if unheard else TRANSACTION)
                if heard is not None:
                    self._hear(heard)
                elif not unheard and self._settled:
                    return
                elif unheard and not self._settled:
                    self.flow.send(self._data)
                    wait *= 2
        except Gone as gone:
            if not self.final.done():
                self.final.set_exception(gone)
                self.final.exception()  # read by whoever waits; nobody need
        finally:
            self._transactions.end(self._branch, "INVITE")

    @property
    def lost(self) -> bool:
        """Whether the connection ended before a final answer: the phone may still ring."""
        return self.final.done() and self.final.exception() is not None

    @property
    def _settled(self) -> bool:
        return self.final.done() or self._given_up

    def _hear(self, heard: Message) -> None:
        self.trying.set()
        if heard.status < 200:
            if self._cancelled and not self.final.done():
                self._send_cancel()
        elif heard.status < 300:
            self._answered(heard)
        else:
            self.flow.send(self.invite.refused(heard))
            if not self.final.done():
                self.final.set_result(heard)

    def _answered(self, heard: Message) -> None:
        made = dialog(self.invite, heard)
        if self.dialog is not None and made.their_tag == self.dialog.their_tag:
            self.flow.send(self._confirmation)  # ours was lost
        elif self.final.done() or self._given_up:
            self.flow.send(made.ack())  # a second phone, or one that was too late
            self.flow.send(made.bye(new_branch()))
        else:
            self.dialog, self._confirmation = made, made.ack()
            self.flow.send(self._confirmation)
            self.final.set_result(heard)

    def cancel(self) -> None:
        """Stop the ringing; the final answer still comes, or the call was taken at this very moment."""
        if not self._cancelled and not self.final.done():
            self._cancelled = True
            if self.trying.is_set():  # before that it may not be sent (RFC 3261, 9.1)
                self._send_cancel()

    def give_up(self) -> None:
        """Stop the ringing; whoever takes the call from now on is hung up on."""
        self.cancel()
        self._given_up = True

    def _send_cancel(self) -> None:
        if self._cancelling is None:
            self._cancelling = asyncio.create_task(self._cancel())

    async def _cancel(self) -> None:
        try:
            async with asyncio.timeout(TRANSACTION):
                await self._transactions.answered(self.flow, "CANCEL", self._branch, self.invite.cancel())
        except (TimeoutError, Gone):
            return

    def forget(self) -> None:
        """The process ends: nothing more is heard or sent."""
        self.task.cancel()
        if self._cancelling is not None:
            self._cancelling.cancel()
