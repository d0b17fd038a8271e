"""The broker's question whether a client may come in, and the signed answer (NATS auth callout).

A question is a JWT signed with the server's own key; the answer is a JWT signed with the issuer's key, which
holds another one: the user that the broker makes of the device, with its rights.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import nkeys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reik.dispensing.devices.stream import partition_of
from reik.kernel.home import Home
from reik.ops.engines.issuer import issuer, public_key

ACCOUNT = "REIK"
_HEADER = b'{"typ":"JWT","alg":"ed25519-nkey"}'
_SERVER_PREFIX = nkeys.PREFIX_BYTE_SERVER


class NotFromServer(Exception):
    """A question that no broker of this installation has asked."""


class _Server(msgspec.Struct):
    id: str


class _Client(msgspec.Struct):
    id: int = 0
    type: str = ""
    mqtt_id: str = ""


class _Options(msgspec.Struct):
    user: str = ""
    password: str = msgspec.field(default="", name="pass")


class _Asked(msgspec.Struct):
    server_id: _Server
    user_nkey: str
    client_info: _Client
    connect_opts: _Options


class _Question(msgspec.Struct):
    iss: str
    nats: _Asked
    exp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Somebody wants to come in. `until`: when the broker no longer waits (unix seconds)."""

    server: str
    user_key: str
    over_mqtt: bool
    client_id: str
    name: str
    password: bytes = field(repr=False)
    until: int


class Questions:
    """Reads questions; keeps the keys of servers it has heard."""

    def __init__(self) -> None:
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._decode = msgspec.json.Decoder(_Question).decode

    def read(self, token: bytes) -> Knock:
        """Verified by the key that the question itself names; whose that is, the caller knows. NotFromServer."""
        try:
            signed, _, signature = token.rpartition(b".")
            question = self._decode(_unpadded(signed.split(b".")[1]))
            asked = question.nats
            if question.iss != asked.server_id.id:
                raise NotFromServer("The question names another server than the one that signed it.")
            self._key_of(question.iss).verify(_unpadded(signature), signed)
        except (msgspec.DecodeError, binascii.Error, IndexError, ValueError, InvalidSignature) as failure:
            raise NotFromServer(f"The question cannot be read ({type(failure).__name__}).") from failure
        return Knock(
            server=question.iss,
            user_key=asked.user_nkey,
            over_mqtt=asked.client_info.type == "mqtt",
            client_id=asked.client_info.mqtt_id,
            name=asked.connect_opts.user,
            password=asked.connect_opts.password.encode(errors="replace"),
            until=question.exp,
        )

    def _key_of(self, server: str) -> Ed25519PublicKey:
        key = self._keys.get(server)
        if key is None:
            raw = base64.b32decode(server + "=" * (-len(server) % 8))
            if raw[0] != _SERVER_PREFIX or len(raw) != 35:
                raise NotFromServer("That is no key of a server.")
            key = self._keys[server] = Ed25519PublicKey.from_public_bytes(raw[1:33])
        return key


class Answers:
    """Makes the signed answers of one installation."""

    def __init__(self, home: Home) -> None:
        self._pair = issuer(home)
        self._issuer = public_key(home)

    def let_in(self, knock: Knock, generation: int, now: datetime) -> bytes:
        """The device may speak on its own topics, and on nothing else. `name` tells by which secrets it came."""
        user = {
            "type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1,
            "allowed_connection_types": ["MQTT"], **_rights(knock.name),
        }  # fmt: skip
        name = session_name(knock.name, generation)
        token = self._signed({"sub": knock.user_key, "aud": ACCOUNT, "name": name, "nats": user}, now)
        return self._answer(knock, now, jwt=token.decode())

    def refuse(self, knock: Knock, now: datetime) -> bytes:
        """Nobody outside learns why."""
        return self._answer(knock, now, error="not authorised")

    def _answer(self, knock: Knock, now: datetime, **said: str) -> bytes:
        answer = {"type": "authorization_response", "version": 2, **said}
        return self._signed({"sub": knock.user_key, "aud": knock.server, "nats": answer}, now)

    def _signed(self, claims: dict[str, object], now: datetime) -> bytes:
        body = msgspec.json.encode({"iss": self._issuer, "iat": int(now.timestamp()), **claims})
        text = _packed(_HEADER) + b"." + _packed(body)
        signature: bytes = self._pair.sign(text)  # type: ignore[no-untyped-call]
        return text + b"." + _packed(signature)


def _rights(device: str) -> dict[str, object]:
    """Rights are checked after the mapping. QoS 0 subscriptions need nothing of the broker's own subjects."""
    return {
        "pub": {"allow": [f"reik.in.{partition_of(device)}.{device}"]},
        "sub": {"allow": [f"reik.1.{device}.down", f"reik.1.{device}.receipt"]},
    }


def session_name(device: str, generation: int) -> str:
    """How the broker lists the session of a device that came in with this generation of its secrets."""
    return f"{device}/{generation}"


def _packed(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


def _unpadded(value: bytes) -> bytes:
    return base64.urlsafe_b64decode(value + b"=" * (-len(value) % 4))
