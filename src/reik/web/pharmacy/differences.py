"""What differs for one client, roll by roll, and the pharmacy's word that it may be so (R23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.medication import operations
from reik.medication.findings import FindingUnknown
from reik.medication.seen.pharmacy import findings_for
from reik.web.work.words import days_of_finding, finding_words

SHOWN = 4
SCHEDULE = "schema"
"""The group of what differs between the agreements and the schedule; a roll's group is named by its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The open differences of one roll, or of the schedule (`roll` empty): the first few, and how many more."""

    key: str
    roll: str
    roll_id: UUID | None
    lines: Sequence[tuple[str, str]]
    total: int
    ids: Sequence[UUID]

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


def groups_of(client_id: UUID) -> list[Group]:
    """The roll that differs first at the head."""
    by_roll: dict[UUID | None, list[tuple[UUID, str, str]]] = defaultdict(list)
    numbers: dict[UUID | None, str] = {None: ""}
    for each in findings_for([client_id]).select_related("roll"):
        of_roll = each.roll is not None
        numbers[each.roll_id] = each.roll.number if each.roll is not None else ""
        days = "" if of_roll else days_of_finding(each.first_day, each.days)
        said = finding_words(each.kind, each.key, each.sentence, of_roll=of_roll)
        by_roll[each.roll_id].append((each.id, said, days))
    return [
        Group(
            key=str(roll_id or SCHEDULE), roll=numbers[roll_id], roll_id=roll_id, total=len(found),
            lines=[(said, days) for _id, said, days in found[:SHOWN]], ids=[id for id, _said, _days in found],
        )
        for roll_id, found in by_roll.items()
    ]  # fmt: skip


def accept(group: Group, by: str, because: str, now: datetime) -> None:
    """The pharmacy says why all of this group may be."""
    if group.roll_id is not None:
        operations.accept_differences(group.roll_id, by, because, now)
        return
    for id in group.ids:
        try:
            operations.settle_finding(id, by, because, now)
        except FindingUnknown:
            continue  # somebody settled it meanwhile
