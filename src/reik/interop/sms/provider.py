"""How one provider's HTTP address is asked to send a text, and what its answers mean. Pure; read by provider_toml."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

from reik.interop import Delivered, Failed, Result
from reik.interop.sms.receipts import Fate

WORD = re.compile(r"\{([^{}]*)\}")
_TOO_FAST = 429
_AGAIN = frozenset({408, 425})
BODIES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}

Answer = tuple[int, str | None, bytes]  # status, Retry-After, at most the first bytes of the body


@dataclass(frozen=True, slots=True)
class Rule:
    """Fits an answer by its status, and where `path` is given also by what stands there."""

    status: frozenset[int] = frozenset()
    path: tuple[str, ...] = ()
    values: frozenset[str] = frozenset()

    def fits(self, status: int, said: object) -> bool:
        if self.status and status not in self.status:
            return False
        if self.path:
            return found(said, self.path) in self.values
        return bool(self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Where a provider says afterwards what became of a text. `id`: where in its answer its id of the text is."""

    id: tuple[str, ...]
    path: str
    state: tuple[str, ...]
    fates: Mapping[str, Fate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider's mapping."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: str  # "json", "form" or ""
    content: Any = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    taken: Rule
    throttled: Rule
    wait: timedelta
    refused: Rule
    check_method: str
    check_path: str
    receipts: Receipts | None


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def request(provider: Provider, base: str, words: Mapping[str, str]) -> Request:
    """What is sent for one text. `base`: the destination's address; it alone says to which host."""
    headers = {name: _filled(value, words) for name, value in provider.headers.items()}
    body = b""
    if provider.body == "json":
        body = json.dumps(_deep(provider.content, words), ensure_ascii=False).encode()
    elif provider.body == "form":
        body = urlencode({key: _filled(each, words) for key, each in provider.content.items()}).encode()
    if body:
        headers["Content-Type"] = BODIES[provider.body]
    query = urlencode({key: _filled(value, words) for key, value in provider.query.items()})
    url = base + _filled(provider.path, words, _quoted)
    return Request(provider.method, f"{url}?{query}" if query else url, headers, body)


def check(provider: Provider, base: str, words: Mapping[str, str]) -> Request:
    """What is asked instead of sending; with the same headers, so that a key that is no longer good is seen."""
    headers = {name: _filled(value, words) for name, value in provider.headers.items()}
    path = provider.check_path or provider.path
    return Request(provider.check_method, base + _filled(path, words, _quoted), headers, b"")


def receipt(provider: Provider, receipts: Receipts, base: str, words: Mapping[str, str]) -> Request:
    """What is asked to hear what became of the text of which `words` has the provider's `id`."""
    headers = {name: _filled(value, words) for name, value in provider.headers.items()}
    return Request("GET", base + _filled(receipts.path, words, _quoted), headers, b"")


def taken_id(receipts: Receipts, answer: Answer) -> str:
    """The provider's id of a text that it took; empty when it gave none that can be used."""
    given = found(_json(answer[2]), receipts.id) or ""
    return given if len(given) <= 200 and given.isprintable() else ""


def fate(receipts: Receipts, answer: Answer) -> Fate | None:
    """What became of a text by the provider's word; None while it says nothing final."""
    if not 200 <= answer[0] < 300:
        return None
    return receipts.fates.get(found(_json(answer[2]), receipts.state) or "")


def words(*, to: str, text: str, ref: str, sender: str, user: str, secret: str) -> dict[str, str]:
    """What stands for the words in braces."""
    basic = b64encode(f"{user}:{secret}".encode()).decode()
    return {
        "to": to, "to_digits": to.lstrip("+"), "text": text, "ref": ref, "sender": sender, "secret": secret,
        "user": user, "basic": basic,
    }  # fmt: skip


def meaning(provider: Provider, answer: Answer) -> Result:
    """What an answer says of the text: too fast first, then never, then taken; anything else is tried again."""
    status, retry_after, body = answer
    said = _json(body)
    if status == _TOO_FAST or provider.throttled.fits(status, said):
        return Failed(
            "the provider has too much to do", answered=True, retry_after=_asked(retry_after, provider.wait)
        )
    if provider.refused.fits(status, said):
        return Failed(f"refused (HTTP {status})", permanent=True, answered=True)
    if provider.taken.fits(status, said):
        return Delivered()
    there = 200 <= status < 300 or (400 <= status < 500 and status not in _AGAIN)
    return Failed(f"not taken (HTTP {status})", answered=there)


def alive(provider: Provider, status: int) -> Result:
    """What the answer to `check` says. Without a path of its own any answer but "not here" will do."""
    fine = 200 <= status < 300 if provider.check_path else status not in (502, 503, 504)
    return Delivered() if fine else Failed(f"HTTP {status}", answered=True)


def found(said: object, path: tuple[str, ...]) -> str | None:
    """What stands at a path of names and numbers, as text; None for nothing, a list or an object."""
    for each in path:
        if isinstance(said, dict):
            said = said.get(each)
        elif isinstance(said, list) and each.isdecimal() and len(each) < 6 and int(each) < len(said):
            said = said[int(each)]
        else:
            return None
    if isinstance(said, bool):
        return "true" if said else "false"
    return str(said) if isinstance(said, str | int | float) else None


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _asked(retry_after: str | None, otherwise: timedelta) -> timedelta:
    text = (retry_after or "").strip()
    return timedelta(seconds=min(int(text[:6]), 3600)) if text.isascii() and text.isdigit() else otherwise


def _filled(text: str, words: Mapping[str, str], made: Callable[[str], str] = str) -> str:
    return WORD.sub(lambda found: made(words[found[1]]), text)


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _deep(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _deep(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_deep(each, words) for each in value]
    return _filled(value, words) if isinstance(value, str) else value
