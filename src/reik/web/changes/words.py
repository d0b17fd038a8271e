"""The sentences of a change in the middle of a roll: kinds, choices, reasons, states and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.changes.sachets import AffectedSachet
from reik.medication.changes.seen import ChangeSeen


def kind_words(each: AffectedSachet) -> str:
    """What is the matter with the sachets of one moment."""
    if each.kind == "other_time" and each.planned_at is not None:
        return _("Nu gepland om %(at)s, op de rol om %(roll)s") % {
            "at": f"{each.planned_at:%H:%M}", "roll": f"{each.at:%H:%M}",
        }  # fmt: skip
    if each.kind == "other_number":
        return _("%(planned)s gepland, %(found)s op de rol") % {"planned": each.planned, "found": each.found}
    return {
        "missing": _("Gepland, en niet op de rol"),
        "extra": _("Op de rol, en niet meer gepland"),
        "other_contents": _("Andere medicijnen gepland dan erin zitten"),
        "recalled": _("Teruggeroepen: mag niet meer worden uitgegeven"),
    }.get(each.kind, each.kind)


def sachets_words(numbers: Sequence[int]) -> str:
    """Their numbers, as they stand on the roll."""
    if not numbers:
        return _("geen zakje")
    shown = ", ".join(str(each) for each in numbers)
    return ngettext("zakje %(numbers)s", "zakjes %(numbers)s", len(numbers)) % {"numbers": shown}


def days_words(days: Sequence[date]) -> str:
    """One day in full, days on end from the first to the last, else each of them."""
    first, last = days[0], days[-1]
    if len(days) == 1:
        return str(date_format(first, "l j F"))
    if (last - first).days == len(days) - 1:
        return _("%(from)s tot en met %(until)s") % {
            "from": date_format(first, "l j F"), "until": date_format(last, "l j F"),
        }  # fmt: skip
    return ", ".join(str(date_format(each, "D j F")) for each in days)


def choice_words(choice: str) -> str:
    """One way out, as a button says it."""
    return {
        "keep": _("Rol houden zoals hij is"),
        "add_by_hand": _("Met de hand erbij geven"),
        "hold": _("Deze zakjes vasthouden"),
        "take_out": _("Iemand haalt de zakjes eruit"),
        "replace_roll": _("Nieuwe rol vóór dat moment"),
    }.get(choice, choice)


def reason_words(reason: str) -> str:
    """Why a way out is not possible or, of one that is, what to think of."""
    return {
        "recalled": _("Deze zakjes zijn teruggeroepen."),
        "as_packed": _("De zakjes komen er dan uit zoals ze gemaakt zijn."),
        "too_much_in_it": _(
            "Er zit iets in, of op een tijd, die niet meer gepland is. Erbij geven helpt dan niet."
        ),
        "each_moment": _("De zakjes komen eruit; iemand geeft bij elk moment wat erbij hoort."),
        "no_sachet": _("Het gaat om geen enkel zakje op deze rol."),
        "device_cannot_hold": _("Deze dispenser kan geen losse zakjes vasthouden."),
        "device_unknown": _("Niet bekend of deze dispenser losse zakjes kan vasthouden."),
        "no_dispenser": _("Er staat geen dispenser bij deze cliënt."),
        "others_by_hand": _("Wat er verder in zit, geeft iemand met de hand."),
        "visit_before": _("Er gaat iemand langs vóór het eerste moment."),
        "changes_after_last": _("Bij deze dispenser kan de rol pas gewisseld na het laatste zakje."),
        "no_roll_in_time": _("Een nieuwe rol is er niet op tijd."),
        "new_roll_before": _("De apotheek maakt en bezorgt een nieuwe rol vóór het eerste moment."),
    }.get(reason, reason)


def device_words(change: ChangeSeen, pause_at: str) -> str:
    """What the dispenser does with these sachets now. What it has not said is never said for it."""
    held = sachets_words(change.device_held)
    return {
        "": _("De dispenser is nog niet gevraagd om iets vast te houden."),
        "none": _("Er is niets vast te houden door een dispenser."),
        "asked": _("Gevraagd aan de dispenser om vast te houden. Nog geen antwoord: hij kan ze nog uitgeven."),
        "held": _("De dispenser houdt vast: %(held)s.") % {"held": held},
        "partly": _("De dispenser houdt vast: %(held)s. Niet vast: %(not_held)s.")
        % {"held": held, "not_held": sachets_words(change.device_not_held)},
        "planned": _("De dispenser kan geen losse zakjes vasthouden. Zijn weekplan stopt vóór het eerste moment")
        + _(" en hij pauzeert om %(at)s.") % {"at": pause_at},
        "pausing": _("Gevraagd aan de dispenser om te pauzeren. Nog geen antwoord."),
        "paused": _("De dispenser is gepauzeerd: er komt niets uit tot iemand de zakjes eruit haalde."),
        "failed": _("De dispenser heeft het vasthouden niet bevestigd. Hij kan de zakjes nog uitgeven."),
        "lifting": _("Gevraagd aan de dispenser om weer uit te geven. Nog geen antwoord."),
        "lifted": _("De dispenser mag ze weer uitgeven."),
    }.get(change.device_state, change.device_state)  # fmt: skip


def state_words(state: str) -> str:
    """How far it is, in a few words."""
    return {
        "open": _("wacht op keuze"),
        "undecided": _("niet op tijd beslist"),
        "chosen": _("wacht op de apotheek"),
        "confirmed": _("wordt uitgevoerd"),
        "carried_out": _("uitgevoerd"),
        "ended": _("voorbij"),
        "withdrawn": _("vervallen"),
    }.get(state, state)


def next_words(change: ChangeSeen) -> str:
    """Who has to do what now, in a sentence."""
    if change.state == "confirmed":
        return {
            "keep": _("De apotheek is akkoord. De dispenser moet het nog bevestigen."),
            "add_by_hand": _("De apotheek is akkoord. De dispenser moet het nog bevestigen."),
            "hold": _("De apotheek is akkoord. De dispenser moet het vasthouden nog bevestigen."),
            "take_out": _("De apotheek is akkoord. Haal de zakjes eruit en tel ze."),
            "replace_roll": _("De apotheek is akkoord. Vervang de rol; tot dan komt er niets van uit."),
        }.get(change.choice, "")
    return {
        "open": _("Kies wat er gebeurt."),
        "undecided": _(
            "Het eerste moment is voorbij zonder besluit. Het zakje bleef erin. Kies nu wat er gebeurt."
        ),
        "chosen": _("De apotheek moet akkoord geven."),
        "carried_out": _("Zo afgesproken en uitgevoerd. De rol wijkt af tot hij op is."),
        "ended": _("Deze wijziging is voorbij."),
        "withdrawn": _("Rol en plan kloppen weer met elkaar, of er kwam een nieuwe wijziging."),
    }.get(change.state, "")


def because_words(because: str) -> str:
    """What made the plan another."""
    return {
        "schedule": _("een nieuw schema"),
        "agreements": _("een bericht van de apotheek"),
        "limit": _("andere uiterste tijden van de apotheek"),
        "roll": _("de rol zelf"),
        "recall": _("een terugroepactie"),
        "absence": _("een afwezigheid"),
    }.get(because, _("een wijziging"))


def how_words(how: str) -> str:
    """How the pharmacy gave its word (R23)."""
    return {
        "account": _("in Reik"),
        "link": _("met de antwoordlink"),
        "phone": _("aan de telefoon, teruggelezen"),
        "paper": _("op papier"),
    }.get(how, how)


def where_words(where: str) -> str:
    """Where a sachet went that the dispenser kept back."""
    return {
        "roll": _("op de rol gebleven"),
        "tray": _("in het bakje"),
        "bin": _("in de opvangbak"),
    }.get(where, _("plaats niet bekend"))


def flaw_words(code: str) -> str:
    """Why it cannot be done like this, and what to do instead."""
    return {
        "by": _("Vul in wie dit doet."),
        "choice": _("Kies een van de mogelijkheden."),
        "not_possible": _("Dat kan hier niet: zie de reden erbij."),
        "givers": _("Vul bij elk moment in wie geeft wat er verder in zit."),
        "count": _("Dit aantal klopt niet met de zakjes waar het om gaat. Tel opnieuw, of bel de apotheek."),
        "done": _("De apotheek heeft nog geen akkoord gegeven. Wacht erop, of bel."),
    }.get(code, _("De stand is intussen anders. Kijk opnieuw."))
