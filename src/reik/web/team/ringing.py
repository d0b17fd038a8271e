"""What the alert page on a phone needs beside the alert: until when she would have it, whom to ring, who waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reik.alerting import telling
from reik.alerting.claims.offered import offered_until
from reik.alerting.claims.who import Who
from reik.alerting.policy import ASK_TEAM
from reik.alerting.queries import AlertSeen
from reik.people.queries import CarerCard, ClientCard
from reik.web import ringing, still
from reik.web.call_back import late_call

TEAM = "team"


def around(
    alert: AlertSeen, card: ClientCard, carers: list[CarerCard], me: Who, now: datetime
) -> dict[str, Any]:
    """The values `offered`, `still`, `rings`, `call_backs` and `late…` (a call-back not made in time) of the page."""
    open_now = alert.state != "closed"
    free = alert.state in ("open", "watched") and not alert.had_by(me)
    numbers = still.numbers_for(alert, card.id, now)
    owner = ringing.owner_of(alert, me, carers, numbers.now) if open_now else None
    if (
        owner is not None
        and not owner.has_it
        and alert.current is not None
        and alert.current.action == ASK_TEAM
    ):
        owner = None  # that is she who looks
    late = late_call(alert) if open_now else None
    asked = telling.call_backs([late.about]) if late and late.about else []
    return {
        "late": late.to_who_rings(now) if late else "", "late_door": f"/team/melding/{late.about}" if late else "",
        "late_calls": [each for each in ringing.waiting(asked, carers) if late and each[0].key == late.key],
        "offered": offered_until(alert.id, TEAM, now) if free else None,
        "still": still.still_of(alert, numbers, now), "rings": [owner] if owner else [],
        "call_backs": ringing.waiting(telling.call_backs([alert.id]), carers),
    }  # fmt: skip
