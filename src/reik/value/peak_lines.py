"""The morning before and now as two lines over one another, in a field of 100 wide. Pure (N10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reik.value.report_peak import Quarter

HIGH = 160.0
"""Height of the field; y grows downwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One planning: the line, the area below it, and the quarter in which most visits begin."""

    path: str
    area: str
    top: Quarter
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """`marks`: (y, visits) of the lines across; `hours`: (x, text). A line is None where there is no planning."""

    before: Line | None
    now: Line | None
    marks: tuple[tuple[float, int], ...]
    hours: tuple[tuple[float, str], ...]

    @property
    def rises(self) -> bool:
        """Whether the top of now stands above that of before."""
        return self.before is not None and self.now is not None and self.now.y < self.before.y


def peak_lines(before: Sequence[Quarter], now: Sequence[Quarter]) -> Lines | None:
    """None where neither has a visit in these hours. Both have the same quarters."""
    shown = before or now
    if not shown:
        return None
    most = max(each.total for each in (*before, *now))
    step = mark_step(most)
    top = step * max(1, -(-most // step))
    wide = 100 / len(shown)
    marks = tuple((round(HIGH - HIGH * at * step / top, 1), at * step) for at in range(int(top / step) + 1))
    hours = tuple((round(n * wide, 2), each.at) for n, each in enumerate(shown) if each.at.endswith(":00"))
    return Lines(before=_line(before, top), now=_line(now, top), marks=marks, hours=hours)


def mark_step(most: float) -> int:
    """So many visits between two lines across, that there are two to five of them."""
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000):
        if most / step <= 5:
            return step
    return int(most // 5) + 1


def _line(bars: Sequence[Quarter], top: float) -> Line | None:
    if not bars:
        return None
    wide = 100 / len(bars)
    places = [(round(n * wide, 2), round(HIGH - HIGH * each.total / top, 1)) for n, each in enumerate(bars)]
    path = "M" + "L".join(f"{x} {y}" for x, y in places)
    most = max(range(len(bars)), key=lambda n: bars[n].total)
    area = f"{path}L{places[-1][0]} {HIGH:g}L0 {HIGH:g}Z"
    return Line(path=path, area=area, top=bars[most], x=places[most][0], y=places[most][1])
