"""A provider's mapping: a small TOML file that says how its HTTP address is asked, read and checked. Pure.

    method = "POST"                          # POST, PUT or GET
    path = "/messages"                       # after the path of the destination's address
    [headers]  Authorization = "Bearer {secret}"
    [json]     to = "{to}" …                 # or [form], or [query] (with any of them)
    [taken]    status = [200, 201]           # and, where the status does not say it:
               path = "messages.0.status"
               values = ["0"]
    [throttled]  status, or path and values, besides 429; wait_s = 2
    [refused]    status, path, values: this text will never be taken
    [check]      method = "GET", path = "/balance": asked every five minutes instead of HEAD
    [receipt]    id = "id"                   # where the answer has the provider's id of the text
                 path = "/messages/{id}"     # asked with GET afterwards, and where that answer says
                 state = "status"            # what became of it; any other word: not known yet
                 arrived = ["delivered"], lost = ["expired"], refused = ["rejected"]

Words in braces: to, to_digits, text, ref, sender, secret, user, basic (of user and secret, for HTTP Basic).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from reik.interop import AddressRefused
from reik.interop.sms.provider import BODIES, WORD, Provider, Receipts, Rule
from reik.interop.sms.receipts import Fate

WORDS = frozenset({"to", "to_digits", "text", "ref", "sender", "secret", "user", "basic"})
LARGEST, DEEPEST = 16_384, 8  # of a mapping: characters, and levels
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}", re.ASCII)
_PARTS = {
    "method",
    "path",
    "headers",
    "json",
    "form",
    "query",
    "taken",
    "throttled",
    "refused",
    "check",
    "receipt",
}
_FATES = {"arrived": Fate.ARRIVED, "lost": Fate.LOST, "refused": Fate.REFUSED}


def read(text: str) -> Provider:
    """A mapping from TOML. Raises AddressRefused with what is wrong in it."""
    try:
        if len(text) > LARGEST:
            raise _wrong("it is too long")
        given = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise _wrong("it is no TOML") from None
    if unknown := {*given} - _PARTS:
        raise _wrong(f"it has no part {sorted(unknown)[0]!r}")
    bodies = [each for each in BODIES if each in given]
    method = given.get("method", "POST")
    if method not in ("POST", "PUT", "GET") or len(bodies) > 1 or (bodies and method == "GET"):
        raise _wrong("method is POST, PUT or GET, with [json] or [form] or neither, and GET with [query]")
    body = bodies[0] if bodies else ""
    check = _table(given, "check", {"method", "path"})
    throttled = _table(given, "throttled", {"status", "path", "values", "wait_s"})
    return Provider(
        method=method, path=_path(given.get("path", "")), headers=_headers(given.get("headers", {})),
        body=body, content=_flat(given["form"], "form") if body == "form" else _checked(given.get("json", {}), 0),
        query=_flat(given.get("query", {}), "query"),
        taken=_rule(_table(given, "taken", {"status", "path", "values"}), range(200, 300)),
        throttled=_rule(throttled), wait=_wait(throttled.get("wait_s", 2)),
        refused=_rule(_table(given, "refused", {"status", "path", "values"})),
        check_method=_one_of(check.get("method", "HEAD"), ("HEAD", "GET")), check_path=_path(check.get("path", "")),
        receipts=_receipts(given),
    )  # fmt: skip


def _wrong(why: str) -> AddressRefused:
    return AddressRefused(f"The mapping of this provider cannot be used: {why}.")


def _table(given: Mapping[str, Any], name: str, known: set[str]) -> Mapping[str, Any]:
    table = given.get(name, {})
    if not isinstance(table, dict) or {*table} - known:
        raise _wrong(f"[{name}] has {', '.join(sorted(known))}")
    return table


def _rule(table: Mapping[str, Any], otherwise: Iterable[int] = ()) -> Rule:
    path, values = table.get("path", ""), table.get("values", [])
    status = table.get("status", list(otherwise))
    if not isinstance(status, list) or not all(type(each) is int and 100 <= each < 600 for each in status):
        raise _wrong("status is a list of HTTP statuses")
    if not isinstance(values, list) or bool(path) != bool(values):
        raise _wrong("path and values go together")
    if not all(isinstance(each, str) for each in values):
        raise _wrong("values are texts")
    return Rule(frozenset(status), _places(path) if path else (), frozenset(values))


def _receipts(given: Mapping[str, Any]) -> Receipts | None:
    if "receipt" not in given:
        return None
    table = _table(given, "receipt", {"id", "path", "state", *_FATES})
    words: dict[str, Fate] = {}
    for name, fate in _FATES.items():
        listed = table.get(name, [])
        if not isinstance(listed, list) or not all(
            isinstance(each, str) and each not in words for each in listed
        ):
            raise _wrong("arrived, lost and refused are lists of words, each word once")
        words |= dict.fromkeys(listed, fate)
    if Fate.ARRIVED not in words.values():
        raise _wrong("[receipt] says which words mean that a text arrived")
    path = _path(table.get("path", ""), WORDS | {"id"})
    if "{id}" not in path:
        raise _wrong("the path of [receipt] has {id} in it")
    return Receipts(id=_places(table.get("id")), path=path, state=_places(table.get("state")), fates=words)


def _places(path: object) -> tuple[str, ...]:
    if not isinstance(path, str) or not all(path.split(".")):
        raise _wrong("a path is written as messages.0.status")
    return tuple(path.split("."))


def _wait(seconds: object) -> timedelta:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 1 <= seconds <= 3600:
        raise _wrong("wait_s is 1 to 3600")
    return timedelta(seconds=seconds)


def _one_of(given: object, known: tuple[str, ...]) -> str:
    if not isinstance(given, str) or given not in known:
        raise _wrong(f"the method of [check] is {' or '.join(known)}")
    return given


def _path(given: object, words: frozenset[str] = WORDS) -> str:
    if (
        not isinstance(given, str)
        or (given and not re.fullmatch(r"/[!-~]*", given))
        or set(given) & set("?#")
    ):
        raise _wrong("a path begins with / and has no ? or #")
    return _known(given, words)


def _headers(given: object) -> Mapping[str, str]:
    headers = _flat(given, "headers")
    if not all(
        _HEADER.fullmatch(name) and value.isprintable() and value.isascii() for name, value in headers.items()
    ):
        raise _wrong("a header is one line of plain letters")
    return headers


def _flat(given: object, name: str) -> Mapping[str, str]:
    if not isinstance(given, dict) or not all(isinstance(each, str) for each in given.values()):
        raise _wrong(f"[{name}] has texts only")
    return {key: _known(each) for key, each in given.items()}


def _checked(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise _wrong("[json] is too deep")
    if isinstance(value, dict):
        return {key: _checked(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [_checked(each, depth + 1) for each in value]
    if isinstance(value, str):
        return _known(value)
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return value
    raise _wrong("[json] has texts, numbers, true or false, lists and tables")


def _known(text: str, words: frozenset[str] = WORDS) -> str:
    if unknown := {*WORD.findall(text)} - words:
        raise _wrong(f"there is no word {{{sorted(unknown)[0]}}}")
    return text
