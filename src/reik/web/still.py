""" "Mag het nog?" on a phone: until when a sachet may still come out, and who is asked after that, with the number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from reik.alerting.queries import AlertSeen
from reik.people import homes_numbers
from reik.people.homes_numbers import OpenNumber
from reik.web.ringing import Ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """`says`: the sentence; `then`: it is followed by who is asked, when somebody answers at that hour."""

    says: str
    late: bool
    then: Ring | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Who answers now, and who does when the sachet may no longer come out."""

    now: Sequence[OpenNumber]
    later: Sequence[OpenNumber]


def numbers_for(alert: AlertSeen | None, client_id: UUID, now: datetime) -> Numbers:
    """The open numbers of this client, now and at the alert's latest hand-out time."""
    until = alert.moment.latest_at if alert is not None and alert.moment is not None else now
    at_once, later = homes_numbers.open_at_each(client_id, [now, max(now, until)])
    return Numbers(now=at_once, later=later)


def still_of(alert: AlertSeen, numbers: Numbers, now: datetime) -> Still | None:
    """None for an alert about the dispenser, and for a closed one."""
    if alert.moment is None or alert.state == "closed":
        return None
    until = alert.moment.latest_at
    late = now >= until
    then = numbers.now if alert.cause == "withheld" else numbers.later
    asked = next((each for each in then if each.kind in homes_numbers.ASKED), None)
    at = time_format(localtime(until), "H:i")
    ends = _("met:") if asked else _("met het wijkteam.")
    return Still(
        says=f"{_says(alert, late, at)} {ends}",
        late=late,
        then=Ring(who=asked.name, number=asked.number) if asked else None,
    )


def _says(alert: AlertSeen, late: bool, at: str) -> str:
    """Up to "met": nothing that the dispenser holds back is said to be still allowed."""
    moment = alert.moment
    several = moment is not None and moment.sachets - moment.out > 1
    if alert.cause == "withheld":
        return _("De dispenser houdt dit vast. Overleg eerst")
    if late:
        one, more = (
            _("Het zakje kan er nu niet meer uit. Overleg eerst"),
            _("De zakjes kunnen er nu niet meer uit. Overleg eerst"),
        )
    else:
        one, more = (
            _("Het zakje kan er nog uit tot %(time)s. Daarna eerst overleggen"),
            _("De zakjes kunnen er nog uit tot %(time)s. Daarna eerst overleggen"),
        )
    return (more if several else one) % {"time": at}
