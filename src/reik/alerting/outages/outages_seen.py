"""Reads of outages, within the clients whom somebody may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, F, Min, Q, QuerySet, When

from reik.alerting.models import Outage, OutageLine, OutageNote, OutageTick
from reik.alerting.outages.notes import MOST as MOST_MESSAGES
from reik.alerting.outcomes import UNDO_WITHIN

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageSeen:
    """An outage as a screen shows it; the counts are of the lines of the clients asked for.

    `untold`: so many destinations got no message, because twenty is the most: they see it on their screen.
    """

    id: UUID
    scope: str
    value: str
    began_at: datetime
    opened_at: datetime
    recovered_at: datetime | None
    closed_at: datetime | None
    silent: int
    known: int
    messages: int
    untold: int
    lines: int
    open: int
    unowned: int
    critical: int  # open and time-critical
    first_deadline: datetime | None
    most_messages: int = MOST_MESSAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class LineSeen:
    """One client's moment inside an outage."""

    id: UUID
    client_id: UUID
    organisation_id: UUID
    due_at: datetime
    deadline_at: datetime
    criticality: int
    owner: str
    owner_id: UUID | None
    outcome: str
    how: str
    outcome_at: datetime | None
    outcome_by: str
    note: str
    told_late_at: datetime | None

    @property
    def code(self) -> str:
        """By which the line is found again from paper."""
        return self.id.hex[-4:].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of the lines. `late`: that got an alert because nobody had seen to them in time; `undone`: ticks
    that were taken back."""

    outcomes: Sequence[tuple[str, str, int]]  # outcome, how, lines
    people: Sequence[tuple[str, int]]
    late: int
    after_deadline: int
    undone: int
    notes: Sequence[NoteSeen]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSeen:
    responder: str
    told_at: datetime
    times: int
    accepted_at: datetime | None
    accepted_by: str


def open_outages(client_ids: Collection[UUID]) -> list[OutageSeen]:
    """Outages that are not over and have, or had, a line of these clients, the most urgent first."""
    found = _seen(Outage.objects.filter(closed_at=None), client_ids)
    return sorted(found, key=lambda each: (not each.open, each.first_deadline or each.opened_at, each.id))


def outages_lately(client_ids: Collection[UUID], now: datetime) -> list[OutageSeen]:
    """Outages of the last week that are over, the newest first; what became part of another is with that."""
    rows = Outage.objects.filter(closed_at__gte=now - LATELY, merged_into=None)
    return sorted(_seen(rows, client_ids), key=lambda each: each.opened_at, reverse=True)


def outage(outage_id: UUID, client_ids: Collection[UUID]) -> OutageSeen | None:
    """This outage, or the wider one that it became part of; None without a line of these clients."""
    into = Outage.objects.filter(id=outage_id).values_list("merged_into", flat=True).first()
    found = _seen(Outage.objects.filter(id=into or outage_id), client_ids)
    return found[0] if found else None


def _seen(rows: QuerySet[Outage], client_ids: Collection[UUID]) -> list[OutageSeen]:
    mine, still = Q(lines__client_id__in=client_ids), Q(lines__outcome_at=None)
    counted = rows.filter(mine).annotate(
        listed=Count("lines"), left=Count("lines", filter=still),
        unowned=Count("lines", filter=still & ~Q(lines__owner_kind="person")),
        critical=Count("lines", filter=still & Q(lines__criticality=0)),
        first_deadline=Min("lines__deadline_at", filter=still),
    )  # fmt: skip
    return [
        OutageSeen(
            id=row.id, scope=row.scope, value=row.value, began_at=row.began_at, opened_at=row.opened_at,
            recovered_at=row.recovered_at, closed_at=row.closed_at, silent=row.silent, known=row.known,
            messages=row.messages, untold=row.untold, lines=row.listed, open=row.left, unowned=row.unowned,
            critical=row.critical, first_deadline=row.first_deadline,
        )
        for row in counted
    ]  # fmt: skip


def _lines(outage_id: UUID, client_ids: Collection[UUID]) -> QuerySet[OutageLine]:
    return OutageLine.objects.filter(outage_id=outage_id, client_id__in=client_ids).order_by(
        "criticality", "deadline_at", "id"
    )


def lines_of_person(outage_id: UUID, account_id: UUID, client_ids: Collection[UUID]) -> list[LineSeen]:
    """What somebody has taken and not ticked off, the most urgent first."""
    return [
        _line(each) for each in _lines(outage_id, client_ids).filter(owner_id=account_id, outcome_at=None)
    ]


def open_lines(outage_id: UUID, client_ids: Collection[UUID], *, unowned: bool, most: int) -> list[LineSeen]:
    """The most urgent lines without outcome; `unowned`: that nobody has taken."""
    rows = _lines(outage_id, client_ids).filter(outcome_at=None)
    return [_line(each) for each in (rows.exclude(owner_kind="person") if unowned else rows)[:most]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerSeen:
    """Who has how many lines without outcome, and when the first of them is due to be known.

    `account_id`: of a person; `organisation_id`: of a team. Two of one name are two.
    """

    name: str
    account_id: UUID | None
    organisation_id: UUID | None
    lines: int
    first: datetime


def owners(outage_id: UUID, client_ids: Collection[UUID]) -> list[OwnerSeen]:
    """Who has lines without outcome, the most urgent first; a person works for more than one organisation."""
    rows = _lines(outage_id, client_ids).filter(outcome_at=None).order_by()
    of = Case(When(owner_id=None, then=F("organisation_id")))
    found = rows.values_list("owner", "owner_id", of).annotate(n=Count("id"), first=Min("deadline_at"))
    return [
        OwnerSeen(name=name, account_id=account, organisation_id=house, lines=n, first=first)
        for name, account, house, n, first in found.order_by("first", "owner", "owner_id")
    ]


def ended_lines(outage_id: UUID, client_ids: Collection[UUID], most: int) -> list[LineSeen]:
    """The lines that got their outcome last."""
    rows = _lines(outage_id, client_ids).exclude(outcome_at=None).order_by("-outcome_at", "id")
    return [_line(each) for each in rows[:most]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TickSeen:
    """What somebody said of a line just now, and until when she may take it back."""

    line: LineSeen
    outcome: str
    how: str
    until: datetime


def ticks_of(
    outage_id: UUID, account_id: UUID, client_ids: Collection[UUID], now: datetime
) -> list[TickSeen]:
    """What she ticked off within the last minute, the newest first."""
    rows = (
        OutageTick.objects.filter(
            by_id=account_id, undone_at=None, at__gt=now - UNDO_WITHIN, line__outage_id=outage_id,
            line__outage__closed_at=None, line__client_id__in=client_ids,
        )
        .select_related("line")
        .order_by("-id")
    )  # fmt: skip
    newest = {each.line_id: each for each in reversed(rows)}
    return [
        TickSeen(line=_line(each.line), outcome=each.outcome, how=each.how, until=each.at + UNDO_WITHIN)
        for each in sorted(newest.values(), key=lambda each: each.id, reverse=True)
    ]


def clients_of(
    outage_id: UUID, line_ids: Collection[UUID], client_ids: Collection[UUID]
) -> dict[UUID, list[UUID]]:
    """Whose lines these are, by the organisation that keeps the record: for the access log."""
    found: dict[UUID, list[UUID]] = {}
    for organisation_id, client_id in (
        _lines(outage_id, client_ids).filter(id__in=line_ids).values_list("organisation_id", "client_id")
    ):
        found.setdefault(organisation_id, []).append(client_id)
    return found


def report(outage_id: UUID, client_ids: Collection[UUID], organisation_ids: Collection[UUID]) -> Report:
    """What became of an outage, of these clients and as told to these organisations."""
    rows = _lines(outage_id, client_ids).order_by()
    ended = rows.exclude(outcome_at=None)
    notes = OutageNote.objects.filter(outage_id=outage_id, organisation_id__in=organisation_ids)
    people = ended.filter(how__in=["phone", "round"]).values_list("outcome_by")
    return Report(
        outcomes=list(ended.values_list("outcome", "how").annotate(n=Count("id")).order_by("-n", "outcome", "how")),
        people=list(people.annotate(n=Count("id")).order_by("-n", "outcome_by")),
        late=rows.exclude(told_late_at=None).count(),
        after_deadline=ended.filter(outcome_at__gt=F("deadline_at")).count(),
        undone=OutageTick.objects.filter(line__in=rows).exclude(undone_at=None).count(),
        notes=[
            NoteSeen(
                responder=each.responder, told_at=each.told_at, times=each.times, accepted_at=each.accepted_at,
                accepted_by=each.accepted_by,
            )
            for each in notes.order_by("told_at", "id")
        ],
    )  # fmt: skip


def _line(row: OutageLine) -> LineSeen:
    return LineSeen(
        id=row.id, client_id=row.client_id, organisation_id=row.organisation_id, due_at=row.due_at,
        deadline_at=row.deadline_at, criticality=row.criticality, owner=row.owner, owner_id=row.owner_id,
        outcome=row.outcome, how=row.how, outcome_at=row.outcome_at, outcome_by=row.outcome_by, note=row.note,
        told_late_at=row.told_late_at,
    )  # fmt: skip


COLLEAGUES = """
SELECT a.id, a.display_name FROM kernel_account AS a
WHERE a.is_active AND a.id <> %(me)s AND a.organisation_id = %(organisation)s AND a.role = ANY(%(roles)s)
    AND (%(role)s = 'operator' OR EXISTS (SELECT FROM people_teammember AS m JOIN people_teammember AS n
        ON n.team_id = m.team_id WHERE m.account_id = a.id AND n.account_id = %(me)s))
ORDER BY a.display_name, a.id
"""
OF_A_TEAM = ("nurse", "caregiver", "team_manager")


def colleagues(account_id: UUID, organisation_id: UUID, role: str) -> Mapping[UUID, str]:
    """To whom lines can be handed over: who shares a team, or works at the same centre."""
    with connection.cursor() as cursor:
        cursor.execute(
            COLLEAGUES,
            {
                "me": account_id, "organisation": organisation_id, "role": role,
                "roles": list(OF_A_TEAM) if role in OF_A_TEAM else [role],
            },
        )  # fmt: skip
        return dict(cursor.fetchall())
