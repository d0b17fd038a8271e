"""A day before and after as a picture: a line per round, a block per visit; and the same as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.value.report_words import number
from reik.value.tours.problem import HOUR, MINUTE
from reik.web.whatif.words import kind_words

WIDTH, LEFT, ROW, TOP = 960, 130, 26, 26
KINDS = ("unique", "combined", "none", "loading", "alert")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One visit: where it stands, and what it is for."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One round: her shift as a track, her visits as blocks; `says` is the same in words."""

    nurse: str
    y: int
    x: float
    width: float
    blocks: tuple[Block, ...]
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One plan of one day. `alt`: what it says in words."""

    key: str
    title: str
    alt: str
    height: int
    lines: tuple[Line, ...]
    hours: tuple[tuple[float, str], ...]


def legend() -> list[tuple[str, str]]:
    return [(kind, kind_words(kind)) for kind in KINDS]


def pictures(day: Mapping[str, Any], said: str) -> list[Picture]:
    """Before and after on one axis of time, so that eyes may compare them."""
    tours = [each for when in ("before", "after") for each in day[when]]
    first = min((each["since"] for each in tours), default=7 * HOUR) // HOUR
    last = -(-max((each["until"] for each in tours), default=23 * HOUR) // HOUR)
    titles = {"before": _("Nu"), "after": _("Met dispensers")}
    return [_picture(key, title, day[key], (first, last), said) for key, title in titles.items()]


def _picture(
    key: str, title: str, tours: Sequence[Mapping[str, Any]], hours: tuple[int, int], said: str
) -> Picture:
    first, last = hours
    scale = (WIDTH - LEFT - 10) / ((last - first) * HOUR)

    def x(second: float) -> float:
        return round(LEFT + (second - first * HOUR) * scale, 1)

    used = [each for each in tours if each["visits"]]
    lines = tuple(_line(each, TOP + ROW * n, x, said) for n, each in enumerate(used))
    visits = sum(len(each["visits"]) for each in used)
    idle = len(tours) - len(used)
    alt = ngettext(
        "%(title)s: %(n)s ronde, %(v)s bezoeken.", "%(title)s: %(n)s rondes, %(v)s bezoeken.", len(used)
    )
    alt %= {"title": title, "n": len(used), "v": visits}
    if idle:
        alt += " " + ngettext("%(n)s ronde is leeg.", "%(n)s rondes zijn leeg.", idle) % {"n": idle}
    return Picture(
        key=key, title=title, alt=alt, height=TOP + ROW * max(len(used), 1) + 4, lines=lines,
        hours=tuple((x(hour * HOUR), f"{hour % 24}") for hour in range(first, last + 1, 2)),
    )  # fmt: skip


def _line(tour: Mapping[str, Any], y: int, x: Any, said: str) -> Line:
    visits = tour["visits"]
    kinds = Counter(kind for _begin, _end, kind in visits)
    cells = (
        f"{_time(visits[0][0])} – {_time(visits[-1][1])}", str(len(visits)), str(kinds["unique"]),
        str(kinds["loading"] + kinds["alert"]), number(tour["travel"] / MINUTE, said, 0),
    )  # fmt: skip
    return Line(
        nurse=tour["nurse"], y=y, x=x(tour["since"]), width=round(x(tour["until"]) - x(tour["since"]), 1), cells=cells,
        blocks=tuple(
            Block(kind=kind, x=x(begin), width=max(round(x(end) - x(begin), 1), 2.0)) for begin, end, kind in visits
        ),
    )  # fmt: skip


def _time(second: int) -> str:
    return f"{second // 3600 % 24}:{second // 60 % 60:02}"
