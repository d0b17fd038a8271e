"""What an outage takes from the ordinary way of alerts: silence only. A miss is never hidden in it (N4).

A line that its device speaks of gets the real outcome, and what needs a person goes its ordinary way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.alerting.outages import lines, opening
from reik.alerting.outages.lines import HEARD_AGAIN, PAUSED, NewLine
from reik.alerting.outages.members import holding
from reik.dispensing.devices.facts import DispenserSilent
from reik.dispensing.facts import MomentEnded
from reik.dispensing.outcomes import Outcome
from reik.kernel import wake
from reik.kernel.rows import Columns, array

DEVICE_SILENT, REIK_BEHIND = "device_silent", "reik_behind"
UNANSWERED = "outage_unanswered"
"""Reason of the alert about a line that nobody saw to in time."""
MANY = 5
"""Moments that end unknown together because Reik is behind; fewer are an alert each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    id: UUID
    outcome: str
    told: bool


def take_lines(ended: Sequence[MomentEnded], now: datetime) -> list[MomentEnded]:
    """Take out the moments of which nothing was heard in an outage: they are its lines. Gives the rest.

    Of the rest those that were a line have its outcome from here; the alert that a late line got is told what
    became of the moment.
    """
    ordinary = [each for each in ended if each.reason == UNANSWERED]
    ended = [each for each in ended if each.reason != UNANSWERED]
    known = _lines_of(ended)
    _settle(
        [(known[each.moment_id], each) for each in ended if each.moment_id in known and not _unheard(each)],
        now,
    )
    new = [each for each in ended if _unheard(each) and _is_new(known.get(each.moment_id))]
    taken = _list(new, now)
    for each in ended:
        line = known.get(each.moment_id)
        if not _unheard(each):
            # Its alert opened before it ended: this is a change of it.
            first = line is not None and line.told and each.before is None
            ordinary.append(replace(each, before=Outcome.UNKNOWN) if first else each)
        elif each.moment_id not in taken and (_is_new(line) or (line is not None and line.told)):
            ordinary.append(each)
    return ordinary


def _unheard(ended: MomentEnded) -> bool:
    return ended.outcome is Outcome.UNKNOWN and ended.reason in (DEVICE_SILENT, REIK_BEHIND)


def _is_new(line: _Line | None) -> bool:
    return line is None or line.outcome in (HEARD_AGAIN, PAUSED)


def _lines_of(ended: Sequence[MomentEnded]) -> dict[UUID, _Line]:
    if not ended:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT moment_id, id, outcome, told_late_at IS NOT NULL FROM alerting_outageline"
            " WHERE moment_id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
            [array("uuid", (each.moment_id for each in ended))],
        )
        return {row[0]: _Line(id=row[1], outcome=row[2], told=row[3]) for row in cursor.fetchall()}


_SAID = Columns(id="uuid", outcome="text", how="text")
SETTLE = f"""
UPDATE alerting_outageline AS l SET outcome = n.outcome, how = n.how, outcome_at = %s, outcome_by = n.how
FROM {_SAID.unnest} AS n({_SAID.names}) WHERE l.id = n.id AND l.outcome_at IS NULL
"""  # noqa: S608 - column names of this module


def _settle(said: Sequence[tuple[_Line, MomentEnded]], now: datetime) -> None:
    """What a person said of a line stays beside what its device says later: that is in the moment itself."""
    if not said:
        return
    rows = [
        (line.id, ended.outcome.value, "device" if ended.reason == "device" else "reik")
        for line, ended in said
    ]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [now, *_SAID.values(rows)])
    wake.note({ended.organisation_id for _, ended in said})


def _list(unheard: Sequence[MomentEnded], now: datetime) -> set[UUID]:
    """Make lines of those that an outage holds; gives their moments. Opens the outage that they tell of."""
    if not unheard:
        return set()
    silent = [each for each in unheard if each.reason == DEVICE_SILENT]
    held = holding({each.dispenser_id for each in silent})
    loose = [each for each in silent if each.dispenser_id not in held]
    if loose and opening.open_asked({each.organisation_id for each in loose}, now):
        held = holding({each.dispenser_id for each in silent})
    found = {each.moment_id: held[each.dispenser_id] for each in silent if each.dispenser_id in held}
    behind = [each for each in unheard if each.reason == REIK_BEHIND]
    if behind and (outage := opening.platform(len(behind), now, least=MANY)):
        found |= {each.moment_id: outage for each in behind}
    lines.add([_new(each, found[each.moment_id]) for each in unheard if each.moment_id in found], now)
    return set(found)


def _new(ended: MomentEnded, outage_id: UUID) -> NewLine:
    return NewLine(
        outage_id=outage_id, organisation_id=ended.organisation_id, client_id=ended.client_id,
        dispenser_id=ended.dispenser_id, moment_id=ended.moment_id, criticality=ended.criticality,
        due_at=ended.due_at, deadline_at=ended.deadline_at, latest_at=ended.latest_at,
    )  # fmt: skip


def take_silent(told: Sequence[DispenserSilent]) -> list[DispenserSilent]:
    """Take out the silent dispensers of an outage: they are part of it, and call nobody by themselves."""
    held = holding({each.dispenser_id for each in told})
    return [each for each in told if each.dispenser_id not in held]
