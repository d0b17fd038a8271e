"""The sentences of a client's story: what a dispenser said and was asked, and why a count does not add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.dispensing.rolls.balance import RollBalance
from reik.web.words import cause_words

ICONS = {
    "fault": "alert-triangle", "fault_cleared": "circle-check", "mains_lost": "plug-connected-x",
    "mains_restored": "plug-connected", "help_pressed": "hand-stop", "roll_loaded": "package-import",
    "roll_removed": "package-export", "roll_refused": "alert-circle", "sachet_retained": "package",
    "sachet_removed": "hand-finger", "unlocked": "lock-open", "locked": "lock", "paused": "player-pause",
    "resumed": "player-play", "events_lost": "help", "started": "bolt",
}  # fmt: skip


def event_words(type: str, data: Mapping[str, Any]) -> str:
    """One event of a dispenser (device contract, section 3)."""
    if type == "fault":
        return _("Storing: %(what)s") % {"what": _lower(cause_words(str(data.get("code", "other"))))}
    if type in ("roll_loaded", "roll_removed", "roll_refused"):
        return _of_roll(type) % {"roll": data.get("roll") or "?", "count": data.get("count") or "?"}
    if type == "mains_lost":
        battery = data.get("battery_pct")
        said = _("Stroom weg, de dispenser loopt op de accu")
        return said if battery is None else f"{said} ({round(float(battery))}%)"
    return {
        "fault_cleared": _("Storing is opgelost"),
        "mains_restored": _("Stroom is terug"),
        "help_pressed": _("Hulpknop ingedrukt"),
        "sachet_retained": _("Een zakje bleef achter in de dispenser"),
        "sachet_removed": _("Een zakje is met de hand uit de dispenser gehaald"),
        "unlocked": _("Dispenser ontgrendeld: de telling is onbekend tot iemand natelt"),
        "locked": _("Dispenser weer op slot"),
        "paused": _("Dispenser op pauze"),
        "resumed": _("Pauze voorbij"),
        "events_lost": _("De dispenser is berichten kwijt"),
        "started": _("Dispenser opgestart"),
    }.get(type, type)


def _of_roll(type: str) -> str:
    return {
        "roll_loaded": _("Rol %(roll)s geladen, %(count)s zakjes"),
        "roll_removed": _("Rol %(roll)s eruit gehaald, met nog %(count)s zakjes"),
        "roll_refused": _("De dispenser weigerde rol %(roll)s"),
    }[type]


def command_words(type: str, state: str) -> str:
    """What was asked of a dispenser, and what came of it (rule 9: unknown is said)."""
    asked = {
        "set_plan": _("Nieuw weekplan gestuurd"),
        "present_now": _("Gevraagd een zakje uit te geven"),
        "hold_sachets": _("Gevraagd zakjes vast te houden"),
        "release_sachets": _("Gevraagd zakjes vrij te geven"),
        "pause": _("Gevraagd te pauzeren"),
        "resume": _("Gevraagd te hervatten"),
        "expect_roll": _("Nieuwe rol aangekondigd"),
        "unlock": _("Gevraagd te ontgrendelen"),
        "settings": _("Instellingen gestuurd (geluid, taal, tekst)"),
        "identify": _("Gevraagd zich te laten horen"),
        "reboot": _("Gevraagd opnieuw op te starten"),
        "wipe": _("Gevraagd alles te wissen"),
    }.get(type, _("Opdracht %(type)s") % {"type": type})
    return f"{asked}: {command_state_words(state)}"


def command_state_words(state: str) -> str:
    return {
        "waiting": _("wacht op verzenden"),
        "sent": _("verstuurd, nog geen antwoord"),
        "confirmed": _("bevestigd"),
        "refused": _("geweigerd door de dispenser"),
        "unknown": _("onbekend of het gedaan is"),
        "expired": _("verlopen"),
        "replaced": _("vervangen door een nieuwere"),
    }.get(state, state)


def balance_words(roll: RollBalance) -> str:
    """Why the count of a roll is off or cannot be told (N6, R24); empty when it adds up."""
    if roll.verdict == "balances":
        return ""
    count = abs(roll.off_by)
    counted = ngettext("%(n)s zakje", "%(n)s zakjes", count) % {"n": count}
    if roll.verdict == "off" and roll.off_by > 0:
        return _("De telling klopt niet: van %(sachets)s weet niemand waar het is.") % {"sachets": counted}
    if roll.verdict == "off":
        return _("De telling klopt niet: er ging %(sachets)s meer weg dan er was.") % {"sachets": counted}
    return {
        "not_counted": _("Deze dispenser telt geen zakjes: wij weten alleen dat er op OK is gedrukt."),
        "unlocked": _("De dispenser is ontgrendeld geweest: tel de zakjes die er nog in zitten."),
        "count_not_said": _("De dispenser zei niet hoeveel zakjes er waren: tel ze."),
        "nonsense": _("De dispenser spreekt zichzelf tegen over deze rol: tel de zakjes."),
    }.get(roll.reason, _("Wij weten niet of de telling klopt."))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
