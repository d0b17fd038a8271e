"""So many of so many, with how sure that is; too few cases say so instead of a percentage. Pure (R70)."""

from __future__ import annotations

import math
from dataclasses import dataclass

FEWEST = 10
"""Below so many cases a share or a median says nothing, in every figure of Reik."""
Z_95 = 1.959964
"""Of the normal distribution, for an interval that holds the true share in 95 of 100 samples."""


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of`. Percentages are None where there are too few cases."""

    n: int
    of: int

    @property
    def enough(self) -> bool:
        return self.of >= FEWEST

    @property
    def pct(self) -> float | None:
        """Per cent, one decimal. All but all is never rounded to all, and all but none never to none."""
        if not self.enough:
            return None
        found = round(100 * self.n / self.of, 1)
        if found == 100.0 and self.n < self.of:
            return 99.9
        return 0.1 if found == 0.0 and self.n else found

    @property
    def interval(self) -> tuple[float, float] | None:
        """Low and high per cent (Wilson, 95 %): what may well be true with so few or so many cases."""
        if not self.enough:
            return None
        low, high = wilson(self.n, self.of)
        return round(100 * low, 1), round(100 * high, 1)


def wilson(n: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval of a share, 0 to 1. Without cases everything is possible: 0 to 1."""
    if of <= 0:
        return 0.0, 1.0
    share, z2 = n / of, z * z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = z / (1 + z2 / of) * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)
