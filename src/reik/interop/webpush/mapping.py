"""Web push: VAPID (RFC 8292), encryption (RFC 8291, 8188), headers (RFC 8030), and what an answer means. Pure."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reik.interop import Delivered, Failed, Result
from reik.people.push_address import unpadded

SHORTEST_TTL, USUAL_TTL, LONGEST_TTL = 30, 120, 3600  # seconds
SIGNED_FOR = timedelta(
    hours=12
)  # a signature holds at most 24 h; the half leaves room for a clock that is off
PLAIN = 1024
"""Bytes that each notification is filled up to, so that its length tells nothing of it."""
_RECORD = 4096
_AGAIN = frozenset({408, 425, 429})
WORDS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "alert": "Er is een melding voor u. Nummer {number}.",
        "try": "Dit is een proef. Het werkt.",
        "drill": "OEFENING. ",
        "drill.step": "OEFENING. Dit is geen echte melding. Open en zeg dat u dit las.",
        "outage.note": "Er is een storing van dispensers. Open de lijst.",
        "forewarning": "Straks is er misschien niemand bereikbaar. Kijk bij Roosters.",
        "swap.question": "Er is een vraag over ruilen van een dienst. Kijk bij Roosters.",
        "swap.answer": "Er is antwoord over ruilen van een dienst. Kijk bij Roosters.",
        "message": "Er is een bericht in Reik.",
    },
    "en": {
        "alert": "There is an alert for you. Number {number}.",
        "try": "This is a test. It works.",
        "drill": "EXERCISE. ",
        "drill.step": "EXERCISE. This is no real alert. Open it and say that you read it.",
        "outage.note": "Dispensers have an outage. Open the list.",
        "forewarning": "Soon there may be nobody to reach. Look at Rosters.",
        "swap.question": "There is a question about swapping a turn. Look at Rosters.",
        "swap.answer": "There is an answer about swapping a turn. Look at Rosters.",
        "message": "There is a message in Reik.",
    },
}


DRILL = "drill.step"
ROOMS: Mapping[str, str] = {
    "forewarning": "/roosters", "outage.note": "/storing", "swap.question": "/roosters", "swap.answer": "/roosters",
}  # fmt: skip
"""Which page a message that is no alert opens, where it is another than her own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notification says and needs: nothing of a person, her health or her medicines (R55)."""

    title: str
    body: str
    number: str
    url: str
    topic: str
    ttl_s: int


class Gone(Exception):
    """The push service does not know this phone any more."""


def notice_of(body: str, page: str, lang: str) -> Notice:
    """The notification for the body of a message. Raises ValueError for a body that is none of ours.

    `page`: what this person opens. An alert has a page of its own.
    """
    message = json.loads(body)
    data = message["data"]
    said = WORDS.get(lang, WORDS["nl"])
    kind = str(message["type"])
    if not kind.startswith("alert."):
        return _other(kind, page, said, data)
    alert = str(data["alert"]).replace("-", "")
    number = alert[-4:].upper()
    drill = said["drill"] if data.get("drill") is True else ""
    wait = data.get("wait_s") or USUAL_TTL
    return Notice(
        title="Reik", body=drill + said["alert"].format(number=number), number=number, url=_opened(page, data),
        topic=alert[:32], ttl_s=int(min(max(wait, SHORTEST_TTL), LONGEST_TTL)),
    )  # fmt: skip


def _drill(data: Mapping[str, object], said: Mapping[str, str]) -> Notice:
    """A drill opens the page on which she says that she has it."""
    step = str(data["step"]).replace("-", "")
    return Notice(
        title="Reik", body=said[DRILL], number=step[-4:].upper(), url=f"/oefening/{data['step']}",
        topic=step[:32], ttl_s=LONGEST_TTL,
    )  # fmt: skip


def _other(kind: str, page: str, said: Mapping[str, str], data: Mapping[str, object]) -> Notice:
    """A message that is no alert: a try, or one that has words of its own."""
    trial = kind in ("push.try", "test.message")
    word = "try" if trial else kind if kind in said and kind != "alert" else "message"
    if kind == DRILL:
        return _drill(data, said)
    return Notice(
        title="Reik", body=said[word], number="", url=ROOMS.get(kind, page) if page != "/naaste" else page,
        topic=word.replace(".", "-"), ttl_s=SHORTEST_TTL if trial else LONGEST_TTL,
    )  # fmt: skip


def _opened(page: str, data: Mapping[str, object]) -> str:
    """The alert's own page, for who has one: it may be over by then, and that page says so."""
    return f"{page}/melding/{data['alert']}" if page in ("/naaste", "/team") else page


def payload(notice: Notice, *, message_id: str, receipt: str, now: datetime) -> bytes:
    """What the phone's service worker reads. `receipt` is what it sends back to say that it arrived."""
    told = {
        "title": notice.title, "body": notice.body, "number": notice.number, "url": notice.url, "id": message_id,
        "tag": notice.topic, "at": int(now.timestamp() * 1000), "receipt": receipt,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()


def encrypted(
    plain: bytes, p256dh: str, auth: str, *, salt: bytes, own: EllipticCurvePrivateKey, size: int = PLAIN
) -> bytes:
    """One record of `aes128gcm` that only this phone opens. `salt` (16 bytes) and `own` are new for each.

    `size`: bytes to fill `plain` up to. Raises ValueError for keys that are none, or a text that does not fit.
    """
    theirs = unpadded(p256dh, 65)
    if len(plain) > max(size, 0) or size > _RECORD - 17 - 86:
        raise ValueError("too long for one notification")
    mine = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    secret = _derived(unpadded(auth, 16), shared, b"WebPush: info\0" + theirs + mine, 32)
    key = _derived(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, secret, b"Content-Encoding: nonce\0", 12)
    padded = plain + b"\x02" + bytes(size - len(plain))
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine
    return head + AESGCM(key).encrypt(nonce, padded, None)


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def origin_of(endpoint: str) -> str:
    """Scheme and host of a push service: what a signature is for."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def signed(key: EllipticCurvePrivateKey, public: str, origin: str, contact: str | None, now: datetime) -> str:
    """The `Authorization` header for one push service. `contact`: mailto: or https:, whom it may ask for."""
    claims: dict[str, object] = {"aud": origin, "exp": int((now + SIGNED_FOR).timestamp())}
    if contact:
        claims["sub"] = contact
    head = _encoded(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    text = f"{head}.{_encoded(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(text.encode(), ECDSA(hashes.SHA256())))
    return f"vapid t={text}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))},k={public}"


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def headers(notice: Notice, authorization: str) -> dict[str, str]:
    """`Topic`: a newer notification about the same alert takes the place of one that still waits for the phone."""
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(notice.ttl_s),
        "Urgency": "high",
        "Topic": notice.topic,
    }


def meaning(status: int, retry_after: str | None, now: datetime) -> Result:
    """What a push service's answer says. Raises Gone for 404 and 410.

    401 and 403 are about our signature or key, which a person can repair: not permanent. A redirect is not followed.
    """
    if status in (404, 410):
        raise Gone
    if 200 <= status < 300:
        return Delivered()
    if status in (401, 403):
        return Failed(f"signature refused (HTTP {status})", answered=True)
    if 300 <= status < 500 and status not in _AGAIN:
        return Failed(f"HTTP {status}", permanent=True, answered=True)
    return Failed(
        f"HTTP {status}", retry_after=waiting_time(retry_after, now) if status in (429, 503) else None
    )


def waiting_time(retry_after: str | None, now: datetime) -> timedelta | None:
    """`Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3), a day at most; None when unreadable."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        until = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), timedelta(days=1))


def together(results: list[Result | None]) -> Result:
    """One result for all phones of a person; None is a phone that is gone.

    One phone that took it is enough: that says nothing of her, and the route goes on until somebody accepts. Where
    none did, one that may do so later keeps the message; otherwise it is given up.
    """
    failures = [each for each in results if isinstance(each, Failed)]
    if any(isinstance(each, Delivered) for each in results):
        return Delivered()
    if not failures:
        return Failed("none of this person's phones can be reached any more", permanent=True, answered=True)
    later = [each for each in failures if not each.permanent]
    waits = [each.retry_after for each in later if each.retry_after is not None]
    return Failed(
        "; ".join(sorted({each.error for each in failures})), permanent=not later,
        answered=all(each.answered for each in failures),
        retry_after=min(waits) if later and len(waits) == len(later) else None,
    )  # fmt: skip
