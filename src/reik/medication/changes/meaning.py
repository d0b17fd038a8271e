"""What a change of the plan means for the sachets that are still on a roll at home. Pure (N5, R19, R22, R23; flow C).

Reik registers and compares. It proposes by what is possible, never by what is good for the client: the pharmacy
confirms every choice. Reasons are code words; screens have the sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reik.medication.changes.affected import affected_sachets
from reik.medication.changes.sachets import (
    AffectedSachet,
    AtHome,
    OnRoll,
)

KEEP, BY_HAND, HOLD, TAKE_OUT, REPLACE = "keep", "add_by_hand", "hold", "take_out", "replace_roll"
CHOICES = (KEEP, BY_HAND, HOLD, TAKE_OUT, REPLACE)
LIFTS = frozenset({KEEP, BY_HAND})
"""Choices by which the sachets may be handed out after all."""
NOW_WITHIN, TODAY_WITHIN = timedelta(hours=24), timedelta(hours=72)
LATE_MIN = 90
"""Until when a sachet of a moment that is no longer planned may still come, in minutes; the device knows better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionFound:
    """One way out; `reasons` are codes: why it is not possible or, of a possible one, what to think of."""

    choice: str
    possible: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlan:
    """What differs, from when, and what can be done."""

    affected: tuple[AffectedSachet, ...]
    first_at: datetime
    last_at: datetime
    urgency: str
    options: tuple[OptionFound, ...]
    proposed: str

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(each.key for each in self.affected)


def plan_change(roll: OnRoll, home: AtHome, zone: ZoneInfo, now: datetime) -> ChangePlan | None:
    """What is to come on this roll and is not what is planned now; None where roll and plan agree."""
    affected = tuple(affected_sachets(roll, home, zone, now))
    if not affected:
        return None
    first_at = min(_begins(each, now) for each in affected)
    options = _options(affected, roll, home, first_at)
    return ChangePlan(
        affected=affected, first_at=first_at,
        last_at=max(each.until_at for each in affected) + timedelta(minutes=_late_min(roll)),
        urgency=urgency_of(first_at, now), options=options, proposed=_proposed(affected, options),
    )  # fmt: skip


def urgency_of(first_at: datetime, now: datetime) -> str:
    """`now` within 24 hours, `today` within 72, else `week`."""
    ahead = first_at - now
    return "now" if ahead < NOW_WITHIN else "today" if ahead < TODAY_WITHIN else "week"


def keys_to_come(affected: Sequence[AffectedSachet], now: datetime) -> frozenset[str]:
    """The keys whose moment has not begun: these must be found again for nothing to have changed."""
    return frozenset(each.key for each in affected if each.until_at > now)


def is_same(known: Sequence[AffectedSachet], found: ChangePlan, now: datetime) -> bool:
    """Whether this is what was found before, less what time has passed over."""
    return found.keys <= {each.key for each in known} and keys_to_come(known, now) <= found.keys


def _begins(found: AffectedSachet, now: datetime) -> datetime:
    """From when it matters: of a sachet that has passed its time, at its time in the plan."""
    return found.due_at if found.due_at > now or found.until_at <= now else found.until_at


def _late_min(roll: OnRoll) -> int:
    return max([LATE_MIN, *(each.late_min for each in roll.doses)])


# -- what can be done ---------------------------------------------------------------------------------


def _options(
    affected: Sequence[AffectedSachet], roll: OnRoll, home: AtHome, first_at: datetime
) -> tuple[OptionFound, ...]:
    sachets = any(each.sequences for each in affected)
    too_much = any(_is_too_much(each) for each in affected)
    none = [] if sachets else ["no_sachet"]
    return (
        _option(KEEP, ["recalled"] if roll.recalled else [], ["as_packed"]),
        _option(BY_HAND, ["recalled"] if roll.recalled else ["too_much_in_it"] if too_much else [], ["each_moment"]),
        _option(HOLD, none + _cannot_hold(home), ["others_by_hand"]),
        _option(TAKE_OUT, none, ["visit_before", "others_by_hand"]),
        _option(REPLACE, _cannot_replace(roll, home, first_at), ["new_roll_before"]),
    )  # fmt: skip


def _option(choice: str, against: Sequence[str], note: Sequence[str]) -> OptionFound:
    return OptionFound(choice=choice, possible=not against, reasons=tuple(against or note))


def _is_too_much(each: AffectedSachet) -> bool:
    """Whether its sachets hold something, or a time, that is no longer planned: adding by hand does not mend it."""
    if each.kind == "missing":
        return False
    if each.kind == "other_contents":
        return bool(each.less)
    return each.kind != "other_number" or each.found > each.planned


def _cannot_hold(home: AtHome) -> list[str]:
    if not home.has_dispenser:
        return ["no_dispenser"]
    return {True: [], False: ["device_cannot_hold"], None: ["device_unknown"]}[home.can_hold]


def _cannot_replace(roll: OnRoll, home: AtHome, first_at: datetime) -> list[str]:
    found = []
    if home.changes_after_last:
        found.append("changes_after_last")
    if roll.replaceable_by is None or roll.replaceable_by > first_at:
        found.append("no_roll_in_time")
    return found


def _proposed(affected: Sequence[AffectedSachet], options: Sequence[OptionFound]) -> str:
    """The least that leaves nothing in the device that is not planned, of what is possible."""
    possible = {each.choice for each in options if each.possible}
    order = (
        (REPLACE, HOLD, TAKE_OUT, KEEP)
        if len(affected) > MANY
        else (HOLD, REPLACE, TAKE_OUT, KEEP)
    )  # fmt: skip
    return next(each for each in (BY_HAND, *order) if each in possible)


MANY = 6
"""More affected moments than this are better served by another roll, where one can be there in time."""


def options_json(options: Sequence[OptionFound]) -> list[dict[str, Any]]:
    return [
        {"choice": each.choice, "possible": each.possible, "reasons": list(each.reasons)} for each in options
    ]


def options_from(rows: Sequence[Mapping[str, Any]]) -> list[OptionFound]:
    return [
        OptionFound(choice=each["choice"], possible=each["possible"], reasons=tuple(each["reasons"]))
        for each in rows
    ]
