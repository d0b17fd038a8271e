"""One SMPP connection, from log-in to its end. Whatever the peer does ends it with a reason, never with a hang."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable

from reik.interop.sms import pdu
from reik.interop.sms.mapping import SmppGateway
from reik.interop.sms.pdu import ANSWER, Command, Incoming, Malformed, Pdu, Status

log = logging.getLogger(__name__)

QUIET_S, NO_SIGN_S = 30.0, 10.0  # seconds without a word before it is asked; before its silence is its end
MOST_OPEN = 500  # requests without an answer
_READ = 65_536

Hears = Callable[[Incoming], None]
Then = Callable[[Pdu], None]


class Gone(Exception):
    """There is no session. `answered`: the gateway is there and refused the account. `cut`: there was one until now."""

    def __init__(self, error: str, *, answered: bool = False, cut: bool = False) -> None:
        super().__init__(error)
        self.error, self.answered, self.cut = error, answered, cut


class Bound:
    """A connection to a message centre. Made by `bind`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hears: Hears) -> None:
        self._reader, self._writer, self._hears = reader, writer, hears
        self._loop = asyncio.get_running_loop()
        self._open: dict[int, tuple[asyncio.Future[Pdu], Then | None]] = {}
        self._sequence = 0
        self._heard_at = self._loop.time()
        self.ended = ""
        self._reading = self._loop.create_task(self._read())

    async def ask(self, command: Command, body: bytes, then: Then | None = None) -> Pdu:
        """Send a request and wait for its answer. `then` gets the answer also when nobody waits for it any more.

        Raises Gone when the connection ends first.
        """
        if self.ended:
            raise Gone(self.ended, cut=True)
        if len(self._open) >= MOST_OPEN:
            self.end("it answers nothing")
            raise Gone(self.ended, cut=True)
        self._sequence = self._sequence % pdu.LAST_SEQUENCE + 1
        answered: asyncio.Future[Pdu] = self._loop.create_future()
        sequence = self._sequence
        self._open[sequence] = (answered, then)
        self._writer.write(Pdu(command, Status.OK, sequence, body).bytes())
        return await answered

    async def beat(self) -> None:
        """Ask whether the peer is there, if it has been quiet; ends the connection when it is not."""
        if self._loop.time() - self._heard_at < QUIET_S:
            return
        await self.sign()

    async def sign(self) -> None:
        """Ask for a sign of life now. Raises Gone."""
        try:
            async with asyncio.timeout(NO_SIGN_S):
                await self.ask(Command.ENQUIRE_LINK, b"")
        except TimeoutError:
            self.end("the gateway gives no sign of life")
            raise Gone(self.ended, cut=True) from None

    async def leave(self) -> None:
        """Log out, politely for a second."""
        try:
            with contextlib.suppress(Gone, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.ask(Command.UNBIND, b"")
        finally:
            self.end("logged out")
        await asyncio.gather(self._reading, return_exceptions=True)

    def end(self, reason: str) -> None:
        """End the connection; who waits for an answer is told."""
        if self.ended:
            return
        self.ended = reason
        self._reading.cancel()
        self._writer.transport.abort()
        waiting, self._open = self._open, {}
        for answered, _ in waiting.values():
            if not answered.done():
                answered.set_exception(Gone(reason, cut=True))

    async def _read(self) -> None:
        frames = pdu.Frames()
        try:
            while data := await self._reader.read(_READ):
                self._heard_at = self._loop.time()
                for each in frames.feed(data):
                    self._take(each)
                await self._writer.drain()
            self.end("broken off by the gateway")
        except Malformed:
            self._writer.write(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND_LENGTH, 0).bytes())
            self.end("the gateway speaks no SMPP")
        except OSError as error:
            self.end(f"broken off ({type(error).__name__})")
        except Exception as error:  # a fault of ours must not leave who waits without an answer
            log.exception("reading from a gateway failed by a fault in Reik")
            self.end(f"fault in Reik ({type(error).__name__})")

    def _take(self, got: Pdu) -> None:
        if got.is_answer:
            answered, then = self._open.pop(got.sequence, (None, None))
            if then is not None:
                then(got)
            if answered is not None and not answered.done():
                answered.set_result(got)
        elif got.command in (Command.DELIVER_SM, Command.DATA_SM):
            self._writer.write(self._heard(got).bytes())
        elif got.command == Command.ENQUIRE_LINK:
            self._writer.write(pdu.answer(got).bytes())
        elif got.command == Command.UNBIND:
            self._writer.write(pdu.answer(got).bytes())
            self.end("logged out by the gateway")
        elif got.command != Command.ALERT_NOTIFICATION:
            self._writer.write(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, got.sequence).bytes())

    def _heard(self, got: Pdu) -> Pdu:
        """Receipts go to who hears; a text from somebody's phone is answered and not kept."""
        try:
            self._hears(pdu.incoming(got))
        except Malformed:
            return pdu.answer(got, Status.PERMANENT_REFUSAL)
        return pdu.answer(got)


async def bind(gateway: SmppGateway, trust: ssl.SSLContext, hears: Hears) -> Bound:
    """Connect and log in. Raises Gone; the caller bounds the time."""
    try:
        reader, writer = await asyncio.open_connection(
            gateway.host, gateway.port, ssl=trust if gateway.tls else None
        )
    except ssl.SSLCertVerificationError:
        raise Gone("certificate not trusted") from None
    except OSError as error:
        raise Gone(f"no connection ({type(error).__name__})") from None
    session = Bound(reader, writer, hears)
    try:
        body = pdu.bind_transceiver(gateway.system_id, gateway.password, gateway.system_type)
        said = await session.ask(Command.BIND_TRANSCEIVER, body)
        if said.command != Command.BIND_TRANSCEIVER | ANSWER or said.status:
            raise Gone(f"log-in refused (SMPP 0x{said.status:02X})", answered=True)
    except BaseException:
        session.end("not logged in")
        raise
    return session
