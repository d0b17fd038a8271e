"""A roster of nights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from reik.people.rosters import on_duty, operations
from reik.people.rosters.turns import NewPattern
from tests import cast

HOUR = timedelta(hours=1)
MONDAY = date(2026, 11, 23)


@dataclass(slots=True)
class Nights:
    """A roster of nights, 23:00 to 07:00: Fatma on all of them, Jos her back-up at weekends, José on none."""

    cast: cast.Cast
    id: UUID
    fatma: UUID
    jos: UUID
    jose: UUID
    resort: UUID


def nights(now: datetime) -> Nights:
    people = cast.gather(now)
    desks = people.desks
    roster = operations.make_roster(
        organisation_id=people.zorg.id, name="Nacht", last_resort_id=desks["team"].id, lead_id=desks["centre"].id,
        now=now,
    )  # fmt: skip
    fatma, jos, jose = (
        operations.add_member(
            roster_id=roster,
            name=name,
            destination_id=desks["carer"].id,
            fallback_id=desks["team"].id,
            now=now,
        )
        for name in ("Fatma", "Jos", "José")
    )
    for member, days, place in ((fatma, 127, 1), (jos, 0b1100000, 2)):
        operations.add_pattern(
            NewPattern(
                member_id=member,
                weekdays=days,
                hours_from=time(23),
                hours_until=time(7),
                since=MONDAY,
                place=place,
            ),
            now,
        )
    return Nights(people, roster, fatma, jos, jose, desks["team"].id)


def names(roster: UUID, at: datetime) -> list[tuple[str, int]]:
    return [(each.name, each.place) for each in on_duty([roster], at)[roster]]
