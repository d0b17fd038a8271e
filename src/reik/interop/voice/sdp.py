"""Session descriptions (RFC 4566, RFC 3264): our offer, and what the other side says of its sound. Pure."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from ipaddress import ip_address

from reik.interop.voice.sound import A_LAW, U_LAW
from reik.interop.voice.srtp import SUITE

CONTENT_TYPE = "application/sdp"
EVENTS = 101  # our payload type for keys (RFC 4733)
MOST = 16_384
_CODECS = {"PCMA": A_LAW, "PCMU": U_LAW}
_STATIC = {str(A_LAW): A_LAW, str(U_LAW): U_LAW}
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_BACK = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


class NoSound(Exception):
    """No sound can be exchanged by this description."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where the other side wants its sound: `codec` A_LAW or U_LAW, sent as `payload_type`; `events`: the payload
    type of its keys, None when it says nothing of keys; `listens` is False while it holds the call."""

    host: str
    port: int
    codec: int
    payload_type: int
    events: int | None
    direction: str
    key: bytes = field(default=b"", repr=False)  # theirs, of sealed sound (SRTP)
    key_tag: int = 1

    @property
    def listens(self) -> bool:
        return self.direction in ("sendrecv", "recvonly") and not ip_address(self.host).is_unspecified


@dataclass(slots=True)
class _Audio:
    port: int
    formats: list[str]
    host: str
    direction: str
    sealed: bool
    maps: dict[str, str] = field(default_factory=dict)
    key: bytes = field(default=b"", repr=False)
    key_tag: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Our side: where we hear, the number of the session, and our key where the sound is sealed."""

    host: str
    port: int
    number: int
    key: bytes = field(default=b"", repr=False)


def offer(place: Place, version: int = 0) -> bytes:
    """A-law or µ-law of 20 ms, and keys."""
    return _written(place, version, (str(A_LAW), str(U_LAW), str(EVENTS)), EVENTS, "sendrecv")


def answer(remote: Remote, place: Place, version: int) -> bytes:
    """Our answer to an offer within a call (hold, another address): the same sound, the direction turned round."""
    formats = [str(remote.payload_type)] + ([str(remote.events)] if remote.events is not None else [])
    direction = _BACK[remote.direction]
    return _written(place, version, tuple(formats), remote.events, direction, remote.codec, remote.key_tag)


def _written(
    place: Place, version: int, formats: tuple[str, ...], events: int | None, direction: str,
    codec: int | None = None, key_tag: int = 1,
) -> bytes:  # fmt: skip
    kind, names = "IP6" if ":" in place.host else "IP4", {A_LAW: "PCMA", U_LAW: "PCMU"}
    lines = [
        "v=0", f"o=reik {place.number} {version} IN {kind} {place.host}", "s=-", f"c=IN {kind} {place.host}", "t=0 0",
        f"m=audio {place.port} RTP/{'SAVP' if place.key else 'AVP'} {' '.join(formats)}",
    ]  # fmt: skip
    if place.key:
        lines.append(f"a=crypto:{key_tag} {SUITE} inline:{b64encode(place.key).decode()}")
    for each in formats:
        if each != str(events):
            lines.append(f"a=rtpmap:{each} {names[int(each) if codec is None else codec]}/8000")
    if events is not None:
        lines += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    return ("\r\n".join([*lines, "a=ptime:20", f"a={direction}"]) + "\r\n").encode()


def read(body: bytes, *, sealed: bool = False) -> Remote:
    """The first sound in it that we can make, sealed or not as we asked. Raises NoSound."""
    if len(body) > MOST:
        raise NoSound("a description of sound that is too long")
    for audio in _audios(body.decode("utf-8", "replace")):
        codec = next((each for each in audio.formats if _codec(audio, each) is not None), None)
        if not audio.port or codec is None or audio.sealed != sealed or sealed != bool(audio.key):
            continue
        known = _codec(audio, codec)
        assert known is not None
        return Remote(
            _host(audio.host),
            audio.port,
            known,
            int(codec),
            _events(audio),
            audio.direction,
            audio.key,
            audio.key_tag,
        )
    raise NoSound(f"no {'sealed ' if sealed else ''}sound in G.711 in the answer")


def _audios(text: str) -> list[_Audio]:
    found: list[_Audio] = []
    current: _Audio | None = None
    host, direction, elsewhere = "", "sendrecv", False
    for line in re.split(r"\r\n|\n|\r", text):
        kind, value = line[:2], line[2:].strip()
        if kind == "m=":
            current = _audio(value, host, direction)
            elsewhere = current is None
            found += [current] if current is not None else []
        elif elsewhere:
            continue
        elif kind == "c=" and (said := re.fullmatch(r"IN IP[46] ([^\s/]{1,64})(?:/.*)?", value)):
            if current is None:
                host = said[1]
            else:
                current.host = said[1]
        elif kind == "a=" and value in _DIRECTIONS:
            if current is None:
                direction = value
            else:
                current.direction = value
        elif current is not None and line.startswith("a=crypto:"):
            _crypto(current, value)
        elif current is not None and (mapped := re.fullmatch(r"rtpmap:([0-9]{1,3}) ([^\s]{1,64})", value)):
            current.maps[mapped[1]] = mapped[2].upper()
    return found


def _audio(value: str, host: str, direction: str) -> _Audio | None:
    said = re.fullmatch(r"audio ([0-9]{1,5})(?:/1)? RTP/(S?)AVPF? ([0-9 ]{1,400})", value)
    if said is None or int(said[1]) > 65535:
        return None
    formats = [each for each in said[3].split() if int(each) < 128]
    return _Audio(int(said[1]), formats, host, direction, bool(said[2]))


def _crypto(audio: _Audio, value: str) -> None:
    """The first key that we can use: without parameters, and without an index of keys (RFC 4568)."""
    said = re.fullmatch(
        rf"crypto:([0-9]{{1,9}}) {SUITE} inline:([A-Za-z0-9+/]{{40}})(?:\|(?:2\^)?[0-9]{{1,20}})?", value
    )
    if said is not None and not audio.key:
        audio.key, audio.key_tag = b64decode(said[2]), int(said[1])


def _codec(audio: _Audio, payload_type: str) -> int | None:
    mapped = audio.maps.get(payload_type)
    if mapped is None:
        return _STATIC.get(payload_type)
    name, _, rest = mapped.partition("/")
    return _CODECS.get(name) if rest in ("8000", "8000/1") else None


def _events(audio: _Audio) -> int | None:
    for each in audio.formats:
        if audio.maps.get(each, "").startswith("TELEPHONE-EVENT/8000"):
            return int(each)
    return None


def _host(said: str) -> str:
    try:
        host = ip_address(said)
    except ValueError:
        raise NoSound("no address for sound in the answer") from None
    if host.is_multicast:
        raise NoSound("sound for many at once")
    return host.compressed
