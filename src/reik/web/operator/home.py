"""The home in the detail: how long a sachet may still be given, whom to ask then, language, video call, access."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.queries import AlertSeen
from reik.alerting.telling import CallBack, call_backs
from reik.people import homes, homes_access, homes_numbers
from reik.people.homes_access import AccessSeen
from reik.people.homes_numbers import OpenNumber
from reik.people.queries import ClientCard, carers_of
from reik.web import ringing
from reik.web.home_words import entry_words, language_words, number_kind_words
from reik.web.operator.detail import Call
from reik.web.ringing import Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """ "Mag nog tot 23:30, daarna overleg met …". `call`: who answers then; `now`: who answers at this instant, when
    that is somebody else."""

    says: str
    late: bool
    call: Call | None
    now: Call | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What else she who phones must know. `entry` empty: nothing is known of house access."""

    facts: Sequence[str]
    video_link: str
    entry: str
    access: AccessSeen | None
    ask: Ask | None
    open: Sequence[Call]
    call_backs: Sequence[tuple[CallBack, Ring]]


def home_of(alert: AlertSeen, client: ClientCard, now: datetime) -> Home:
    """Everything about her home but how one gets in: that is shown for a visit only."""
    card = homes.homes_of([client.id]).get(client.id, homes.UNKNOWN)
    access = homes_access.accesses_of([client.id]).get(client.id)
    until = alert.moment.latest_at if alert.moment and alert.state != "closed" else None
    at_once, later = homes_numbers.open_at_each(client.id, [now, max(now, until) if until else now])
    spoken = language_words(card.language)
    said = [_("spreekt %(language)s") % {"language": spoken} if spoken else ""]
    said.append(_("woont met %(who)s") % {"who": card.lives_with} if card.lives_with else "")
    return Home(
        facts=[each for each in said if each],
        video_link=card.video_link,
        entry=entry_words(access.how) if access else "",
        access=access,
        ask=_ask(until, at_once, later, client, now) if until else None,
        open=[_call(each) for each in at_once],
        call_backs=ringing.waiting(call_backs([alert.id]), carers_of([client.id]).get(client.id, [])),
    )


def _call(each: OpenNumber) -> Call:
    kind = number_kind_words(each.kind)
    return Call(name=each.name, more="" if kind.lower() in each.name.lower() else kind, number=each.number)


def _first(numbers: Sequence[OpenNumber]) -> Call | None:
    return next((_call(each) for each in numbers if each.kind in homes_numbers.ASKED), None)


def _ask(
    until: datetime,
    at_once: Sequence[OpenNumber],
    later: Sequence[OpenNumber],
    client: ClientCard,
    now: datetime,
) -> Ask:
    call, asked_now, late = _first(later), _first(at_once), until <= now
    clock = f"{until.astimezone(ZoneInfo(client.zone)):%H:%M}"
    if late:
        says = (
            _("Mag niet meer sinds %(time)s. Overleg nu met")
            if call
            else _(
                "Mag niet meer sinds %(time)s. Er is nu geen apotheek of huisartsenpost bekend: bel het wijkteam."
            )
        )
    else:
        says = (
            _("Mag nog tot %(time)s, daarna overleg met")
            if call
            else _("Mag nog tot %(time)s. Wie daarna bereikbaar is, is niet bekend: bel dan het wijkteam.")
        )
    other = asked_now if not late and asked_now != call else None
    return Ask(says=says % {"time": clock}, late=late, call=call, now=other)
