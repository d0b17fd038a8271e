"""What the console reads: for one actor at one instant, within what she may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404

from reik.alerting import board_seen, handover, protocols
from reik.alerting import queries as alerting
from reik.alerting.queries import AlertSeen
from reik.dispensing import queries as dispensing
from reik.kernel.tenancy import Actor
from reik.people import queries as people
from reik.people.colleagues import names_of
from reik.people.queries import ClientCard
from reik.web.frame import ZONE
from reik.web.looking import LOOKS
from reik.web.operator import detail, home, lookout, queue
from reik.web.operator.lookout import Lookout
from reik.web.operator.queue import Queue
from reik.web.rooms import who
from reik.web.why import why_words
from reik.web.words import outcome_words

SETTLED_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything beside the detail."""

    queue: Queue
    lookout: Lookout
    closed: int
    closed_remote: int
    placed: int
    now: datetime
    part: tuple[str, int] = ("", 0)
    shifts: int = 0
    """Hand-overs that wait for somebody."""

    @property
    def heard(self) -> int:
        return self.placed - self.lookout.count

    def shown(self) -> dict[UUID, list[UUID]]:
        """The clients on it, by the organisation that keeps their records, for the access log."""
        found: dict[UUID, list[UUID]] = {}
        for line in self.queue.all():
            found.setdefault(line.client.organisation_id, []).append(line.client.id)
        return found


def visible(actor: Actor) -> Collection[UUID]:
    """Whom she may see, as a query within the queries: the list itself is never fetched."""
    return cast("Collection[UUID]", people.visible_to(actor).values("id"))


def board(
    actor: Actor,
    now: datetime,
    *,
    selected: UUID | None = None,
    since: datetime | None = None,
    part: tuple[str, int] = ("", 0),
) -> Board:
    """`part`: rows of one group only, from a number on; the counts are of all."""
    ids, me = visible(actor), who(actor)
    settled = alerting.settled_lately(ids, now - SETTLED_FOR)
    running = dispensing.running_moments(actor.organisations, now)
    silent = _silent(actor, now)
    but = (lookout.SILENT, silent.hidden if silent.many else [])
    seen = board_seen.board(actor.organisations, me, now, but=but, only=part[0], after=part[1])
    shown = seen.shown()
    clients = people.cards(actor, {each.client_id for group in (shown, settled, running) for each in group})
    rows = queue.queue_of(shown, running, settled, clients, me=me, now=now)
    rows.counts = {name: group.count for name, group in seen.groups.items()}
    rows.mine, rows.over = seen.mine, seen.over
    closed, remote = alerting.closed_counts(ids, _midnight(now))
    return Board(
        queue=queue.beside(rows, selected, since),
        lookout=silent,
        closed=closed,
        closed_remote=remote,
        placed=dispensing.placed_count(actor.organisations),
        now=now,
        part=part,
        shifts=len(handover.waiting(actor.organisation_id, me, now)),
    )


def _silent(actor: Actor, now: datetime) -> Lookout:
    until = now + lookout.AHEAD
    silences = dispensing.silences(actor.organisations, before=now - lookout.SILENT_FOR, now=now, until=until)
    listed = [each.client_id for each in silences[: lookout.LISTED]]
    owned = board_seen.owned_among([each.client_id for each in silences])
    return lookout.lookout_of(silences, people.cards(actor, listed), board_seen.held_of(listed), until, owned)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(ZONE).date(), time(0), ZONE)


def find(actor: Actor, alert_id: UUID) -> tuple[AlertSeen, ClientCard]:
    """An alert with its client. Raises Http404 for one that the actor may not see."""
    alert = alerting.alert(alert_id, visible(actor))
    client = people.cards(actor, [alert.client_id]).get(alert.client_id) if alert else None
    if alert is None or client is None:
        raise Http404
    return alert, client


def looking(actor: Actor, alert_id: UUID) -> list[str]:
    """The names of others who have this alert open now."""
    return sorted(names_of(LOOKS.beside(alert_id, actor.account_id, actor.organisations)).values())


@dataclass(frozen=True, slots=True)
class Visit:
    """What can be done about a visit: the centre decides itself, takes that back, asks the care team."""

    decide: bool
    take_back: bool
    ask: bool


def visit_of(alert: AlertSeen, *, mine: bool) -> Visit:
    """By what was agreed (R50), and by who has the alert."""
    hers = mine and alert.state == "accepted"
    decided = alert.visit_by == "centre"
    return Visit(
        decide=hers and not decided and alerting.left_to_centre(alert.id), take_back=hers and decided,
        ask=alert.state != "closed" and (hers or alert.state != "accepted"),
    )  # fmt: skip


def full(actor: Actor, alert: AlertSeen, client: ClientCard, now: datetime) -> dict[str, object]:
    """What the templates of the detail need."""
    zone = ZoneInfo(client.zone)
    begins = datetime.combine(now.astimezone(zone).date(), time(0), zone)
    moments = dispensing.moments_between([client.id], begins, begins + timedelta(days=1))[client.id]
    carers = people.carers_of([client.id]).get(client.id, [])
    calls = detail.calls_of(client, carers)
    line = queue.line_of(alert, client, me=who(actor), now=now)
    own = alerting.own_codes(alert.organisation_id)
    return {
        "alert": alert,
        "client": client,
        "line": line,
        "about": queue.about(alert, client),
        "mine": line.mine,
        "taken": alert.state == "accepted" and not line.mine,
        "chain": detail.chain_of(alert, alerting.steps_of(alert.id)),
        "agreed": detail.agreed_line(alerting.arrangement_of(client.id), client),
        "history": detail.history_of(alerting.remarks_of([alert.id])),
        "reason": why_words(alert),
        "undo_words": outcome_words(alert.handled_as),
        "calls": calls,
        "dial": calls[0] if calls and client.phone else None,
        "call_words": detail.call_words(client),
        "dispenser": dispensing.dispensers_of([client.id]).get(client.id),
        "day": detail.day_of(moments, client, now),
        "choices": detail.choices_of(alert, detail.outcomes_among(own)),
        "causes": detail.causes_of(own),
        "undo_until": detail.can_undo(alert, who(actor), now),
        "standing": detail.state_of(alert),
        "home": home.home_of(alert, client, now),
        "alert_door": f"/zorgcentrale/melding/{alert.id}",
        "looking": looking(actor, alert.id),
        "visit": visit_of(alert, mine=line.mine),
        "protocol": protocols.protocol_of(alert.id),
        "zone": client.zone,
        "now": now,
    }
