"""Facts travel up in lists: the one door for effects in the same transaction.

A context announces what has become true; `reik.config.wiring` says who acts on it. A handler gets all facts
of one type of a batch, does database work only, with a number of statements that does not grow with the list.
"""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that has become true; subclasses are frozen dataclasses named in the past tense."""


Handler = Callable[[Sequence[Any], datetime], None]


@cache
def _wiring() -> Mapping[type[Fact], Sequence[Handler]]:
    handlers: Mapping[type[Fact], Sequence[Handler]] = importlib.import_module("reik.config.wiring").HANDLERS
    return handlers


@cache
def _wake() -> Callable[[Iterable[Any]], None]:
    note: Callable[[Iterable[Any]], None] = importlib.import_module("reik.kernel.wake").note
    return note


def prepare() -> None:
    """Read the wiring now: a process that forks shares it, and a fault in it shows at the start, not at a deadline."""
    _wiring()
    _wake()


def publish(facts: Sequence[Fact], now: datetime) -> None:
    """Hand each type's facts, in the order given, to the handlers that the wiring names for it."""
    by_type: dict[type[Fact], list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[type(fact)].append(fact)
    for kind, of_kind in by_type.items():
        if hasattr(kind, "organisation_id"):
            _wake()({fact.organisation_id for fact in of_kind})  # type: ignore[attr-defined]
        for handler in _wiring().get(kind, ()):
            handler(of_kind, now)
