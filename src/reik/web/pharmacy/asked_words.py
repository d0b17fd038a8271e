"""The sentences of questions about changes, rolls and sachets, as a pharmacist reads them before she answers."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.changes.sachets import AffectedSachet


def affected_words(each: AffectedSachet) -> str:
    """What differs at one moment."""
    if each.kind == "missing":
        return _("gepland, en niet op de rol")
    if each.kind == "extra":
        return _("op de rol, en niet meer gepland")
    if each.kind == "other_time" and each.planned_at is not None:
        return _("op de rol om %(at)s, gepland om %(planned)s") % {
            "at": f"{each.at:%H:%M}", "planned": f"{each.planned_at:%H:%M}",
        }  # fmt: skip
    if each.kind == "other_contents":
        return _("andere inhoud dan gepland")
    said = ngettext("%(n)s zakje gepland", "%(n)s zakjes gepland", each.planned) % {"n": each.planned}
    return said + _(", %(n)s op de rol") % {"n": each.found}


def choice_words(choice: str) -> str:
    """What the care team chose, or what Reik proposes."""
    return {
        "keep": _("De rol zo laten"),
        "add_by_hand": _("De rol zo laten, en wat erbij komt met de hand geven"),
        "hold": _("Deze zakjes vasthouden in de dispenser"),
        "take_out": _("Iemand haalt deze zakjes van de rol"),
        "replace_roll": _("De rol vervangen voor het eerste moment"),
    }.get(choice, choice)


def device_words(state: str) -> str:
    """What the dispenser does with the affected sachets now."""
    return {
        "none": _("er is geen dispenser"),
        "asked": _("de dispenser is gevraagd ze vast te houden; het antwoord komt nog"),
        "held": _("de dispenser houdt ze vast"),
        "partly": _("de dispenser houdt niet alle zakjes vast: iemand van het team gaat erachteraan"),
        "planned": _("de dispenser pauzeert voor het eerste moment"),
        "pausing": _("de dispenser is gevraagd te pauzeren; het antwoord komt nog"),
        "paused": _("de dispenser is gepauzeerd"),
        "failed": _("de dispenser houdt ze niet vast: iemand van het team gaat erachteraan"),
        "lifting": _("de dispenser is gevraagd ze weer uit te geven"),
        "lifted": _("de dispenser geeft ze weer uit"),
    }.get(state, "")


def reason_words(reason: str) -> str:
    """What to think of with a choice."""
    return {
        "as_packed": _("De dispenser geeft uit wat er in de zakjes zit."),
        "each_moment": _("Bij elk van deze momenten geeft iemand met de hand wat erbij komt."),
        "others_by_hand": _("Wat er nog meer in een vastgehouden zakje zit, geeft iemand met de hand."),
        "visit_before": _("Iemand is er voor het eerste moment, haalt de zakjes weg en telt ze."),
        "new_roll_before": _("Uw nieuwe rol is er voor het eerste moment."),
    }.get(reason, "")
