"""Whether a client's medication fits on a roll, as far as her medication list says: no one types it again (R5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from reik.medication.outside.seen import loose_of, proposals_open
from reik.medication.queries import planned_doses, zones_of
from reik.medication.times.schedule import local_day

ALL, PARTLY, LITTLE, NOT_KNOWN = "all", "partly", "little", "not_known"
AHEAD = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """`says` is the answer of the form that the list speaks for; `outside`: what does not go on the roll.

    `moments` of the coming week lie in the roll. `undecided`: what somebody still has to place.
    """

    says: str
    moments: int
    outside: tuple[str, ...]
    undecided: tuple[str, ...]


def packing_of(client_id: UUID, now: datetime) -> Packing:
    """What the list says today. Without a plan nothing is known: unknown is never "fits"."""
    today = local_day(now, zones_of([client_id])[client_id])
    moments = len(planned_doses([client_id], today, today + AHEAD).get(client_id, ()))
    outside = tuple(
        each.version.says.product for each in loose_of([client_id], today, now).get(client_id, [])
    )
    undecided = tuple(each.proposed.says.product for each in proposals_open([client_id]))
    beside = bool(outside or undecided)
    says = {
        (True, False): ALL, (True, True): PARTLY, (False, True): LITTLE, (False, False): NOT_KNOWN,
    }[bool(moments), beside]  # fmt: skip
    return Packing(says=says, moments=moments, outside=outside, undecided=undecided)
