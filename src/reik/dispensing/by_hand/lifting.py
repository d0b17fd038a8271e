"""What a giving by hand blocked is let go again, unless it is withheld for another reason too (R34)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reik.dispensing.by_hand import blocking
from reik.dispensing.by_hand import path as by_hand
from reik.dispensing.commands.giving import give as give_command
from reik.dispensing.models import HandGiving
from reik_dispenser.messages import CommandType

BY = "reik"


def release(
    organisation_id: UUID, dispenser_id: UUID, roll: str, sachets: Sequence[int], hold_id: UUID, now: datetime
) -> None:
    """Release what this hold holds, unless the sachets are held for another reason too."""
    if blocking.held_by_another(dispenser_id=dispenser_id, roll=roll, sachets=sachets, command_id=hold_id):
        return
    give_command(
        organisation_id=organisation_id, dispenser_id=dispenser_id, type=CommandType.RELEASE_SACHETS,
        data={"roll": roll, "sachets": list(sachets)}, by=BY, now=now,
    )  # fmt: skip


TO_LIFT = """
SELECT g.id, g.dispenser_id, g.organisation_id FROM dispensing_handgiving AS g
JOIN dispensing_moment AS m ON m.id = g.moment_id
WHERE g.blocks_by = 'pause' AND g.lifted_at IS NULL AND g.ended_at IS NOT NULL
    AND (g.state IN ('dropped', 'out') OR g.numbers <> '[]' OR m.latest_at + %s::interval < %s)
    AND (%s::uuid IS NULL OR g.dispenser_id = %s) ORDER BY g.dispenser_id, g.id LIMIT 500
"""


@transaction.atomic
def lift_pauses(now: datetime, dispenser_id: UUID | None = None) -> int:
    """End pauses that blocked one moment, once that moment cannot be handed out any more; gives how many.

    A pause that is wanted for another reason stays. For `reik watch`, and after each giving.
    """
    with connection.cursor() as cursor:
        cursor.execute(TO_LIFT, [str(by_hand.CLOCK_MAY_DIFFER), now, dispenser_id, dispenser_id])
        found = cursor.fetchall()
    if not found:
        return 0
    HandGiving.objects.filter(id__in=[row[0] for row in found]).update(lifted_at=now)
    kept = blocking.paused_by_others({row[1] for row in found}, [row[0] for row in found])
    homes = {row[1]: row[2] for row in found if row[1] not in kept}
    for id, organisation_id in homes.items():
        give_command(
            organisation_id=organisation_id, dispenser_id=id, type=CommandType.RESUME, data={"by": BY}, by=BY, now=now
        )  # fmt: skip
    return len(homes)
