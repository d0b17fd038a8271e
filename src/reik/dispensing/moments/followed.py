"""Rows of moments to come, brought in step with what is wanted: what nobody has said anything of may go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.dispensing.moments.planned import NewMoment, plan_moments
from reik.dispensing.plans.for_device import Wanted, ends_of, hurried
from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What is to be followed at one locked dispenser from now on."""

    organisation_id: UUID
    client_id: UUID
    dispenser_id: UUID
    wanted: Sequence[Wanted]


# Untouched: open, without evidence, and nothing that could not be understood names it.
TO_COME = """
SELECT m.id, m.dispenser_id, m.key, m.due_at, m.deadline_at, m.latest_at, m.sachets, m.criticality,
    m.gap_s,
    m.outcome IS NULL AND m.presented = 0 AND m.out = 0 AND m.closed_seq = 0 AND m.verdict = '' AND NOT m.contested
        AND m.by_hand = 0 AND NOT EXISTS (SELECT FROM dispensing_handgiving AS g WHERE g.moment_id = m.id)
        AND NOT EXISTS (SELECT FROM dispensing_mention AS s WHERE s.dispenser_id = m.dispenser_id AND s.key = m.key)
FROM dispensing_moment AS m JOIN unnest(%s::uuid[], %s::uuid[]) AS n(dispenser_id, client_id) USING (dispenser_id)
WHERE m.client_id = n.client_id AND m.due_at > %s ORDER BY m.id FOR NO KEY UPDATE OF m
"""


def keep(followed: Sequence[Followed], now: datetime, *, pace: float = 1) -> None:
    """Plan what is wanted and not there; withdraw what is there and not wanted, or wanted otherwise.

    `pace` hurries windows and latest hand-out times, as it does at the device.
    A moment about which something was said already is left as it is, whatever the plan says now.
    """
    wanted = {
        (each.dispenser_id, one.dose.key): _new(each, one, pace) for each in followed for one in each.wanted
    }
    with connection.cursor() as cursor:
        cursor.execute(
            TO_COME,
            [
                array("uuid", (each.dispenser_id for each in followed)),
                array("uuid", (each.client_id for each in followed)),
                now,
            ],
        )
        there = cursor.fetchall()
        withdrawn = []
        for id, dispenser_id, key, *times, untouched in there:
            moment = wanted.get((dispenser_id, key))
            if moment is not None and (not untouched or _times(moment) == tuple(times)):
                del wanted[dispenser_id, key]
            elif untouched:
                withdrawn.append(id)
        if withdrawn:
            cursor.execute(
                "DELETE FROM dispensing_moment WHERE id = ANY(%s::uuid[])", [array("uuid", withdrawn)]
            )
    plan_moments(list(wanted.values()), now)


def _new(at: Followed, wanted: Wanted, pace: float) -> NewMoment:
    dose = wanted.dose
    deadline_at, latest_at = ends_of(dose, pace)
    return NewMoment(
        organisation_id=at.organisation_id, client_id=at.client_id, dispenser_id=at.dispenser_id, key=dose.key,
        due_at=dose.due_at, deadline_at=deadline_at, latest_at=latest_at, sachets=wanted.sachets,
        criticality=dose.criticality, gap_s=round(60 * hurried(dose.gap_min, pace)),
    )  # fmt: skip


def _times(moment: NewMoment) -> tuple[object, ...]:
    return (
        moment.due_at,
        moment.deadline_at,
        moment.latest_at,
        moment.sachets,
        moment.criticality,
        moment.gap_s,
    )
