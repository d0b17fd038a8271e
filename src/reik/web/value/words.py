"""Code words of value, as screens say them."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from reik.value.case.parameters import LIMITS, MEASURED, parameters
from reik.value.report_text import say


def origin_words(origin: str, language: str) -> str:
    return say(f"origin_{origin}", language)


def group_words(group: str) -> str:
    """Groups of assumptions."""
    return {
        "care": _("Zorg zoals die nu gaat"),
        "work": _("Eigen werk rond de dispenser"),
        "alerts": _("Meldingen"),
        "costs": _("Kosten"),
        "income": _("Inkomsten"),
        "cash_in": _("Wat er met vrije uren gebeurt"),
        "green": _("Kilometers en CO₂"),
    }[group]


def source_words(source: str, origin: str) -> str:
    """Where an assumption comes from. What Reik counted itself is said in the reader's language; a title stays."""
    if origin != MEASURED:
        return source
    whole = {
        r"baselines, (\d+) clients": _("nulmetingen, %s cliënten"),
        r"planned visits wound down, (\d+) clients": _("geplande bezoeken die zijn gestopt, %s cliënten"),
        r"alerts of the last 90 days: (\d+) of (\d+)": _(
            "meldingen van de laatste 90 dagen: %s op %s momenten"
        ),
        r"alerts that the centre got: (\d+) of (\d+)": _("meldingen bij de zorgcentrale: %s van %s"),
        r"dispensers that Reik knows: (\d+) of (\d+)": _("dispensers die Reik kent: %s van %s"),
        r"alerts that a person ended: (\d+) of (\d+)": _("meldingen die een mens afsloot: %s van %s"),
    }
    found = ((re.fullmatch(each, source), words) for each, words in whole.items())
    return next((words % match.groups() for match, words in found if match), source)


def unit_words(unit: str) -> str:
    """Units of assumptions, in the language of the page."""
    return {
        "per day": _("per dag"),
        "per 100": _("per 100"),
        "min": _("minuten"),
        "min/week": _("minuten per week"),
        "min/client": _("minuten per cliënt"),
        "days": _("dagen"),
        "h": _("uren"),
        "€/h": _("€ per uur"),
        "€/km": _("€ per km"),
        "€/month": _("€ per maand"),
        "€±/month": _("€ erbij of eraf per maand"),
        "€/year": _("€ per jaar"),
        "km/h": _("km per uur"),
        "g/km": _("gram per km"),
        "months": _("maanden"),
        "n": _("aantal"),
    }.get(unit, unit)


def refused_words(code: str, key: str = "") -> str:
    """Why this cannot be, and what to do."""
    if code == "limits" and key in parameters():
        least, most = LIMITS[parameters()[key].unit]
        return _("Geef een waarde van %(least)s tot en met %(most)s.") % {
            "least": f"{least:g}",
            "most": f"{most:.0f}",
        }
    return {
        "number": _("Vul getallen in, bijvoorbeeld 12 of 7,5."),
        "order": _("Laag is niet meer dan waarschijnlijk, en waarschijnlijk niet meer dan hoog."),
        "source": _("Zeg waar het vandaan komt: een contract, de salarisadministratie, een meting."),
        "date": _("De bron is van vandaag of eerder. Vul een datum in."),
        "years": _("Kies 1 tot en met 5 jaar."),
        "dispensers": _("Geef 0 of meer dispensers, ten minste zoveel als er al in gebruik zijn."),
        "per_month": _("Geef hoeveel dispensers er per maand bij komen: meer dan 0."),
        "cash_in": _(
            "Meer cliënten, zwaardere zorg en minder inhuren zijn samen hoogstens 100 %. Verander een van de drie."
        ),
        "terms": _("Noem de verzekeraar, het jaar, de manier van betalen en waar het is afgesproken."),
        "none": _("Vul ten minste één afspraak in."),
        "text": _("Schrijf op waar het over gaat."),
        "owner": _("Zeg wie dit doet, en voor welke dag."),
        "phase": _("Kies plan, doen, nagaan of bijstellen."),
        "own_text": _("Vul naam, teller, noemer, bron en eenheid in."),
        "own_kind": _("Kies aandeel, aantal per zoveel of gemiddelde. Per zoveel is 1 of meer."),
        "own_choice": _("Kies een domein en welke kant beter is."),
        "own_same": _("Er is niets veranderd. Verander iets, of ga terug."),
        "numerator": _("Geef een teller vanaf 0; bij een aandeel niet meer dan de noemer."),
        "denominator": _("Geef een noemer van meer dan 0."),
        "until": _("Een periode begint vandaag of eerder en eindigt na haar begin."),
        "indicator": _("Deze telt Reik zelf. Alleen hoe het vóór de dispenser was, kunt u intypen."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))


def domain_words(domain: str) -> str:
    return {
        "accessibility": _("Toegankelijkheid"),
        "quality": _("Kwaliteit"),
        "affordability": _("Betaalbaarheid"),
        "sustainability": _("Duurzaamheid"),
    }[domain]


def status_words(status: str) -> tuple[str, str]:
    """The mark and the word of evidence; unknown is never green."""
    return {
        "accepted": ("uit", _("geaccepteerd")),
        "insufficient": ("sig", _("onvoldoende")),
        "unknown": ("onb", _("onbekend")),
        "enough": ("uit", _("genoeg gevallen")),
        "too_few": ("sig", _("te weinig gevallen")),
        "not_measured": ("onb", _("niet gemeten")),
    }[status]


def phase_words(phase: str) -> str:
    return {"plan": _("plan"), "do": _("doen"), "check": _("nagaan"), "act": _("bijstellen")}[phase]


def evidence_words(evidence: str) -> str:
    """What kind of evidence a published figure is."""
    return {
        "accepted": _("geaccepteerd bewijs"),
        "published": _("gepubliceerd, geen bewijs"),
        "title_only": _("alleen een titel bekend"),
        "abroad": _("uit het buitenland"),
    }[evidence]


def kind_words(kind: str) -> str:
    """How an indicator is computed from its numerator and denominator."""
    return {
        "share": _("aandeel, in procenten"),
        "rate": _("aantal per zoveel"),
        "mean": _("gemiddelde"),
    }[kind]


def better_words(better: str) -> str:
    """Which way is better; empty where neither is."""
    return {"low": _("lager is beter"), "high": _("hoger is beter")}.get(better, _("geen van beide is beter"))


def how_words(how: str) -> str:
    """How a dispenser counts now; empty: it stands with nobody."""
    return {
        "active": _("actief"),
        "paused": _("gepauzeerd"),
        "silent": _("stil of onbekend"),
    }.get(how, _("staat bij niemand"))
