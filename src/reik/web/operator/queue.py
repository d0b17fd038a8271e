"""The queue of the console: what to do first, what another person sees to, what runs, what closed by itself.

Everything an operator must know of an alert at a glance: whom, what, since when, whose it is, how long still and
who comes then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.board_seen import FIRST, MUTED, OTHER, WATCHED
from reik.alerting.claims.who import By
from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import MomentSeen
from reik.people.queries import ClientCard
from reik.web.shown import Shown, shown
from reik.web.words import cause_words

CARER, TEAM = "ask_carer", "ask_team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `until` None: nothing comes by itself; `over`: it counts up from there. `idle`: another sees to it."""

    id: UUID
    client: ClientCard
    age: int | None
    shown: Shown
    what: str
    since: datetime
    owner: str
    mine: bool
    until: datetime | None
    began: datetime
    over: bool
    idle: bool
    then: str
    priority: int = 1
    emergency: bool = False


@dataclass(slots=True, kw_only=True)
class Queue:
    """The groups as they are drawn. `counts` of the groups of open alerts are of all, drawn or not."""

    first: list[Line] = field(default_factory=list)
    others: list[Line] = field(default_factory=list)
    watched: list[Line] = field(default_factory=list)
    muted: list[Line] = field(default_factory=list)
    running: list[Line] = field(default_factory=list)
    settled: list[Line] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    mine: int = 0
    over: int = 0

    @property
    def open(self) -> int:
        return sum(self.counts.values())

    @property
    def left_out(self) -> int:
        return self.open - sum(len(each) for each in (self.first, self.others, self.watched, self.muted))

    def all(self) -> list[Line]:
        return [*self.first, *self.others, *self.watched, *self.muted, *self.running, *self.settled]


def queue_of(
    alerts: Sequence[AlertSeen],
    running: Sequence[MomentSeen],
    settled: Sequence[AlertSeen],
    clients: Mapping[UUID, ClientCard],
    *,
    me: By,
    now: datetime,
) -> Queue:
    """The queue as `me` sees it. Alerts come sorted; their order is kept, so that no row jumps."""
    queue = Queue()
    groups = {FIRST: queue.first, OTHER: queue.others, WATCHED: queue.watched, MUTED: queue.muted}
    for each in alerts:
        if each.client_id in clients:
            line = line_of(each, clients[each.client_id], me=me, now=now)
            groups[group_of(each, me, now)].append(line)
    queue.counts = {name: len(lines) for name, lines in groups.items()}
    lines = [each for group in groups.values() for each in group]
    queue.mine, queue.over = sum(each.mine for each in lines), sum(each.over for each in lines)
    alerted = {each.moment.id for each in alerts if each.moment}
    queue.running = [
        _running(each, clients[each.client_id], now)
        for each in running
        if each.client_id in clients and each.id not in alerted
    ]
    queue.settled = [
        line_of(each, clients[each.client_id], me=me, now=now)
        for each in settled
        if each.client_id in clients
    ]
    return queue


def beside(queue: Queue, selected: UUID | None, since: datetime | None) -> Queue:
    """New alerts never move the selected row: what opened after it was selected stands right below it."""
    if selected is None or since is None:
        return queue
    place = next((n for n, each in enumerate(queue.first) if each.id == selected), None)
    if place is not None:
        above = queue.first[:place]
        fresh = [each for each in above if each.since > since]
        known = [each for each in above if each.since <= since]
        queue.first = [*known, queue.first[place], *fresh, *queue.first[place + 1 :]]
    return queue


def group_of(alert: AlertSeen, me: By, now: datetime) -> str:
    """Where an open alert stands: the same rule as `alerting.board_seen` has for all that are not drawn."""
    if alert.held_by(me):
        return FIRST
    if alert.state == "watched":
        return WATCHED
    if alert.state == "open" and alert.muted_until and alert.muted_until > now:
        return MUTED
    return FIRST if is_first(alert, me) else OTHER


def is_first(alert: AlertSeen, me: By) -> bool:
    """Whether the centre has to act: it is hers, or nobody has it and no informal carer is being waited for."""
    if alert.state in ("accepted", "watched"):
        return alert.held_by(me)
    current = alert.current
    return current is None or current.action != CARER


def line_of(alert: AlertSeen, client: ClientCard, *, me: By, now: datetime) -> Line:
    mine = alert.held_by(me)
    until, over = _until(alert, now)
    return Line(
        id=alert.id,
        client=client,
        age=client.age(now.astimezone(ZoneInfo(client.zone)).date()),
        shown=mark_of(alert, now),
        what=what(alert, client, me=me),
        since=alert.opened_at,
        owner=alert.accepted_by if alert.state != "open" else "",
        mine=mine,
        until=until,
        began=_began(alert),
        over=over,
        idle=not is_first(alert, me) or alert.state == "closed",
        then=then(alert),
        priority=alert.priority,
        emergency=alert.emergency_at is not None,
    )


def mark_of(alert: AlertSeen, now: datetime) -> Shown:
    """The mark of its moment; a dispenser's own alert has the mark of the unknown: what will it do next?"""
    if alert.moment is None:
        return Shown("onb", cause_words(alert.cause))
    return shown_moment(alert.moment, now)


def shown_moment(moment: MomentSeen, now: datetime) -> Shown:
    return shown(
        moment.outcome, due_at=moment.due_at, deadline_at=moment.deadline_at, now=now, sachets=moment.sachets,
        out=moment.out,
    )  # fmt: skip


def what(alert: AlertSeen, client: ClientCard, *, me: By) -> str:
    """What it is about, or what is being done about it."""
    zone = ZoneInfo(client.zone)
    if alert.state == "accepted" and not alert.held_by(me) and alert.accepted_until:
        until = f"{alert.accepted_until.astimezone(zone):%H:%M}"
        return _("%(who)s regelt het, tot %(until)s") % {"who": alert.accepted_by, "until": until}
    if alert.state == "watched" and alert.watched_until:
        until = f"{alert.watched_until.astimezone(zone):%H:%M}"
        return _("Zou eruit zijn · Reik kijkt tot %(until)s") % {"until": until}
    said = about(alert, client)
    if alert.emergency_at is not None and alert.state == "open":
        return _("Noodroute") + f" · {said}"
    if alert.state == "open" and alert.current and alert.current.action == CARER:
        asked = _("%(who)s is gevraagd") % {"who": alert.current.responder}
        return f"{said} · {asked}"
    return said


def about(alert: AlertSeen, client: ClientCard) -> str:
    """The cause with the time of its moment: "Niet uitgenomen 22:00 · tijdkritisch"."""
    said = cause_words(alert.cause)
    if alert.moment is None:
        return said
    said = f"{said} {alert.moment.due_at.astimezone(ZoneInfo(client.zone)):%H:%M}"
    return said + critical(alert.moment)


def critical(moment: MomentSeen) -> str:
    return " · " + _("tijdkritisch") if moment.criticality == 0 else ""


def _until(alert: AlertSeen, now: datetime) -> tuple[datetime | None, bool]:
    """When the next thing happens by itself; past the time of the first who was asked, since when."""
    if alert.state == "closed":
        return None, False
    if alert.state == "accepted":
        return alert.accepted_until, alert.accepted_until is not None and alert.accepted_until < now
    if alert.state == "watched":
        return alert.watched_until, False
    if alert.current and alert.current.action == TEAM and alert.passed_at:
        return alert.passed_at, True
    return (alert.next.due_at, alert.next.due_at < now) if alert.next else (None, False)


def _began(alert: AlertSeen) -> datetime:
    if alert.state in ("accepted", "watched"):
        return alert.accepted_at or alert.opened_at
    return alert.current.taken_at or alert.opened_at if alert.current else alert.opened_at


def then(alert: AlertSeen) -> str:
    """Where the chain is when it is late, and who comes next when it is not."""
    if alert.state == "closed":
        return _("geen actie")
    if alert.state == "accepted":
        return _("dan de volgende")
    if alert.state == "watched":
        return (
            _("dan het wijkteam") if alert.next is None else _("dan %(who)s") % {"who": alert.next.responder}
        )
    if alert.current and alert.current.action == TEAM:
        return _("nu: %(who)s") % {"who": alert.current.responder}
    if alert.muted_until and alert.next is not None and alert.current is None:
        return _("gedempt, dan %(who)s") % {"who": alert.next.responder}
    if alert.next is None:
        return _("niemand volgt: bel nu")
    return _("dan %(who)s") % {"who": alert.next.responder}


def _running(moment: MomentSeen, client: ClientCard, now: datetime) -> Line:
    due = f"{moment.due_at.astimezone(ZoneInfo(client.zone)):%H:%M}"
    return Line(
        id=moment.id,
        client=client,
        age=client.age(now.astimezone(ZoneInfo(client.zone)).date()),
        shown=shown_moment(moment, now),
        what=_("Signaal van %(due)s") % {"due": due} + critical(moment),
        since=moment.due_at,
        owner="",
        mine=False,
        until=moment.deadline_at,
        began=moment.due_at,
        over=False,
        idle=True,
        then=_("dan een melding"),
    )
