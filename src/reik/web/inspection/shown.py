"""What the pages, the paper and the file of inspection show, from one read for all clients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.pathway.lists.inspection import Proof, counted, proofs_of
from reik.pathway.lists.inspection_rules import LATE, MISSING, SUBJECTS, UNKNOWN, WORST, Line
from reik.people.queries import ClientCard
from reik.web.inspection.words import ICONS, TONES, day_words, line_words, status_words, subject_words
from reik.web.pathway.words import setting_words, state_words

ASKS = (MISSING, LATE, UNKNOWN)
KEPT_ELSEWHERE = ("trained_staff",)
"""What Reik knows of nobody: said once above the list, not with each client."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One thing that an inspector asks, with what it comes to and its lines."""

    code: str
    name: str
    status: str
    word: str
    icon: str
    tone: str
    lines: Sequence[Said]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One client."""

    card: ClientCard
    proof: Proof
    state: str
    setting: str
    started: str
    subjects: Sequence[Subject]

    @property
    def asks(self) -> list[Subject]:
        """What needs somebody's attention."""
        return [each for each in self.subjects if each.status in ASKS and each.code not in KEPT_ELSEWHERE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One subject over all clients: how many stand how, the worst first."""

    code: str
    name: str
    by_status: Sequence[tuple[str, str, str, int]]


def rows_of(known: Mapping[UUID, ClientCard], now: datetime) -> list[Row]:
    """The clients who have a path (or had one this year), in the order of their names."""
    proofs = proofs_of(known, now)
    return [_row(card, proofs[id]) for id, card in known.items() if id in proofs]


def _row(card: ClientCard, proof: Proof) -> Row:
    zone = ZoneInfo(card.zone)
    return Row(
        card=card, proof=proof, state=state_words(proof.path.state), setting=setting_words(proof.path.setting),
        started=day_words(proof.path.started_at, zone),
        subjects=[_subject(each, proof, zone) for each in SUBJECTS],
    )  # fmt: skip


def _subject(code: str, proof: Proof, zone: ZoneInfo) -> Subject:
    status = proof.status(code)
    return Subject(
        code=code, name=subject_words(code), status=status, word=status_words(status), icon=ICONS[status],
        tone=TONES[status], lines=[_said(each, zone) for each in proof.lines[code]],
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
