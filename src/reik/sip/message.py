"""SIP messages as values: read, written and cut out of a stream (RFC 3261, RFC 3428). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_HEAD, MOST_BODY, MOST_HEADERS = 16_384, 65_536, 128
_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "l": "content-length", "c": "content-type", "m": "contact",
    "k": "supported", "e": "content-encoding", "s": "subject",
}  # fmt: skip
_REQUEST = re.compile(r"([A-Za-z0-9.!%*_+`'~-]{1,32}) ([^\x00-\x20\x7f]{1,1024}) SIP/2\.0")
_STATUS = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_NAME = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class NotSip(Exception):
    """What came is no SIP message, or one that nobody honest sends."""


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP request (`method` and `uri`) or answer (`status`, else 0). Names of headers are in lower case."""

    method: str
    uri: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for each, value in self.headers if each == name]

    def one(self, name: str) -> str:
        """The first value of a header, empty when absent."""
        return next((value for each, value in self.headers if each == name), "")

    @property
    def branch(self) -> str:
        """The branch of the topmost Via: what an answer is matched by."""
        return parameter(_first_via(self), "branch")

    @property
    def cseq(self) -> int:
        return int(self.one("cseq").split(None, 1)[0])

    @property
    def cseq_method(self) -> str:
        return self.one("cseq").partition(" ")[2].strip()

    @property
    def to_tag(self) -> str:
        return parameter(_after_address(self.one("to")), "tag")

    @property
    def from_tag(self) -> str:
        return parameter(_after_address(self.one("from")), "tag")


def parse(data: bytes) -> Message:
    """Read one whole message, as a datagram or as cut by Framer. Raises NotSip."""
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator or len(head) > MOST_HEAD:
        raise NotSip("no end of headers")
    try:
        lines = _unfolded(head.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotSip("headers that are no text") from None
    method, uri, status = _start(lines[0])
    headers = tuple(_header(line) for line in lines[1:])
    if len(headers) > MOST_HEADERS:
        raise NotSip("too many headers")
    length = _content_length(headers)
    if length is not None:
        if length > len(body):
            raise NotSip("a body that breaks off")
        body = body[:length]
    made = Message(method, uri, status, headers, body)
    if not made.one("via") or not made.one("call-id") or not re.match(r"[0-9]{1,10}\s", made.one("cseq")):
        raise NotSip("without Via, Call-ID or CSeq")
    return made


def _start(line: str) -> tuple[str, str, int]:
    if found := _STATUS.fullmatch(line):
        return "", "", int(found[1])
    if found := _REQUEST.fullmatch(line):
        return found[1], found[2], 0
    raise NotSip("no SIP start line")


def _unfolded(head: str) -> list[str]:
    lines: list[str] = []
    for line in head.split("\r\n"):
        if line[:1] in (" ", "\t") and len(lines) > 1:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line)
    return lines


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name, value = name.strip().lower(), value.strip()
    if not colon or not _NAME.fullmatch(name) or _CONTROL.search(value):
        raise NotSip("a header that is none")
    return _COMPACT.get(name, name), value


def _content_length(headers: tuple[tuple[str, str], ...]) -> int | None:
    said = {value for name, value in headers if name == "content-length"}
    if not said:
        return None
    value = said.pop()
    if said or not re.fullmatch(r"[0-9]{1,6}", value) or int(value) > MOST_BODY:
        raise NotSip("no usable Content-Length")
    return int(value)


def _first_via(message: Message) -> str:
    return message.one("via").partition(",")[0]


_ADDRESS = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"|[^"<,]*)<([^<>\s]{1,1024})>')


def uri_of(value: str) -> str:
    """The URI of `"Name" <uri>;parameters`, or of a bare one; empty when there is none."""
    if found := _ADDRESS.match(value):
        return found[1]
    bare = value.partition(";")[0].strip()
    return bare if re.fullmatch(r"sips?:[^\s<>\",]{1,1024}", bare) else ""


def uris(values: list[str]) -> list[str]:
    """The addresses of a list of headers such as Record-Route, in order, each with its brackets."""
    return [f"<{uri}>" for value in values for uri in re.findall(r"<([^<>\s]{1,1024})>", value)]


def _after_address(value: str) -> str:
    found = _ADDRESS.match(value)
    return value[found.end() :] if found else value


def parameter(value: str, name: str) -> str:
    """A `;name=value` of a header, empty when absent."""
    found = re.search(rf"(?i);\s*{re.escape(name)}\s*=\s*([^;,\s]+)", value)
    return found[1] if found else ""


class Framer:
    """Cuts a stream into messages: by Content-Length, which a stream must say (RFC 3261, 18.3)."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._need = 0  # bytes of the message that is being read, 0 while its length is unknown

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes, give the messages that are whole. Raises NotSip when this can no longer be a SIP stream."""
        self._held += data
        whole = []
        while (cut := self._cut()) is not None:
            whole.append(cut)
        return whole

    def _cut(self) -> bytes | None:
        held = self._held
        if not self._need:
            blank = len(held) - len(held.lstrip(b"\r\n"))  # keep-alive (RFC 5626)
            del held[:blank]
            end = held.find(b"\r\n\r\n", 0, MOST_HEAD + 4)
            if end < 0:
                if len(held) > MOST_HEAD:
                    raise NotSip("no end of headers")
                return None
            self._need = end + 4 + self._length(bytes(held[:end]))
        if len(held) < self._need:
            return None
        whole = bytes(held[: self._need])
        del held[: self._need]
        self._need = 0
        return whole

    @staticmethod
    def _length(head: bytes) -> int:
        lines = _unfolded(head.decode("utf-8", "replace"))
        length = _content_length(tuple(_header(line) for line in lines[1:]))
        if length is None:
            raise NotSip("a stream without Content-Length")
        return length


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What a request of ours needs: who to whom, over what, and its numbers.

    `to`: the To header when it is not just the URI (within a dialog); `headers`: what else it says, in order.
    """

    method: str
    uri: str
    sender: str
    transport: str
    sent_by: str
    call_id: str
    tag: str
    branch: str
    cseq: int = 1
    to: str = ""
    routes: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    logins: tuple[tuple[str, str], ...] = ()  # headers and values
    content_type: str = ""
    body: bytes = b""

    def formatted(self) -> bytes:
        lines = [
            f"{self.method} {self.uri} SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.sent_by};branch={self.branch};rport",
            "Max-Forwards: 70",
            *(f"Route: {each}" for each in self.routes),
            f"From: <{self.sender}>;tag={self.tag}",
            f"To: {self.to or f'<{self.uri}>'}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.cseq} {self.method}",
        ]
        lines += [f"{name}: {value}" for name, value in self.headers]
        lines.append("User-Agent: Reik")
        lines += [f"{name}: {value}" for name, value in self.logins]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


REASONS = {
    200: "OK", 400: "Bad Request", 405: "Method Not Allowed", 415: "Unsupported Media Type",
    481: "Call/Transaction Does Not Exist", 486: "Busy Here", 488: "Not Acceptable Here",
}  # fmt: skip


def answer(
    request: Message, status: int, tag: str, *, allow: str = "MESSAGE, OPTIONS",
    headers: tuple[tuple[str, str], ...] = (), body: bytes = b"",
) -> bytes:  # fmt: skip
    """Our answer to a request: its Via, From, To, Call-ID and CSeq back (RFC 3261, 8.2.6)."""
    to = request.one("to")
    lines = [f"SIP/2.0 {status} {REASONS[status]}"]
    lines += [f"Via: {each}" for each in request.all("via")]
    lines += [
        f"From: {request.one('from')}",
        f"To: {to}" if parameter(to, "tag") else f"To: {to};tag={tag}",
        f"Call-ID: {request.one('call-id')}",
        f"CSeq: {request.one('cseq')}",
        f"Allow: {allow}",
    ]
    lines += [f"{name}: {value}" for name, value in headers]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def answer_port(request: Message, source_port: int) -> int:
    """Where an answer over UDP goes: the source port with `rport` (RFC 3581), else what Via says, else 5060."""
    via = _first_via(request)
    if re.search(r"(?i);\s*rport\s*(?:[;=]|$)", via):
        return source_port
    said = re.match(r"\s*SIP\s*/\s*2\.0\s*/\s*\w+\s+(?:\[[^\]]*\]|[^\s:;,]+)\s*:\s*([0-9]{1,5})\b", via)
    port = int(said[1]) if said else 5060
    return port if 0 < port < 65536 else source_port


def retry_after(message: Message) -> int | None:
    """Seconds of `Retry-After`, None when absent or unreadable."""
    found = re.match(r"[0-9]{1,6}(?![0-9])", message.one("retry-after"))
    return int(found[0]) if found else None
