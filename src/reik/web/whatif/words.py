"""The words of what-ifs: states, kinds of visits, choices, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping

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


def refused_words(code: str) -> str:
    """Why this cannot be asked, and what to do."""
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
        "bounds": _(
            "Een getal kan niet. Hele getallen: een rol 1 tot en met 366 dagen, nu schuiven 0 tot en met 240 minuten, "
            "zonder medicatie 0 tot en met 480, de trekking 0 of meer. Een stop: 0 tot en met 1800 seconden."
        ),
        "strange_none": _("Noem ten minste één cliënt, op elke regel één."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))


def stopped_words(refused: Mapping[str, str]) -> str:
    """Why a day could not be planned, or own travel times not read, and what to do; empty: no words for it.

    `refused`: the code, and what is said in its words; a name that has gone with its planning is a dash.
    """
    words = {
        **_of_matrix(),
        **_of_days(),
        "days": refused_words("days"),
        "share": refused_words("share"),
        "bounds": refused_words("bounds"),
        "empty": refused_words("empty"),
        "removed": _("De planning is verwijderd terwijl dit berekend werd. Kies een andere."),
        "stopped": _("Het rekenen is halverwege gestopt. Kies minder dagen of teams."),
        "broken": _(
            "Het plan van %(day)s klopt niet, dus Reik zegt er niets over. Meld dit, met de planning erbij."
        ),
    }.get(refused.get("code", ""), "")
    return words % _Said(refused) if "%(" in words else words


class _Said(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"


def _of_matrix() -> dict[str, str]:
    """Of travel times: an own file, or coordinates."""
    return {
        "matrix_text": _("De eigen reistijden zijn niet te lezen: bewaar het bestand als CSV UTF-8."),
        "matrix_columns": _("De eerste regel van de reistijden noemt de kolommen: from,to,minutes,km."),
        "matrix_number": _("Reistijden, regel %(line)s: minuten of kilometers zijn geen getal."),
        "matrix_trip": _("Reistijden, regel %(line)s: zo ver of zo lang kan één rit niet zijn."),
        "matrix_gone": _("De eigen reistijden zijn er niet meer: stel de vraag opnieuw, met het bestand."),
        "pair": _("In de eigen reistijden staat niet hoe ver het is van %(start)s naar %(end)s."),
        "square": _("In de eigen reistijden ontbreken ritten: geef elke rit tussen deze cliënten."),
        "below_zero": _("Een reistijd of afstand is kleiner dan nul: verbeter de eigen reistijden."),
        "coordinate": _("%(value)s is geen graad van een coördinaat: verbeter de planning."),
        "no_coordinates": _("%(place)s heeft geen coördinaten: geef eigen reistijden, of plaatsen."),
        "mode": _("Van deze manier van reizen zijn geen reistijden bekend: kies fiets of auto."),
    }


def _of_days() -> dict[str, str]:
    """Of visits and shifts of a planning; a visit is named by its line."""
    return {
        "strange": _("%(client)s staat niet in deze teams en dagen: verbeter de lijst."),
        "nobody": _("Op %(day)s gaat niemand op pad: vul in de planning in wie er gaat."),
        "long_day": _("%(nurse)s zou op %(day)s %(hours)s uur werken: kijk de regels van die dag na."),
        "shift_long": _("De dienst van %(nurse)s duurt %(hours)s uur, en hoogstens 16 uur kan."),
        "shift_order": _("De dienst van %(nurse)s eindigt voor hij begint, of na 12 uur de volgende dag."),
        "visit_minutes": _("Bezoek op regel %(visit)s duurt %(minutes)s minuten: 1 tot 720 kan."),
        "visit_window": _("Bezoek op regel %(visit)s: de vroegste tijd ligt na de laatste."),
        "visit_kind": _("Bezoek op regel %(visit)s is van een soort die Reik niet kent: %(kind)s."),
        "twice_visit": _("Twee bezoeken hebben hetzelfde nummer (%(name)s): lees de planning opnieuw in."),
        "twice_shift": _("Twee diensten hebben dezelfde naam (%(name)s): lees de planning opnieuw in."),
        "place": _("Op %(day)s gaat een bezoek naar een plaats die er niet is: lees de planning opnieuw in."),
    }
