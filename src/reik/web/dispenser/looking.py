"""Looking at a simulated dispenser beside what Reik knows of its client, and acting on it with hands."""

from __future__ import annotations

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting import queries as alerting
from reik.dispensing.queries import moments_between
from reik.interop.simulator import port
from reik.interop.simulator.port import ActRefused, SimulatorAway
from reik.people.queries import ClientCard
from reik.web.carer import days
from reik.web.dispenser.screen import Around, OnScreen, screen_of


def on_screen(device: str, card: ClientCard, now: datetime) -> OnScreen | None:
    """What stands on it now; None when the simulator does not answer."""
    try:
        look = port.look(device)
    except (SimulatorAway, ActRefused):
        return None
    zone = ZoneInfo(card.zone)
    today = days.bounds(now.astimezone(zone).date(), zone)
    around = Around(
        card=card, moments=moments_between([card.id], *today)[card.id], alerts=alerting.open_alerts([card.id]),
        arrangement=alerting.arrangement_of(card.id), now=now,
    )  # fmt: skip
    return screen_of(look, around)


def act_on(device: str, act: str) -> str:
    """Do it; gives a sentence when it cannot be done, else nothing."""
    try:
        port.act(device, act)
    except SimulatorAway:
        return away()
    except ActRefused:
        return refused(act)
    return ""


def away() -> str:
    return _(
        "De dispenser van deze demo antwoordt niet. Wacht even; blijft het zo, start dan de demo opnieuw."
    )


def refused(act: str) -> str:
    """Why an act makes no sense now."""
    return {
        "button": _("De dispenser heeft geen stroom. Doe eerst de stekker erin."),
        "help": _("De dispenser heeft geen stroom. Doe eerst de stekker erin."),
        "take": _("Er ligt geen zakje klaar."),
        "unplug": _("De stekker is er al uit."),
        "plug": _("De stekker zit er al in."),
        "lid-open": _("De klep is al open."),
        "lid-close": _("De klep is al dicht."),
        "jam": _("De dispenser zit al klem, of heeft geen stroom."),
    }.get(act, _("Dat kan nu niet."))


def digest(*parts: object) -> str:
    """A short name for how something looks, so that a page that shows it already is not drawn again."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
