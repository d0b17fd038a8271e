"""The words of what-ifs: states, kinds of visits, choices, and what cannot be asked."""

from __future__ import annotations

from django.utils.translation import gettext as _


def state_words(state: str) -> str:
    return {
        "waiting": _("wacht op zijn beurt"),
        "busy": _("wordt berekend"),
        "done": _("klaar"),
        "failed": _("niet gelukt"),
    }[state]


def kind_words(kind: str) -> str:
    """What a visit in a plan is for."""
    return {
        "unique": _("alleen medicatie"),
        "combined": _("medicatie en zorg"),
        "none": _("andere zorg"),
        "loading": _("rol wisselen"),
        "alert": _("na een melding"),
    }[kind]


def mode_words(mode: str) -> str:
    return {"bike": _("fiets"), "car": _("auto")}[mode]


def level_words(level: str) -> str:
    """Who shares visits."""
    return {"team": _("elk team rijdt zelf"), "organisation": _("teams delen bezoeken")}.get(level, level)


def effort_words(effort: str) -> str:
    return {"quick": _("kort"), "normal": _("gewoon"), "thorough": _("lang")}[effort]


def refused_words(code: str, sentence: str) -> str:
    """Why this cannot be asked, and what to do; `strange` names the client."""
    if code == "strange":
        if not sentence:
            return _("Noem ten minste één cliënt, op elke regel één.")
        return _("%(client)s staat niet in deze teams en dagen: verbeter de lijst.") % {"client": sentence}
    return {
        "file": _("Deze planning telt niet mee: neem haar eerst in."),
        "matrix": _("De eigen reistijden zijn groter dan 20 MB: geef alleen deze cliënten."),
        "nowhere": _(
            "Geen enkel bezoek heeft coördinaten: geef eigen reistijden, of een planning met plaatsen."
        ),
        "empty": _("Op deze dagen heeft dit team geen bezoeken: kies andere."),
        "large": _("Meer dan 20.000 bezoeken: kies minder dagen of teams."),
        "nobody": _("Bij geen bezoek staat een medewerker: lees de planning in met die kolom."),
        "days": _("Kies een eerste en een laatste dag, hoogstens 62 dagen."),
        "number": _("Vul getallen in, bijvoorbeeld 12 of 7,5."),
        "share": _("Geef percentages van 0 tot en met 100."),
        "bounds": _("Een getal kan niet: kijk naar de grenzen bij elk vak."),
    }.get(code, sentence)
