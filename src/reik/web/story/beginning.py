"""How the story begins: a dose a quarter of a minute ahead, planned by the real operations, as real personas.

The nurse writes the schedule, the pharmacist reads it back, the old roll goes back and a new one is made from the
plan and brought. The device gets its plan by MQTT and its household puts the roll in, as in any home.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.alerting import operations as alerting
from reik.alerting.queries import AlertSeen, open_alerts
from reik.dispensing.queries import MomentSeen, moments_between
from reik.interop.simulator import port
from reik.interop.simulator.port import ActRefused
from reik.kernel.operations import pace
from reik.kernel.tenancy import acting_for
from reik.medication import operations as medication
from reik.medication.queries import rolls_of
from reik.medication.times.schedule import TimeLine, instant_of
from reik.people.queries import ClientCard
from reik.web.rooms import who
from reik.web.story.people import DEVICE, Cast

LEAD, LEAD_AFTER_POWER = timedelta(seconds=15), timedelta(seconds=25)
SOON = timedelta(seconds=90)
LOOK_BACK = timedelta(hours=6)
WINDOW_MIN, LATE_MIN = 45, 300
OTHER_DAYS, OTHER_TIME_H = (2, 4), 9
"""Her other moments, in days from now: none falls within the next day, when nobody plays."""
ROLL_DAYS = 28
AGAIN = "Het verhaal begint opnieuw."


def latest(card: ClientCard, now: datetime) -> MomentSeen | None:
    """The dose that the story is about: the newest one that is due by now or will be in a moment."""
    found = moments_between([card.id], now - LOOK_BACK, now + SOON)[card.id]
    return found[-1] if found else None


def under_way(moment: MomentSeen | None) -> bool:
    """Whether this dose has no end yet: a visitor joins it, and nobody disturbs it."""
    return moment is not None and moment.outcome is None


def begin(cast: Cast, now: datetime, *, again: bool = False) -> bool:
    """Plan a dose, unless one is under way or its alert is still open (`again`: then that is closed first).

    Says whether it began. Raises SimulatorAway when there are no devices, and ScheduleRefused or RollRefused.
    """
    if _to_be_joined(cast, now, again):
        return False
    lead = LEAD_AFTER_POWER if _make_ready() else LEAD
    with transaction.atomic():
        lines = _lines(cast.card, now, lead)
        with acting_for(cast.nurse):
            schedule_id = medication.write_schedule(
                organisation_id=cast.card.organisation_id,
                client_id=cast.card.id,
                lines=lines,
                by=cast.nurse.name,
                now=now,
            )
            # Writers of one client take turns: whoever was second finds the dose that the first one planned.
            if _to_be_joined(cast, now, again):
                transaction.set_rollback(True)
                return False
        close_open(cast, now)
        _bring_roll(cast, schedule_id, now)
    return True


def _to_be_joined(cast: Cast, now: datetime, again: bool) -> bool:
    with acting_for(cast.nurse):
        moment = latest(cast.card, now)
        told = [
            each
            for each in open_alerts([cast.card.id])
            if moment and each.moment and each.moment.id == moment.id
        ]
    return under_way(moment) or bool(told and not again)


def _make_ready() -> bool:
    """Plug in, close the lid, empty the tray: as someone would who tidies up. Says whether it had no power."""
    seen = port.look(DEVICE)
    dark = not seen.get("powered")
    wanted = {"plug": dark, "lid-close": bool(seen.get("lid_open")), "take": bool(seen.get("tray_occupied"))}
    for act, needed in wanted.items():
        if needed:
            try:
                port.act(DEVICE, act)
            except ActRefused:
                continue
    return dark


def _lines(card: ClientCard, now: datetime, lead: timedelta) -> list[TimeLine]:
    """Today's dose to the second where the demo is hurried, else at a whole minute; and her other days."""
    local = (now + lead).astimezone(ZoneInfo(card.zone)).replace(tzinfo=None, microsecond=0)
    if pace() <= 1:
        local = (local + timedelta(minutes=1)).replace(second=0)
    days = frozenset((local.isoweekday() + each - 1) % 7 + 1 for each in OTHER_DAYS)
    return [
        TimeLine(
            weekdays=frozenset({local.isoweekday()}), at=local.time(), window_min=WINDOW_MIN, late_min=LATE_MIN
        ),
        TimeLine(
            weekdays=days, at=local.time().replace(hour=OTHER_TIME_H, minute=0, second=0),
            window_min=WINDOW_MIN, late_min=LATE_MIN,
        ),
    ]  # fmt: skip


def close_open(cast: Cast, now: datetime) -> None:
    """What is still open of her is closed as a person would, with the reason."""
    with acting_for(cast.operator):
        alerts = open_alerts([cast.card.id])
    for each in alerts:
        _close(cast, each, now)


def _close(cast: Cast, alert: AlertSeen, now: datetime) -> None:
    held = alert.state == "accepted" and not alert.held_by(who(cast.operator))
    actor, role = (cast.nurse, "team") if held else (cast.operator, "operator")
    with acting_for(actor):
        alerting.handle_alert(
            alert_id=alert.id, by=who(actor), role=role, outcome="false_notice", cause="demo", remote=True, note=AGAIN,
            now=now,
        )  # fmt: skip


def _bring_roll(cast: Cast, schedule_id: UUID, now: datetime) -> None:
    """Old rolls go back, the schedule counts, a new roll is made from it and brought."""
    card = cast.card
    zone = ZoneInfo(card.zone)
    ends_at = instant_of((now.astimezone(zone) + timedelta(days=ROLL_DAYS)).date(), time(), zone)
    with acting_for(cast.pharmacist):
        for roll in rolls_of(card.id):
            if roll.state in ("registered", "delivered", "loaded", "emptied") and roll.ends_at > now:
                medication.return_roll(roll.id, cast.pharmacist.name, AGAIN, now)
        medication.confirm_schedule(schedule_id, cast.pharmacist.name, now)
    with acting_for(cast.packer):
        roll_id = medication.register_roll(
            organisation_id=card.organisation_id, client_id=card.id, number=f"VERHAAL-{now:%y%m%d-%H%M%S}",
            starts_at=now, ends_at=ends_at, by=cast.packer.name, packer="De Vijzel", now=now,
        )  # fmt: skip
        medication.deliver_roll(roll_id, cast.packer.name, now)
