"""What the pages, the paper and the file of inspection show, from one read for all clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.pathway.lists.inspection import Proof, counted, proofs_of
from reik.pathway.lists.inspection_rules import SUBJECTS, WORST, Line
from reik.people.queries import ClientCard
from reik.web.inspection.words import ICONS, TONES, day_words, line_words, status_words, subject_words
from reik.web.pathway.words import setting_words, state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line with its words."""

    status: str
    word: str
    icon: str
    tone: str
    what: str
    at: str
    due: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One thing that an inspector asks, with what it comes to; its lines get their words when they are drawn."""

    code: str
    name: str
    status: str
    word: str
    icon: str
    tone: str
    kept: Sequence[Line]
    zone: ZoneInfo

    @cached_property
    def lines(self) -> list[Said]:
        return [_said(each, self.zone) for each in self.kept]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One client. Of all clients of an organisation a page draws a hundred: only who is drawn gets her words."""

    card: ClientCard
    proof: Proof

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.card.zone)

    @property
    def state(self) -> str:
        return state_words(self.proof.path.state)

    @property
    def setting(self) -> str:
        return setting_words(self.proof.path.setting)

    @property
    def started(self) -> str:
        return day_words(self.proof.path.started_at, self.zone)

    @cached_property
    def subjects(self) -> list[Subject]:
        return [_subject(each, self) for each in SUBJECTS]

    @property
    def asks(self) -> list[Subject]:
        """What needs somebody's attention."""
        return [_subject(each, self) for each in self.proof.asks]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One subject over all clients: how many stand how, the worst first."""

    code: str
    name: str
    by_status: Sequence[tuple[str, str, str, int]]


def rows_of(known: Mapping[UUID, ClientCard], now: datetime) -> list[Row]:
    """The clients who have a path (or had one this year), in the order of their names."""
    proofs = proofs_of(known, now)
    return [Row(card=card, proof=proofs[id]) for id, card in known.items() if id in proofs]


def _subject(code: str, row: Row) -> Subject:
    status = row.proof.status(code)
    return Subject(
        code=code, name=subject_words(code), status=status, word=status_words(status), icon=ICONS[status],
        tone=TONES[status], kept=row.proof.lines[code], zone=row.zone,
    )  # fmt: skip


def _said(line: Line, zone: ZoneInfo) -> Said:
    return Said(
        status=line.status, word=status_words(line.status), icon=ICONS[line.status], tone=TONES[line.status],
        what=line_words(line, zone), at=day_words(line.at, zone), due=day_words(line.due, zone), by=line.by,
    )  # fmt: skip


def counts_of(rows: Collection[Row]) -> list[Count]:
    """For each subject how many clients stand how."""
    found = counted([each.proof for each in rows])
    return [
        Count(
            code=subject, name=subject_words(subject),
            by_status=[
                (each, status_words(each), TONES[each], found[subject][each])
                for each in WORST
                if found[subject].get(each)
            ],
        )
        for subject in SUBJECTS
    ]  # fmt: skip
