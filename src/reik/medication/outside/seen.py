"""Reads of medication outside the roll, of clients whom the caller may see already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.models import LooseGiven, LooseLine, OutsideProposal
from reik.medication.outside.lines import (
    Given,
    Giving,
    LooseDose,
    LooseVersion,
    LooseWords,
    counting,
    expand,
    standing,
    word_of,
)
from reik.medication.outside.proposing import Proposed, from_json
from reik.medication.queries import zones_of

DAY = timedelta(days=1)
LAST_GIVEN = timedelta(days=8)
"""How far back rows are read for the least interval: a week and a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSeen:
    """A row of what was given. `counts` False: another row took its place, or it was entered in error."""

    given: Given
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeen:
    """A planned time and where it stands: given, not_given, to_come, now, or no_word (not known)."""

    dose: LooseDose
    stands: str
    given: Given | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseLineSeen:
    """A line with its newest version, and its times of one local day. `counts`: it holds at the end of that day.

    `given`: every row of that day, also as needed and what was put right. `stock`: the last count, and when.
    """

    version: LooseVersion
    counts: bool
    times: tuple[TimeSeen, ...]
    given: tuple[GivenSeen, ...]
    stock: int | None
    stock_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSeen:
    """Something of the pharmacy's agreements that lies outside the roll; `decision` empty: nobody has decided."""

    id: UUID
    organisation_id: UUID
    client_id: UUID
    proposed: Proposed
    found_at: datetime
    decision: str
    decided_by: str
    decided_at: datetime | None
    because: str
    line: UUID | None


def versions_of(client_ids: Collection[UUID]) -> dict[UUID, list[LooseVersion]]:
    """All versions of all lines of each client; clients without any are missing."""
    found: dict[UUID, list[LooseVersion]] = defaultdict(list)
    for each in LooseLine.objects.filter(client_id__in=client_ids).order_by("line", "version"):
        found[each.client_id].append(version_of(each))
    return dict(found)


def version_of(row: LooseLine) -> LooseVersion:
    return LooseVersion(
        id=row.id, line=row.line, client_id=row.client_id, version=row.version, says=_words(row),
        stopped=row.stopped, because=row.because, written_by=row.written_by, written_role=row.written_role,
        written_at=row.written_at,
    )  # fmt: skip


def _words(row: LooseLine) -> LooseWords:
    return LooseWords(
        product=row.product, amount=row.amount, starts_on=row.starts_on, code=row.code,
        times=tuple(time.fromisoformat(each) for each in row.times), as_needed=row.as_needed,
        weekdays=frozenset(day for day in range(1, 8) if row.weekdays >> (day - 1) & 1),
        every_days=row.every_days, max_per_day=row.max_per_day, criteria=row.criteria, window_min=row.window_min,
        gap_min=row.gap_min, last_on=row.last_on, responsible=row.responsible,
        responsible_name=row.responsible_name, second_person=row.second_person, agreement=row.agreement,
    )  # fmt: skip


def given_since(client_ids: Collection[UUID], since: date) -> dict[UUID, list[Given]]:
    """Every row of each client from this local day on, also those that were put right."""
    found: dict[UUID, list[Given]] = defaultdict(list)
    for each in LooseGiven.objects.filter(client_id__in=client_ids, day__gte=since).order_by(
        "given_at", "id"
    ):
        found[each.client_id].append(given_of(each))
    return dict(found)


def given_of(row: LooseGiven) -> Given:
    said = Giving(
        line=row.line, day=row.day, at=row.at, amount=row.amount, given_at=row.given_at,
        given_name=row.given_name, given_by=row.given_by, second_name=row.second_name, second_by=row.second_by,
        not_given=row.not_given, because=row.because, remark=row.remark, stock=row.stock,
    )  # fmt: skip
    return Given(
        id=row.id, client_id=row.client_id, said=said, recorded_by=row.recorded_by, recorded_at=row.recorded_at,
        corrects=row.corrects_id,
    )  # fmt: skip


def loose_of(client_ids: Collection[UUID], day: date, now: datetime) -> dict[UUID, list[LooseLineSeen]]:
    """The lines of each client that count on this local day or hold a row of it; as needed ones last.

    A fixed number of reads for any number of clients; clients without a line are missing.
    """
    zones, versions = zones_of(client_ids), versions_of(client_ids)
    given = given_since(client_ids, day - LAST_GIVEN)
    return {
        id: [
            line
            for line in _lines(of_client, given.get(id, []), day, zones[id], now)
            if line.times or line.given or line.counts
        ]
        for id, of_client in versions.items()
    }


def _lines(
    versions: Collection[LooseVersion], given: Collection[Given], day: date, zone: ZoneInfo, now: datetime
) -> list[LooseLineSeen]:
    doses = expand(list(versions), day, day + DAY, zone)
    living = {each.line: each for each in standing(list(versions), now, zone)}
    newest = {each.line: each for each in sorted(versions, key=lambda version: version.version)}
    found = [
        _line(living.get(line, version), line in living, [each for each in doses if each.line == line],
              [each for each in given if each.said.line == line], day, now)
        for line, version in newest.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.version.says.as_needed, each.version.says.times,
                                           each.version.says.product))  # fmt: skip


def _line(
    version: LooseVersion,
    counts: bool,
    doses: Iterable[LooseDose],
    given: list[Given],
    day: date,
    now: datetime,
) -> LooseLineSeen:
    ids = {each.id for each in counting(given)}
    counted = [each for each in counting(given) if each.said.stock is not None]
    times = []
    for dose in doses:
        stands, row = word_of(dose, given, now)
        times.append(TimeSeen(dose=dose, stands=stands, given=row))
    return LooseLineSeen(
        version=version, counts=counts, times=tuple(times),
        given=tuple(GivenSeen(given=each, counts=each.id in ids) for each in given if each.said.day == day),
        stock=counted[-1].said.stock if counted else None,
        stock_at=counted[-1].said.given_at if counted else None,
    )  # fmt: skip


def history_of(line: UUID) -> list[LooseVersion]:
    """All versions of one line, the newest first; empty for one that the caller may not see."""
    return [version_of(each) for each in LooseLine.objects.filter(line=line).order_by("-version")]


def proposals_open(client_ids: Collection[UUID]) -> list[ProposalSeen]:
    """What nobody has decided yet, the one with the first planned time first."""
    rows = OutsideProposal.objects.filter(client_id__in=client_ids, decided_at=None)
    return [proposal_of(each) for each in rows.order_by("first_at", "found_at", "id")]


def proposal(proposal_id: UUID) -> ProposalSeen | None:
    """One proposal, as far as the caller may see it."""
    row = OutsideProposal.objects.filter(id=proposal_id).first()
    return proposal_of(row) if row else None


def proposal_of(row: OutsideProposal) -> ProposalSeen:
    return ProposalSeen(
        id=row.id, organisation_id=row.organisation_id, client_id=row.client_id,
        proposed=from_json(row.agreement, row.proposed, row.first_at), found_at=row.found_at,
        decision=row.decision, decided_by=row.decided_by, decided_at=row.decided_at, because=row.because,
        line=row.line,
    )  # fmt: skip
