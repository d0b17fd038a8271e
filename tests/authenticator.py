"""A phone's lock in software: makes passkeys and answers with them as a browser would pass it on."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Phone:
    """`unlocked`: whether its lock was opened; `counter`: what the next answer counts from (0: it does not count)."""

    origin: str = "http://localhost"
    unlocked: bool = True
    counter: int = 0
    keys: dict[bytes, tuple[ec.EllipticCurvePrivateKey, str, str]] = field(default_factory=dict)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert options["authenticatorSelection"]["residentKey"] == "required"
        id, key = os.urandom(32), ec.generate_private_key(ec.SECP256R1())
        self.keys[id] = key, options["rp"]["id"], options["user"]["id"]
        public = cbor.encode(ES256.from_cryptography_key(key.public_key()))
        data = (
            self._data(options["rp"]["id"], ATTESTED) + bytes(16) + struct.pack(">H", len(id)) + id + public
        )
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", options)
        return _answer(id, clientDataJSON=said, attestationObject=attestation)

    def answer(self, options: dict[str, Any], id: bytes | None = None) -> dict[str, Any]:
        """The answer to `navigator.credentials.get` with one of its keys."""
        id = id or next(iter(self.keys))
        key, host, user = self.keys[id]
        if self.counter:
            self.counter += 1
        data, said = self._data(host, 0), self._said("webauthn.get", options)
        signature = key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return _answer(
            id,
            clientDataJSON=said,
            authenticatorData=data,
            signature=signature,
            userHandle=websafe_decode(user),
        )

    def _data(self, host: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.unlocked else 0)
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _said(self, type: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": type, "challenge": options["challenge"], "origin": self.origin}).encode()


def _answer(id: bytes, **response: bytes) -> dict[str, Any]:
    coded = {name: websafe_encode(value) for name, value in response.items()}
    return {
        "id": websafe_encode(id), "rawId": websafe_encode(id), "type": "public-key", "response": coded,
        "clientExtensionResults": {},
    }  # fmt: skip
