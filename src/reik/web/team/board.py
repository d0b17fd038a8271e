"""The team's day: one row per client, what deviates on top. Built from reads that were done once for the whole team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.claims.who import Who
from reik.alerting.queries import AlertSeen
from reik.dispensing.devices.silence import Silent
from reik.dispensing.queries import DispenserSeen, MomentSeen
from reik.medication.seen.overview import Draft, RollShown
from reik.people.queries import ClientCard
from reik.web.client.state import (
    Chip,
    DispenserWords,
    RollLeft,
    alert_chip,
    alert_mark,
    dispenser_words,
    is_day_work,
    lasting,
    on_strip,
    roll_left,
    running,
)
from reik.web.client.whose import weight, who_has_it
from reik.web.strips import Strip, strip_of
from reik.web.team.path_side import NONE, PathSide

LATELY = timedelta(days=7)
REASSESS_FROM = 3
"""R7: so many times not out, or late, in 7 days."""
LEVELS = ("hot", "sig", "unk", "warm", "run", "")
ASKS = ("hot", "sig", "unk", "warm")
"""Levels of rows that ask something of the team; a reminder that runs asks nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything that was read for a board; a client without an entry has none."""

    cards: Mapping[UUID, ClientCard]
    moments: Mapping[UUID, Sequence[MomentSeen]]
    alerts: Sequence[AlertSeen]
    dispensers: Mapping[UUID, DispenserSeen]
    silent: Mapping[UUID, Silent]
    rolls: Mapping[UUID, Sequence[RollShown]]
    findings: Mapping[UUID, int]
    drafts: Sequence[Draft]
    tasks: Mapping[UUID, int] = field(default_factory=dict)
    sides: Mapping[UUID, PathSide] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One client of the board. `level`: hot, sig, unk (these need someone now), run, warm, or empty: quiet.

    `critical`: a time-critical moment waits now; `time_critical`: she has such moments at all (N2).
    """

    card: ClientCard
    level: str
    critical: bool
    time_critical: bool
    line: str
    strip: Strip
    roll: RollLeft
    dispenser: DispenserWords
    silent: Silent | None
    chip: Chip | None
    alerts: Sequence[AlertSeen]
    labels: Sequence[Chip]
    findings: int
    draft: Draft | None
    missed: int
    late: int
    tasks: int
    side: PathSide = NONE

    @property
    def chips(self) -> list[tuple[AlertSeen | None, Chip]]:
        """What to do: a label for each alert, with where it leads; else the one of the day's work."""
        if self.labels:
            return [(each, chip) for each, chip in zip(self.alerts, self.labels, strict=True)]
        return [(None, self.chip)] if self.chip else []

    @property
    def urgent(self) -> AlertSeen | None:
        """What somebody has to do something about now; work for the day is none."""
        return next((each for each in self.alerts if not is_day_work(each)), None)

    @property
    def needs_now(self) -> bool:
        return self.urgent is not None

    @property
    def alert(self) -> AlertSeen | None:
        """The most urgent one."""
        return self.urgent or next(iter(self.alerts), None)

    @property
    def reassess(self) -> str:
        """Why suitability has to be looked at again (R7); empty: no reason."""
        if self.missed >= REASSESS_FROM:
            return _("%(n)s keer niet uitgenomen in 7 dagen") % {"n": self.missed}
        if self.late >= REASSESS_FROM:
            return _("%(n)s keer laat uitgenomen in 7 dagen") % {"n": self.late}
        return ""


def rows_of(known: Known, actor: Who, now: datetime) -> list[Row]:
    """All clients, what needs someone now first, time-critical before the rest, then by name."""
    alerts: dict[UUID, list[AlertSeen]] = {}
    for each in known.alerts:
        alerts.setdefault(each.client_id, []).append(each)
    for of_client in alerts.values():
        of_client.sort(key=lambda each: weight(each, actor))
    rows = [_row(card, known, alerts.get(card.id, []), actor, now) for card in known.cards.values()]
    return sorted(rows, key=_order)


def _order(row: Row) -> tuple[int, bool, int]:
    level = min(LEVELS.index(row.level), LEVELS.index("sig")) if row.needs_now else LEVELS.index(row.level)
    return (level, not row.critical, row.alert.priority if row.alert else 9)


def _row(card: ClientCard, known: Known, alerts: list[AlertSeen], actor: Who, now: datetime) -> Row:
    zone = ZoneInfo(card.zone)
    moments = known.moments.get(card.id, ())
    dispenser, silent = known.dispensers.get(card.id), known.silent.get(card.id)
    today = now.astimezone(zone).date()
    week = [each for each in moments if now - LATELY <= each.due_at <= now]
    part = Row(
        card=card, level="", critical=any(_critical_now(each, now) for each in moments), line=card.caller_note,
        time_critical=any(each.criticality == 0 for each in moments),
        strip=_strip(card, moments, dispenser, now, zone), roll=roll_left(known.rolls.get(card.id, ()), today, zone),
        dispenser=dispenser_words(dispenser, silent, now), silent=silent, chip=None, alerts=alerts,
        labels=[alert_chip(each, now, zone) for each in alerts],
        findings=known.findings.get(card.id, 0), tasks=known.tasks.get(card.id, 0),
        side=known.sides.get(card.id, NONE),
        draft=next((each for each in known.drafts if each.client_id == card.id), None),
        missed=sum(each.outcome in ("not_out", "partly") for each in week),
        late=sum(each.outcome == "late" for each in week),
    )  # fmt: skip
    level, chip, line = _what_to_do(part, moments, actor, now, zone)
    return replace(part, level=level, chip=chip, line=line or part.line)


def _critical_now(each: MomentSeen, now: datetime) -> bool:
    """A time-critical moment that is running, or whose end somebody has to do something about."""
    if each.criticality != 0:
        return False
    if each.outcome is None:
        return each.due_at <= now
    return (
        each.outcome in ("not_out", "partly", "unknown", "withheld", "device_failure")
        and now < each.latest_at
    )


def _strip(
    card: ClientCard,
    moments: Sequence[MomentSeen],
    dispenser: DispenserSeen | None,
    now: datetime,
    zone: ZoneInfo,
) -> Strip:
    evidence = dispenser.evidence if dispenser else "removed"
    title = _("Vandaag %(name)s") % {"name": card.display}
    return strip_of(on_strip(moments, now, evidence), now.astimezone(zone).date(), now, zone, title=title)


def _what_to_do(
    row: Row, moments: Sequence[MomentSeen], actor: Who, now: datetime, zone: ZoneInfo
) -> tuple[str, Chip | None, str]:
    """The level of a row, its chip, and the line under the name (empty: what helps who phones)."""
    if row.urgent is not None:
        level = {"niet": "hot", "sig": "sig"}.get(alert_mark(row.urgent), "unk")
        return level, None, who_has_it(row.urgent, actor, zone)
    reminder = next((each for each in moments if running(each, now)), None)
    if reminder is not None:
        word = _("signaal %(time)s") % {"time": lasting(reminder.due_at, now)}
        return "run", Chip(tone="sig", mark="sig", word=word), ""
    if row.alert is not None:
        return "warm", None, who_has_it(row.alert, actor, zone)
    return _work(row)


def _work(row: Row) -> tuple[str, Chip | None, str]:
    if row.dispenser.tone == "unknown":
        word = _("bel even") if row.silent else _("kijk na")
        return "warm", Chip(tone="onb", icon="phone" if row.silent else "help", word=word), ""
    if row.reassess:
        return "warm", Chip(tone="laat", icon="clipboard-check", word=_("herbeoordelen")), row.reassess
    if row.roll.runs_out:
        word = _("rol wisselen") if row.roll.follows else _("rol bestellen")
        return "warm", Chip(tone="sig", icon="refresh", word=word), ""
    if row.side.overdue:
        return "warm", Chip(tone="laat", icon="clipboard-check", word=row.side.evaluation), ""
    if row.findings:
        word = ngettext("%(n)s verschil", "%(n)s verschillen", row.findings) % {"n": row.findings}
        return "warm", Chip(tone="plan", icon="arrows-exchange", word=word), ""
    if row.draft is not None:
        return "warm", Chip(tone="plan", icon="file-text", word=_("schema nalezen")), ""
    return "", None, ""
