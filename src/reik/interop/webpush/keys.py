"""The installation's own key for push services (VAPID), and the receipts that phones send back.

Both follow from the key file, like every other secret of the installation: nothing is stored, every host with the
same key file agrees, and whoever has the database alone can neither send to a phone nor pretend to be one.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reik.kernel.home import Home

CONTACT = "REIK_PUSH_CONTACT"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-5)
_SEAL = 16


def signing_key(home: Home) -> EllipticCurvePrivateKey:
    """The private key by which push services know this installation. Raises HomeError without a key file."""
    wide = int.from_bytes(home.derived("web push 1", 48), "big")  # 128 bits more than needed: no bias
    return derive_private_key(wide % (_ORDER - 1) + 1, SECP256R1())


def contact() -> str | None:
    """Whom a push service may ask for (`mailto:` or `https:`); without it Apple's refuses every message."""
    return os.environ.get("REIK_PUSH_CONTACT") or None


def public_of(key: EllipticCurvePrivateKey) -> str:
    """The public key as browsers ask for it: an uncompressed point in base64url without padding."""
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Which message arrived on which phone. A phone can say so without being logged in, and of nothing else."""

    organisation_id: UUID
    phone_id: UUID
    message_id: UUID


def receipt_key(home: Home) -> bytes:
    """What seals receipts. Raises HomeError without a key file."""
    return home.derived("web push receipt 1")


def written(key: bytes, receipt: Receipt) -> str:
    """The receipt as text that only this installation can make."""
    body = receipt.organisation_id.bytes + receipt.phone_id.bytes + receipt.message_id.bytes
    return urlsafe_b64encode(body + _sealed(key, body)).decode()


def read(key: bytes, text: str) -> Receipt | None:
    """What `written` made; None for anything else."""
    try:
        whole = urlsafe_b64decode(text)
    except (NotBase64, ValueError):
        return None
    body, seal = whole[:48], whole[48:]
    if len(body) != 48 or not hmac.compare_digest(seal, _sealed(key, body)):
        return None
    ids = [UUID(bytes=body[at : at + 16]) for at in (0, 16, 32)]
    return Receipt(organisation_id=ids[0], phone_id=ids[1], message_id=ids[2])


def _sealed(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_SEAL]
