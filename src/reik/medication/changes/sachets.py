"""The sachets at home that a change is about, and what is known of their roll and its device. Pure (N5, R22, R35)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from reik.medication.agreed.contents import Slot
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import PlannedDose

Contents = Mapping[Slot, Sequence[str]]
"""By slot what the plan puts into the roll: "metoprolol 50 mg, 1 tablet"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedSachet:
    """The sachets of one moment that differ from the plan.

    `kind`: missing, extra, other_time, other_number or other_contents. `at` is the moment on the roll (of
    `missing`: in the plan), `planned_at` where the plan has it now. `contents` None: not known; `more`/`less`:
    what the plan has now beside or without what was packed; `others`: what else is in it, which somebody must
    give while it is held (None: not known, so everything that is in it). `due_at`/`until_at`: the earlier and
    the later of where the roll and the plan have it.
    """

    key: str
    kind: str
    day: date
    at: time
    due_at: datetime
    until_at: datetime
    sequences: tuple[int, ...]
    planned: int
    found: int
    planned_at: time | None = None
    contents: tuple[str, ...] | None = None
    more: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    others: tuple[str, ...] | None = None

    @property
    def has_others(self) -> bool:
        """Whether somebody must give something else at this moment while the sachets are withheld (R22)."""
        return bool(self.sequences) and (self.others is None or bool(self.others))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHome:
    """What is known of the client's device. `can_hold` None: not known, and then it is taken as no (R35).

    `under_way`: sachets (roll, number) of a moment that has begun and may still be handed out; `gone`: those
    that have left the roll.
    """

    has_dispenser: bool = False
    can_hold: bool | None = None
    changes_after_last: bool | None = None
    under_way: frozenset[tuple[str, int]] = frozenset()
    gone: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoll:
    """One roll at home as it is compared. `packed`/`agreed`: contents by the plan of its packing, and of now.

    Both None: nothing is known of contents, and times alone are compared. `accepted`: keys of differences that
    the pharmacy accepted before the roll came home; `known`: keys of the change that is open; `removed`: sachets
    that a person took out; `replaceable_by`: from when another roll can be there; None: not known.
    """

    number: str
    starts_at: datetime
    ends_at: datetime
    sachets: Sequence[SachetOnRoll]
    doses: Sequence[PlannedDose]
    packed: Contents | None = None
    agreed: Contents | None = None
    accepted: Collection[str] = ()
    known: Collection[str] = ()
    removed: frozenset[int] = frozenset()
    recalled: bool = False
    replaceable_by: datetime | None = None


def affected_json(affected: Sequence[AffectedSachet]) -> list[dict[str, Any]]:
    return [
        {
            "key": each.key, "kind": each.kind, "day": each.day.isoformat(), "at": f"{each.at:%H:%M:%S}",
            "due_at": each.due_at.isoformat(), "until_at": each.until_at.isoformat(),
            "sequences": list(each.sequences), "planned": each.planned,
            "found": each.found, "planned_at": f"{each.planned_at:%H:%M:%S}" if each.planned_at else None,
            "contents": None if each.contents is None else list(each.contents), "more": list(each.more),
            "less": list(each.less), "others": None if each.others is None else list(each.others),
        }
        for each in affected
    ]  # fmt: skip


def affected_from(rows: Sequence[Mapping[str, Any]]) -> list[AffectedSachet]:
    return [
        AffectedSachet(
            key=each["key"], kind=each["kind"], day=date.fromisoformat(each["day"]),
            at=time.fromisoformat(each["at"]), due_at=datetime.fromisoformat(each["due_at"]),
            until_at=datetime.fromisoformat(each["until_at"]),
            sequences=tuple(each["sequences"]), planned=each["planned"], found=each["found"],
            planned_at=time.fromisoformat(each["planned_at"]) if each["planned_at"] else None,
            contents=None if each["contents"] is None else tuple(each["contents"]), more=tuple(each["more"]),
            less=tuple(each["less"]), others=None if each["others"] is None else tuple(each["others"]),
        )
        for each in rows
    ]  # fmt: skip


def sachets_of(affected: Sequence[AffectedSachet]) -> list[int]:
    """The numbers of all sachets concerned, rising."""
    return sorted({number for each in affected for number in each.sequences})
