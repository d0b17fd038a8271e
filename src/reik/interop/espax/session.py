"""One connection to a server, logged in: requests with their answers, signs of life both ways, indications."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Mapping
from itertools import cycle

from reik.interop.espax.address import Server
from reik.interop.espax.documents import Broken, Frame, Frames, NoMessage, Said, framed, read, written
from reik.interop.espax.mapping import LOGIN_REFUSED

log = logging.getLogger(__name__)

CONNECT_S = 5.0
LOGIN_S = 5.0
LOGOUT_S = 0.5
MOST_INVOKE = 0xFFFF_FF00
MOST_UNREAD = 1 << 20  # bytes that a server leaves unread before it is given up
OK = {"RSP-CODE": "200", "RSP-REASON": "OK"}

Hears = Callable[[Said], None]


class Gone(Exception):
    """There is no session (any more). `answered`: the server is there and said so. `locks`: it refused the account."""

    def __init__(self, error: str, *, answered: bool = False, locks: bool = False) -> None:
        super().__init__(error)
        self.error, self.answered, self.locks = error, answered, locks


class Session:
    """Made by `log_in`. `ended` says why it ended; empty while it lasts."""

    def __init__(
        self, server: Server, hears: Hears, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._hears, self._reader, self._writer = server, hears, reader, writer
        self._frames = Frames()
        self._invokes = cycle(range(1, MOST_INVOKE))
        self._asked: dict[int, tuple[str, asyncio.Future[Said]]] = {}
        self._id = ""
        self.ended = ""
        self.end_was_answer = False
        loop = asyncio.get_running_loop()
        self._listening = loop.create_task(self._listen())
        self._beating: asyncio.Task[None] | None = None

    async def log_in(self) -> None:
        """Raises Gone."""
        values = {"LI-CLIENT": "Reik", "LI-CLIENTSW": "1", "LI-USER": self._server.user}
        said = await self.request("LOGIN", values | {"LI-PASSWORD": self._server.password}, LOGIN_S)
        if said.code != 200 or not 1 <= len(said.session) <= 32:
            why = f"log-in refused (ESPA-X {said.code})" if said.code != 200 else "a log-in without a session"
            self._end(why, answered=True)
            raise Gone(why, answered=True, locks=said.code in LOGIN_REFUSED)
        self._id = said.session
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    async def request(self, name: str, values: Mapping[str, str], within: float) -> Said:
        """The answer to `REQ.name`. Raises Gone, also when there is none within so many seconds."""
        if self.ended:
            raise Gone(self.ended, answered=self.end_was_answer)
        invoke = next(self._invokes)
        answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
        self._asked[invoke] = (f"RSP.{name}", answer)
        try:
            self._send(f"REQ.{name}", values, invoke)
            async with asyncio.timeout(within):
                return await answer
        except TimeoutError:
            raise Gone(f"no answer of the server within {within:g} s") from None
        finally:
            self._asked.pop(invoke, None)

    async def sign(self) -> None:
        """One sign of life, answered. Raises Gone; the session has then ended."""
        try:
            said = await self.request("HEARTBEAT", {}, float(self._server.silence_s))
            if said.code != 200:
                raise Gone(f"heartbeat refused (ESPA-X {said.code})", answered=True)
        except Gone as gone:
            self._end(gone.error, answered=gone.answered)
            raise

    async def leave(self) -> None:
        """Log out and end."""
        if self._id and not self.ended:
            with contextlib.suppress(Gone):
                await self.request("LOGOUT", {"LO-REASON": "Normal"}, LOGOUT_S)
        self._end("logged out")
        for task in (self._beating, self._listening):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def _beat(self) -> None:
        with contextlib.suppress(Gone):
            while True:
                await asyncio.sleep(self._server.beat_s)
                await self.sign()

    async def _listen(self) -> None:
        why = "the server ended the connection"
        try:
            while data := await self._reader.read(65_536):
                for each in self._frames.feed(data):
                    self._hear(each)
        except Broken as broken:
            why = str(broken)
        except OSError as error:
            why = f"connection lost ({type(error).__name__})"
        except asyncio.CancelledError:
            why = "logged out"
            raise
        except Exception:  # a fault of ours ends this session, and nothing else
            log.exception("hearing an ESPA-X server failed by a fault in Reik")
            why = "fault in Reik"
        finally:
            self._end(why)

    def _hear(self, frame: Frame) -> None:
        try:
            said = read(frame)
        except NoMessage as reason:
            log.warning("ESPA-X %s: overlooked: %s", self._server.gateway, reason)
            return
        kind = said.kind
        if kind in ("RSP.LOGIN", "IND.ERROR") or said.session in ("", self._id):
            if kind.startswith("RSP."):
                self._answered(said)
            elif kind.startswith("REQ."):
                self._was_asked(said)
            elif kind == "IND.ERROR":
                self._end(f"ESPA-X error {said.code}", answered=True)
            elif kind == "CMD.SHUTDOWN":
                self._end("the server shuts down")
            elif self._id:
                self._hears(said)

    def _answered(self, said: Said) -> None:
        kind, answer = self._asked.get(said.invoke, ("", None))
        if answer is not None and kind == said.kind and not answer.done():
            answer.set_result(said)

    def _was_asked(self, said: Said) -> None:
        if said.kind == "REQ.HEARTBEAT":
            with contextlib.suppress(Gone):
                self._send("RSP.HEARTBEAT", OK, said.invoke)
        elif said.kind == "REQ.LOGOUT":
            with contextlib.suppress(Gone):
                self._send("RSP.LOGOUT", OK | {"RSP-INFO": "OK"}, said.invoke)
            self._end("the server logged us out")

    def _send(self, kind: str, values: Mapping[str, str], invoke: int) -> None:
        if self.ended:
            raise Gone(self.ended, answered=self.end_was_answer)
        if self._writer.transport.get_write_buffer_size() > MOST_UNREAD:
            self._end("the server reads no more")
            raise Gone(self.ended)
        # The number in the head has four bytes; a server may ask with a longer one.
        self._writer.write(
            framed(invoke & 0xFFFF_FFFF, written(kind, values, invoke=invoke, session=self._id))
        )

    def _end(self, why: str, *, answered: bool = False) -> None:
        if self.ended:
            return
        self.ended, self.end_was_answer = why, answered
        for _, answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Gone(why, answered=answered))
                answer.exception()  # whoever asked may have gone
        if self._beating is not None and self._beating is not asyncio.current_task():
            self._beating.cancel()
        self._writer.close()


async def open_session(server: Server, trust: ssl.SSLContext, hears: Hears) -> Session:
    """Connect and log in. Raises Gone."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                server.host, server.port, ssl=trust if server.tls else None,
                server_hostname=server.host if server.tls else None,
            )  # fmt: skip
    except ssl.SSLCertVerificationError:
        raise Gone("certificate not trusted") from None
    except (OSError, TimeoutError) as error:
        raise Gone(f"no connection ({type(error).__name__})") from None
    session = Session(server, hears, reader, writer)
    try:
        await session.log_in()
    except BaseException:
        await session.leave()
        raise
    return session
