"""The button of a client who is said to be away: somebody is there (R10). Whatever order the events come in."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from reik.dispensing.devices.facts import PressedWhileAway
from reik.dispensing.rolls.loading import RollEvent
from reik.kernel.rows import Columns
from reik_dispenser.messages import EventType, How

TYPES = frozenset(
    {EventType.BUTTON_PRESSED.value, EventType.SACHET_PRESENTED.value, EventType.SACHET_TAKEN_OUT.value}
)
_PRESSED = Columns(dispenser_id="uuid", number="int", at="timestamptz")
AWAY = f"""
SELECT n.number, a.client_id FROM {_PRESSED.unnest} AS n({_PRESSED.names})
JOIN dispensing_absence AS a ON a.dispenser_id = n.dispenser_id AND a.ended_at IS NULL AND a.starts_at <= n.at
    AND a.state IN ('away', 'stopped') AND a.returned_at IS NULL
ORDER BY n.number
"""  # noqa: S608 - column names of this module


def told(events: Sequence[RollEvent]) -> list[PressedWhileAway]:
    """What was done at dispensers whose clients are away; what was handed out to be taken along is not."""
    named = [each for each in events if each.data.get("how") != How.TAKE_ALONG]
    if not named:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            AWAY, _PRESSED.values((each.dispenser_id, number, each.at) for number, each in enumerate(named))
        )
        rows = cursor.fetchall()
    return [
        PressedWhileAway(
            organisation_id=named[number].organisation_id, dispenser_id=named[number].dispenser_id,
            client_id=client_id, at=named[number].at, what=named[number].type,
        )
        for number, client_id in rows
    ]  # fmt: skip
