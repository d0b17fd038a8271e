"""Reading and printing what a bench or proof found: one JSON object, exit 0 only when its own claims hold."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Figures = dict[str, object]


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that must hold for the run to be called good."""

    says: str
    holds: Callable[[Figures], bool]


def report(figures: Figures, claims: Sequence[Claim]) -> int:
    """Print the figures as the last line; gives the exit code. Broken claims are named on stderr."""
    broken = [claim.says for claim in claims if not claim.holds(figures)]
    for says in broken:
        print(f"does not hold: {says}", file=sys.stderr)
    print(json.dumps({**figures, "holds": not broken}), flush=True)
    return 1 if broken else 0


def number(figures: Mapping[str, object], key: str) -> float:
    """A figure as a number; infinite when it was not measured, so that no claim holds by its absence."""
    value = figures.get(key)
    return float(value) if isinstance(value, int | float) else float("inf")


def at_least_one(text: str) -> int:
    """An argparse type: a whole number from 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a number of at least 1")
    return value


def say(text: str) -> None:
    """Progress, on stderr: the last line of stdout is the JSON object."""
    print(text, file=sys.stderr, flush=True)
