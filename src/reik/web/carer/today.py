"""What an informal carer's page shows of her client now: what is asked of her, her own word, and the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting import queries
from reik.alerting.claims.offered import offered_until
from reik.alerting.queries import AlertSeen
from reik.dispensing.queries import moments_between
from reik.kernel.tenancy import Actor
from reik.people.queries import CarerCard, ClientCard, carers_of
from reik.web import ringing, still
from reik.web.call_back import late_call
from reik.web.carer import acts, asking, days
from reik.web.carer.asking import Around, Ask
from reik.web.carer.names import called, dialled
from reik.web.rooms import who
from reik.web.words import outcome_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What she said within the last minute, and how to take it back."""

    alert: AlertSeen
    word: str
    follows: str
    until: datetime


def today_of(actor: Actor, card: ClientCard, now: datetime, *, first: UUID | None = None) -> dict[str, Any]:
    """The values of `carer/live.html`; also for a page that shows hers beside others'. `first`: the alert on top."""
    carers = carers_of([card.id]).get(card.id, [])
    found = queries.open_alerts([card.id])
    asks = [_ask(actor, each, card, carers, now) for each in found]
    asks.sort(key=lambda each: (each.alert.id != first, each.alert.moment is None))
    moments = moments_between(
        [card.id], *days.bounds(now.astimezone(ZoneInfo(card.zone)).date(), ZoneInfo(card.zone))
    )
    lines = days.lines_of(moments[card.id], now)
    loud = [each for each in asks if _is_loud(each, first)]
    recent = queries.alerts_of(card.id, now - acts.LATELY, now + timedelta(seconds=1))
    numbers = still.numbers_for(None, card.id, now).now
    return {
        "card": card, "called": called(card), "phone": dialled(card.phone), "now": now, "lines": lines,
        "loud": loud, "quiet": [each for each in asks if each not in loud], "said": _said(actor, recent, now),
        "how": days.how_it_is(lines, now), "first": first,
        "duty": ringing.rings(None, who(actor), carers, numbers, card.team)[0],
        "rung": acts.waits_for_a_call(actor, [each.id for each in (*found, *recent)]),
        "my_phone": next((each.phone for each in carers if each.account_id == actor.account_id), ""),
    }  # fmt: skip


def _is_loud(ask: Ask, first: UUID | None) -> bool:
    """It is her turn, she waits for a call, or she came for this one: open, also where the route went on."""
    if ask.around.late:
        return ask.around.hers
    return ask.kind in ("asked", "mine") or (ask.alert.id == first and ask.kind == "open")


def _ask(actor: Actor, alert: AlertSeen, card: ClientCard, carers: Sequence[CarerCard], now: datetime) -> Ask:
    numbers = still.numbers_for(alert, card.id, now)
    free = alert.state in ("open", "watched") and not alert.had_by(who(actor))
    late = late_call(alert)
    hers = late is not None and late.key == actor.account_id
    around = Around(
        late=(late.to_her(now) if hers else late.to_others(now)) if late else "",
        hers=hers,
        offered=offered_until(alert.id, acts.ROLE, now) if free else None,
        rings=ringing.rings(alert, who(actor), carers, numbers.now, card.team),
        still=still.still_of(alert, numbers, now),
    )
    return asking.ask_of(
        alert, queries.steps_of(alert.id), queries.remarks_of([alert.id]), queries.arrangement_of(card.id),
        me=who(actor), called=called(card), now=now, around=around,
    )  # fmt: skip


def _said(actor: Actor, recent: Sequence[AlertSeen], now: datetime) -> Said | None:
    """What she herself said of an alert within the last minute."""
    lately = timedelta(seconds=asking.UNDO_S)
    for each in recent:
        mine = each.said_by(who(actor)) and each.state != "accepted"
        mine = mine and each.closed_as in ("", each.handled_as)  # not what the dispenser settled since
        if mine and each.handled_at is not None and now - each.handled_at < lately:
            return Said(
                alert=each, word=outcome_words(each.handled_as), follows=_follows(each),
                until=each.handled_at + lately,
            )  # fmt: skip
    return None


def _follows(alert: AlertSeen) -> str:
    if alert.state == "closed":
        return _("De melding is gesloten.")
    if alert.state == "watched" and alert.watched_until is not None:
        return _("Wij letten tot %(time)s op de dispenser.") % {
            "time": asking.clock_time(alert.watched_until)
        }
    if alert.current is not None:
        return _("%(who)s heeft bericht gekregen.") % {"who": alert.current.responder}
    return _("Wij gaan verder met de volgende.")
