"""The device's state as JSON and back: what must outlive a power cut at any instant.

One codec for all of `state.py`, by its type hints: a field added there is kept without a word here.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from reik_dispenser.state import Device

_TOLD_ANEW = frozenset({"clock", "last_now", "battery_pct"})
LOST_WITHOUT_POWER = frozenset({"grant", "wake_at", "signal_dbm"})
_KEPT = tuple(f.name for f in fields(Device) if f.name not in LOST_WITHOUT_POWER | _TOLD_ANEW)


def remember(device: Device) -> dict[str, object]:
    """The state as JSON values, without what does not outlive the power."""
    return {
        f.name: _encoded(getattr(device, f.name)) for f in fields(device) if f.name not in LOST_WITHOUT_POWER
    }


def differs(before: Device, after: Device) -> bool:
    """Whether anything changed that must outlive the power, and is not told anew by what comes after it."""
    return any(
        getattr(before, name) is not getattr(after, name) and getattr(before, name) != getattr(after, name)
        for name in _KEPT
    )


def revive(values: Mapping[str, object]) -> Device:
    """The state as remembered, waiting for `Booted`. ValueError for what this version did not write.

    A field that is missing gets its default and an unknown one is dropped, so that firmware can go up and down.
    """
    hints = _hints(Device)
    known = {name: value for name, value in values.items() if name in hints}
    try:
        return Device(
            **{**{name: _decoded(hints[name], value) for name, value in known.items()}, "powered": False}
        )
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"a state that this version cannot read: {error}") from error


@lru_cache(maxsize=64)
def _hints(type_: type) -> dict[str, Any]:
    return get_type_hints(type_)


def _encoded(value: object) -> object:
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _encoded(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return [[_encoded(key), _encoded(inner)] for key, inner in value.items()]
    if isinstance(value, frozenset):
        return sorted((_encoded(each) for each in value), key=repr)
    if isinstance(value, tuple):
        return [_encoded(each) for each in value]
    raise TypeError(f"{type(value).__name__} cannot be remembered")


def _decoded(hint: Any, value: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None:
            return None
        return _decoded(next(each for each in inner if each is not NoneType), value)
    if origin is tuple:
        return tuple(_decoded(inner[0], each) for each in value)
    if origin is frozenset:
        return frozenset(_decoded(inner[0], each) for each in value)
    if origin is Mapping:
        return {_decoded(inner[0], key): _decoded(inner[1], each) for key, each in value}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        return hint(**{name: _decoded(hints[name], each) for name, each in value.items() if name in hints})
    return value
