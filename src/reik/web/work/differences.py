"""What differs, a line for each client and roll: how many, the first of them, and where it is decided (R23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.seen.pharmacy import findings_for
from reik.people.queries import ClientCard
from reik.web.changes.words import state_words
from reik.web.work.words import days_of_finding, finding_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference in words."""

    id: UUID
    text: str
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """The differences of one roll, or of the schedule (`roll_id` None). `change` empty: no change is open for it."""

    card: ClientCard
    roll_id: UUID | None
    differences: Sequence[Difference]
    change: str
    address: str

    @property
    def count(self) -> int:
        return len(self.differences)

    @property
    def first(self) -> Difference:
        return self.differences[0]

    @property
    def ids(self) -> list[str]:
        """As a form names them."""
        return [str(each.id) for each in self.differences]


def differing(known: Mapping[UUID, ClientCard]) -> list[Differing]:
    """Of these clients, the one that begins first at the head; in two statements."""
    grouped: dict[tuple[UUID, UUID | None], list[Difference]] = {}
    for each in findings_for(list(known)):
        of_roll = each.roll_id is not None
        text = finding_words(each.kind, each.key, each.sentence, of_roll=of_roll)
        days = "" if of_roll else days_of_finding(each.first_day, each.days)
        grouped.setdefault((each.client_id, each.roll_id), []).append(
            Difference(id=each.id, text=text, days=days)
        )
    changes = {each.roll_id: each for each in open_changes(list(known))} if grouped else {}
    return [
        _line(known[client_id], roll_id, found, changes.get(roll_id) if roll_id else None)
        for (client_id, roll_id), found in grouped.items()
    ]


def _line(
    card: ClientCard, roll_id: UUID | None, found: Sequence[Difference], change: ChangeSeen | None
) -> Differing:
    base = f"/clienten/{card.id}"
    address = f"{base}/rollen/{roll_id}" if roll_id else f"{base}/schema"
    if change is not None:
        address = f"{base}/wijziging/{change.id}"
    return Differing(
        card=card, roll_id=roll_id, differences=found, address=address,
        change=state_words(change.state) if change is not None else "",
    )  # fmt: skip
