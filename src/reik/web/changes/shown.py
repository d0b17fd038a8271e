"""A change as its page shows it: every affected moment, what else is in it, and what can be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from reik.dispensing.withholding.holding import retained_of
from reik.medication.changes.deciding import NEEDS_GIVERS, givers_needed
from reik.medication.changes.sachets import AffectedSachet, sachets_of
from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.people.queries import ClientCard
from reik.web.changes.words import (
    choice_words,
    days_words,
    kind_words,
    reason_words,
    sachets_words,
    state_words,
    where_words,
)

TO_DECIDE = ("open", "undecided", "chosen", "confirmed")
"""States in which somebody still has to do something before the first moment, or at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRow:
    """One affected moment. `field`: the name of the field for who gives the rest; empty: nobody has to."""

    each: AffectedSachet
    day: date
    kind: str
    sachets: str
    field: str
    who: str
    where: Sequence[str]
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Moments at one time of the day to which the same happens: read once, with their days and their sachets."""

    first: MomentRow
    days: str
    count: int
    sachets: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """One way out with its reasons. `asks_givers`: for whom fields are shown."""

    choice: str
    words: str
    possible: bool
    reasons: Sequence[str]
    proposed: bool
    asks_givers: bool


def moment_rows(change: ChangeSeen, typed: Mapping[str, str], now: datetime) -> list[MomentRow]:
    """The affected moments, the first one first."""
    asked = {each.key for choice in NEEDS_GIVERS for each in givers_needed(change.affected, choice, now)}
    kept = {
        each.sachet: each.where
        for each in retained_of(change.client_id, change.roll_number, sachets_of(change.affected))
    }
    return [
        MomentRow(
            each=each, day=each.day, kind=kind_words(each), sachets=sachets_words(each.sequences),
            field=f"who-{number}" if each.key in asked else "",
            who=typed.get(f"who-{number}", change.others_by.get(each.key, "")),
            where=[where_words(kept[one]) for one in each.sequences if one in kept], is_over=each.until_at <= now,
        )
        for number, each in enumerate(change.affected)
    ]  # fmt: skip


def alike(rows: Sequence[MomentRow]) -> list[Alike]:
    """The moments in their order, where fourteen days that say the same stand there once."""
    groups: dict[tuple[object, ...], list[MomentRow]] = {}
    for row in rows:
        groups.setdefault(_said_of(row), []).append(row)
    return [
        Alike(
            first=group[0], days=days_words([row.day for row in group]), count=len(group),
            sachets=sachets_words([one for row in group for one in row.each.sequences]),
        )
        for group in groups.values()
    ]  # fmt: skip


def _said_of(row: MomentRow) -> tuple[object, ...]:
    each = row.each
    said = (each.more, each.less, each.others or (), row.where)
    return (
        each.at, row.kind, *map(tuple, said), each.others is None, bool(each.sequences), row.who, row.is_over,
    )  # fmt: skip


def option_rows(change: ChangeSeen) -> list[OptionRow]:
    """The ways out, in the order of what they leave in the dispenser."""
    return [
        OptionRow(
            choice=each.choice, words=choice_words(each.choice), possible=each.possible,
            reasons=[reason_words(one) for one in each.reasons], proposed=each.choice == change.proposed,
            asks_givers=each.choice in NEEDS_GIVERS,
        )
        for each in change.options
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A change as a line of a list: who it is about, and before when somebody has to do something."""

    id: UUID
    client_id: UUID
    name: str
    roll: str
    state: str
    state_word: str
    before: str
    is_late: bool
    moments: int


def waiting(known: Mapping[UUID, ClientCard], now: datetime, states: Collection[str]) -> list[Waiting]:
    """The changes of these clients that are in one of these states, the first affected moment first."""
    return [
        Waiting(
            id=each.id, client_id=each.client_id, name=known[each.client_id].display, roll=each.roll_number,
            state=each.state, state_word=state_words(each.state), is_late=each.first_at <= now,
            before=local(each.first_at, known[each.client_id]), moments=len(each.affected),
        )
        for each in open_changes(list(known))
        if each.state in states
    ]  # fmt: skip


def local(at: datetime, card: ClientCard) -> str:
    """As it is read in the client's zone: "di 24 november 20:00"."""
    return date_format(at.astimezone(ZoneInfo(card.zone)), "D j F H:i")
