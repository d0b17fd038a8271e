"""What stands on a dispenser's screen, in words for a reader of 85. Pure but for the language.

The device says which sentence (`Screen` of the device's core); who gets notice is said only where it is so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.queries import AlertSeen, ArrangedStep, ArrangementSeen
from reik.dispensing.queries import MomentSeen
from reik.people.queries import ClientCard
from reik.web.carer.names import addressed, labelled

NIGHT_FROM, NIGHT_UNTIL = 22, 7
CALLS = "take_it_now"
_OVERRULED = frozenset({"nothing_now", "done", "too_late", "take_it_now"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What Reik knows of the client beside her dispenser: today's moments, open alerts, who is asked when."""

    card: ClientCard
    moments: Sequence[MomentSeen]
    alerts: Sequence[AlertSeen]
    arrangement: ArrangementSeen | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnScreen:
    """One screen: `state` for its look (signaal, uit, rust, donker), two sentences, and who hears of it.

    `ok` and `take`: which big button there is. `sachet`: the time on the sachet that lies in the tray.
    """

    device: str
    state: str
    night: bool
    clock: datetime
    headline: str
    then: str
    notice: str
    ok: bool
    take: bool
    sachet: str
    powered: bool
    connected: bool
    lid_open: bool
    loud: bool
    client: str


def screen_of(look: Mapping[str, Any], around: Around) -> OnScreen:
    """From what the device shows now."""
    zone = ZoneInfo(around.card.zone)
    clock = _instant(look.get("clock")) or around.now
    local = clock.astimezone(zone)
    powered, tray = bool(look.get("powered")), bool(look.get("tray_occupied"))
    screen = str(look.get("screen") or "nothing_now")
    headline, then = _sentences(screen, look, around, local)
    return OnScreen(
        device=str(look.get("device", "")), state=_state(screen, powered, tray),
        night=local.hour >= NIGHT_FROM or local.hour < NIGHT_UNTIL, clock=local, headline=headline, then=then,
        notice=_notice(screen, around, zone, connected=bool(look.get("connected"))) if powered else "",
        ok=powered and not tray, take=tray, sachet=_sachet(around, zone), powered=powered,
        connected=bool(look.get("connected")), lid_open=bool(look.get("lid_open")), loud=bool(look.get("sound")),
        client=labelled(around.card),
    )  # fmt: skip


def _state(screen: str, powered: bool, tray: bool) -> str:
    if not powered:
        return "donker"
    if tray:
        return "uit"
    return "signaal" if screen == CALLS else "rust"


def _sentences(screen: str, look: Mapping[str, Any], around: Around, local: datetime) -> tuple[str, str]:
    values = look.get("values") or {}
    if screen == "take_it_now":
        name = addressed(around.card)
        name = name[:1].upper() + name[1:]
        return _("%(name)s, het is tijd voor uw medicijnen") % {"name": name}, _("Druk op OK.")
    if screen == "coming":
        return _("Uw zakje komt eraan"), _of_several(values)
    if screen in ("nothing_now", "done"):
        headline = {
            "nothing_now": _("U hoeft nu niets te doen"),
            "done": _("Dank u wel, het zakje is eruit"),
        }[screen]
        return headline, _again(look, local)
    if screen == "wait_until" and (until := _instant(values.get("until"))) is not None:
        at = f"{until.astimezone(local.tzinfo):%H:%M}"
        return _("Nog even wachten"), _("Het volgende zakje kan om %(time)s.") % {"time": at}
    if screen in ("too_early", "too_late", "held") and values.get("local"):
        return _about_one(screen, str(values["local"]))
    return _fixed(screen)


def _of_several(values: Mapping[str, Any]) -> str:
    if int(values.get("n") or 1) > 1:
        return _("Zakje %(k)s van %(n)s.") % {"k": values.get("k"), "n": values.get("n")}
    return _("Een ogenblik.")


def _about_one(screen: str, at: str) -> tuple[str, str]:
    headline, then = {
        "too_early": (_("Het is nog te vroeg"), _("Om %(time)s hoort u mij.")),
        "too_late": (_("Het zakje van %(time)s kan nu niet meer"), _("Het blijft in de dispenser.")),
        "held": (_("Het zakje van %(time)s geef ik nu niet"), _("Iemand van uw zorg heeft dat gevraagd.")),
    }[screen]
    return headline % {"time": at}, then % {"time": at}


def _fixed(screen: str) -> tuple[str, str]:
    return {
        "take_from_tray": (_("Uw zakje ligt klaar"), _("Pak het zakje.")),
        "empty_tray_first": (_("Er ligt nog een zakje klaar"), _("Pak eerst dat zakje. Druk daarna op OK.")),
        "wait_until": (_("Nog even wachten"), _("Probeer het straks weer.")),
        "too_early": (_("Het is nog te vroeg"), _("U hoort mij als het tijd is.")),
        "too_late": (_("Het zakje kan nu niet meer"), _("Het blijft in de dispenser.")),
        "held": (_("Dit zakje geef ik nu niet"), _("Iemand van uw zorg heeft dat gevraagd.")),
        "paused": (_("Ik sta op pauze"), _("Ik geef nu geen zakjes.")),
        "no_roll": (_("Hier zit geen rol in die nu past"), _("Er moet een nieuwe rol in.")),
        "no_time": (_("Ik weet niet hoe laat het is"), _("Daarom geef ik nu niets.")),
        "fault": (_("Ik heb een storing"), _("Ik geef nu geen zakje.")),
        "unlocked": (_("Het slot is open"), _("De rol is nu met de hand te pakken.")),
        "unlocking": (_("Het slot gaat open"), _("Een ogenblik.")),
        "wiping": (_("Ik word leeggemaakt"), _("Een ogenblik.")),
        "roll_refused": (_("Deze rol is niet voor u"), _("Haal de rol er weer uit.")),
        "roll_loaded": (_("De nieuwe rol zit erin"), _("U hoeft niets te doen.")),
        "help_called": (_("U hebt om hulp gevraagd"), ""),
        "identify": (_("Hier ben ik"), _("Iemand zoekt deze dispenser.")),
    }.get(screen, (_("U hoeft nu niets te doen"), ""))


def _again(look: Mapping[str, Any], local: datetime) -> str:
    """When she hears it again; nothing where it has no plan."""
    at = _instant(look.get("next_moment"))
    if at is None:
        return ""
    coming = at.astimezone(local.tzinfo)
    days = (coming.date() - local.date()).days
    if days > 1:
        return ""
    said = _("Om %(time)s hoort u mij weer.") if days == 0 else _("Morgen om %(time)s hoort u mij weer.")
    return said % {"time": f"{coming:%H:%M}"}


def _notice(screen: str, around: Around, zone: ZoneInfo, *, connected: bool) -> str:
    """Who hears of it: by the alert where there is one, by the arrangement where a signal runs, else nothing."""
    if not connected:
        return _("Er is nu geen verbinding. Hebt u hulp nodig? Bel dan zelf.")
    alert = _alert(screen, around)
    if alert is not None and alert.state == "accepted":
        return _("%(who)s regelt het.") % {"who": alert.accepted_by}
    if alert is not None and alert.current is not None:
        return _("%(who)s heeft bericht.") % {"who": alert.current.responder}
    if screen == "help_called":
        return _("Uw vraag wordt nu verstuurd.")
    return _if_not_pressed(around, zone) if screen == CALLS else ""


def _alert(screen: str, around: Around) -> AlertSeen | None:
    def fits(each: AlertSeen) -> bool:
        if screen == "help_called":
            return each.cause == "help_pressed"
        if screen in ("fault", "no_roll", "roll_refused", "no_time", "unlocked"):
            return each.moment is None
        return screen in _OVERRULED and each.moment is not None

    return next((each for each in around.alerts if fits(each)), None)


def _if_not_pressed(around: Around, zone: ZoneInfo) -> str:
    running = [each for each in around.moments if each.outcome is None and each.due_at <= around.now]
    if not running or around.arrangement is None:
        return ""
    deadline = running[0].deadline_at.astimezone(zone)
    step = next((each for each in around.arrangement.steps if _may_be_called(each, deadline)), None)
    if step is None:
        return ""
    at = f"{deadline:%H:%M}" if running[0].deadline_at - running[0].due_at >= timedelta(minutes=5) else ""
    said = {
        ("phone_client", True): _("Drukt u niet? Na %(time)s belt %(who)s u op."),
        ("phone_client", False): _("Drukt u niet? Dan belt %(who)s u op."),
        ("other", True): _("Drukt u niet? Na %(time)s krijgt %(who)s bericht."),
        ("other", False): _("Drukt u niet? Dan krijgt %(who)s bericht."),
    }[("phone_client" if step.action == "phone_client" else "other", bool(at))]
    return said % {"who": step.responder, "time": at}


def _may_be_called(step: ArrangedStep, local: datetime) -> bool:
    if step.hours is None:
        return True
    since, until = step.hours
    at = local.time()
    return since <= at < until if since <= until else at >= since or at < until


def _sachet(around: Around, zone: ZoneInfo) -> str:
    due = [each for each in around.moments if each.due_at <= around.now]
    return f"{due[-1].due_at.astimezone(zone):%H:%M}" if due else ""


def _instant(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
