"""The JSON that the contract allows (section 2), and nothing more, with byte sizes per element.

Rides on the C scanner of the standard library: strictness that the scanner lacks is added by hooks, and
depth and `\\u` escapes are only walked when a cheap count says that they could matter.
"""

import json
import re
from collections.abc import Iterable
from typing import NoReturn

from reik_dispenser.messages import RefusalCode

MAX_DEPTH = 8
MAX_INTEGER = 2**53
MAX_ELEMENTS = 100
MAX_ELEMENT_BYTES = 8_192
_WHITE_SPACE = re.compile(r"[ \t\n\r]*")


class Refused(Exception):  # the contract's own word
    """A payload that is answered with `refused` (section 2)."""

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code.value)
        self.code = code


def read_object(body: bytes) -> dict[str, object]:
    """One JSON object; Refused `json`, or `envelope` when it is another value."""
    text = _text(body)
    value, end = _scan(text, 0)
    if end != len(text):
        raise Refused(RefusalCode.JSON)
    _judge(body, text, value, 1)
    if type(value) is not dict:
        raise Refused(RefusalCode.ENVELOPE)
    return value


def read_elements(body: bytes) -> list[object]:
    """The value itself, or the elements of an array of 1 to 100; none above 8,192 bytes as sent."""
    text = _text(body)
    if text.startswith("["):
        values = _array(text)
        _judge(body, text, values, 1)
        return values
    value, end = _scan(text, 0)
    if end != len(text):
        raise Refused(RefusalCode.JSON)
    if len(body) > MAX_ELEMENT_BYTES and len(text.encode()) > MAX_ELEMENT_BYTES:
        raise Refused(RefusalCode.SIZE)
    _judge(body, text, value, 1)
    return [value]


def _text(body: bytes) -> str:
    try:
        return body.decode().strip(" \t\n\r")
    except UnicodeDecodeError:
        raise Refused(RefusalCode.JSON) from None


def _array(text: str) -> list[object]:
    values: list[object] = []
    large = len(text) > MAX_ELEMENT_BYTES // 4  # a character takes at most four bytes
    at = _skip(text, 1)
    separator = "]" if text[at : at + 1] == "]" else ","
    while separator == ",":
        value, end = _scan(text, at)
        if len(values) == MAX_ELEMENTS:
            raise Refused(RefusalCode.COUNT)
        if large and len(text[at:end].encode()) > MAX_ELEMENT_BYTES:
            raise Refused(RefusalCode.SIZE)
        values.append(value)
        end = _skip(text, end)
        separator = text[end : end + 1]
        at = _skip(text, end + 1) if separator == "," else end
    if separator != "]" or at + 1 != len(text):
        raise Refused(RefusalCode.JSON)
    if not values:
        raise Refused(RefusalCode.COUNT)
    return values


def _skip(text: str, at: int) -> int:
    if text[at : at + 1] not in (" ", "\n", "\r", "\t"):
        return at
    found = _WHITE_SPACE.match(text, at)
    return found.end() if found else at


def _scan(text: str, at: int) -> tuple[object, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        raise Refused(RefusalCode.JSON) from None


def _judge(body: bytes, text: str, value: object, depth: int) -> None:
    """Depth and forbidden characters; both only when the bytes leave room for them."""
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _walk_depth(value, depth)
    if "\\u" in text:
        _walk_strings(value)


def _walk_depth(value: object, depth: int) -> None:
    inside: Iterable[object]
    if isinstance(value, dict):
        inside = value.values()
    elif isinstance(value, list):
        inside = value
    else:
        return
    if depth > MAX_DEPTH:
        raise Refused(RefusalCode.JSON)
    for inner in inside:
        if type(inner) is dict or type(inner) is list:
            _walk_depth(inner, depth + 1)


def _walk_strings(value: object) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise Refused(RefusalCode.JSON)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refused(RefusalCode.JSON) from None
    elif isinstance(value, dict):
        for key, inner in value.items():
            _walk_strings(key)
            _walk_strings(inner)
    elif isinstance(value, list):
        for inner in value:
            _walk_strings(inner)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _integer(digits: str) -> int:
    if len(digits) < 16:
        return int(digits)
    if len(digits) <= 17 and -MAX_INTEGER <= (value := int(digits)) <= MAX_INTEGER:
        return value
    raise ValueError("integer beyond 2**53")


def _float(digits: str) -> float:
    value = float(digits)
    if value - value != 0.0:
        raise ValueError("number too large")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


# Prebuilt once: `json.loads` with hooks builds a decoder at every call.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
