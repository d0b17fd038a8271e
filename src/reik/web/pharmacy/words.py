"""The sentences for the code words of the pharmacy's screens, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def kinds() -> dict[str, tuple[str, str]]:
    """What can wait: its icon and its word, in the order of the filter."""
    return {
        "change": ("arrows-exchange", _("Wijziging bevestigen")),
        "request": ("message", _("Vraag van de zorg")),
        "message": ("mail", _("Bericht niet begrepen")),
        "difference": ("list-check", _("Plan en rol verschillen")),
        "roll": ("package", _("Rol nodig")),
        "schedule": ("calendar-week", _("Schema teruglezen")),
        "serving": ("user-plus", _("Starten of stoppen")),
        "task": ("clipboard-check", _("Taak")),
    }


def kind_counted(kind: str, n: int) -> str:
    """How many of a kind wait, without the number."""
    return {
        "change": ngettext("wijziging bevestigen", "wijzigingen bevestigen", n),
        "request": ngettext("vraag van de zorg", "vragen van de zorg", n),
        "message": ngettext("bericht niet begrepen", "berichten niet begrepen", n),
        "difference": ngettext("keer verschillen plan en rol", "keer verschillen plan en rol", n),
        "roll": ngettext("rol nodig", "rollen nodig", n),
        "schedule": ngettext("schema teruglezen", "schema's teruglezen", n),
        "serving": ngettext("keer starten of stoppen", "keer starten of stoppen", n),
        "task": ngettext("taak", "taken", n),
    }.get(kind, kind)


def urgencies() -> dict[str, str]:
    """How soon, in the order of the list."""
    return {"now": _("Nu"), "today": _("Vandaag"), "week": _("Deze week")}


def answer_consequence(kind: str, answer: str) -> str:
    """What follows from an answer, under its button."""
    if answer == "call_back":
        return _("De vraag blijft niet liggen: de verpleegkundige krijgt de taak om u te bellen.")
    if kind == "confirm_change":
        return {
            "agreed": _("Het team voert de keuze uit. Uw naam staat erbij."),
            "refused": _("De zakjes blijven vastgehouden en het team kiest opnieuw."),
        }.get(answer, "")
    if kind == "start_client":
        return {
            "agreed": _("Uw apotheek staat vanaf nu bij deze cliënt. Het team krijgt bericht."),
            "refused": _("Het team krijgt de taak om uw tekst te lezen, en zoekt een andere apotheek."),
        }.get(answer, "")
    return {
        "agreed": _("Uw antwoord staat meteen bij het team."),
        "refused": _("Het team krijgt de taak om uw tekst te lezen."),
        "answered": _("Het team krijgt de taak om uw tekst te lezen."),
        "confirmed": _("Het telefonische antwoord geldt nu ook schriftelijk."),
        "not_correct": _("Het team krijgt meteen de taak om met u te overleggen."),
    }.get(answer, "")


def request_state_words(state: str) -> str:
    return {
        "open": _("wacht op antwoord"),
        "unanswered": _("antwoord is te laat"),
        "answered": _("beantwoord"),
        "withdrawn": _("niet meer nodig"),
    }.get(state, state)


# Plan beside roll


def beside_word(state: str) -> tuple[str, str, str]:
    """Icon, word and tone of a moment: what the roll has for it."""
    return {
        "on_roll": ("check", _("gelijk"), "same"),
        "no_roll": ("circle-dashed", _("nog geen rol"), "none"),
        "missing": ("alert-triangle", _("niet op de rol"), "differs"),
        "extra": ("alert-triangle", _("niet gepland"), "differs"),
        "other_time": ("clock", _("andere tijd op de rol"), "differs"),
        "other_number": ("alert-triangle", _("ander aantal zakjes"), "differs"),
        "other_contents": ("pills", _("andere inhoud"), "differs"),
    }.get(state, ("question-mark", state, "differs"))


def minutes_words(minutes: int) -> str:
    """ "90" as "1 uur 30"; whole hours without minutes."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s min") % {"n": rest}
    if not rest:
        return _("%(n)s uur") % {"n": hours}
    return _("%(hours)s uur %(rest)s") % {"hours": hours, "rest": f"{rest:02d}"}


def limit_flaw(sentence: str) -> str:
    """Why limits cannot be like this (R27, R29, R31)."""
    for begin, words in (
        ("The pharmacy sets", _("Alleen de apotheek stelt dit in.")),
        ("The window is", _("De melding komt na 1 tot 240 minuten.")),
        ("The latest hand-out", _("Mag nog tot: na de melding en binnen een dag.")),
        ("The least interval", _("De tussentijd is 0 tot 24 uur.")),
    ):
        if sentence.startswith(begin):
            return words
    return sentence


# Messages


def refused_words(reason: str) -> str:
    """Why a message was not taken: what is wrong, at which part of it."""
    status, _space, rest = reason.partition(" ")
    code, _space, place = rest.partition(";")[0].partition(" ")
    said = {
        "required": _("er ontbreekt iets dat er moet staan"),
        "value": _("een waarde klopt niet"),
        "invalid": _("dit is niet te lezen"),
        "structure": _("de opbouw klopt niet"),
        "not-supported": _("dit soort bericht neemt Reik niet aan"),
        "invariant": _("onderdelen spreken elkaar tegen"),
        "duplicate": _("twee onderdelen hebben hetzelfde adres"),
        "business-rule": _("dit hoort niet in dit bericht"),
        "too-long": _("het bericht is te groot"),
    }.get(code, _("het bericht klopt niet (%(status)s)") % {"status": status})
    return f"{said}: {place}" if place else said


def message_state_words(state: str) -> tuple[str, str]:
    """Icon and word of what became of a message."""
    return {
        "whole": ("circle-check", _("begrepen")),
        "partly": ("alert-triangle", _("deels begrepen")),
        "to_link": ("user-question", _("nog te koppelen")),
        "again": ("refresh", _("al eerder ontvangen")),
        "empty": ("info-circle", _("geen afspraken erin")),
        "nobody": ("user-x", _("van niemand hier")),
        "parked": ("circle-x", _("niet begrepen, bewaard")),
        "refused": ("arrow-back-up", _("teruggegeven aan de afzender")),
        "waiting": ("clock", _("wordt gelezen")),
    }.get(state, ("question-mark", state))


def stopped_words(stopped: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """A medicine that is stopped, and how and when (plan contract A12)."""
    name = names.get(str(stopped.get("agreement"))) or _("naam niet bekend")
    kind = {
        "stopgezet": _("gestopt"),
        "onderbroken": _("tijdelijk onderbroken"),
        "geannuleerd": _("geannuleerd"),
    }.get(str(stopped.get("kind")), str(stopped.get("kind") or ""))
    return name, f"{kind}, {_day_of(str(stopped.get('at') or ''))}".strip(", ")


def _day_of(said: str) -> str:
    try:
        return date_format(datetime.fromisoformat(said), "j F Y")
    except ValueError:
        return said


def day_words(day: date) -> str:
    return date_format(day, "l j F")
