"""Figures of a planning as the screen shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reik.value.planning.queries import TeamFigures
from reik.value.report_peak import KINDS, Quarter, drawn, peak_table, peak_words
from reik.value.report_text import say

FEWEST = 20
"""Under so many visits there is no share, as a few say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamShown:
    """One team; `None` where there is too little, or nothing is known, to say it. Shares are per cent.

    `heavy_known`: of which share of its visits it is known whether they have heavy care; None: of none.
    """

    team: str
    clients: int
    visits: int
    unique_day: float
    combined_day: float
    unique_share: int | None
    peak_share: int | None
    care_hours: float
    travel_hours: float | None
    legs_share: int
    heavy_share: int | None
    heavy_known: int | None


def peak_of(bars: Sequence[Quarter], said: str) -> dict[str, Any] | None:
    """The morning as a picture, and the same numbers as rows; None where nothing begins in the morning."""
    if not bars:
        return None
    table = peak_table(bars, said, "")
    return {
        "alt": peak_words(bars, said), "drawn": drawn(bars, said), "rows": table.written(said),
        "kinds": [(kind, say(f"peak_{kind}", said)) for kind in KINDS],
    }  # fmt: skip


def teams_of(rows: Sequence[TeamFigures]) -> list[TeamShown]:
    return [_shown(each) for each in rows]


def _shown(each: TeamFigures) -> TeamShown:
    days, moments = max(each.days, 1), each.unique + each.combined
    return TeamShown(
        team=each.team, clients=each.medication_clients, visits=each.visits, unique_day=round(each.unique / days, 1),
        combined_day=round(each.combined / days, 1), unique_share=_share(each.unique, moments),
        peak_share=_share(each.peak, each.visits), care_hours=round(each.unique_min / 60 / days, 1),
        travel_hours=round(each.unique_travel_min / 60 / days, 1) if each.unique_legs else None,
        legs_share=round(100 * each.unique_legs / each.unique) if each.unique else 0,
        heavy_share=_share(each.heavy, each.heavy_known),
        heavy_known=round(100 * each.heavy_known / each.visits) if each.heavy_known else None,
    )  # fmt: skip


def _share(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole >= FEWEST else None
