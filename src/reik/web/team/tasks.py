"""What a team has to do today: only what follows from what is known, nothing that somebody made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.causes import ROLL_NEARLY_EMPTY
from reik.alerting.claims.who import Who
from reik.web.client.state import alert_words, clock_of, day_icon, is_day_work
from reik.web.client.whose import who_has_it
from reik.web.team.board import ASKS, Row

READS_BACK = frozenset({"nurse"})
"""Roles that may read back a schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do, and where. `urgent`: someone waits for it now."""

    key: str
    title: str
    line: str
    address: str
    icon: str
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How it is with a team, in numbers of clients."""

    total: int
    quiet: int
    now: int
    today: int
    without: int
    running: int

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Said:
        now = sum(row.needs_now for row in rows)
        quiet = [row for row in rows if row.level not in ASKS]
        return cls(
            total=len(rows), quiet=len(quiet), now=now, today=len(rows) - now - len(quiet),
            running=sum(row.level == "run" for row in rows),
            without=sum(row.dispenser.tone == "none" for row in quiet),
        )  # fmt: skip


def tasks_of(rows: Sequence[Row], role: str, actor: Who, now: datetime) -> list[Task]:
    """Open alerts first, then silent dispensers, rolls, what has to be looked at again, differences and drafts."""
    found = [each for row in rows for each in _of_alerts(row, actor, now)]
    found.sort(key=lambda each: not each.urgent)
    for kind in (_of_dispenser, _of_roll, _of_use, _of_findings):
        found += [each for row in rows for each in kind(row, now)]
    if role in READS_BACK:
        found += [each for row in rows for each in _of_draft(row, actor, now)]
    return found


def _of_alerts(row: Row, actor: Who, now: datetime) -> Iterator[Task]:
    zone = ZoneInfo(row.card.zone)
    for alert in row.alerts:
        yield Task(
            key=f"a-{alert.id}", title=f"{row.card.display}: {alert_words(alert, now, zone)}",
            line=who_has_it(alert, actor, zone), address=f"/team/melding/{alert.id}",
            icon=day_icon(alert) if is_day_work(alert) else "bell", urgent=not is_day_work(alert),
        )  # fmt: skip


def _of_dispenser(row: Row, now: datetime) -> Iterator[Task]:
    if row.silent is None or row.alerts:
        return
    since = clock_of(row.silent.since, now, ZoneInfo(row.card.zone))
    line = _("Nog niets van gehoord") if row.silent.never else _("Laatst gehoord: %(time)s") % {"time": since}
    yield Task(
        key=f"d-{row.card.id}", title=_("%(name)s: dispenser is stil") % {"name": row.card.display}, line=line,
        address=f"/clienten/{row.card.id}", icon="antenna-bars-off",
    )  # fmt: skip


def _of_roll(row: Row, now: datetime) -> Iterator[Task]:
    del now
    roll = row.roll
    told = any(each.cause == ROLL_NEARLY_EMPTY for each in row.alerts)
    if told or not roll.runs_out or roll.last_day is None:
        return
    title = (
        _("%(name)s: rol is op") % {"name": row.card.display}
        if roll.days == 0
        else _("%(name)s: rol tot en met %(day)s")
        % {"name": row.card.display, "day": date_format(roll.last_day, "D j F")}
    )
    line = (
        _("Rol %(number)s is er al: wissel op tijd") % {"number": roll.follows.number}
        if roll.follows
        else _("Er is nog geen volgende rol bekend")
    )
    yield Task(
        key=f"r-{row.card.id}", title=title, line=line, address=f"/clienten/{row.card.id}/rollen", icon="package"
    )  # fmt: skip


def _of_use(row: Row, now: datetime) -> Iterator[Task]:
    del now
    if row.reassess:
        yield Task(
            key=f"u-{row.card.id}", title=_("%(name)s opnieuw beoordelen") % {"name": row.card.display},
            line=row.reassess, address=f"/clienten/{row.card.id}", icon="clipboard-check",
        )  # fmt: skip


def _of_findings(row: Row, now: datetime) -> Iterator[Task]:
    del now
    if row.findings:
        line = ngettext(
            "%(n)s verschil tussen rol, schema en afspraken",
            "%(n)s verschillen tussen rol, schema en afspraken",
            row.findings,
        )
        yield Task(
            key=f"f-{row.card.id}", title=_("%(name)s: nakijken") % {"name": row.card.display},
            line=line % {"n": row.findings}, address=f"/clienten/{row.card.id}#verschillen", icon="arrows-exchange",
        )  # fmt: skip


def _of_draft(row: Row, actor: Who, now: datetime) -> Iterator[Task]:
    if row.draft is not None and row.draft.written_by != actor.name:
        at = clock_of(row.draft.written_at, now, ZoneInfo(row.card.zone))
        yield Task(
            key=f"s-{row.card.id}", title=_("%(name)s: schema nalezen") % {"name": row.card.display},
            line=_("Geschreven door %(who)s, %(time)s") % {"who": row.draft.written_by, "time": at},
            address=f"/clienten/{row.card.id}/schema", icon="file-text",
        )  # fmt: skip
