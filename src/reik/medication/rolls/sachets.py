"""The sachets of a roll: places in the moments of days, with what is known of their contents. Pure (R15, R16)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time

from reik.medication.times.schedule import (
    PlannedDose,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One medicine in a sachet, as the packer wrote it. `amount` is text: "1", "0.5"; `system` is that of `code`."""

    code: str
    text: str
    amount: str
    system: str = ""
    unit: str = ""
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetOnRoll:
    """One sachet: the k-th of n of its moment. `contents` None: not known. `empty`: header or trailer (R16)."""

    sequence: int
    empty: bool = False
    day: date | None = None
    at: time | None = None
    k: int = 1
    n: int = 1
    contents: tuple[Content, ...] | None = None
    barcode: str = ""


def with_contents(sachets: Iterable[SachetOnRoll]) -> list[SachetOnRoll]:
    """Header and trailer sachets never count (R16)."""
    return [each for each in sachets if not each.empty]


def sachets_for(doses: Sequence[PlannedDose], first: int = 1) -> list[SachetOnRoll]:
    """The sachets of a roll packed to this plan: numbered in the order of the moments, contents not known."""
    made: list[SachetOnRoll] = []
    for dose in doses:
        for k in range(1, dose.sachets + 1):
            made.append(
                SachetOnRoll(sequence=first + len(made), day=dose.day, at=dose.at, k=k, n=dose.sachets)
            )
    return made
