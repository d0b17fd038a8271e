"""The emergency list on paper: whom to phone or visit when Reik is out of reach, and until when it may be given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import MomentSeen
from reik.people.queries import CarerCard, ClientCard
from reik.web.client.state import alert_words, clock_of, is_day_work

COVERS = timedelta(hours=24)
"""How far ahead the list looks, and until when it holds."""
BACK = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentOnPaper:
    """A moment: its time, number of sachets, and the latest hand-out time (R29)."""

    at: str
    latest: str
    sachets: int
    critical: bool
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One client. `open` are alerts that nobody has closed."""

    card: ClientCard
    carers: Sequence[CarerCard]
    moments: Sequence[MomentOnPaper]
    open: Sequence[str]

    @property
    def critical(self) -> bool:
        return any(each.critical for each in self.moments)


def lines_of(
    cards: Mapping[UUID, ClientCard],
    carers: Mapping[UUID, Sequence[CarerCard]],
    moments: Mapping[UUID, Sequence[MomentSeen]],
    alerts: Sequence[AlertSeen],
    now: datetime,
) -> list[Line]:
    """All clients: who has something open first, then who is time-critical, then by name."""
    urgent = [each for each in alerts if not is_day_work(each)]
    lines = []
    for id, card in cards.items():
        zone = ZoneInfo(card.zone)
        lines.append(
            Line(
                card=card,
                carers=carers.get(id, ()),
                moments=[_paper(each, now, zone) for each in moments.get(id, ()) if each.outcome is None],
                open=[alert_words(each, now, zone) for each in urgent if each.client_id == id],
            )
        )
    return sorted(lines, key=lambda each: (not each.open, not each.critical))


def _paper(each: MomentSeen, now: datetime, zone: ZoneInfo) -> MomentOnPaper:
    return MomentOnPaper(
        at=clock_of(each.due_at, now, zone), latest=clock_of(each.latest_at, now, zone), sachets=each.sachets,
        critical=each.criticality == 0, open=each.due_at <= now,
    )  # fmt: skip
