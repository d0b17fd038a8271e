"""A roster on which nobody stands within 72 hours: its lead hears of each gap, before it is there (R47)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.alerting.forewarnings.keeping import ROSTER_GAP, Warned, alone, renew
from reik.people.models import Roster
from reik.people.rosters.duty import Gap
from reik.people.rosters.operations import LOOKED_AHEAD
from reik.people.rosters.queries import duty_between

ALARMED_AHEAD = timedelta(hours=72)
LOCK = 0x6A7E_0001


@transaction.atomic
def look_at_rosters(now: datetime) -> None:
    """Open what is new, end what was filled. Of several watchers one looks; statements do not grow with the rosters."""
    if not alone(LOCK):
        return
    rosters = {each.id: each for each in Roster.objects.filter(ended_at=None)}
    renew([ROSTER_GAP], _warned(rosters, now), now)


def _warned(rosters: dict[UUID, Roster], now: datetime) -> list[Warned]:
    horizon = now + LOOKED_AHEAD
    warned = []
    for id, (_, gaps) in duty_between(rosters, now, horizon).items():
        for gap in gaps:
            if gap.starts_at < now + ALARMED_AHEAD:
                warned.append(_gap(rosters[id], gap, horizon))
    return warned


def _gap(roster: Roster, gap: Gap, horizon: datetime) -> Warned:
    """A gap is the same one as long as it ends at the same time: its beginning moves along while it lasts."""
    endless = gap.ends_at >= horizon
    return Warned(
        organisation_id=roster.organisation_id, kind=ROSTER_GAP,
        subject=f"{roster.id} {'open' if endless else gap.ends_at.isoformat()}",
        since=gap.starts_at, until=None if endless else gap.ends_at,
        destination_id=roster.lead_id or roster.last_resort_id,
        detail={"roster": str(roster.id), "name": roster.name},
    )  # fmt: skip
