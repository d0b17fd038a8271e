"""Code words of declaring and of bills, as screens say them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def law_words(law: str) -> str:
    return {"zvw": _("Zvw"), "wlz": _("Wlz"), "wmo": _("Wmo"), "private": _("zelf betaald")}.get(
        law, _("niet bekend")
    )


def state_words(state: str) -> tuple[str, str]:
    """The mark and the word of a line; unknown is never green."""
    return {
        "declarable": ("uit", _("declarabel")),
        "not_yet": ("plan", _("nog niet")),
        "not": ("sig", _("niet declarabel")),
        "unknown": ("onb", _("onbekend")),
    }[state]


def reason_words(code: str) -> str:
    """Why these days are not declarable, or not known to be."""
    return {
        "goal_missing": _("Het doel staat op deze dagen niet in het zorgplan."),
        "law_differs": _("Het zorgpad noemt een andere wet dan de financiering."),
        "paid_elsewhere": _("Een ander betaalt deze dispenser al."),
        "visit_runs": _("Voor hetzelfde moment komt nog iemand langs."),
        "visit_unsure": _("Niemand zei dat het bezoek voor hetzelfde moment gestopt is."),
        "terms_missing": _("Er is met deze verzekeraar voor dit jaar niets afgesproken."),
        "too_few_days": _("Minder dagen dan afgesproken voor een hele maand."),
        "month_runs": _("De maand loopt nog: het afgesproken aantal dagen kan nog gehaald worden."),
        "days_unsure": _("Alleen met de onbekende dagen erbij is het afgesproken aantal gehaald."),
        "pause_not_paid": _("Pauzedagen worden niet betaald."),
        "admission_not_paid": _("Opnamedagen worden niet betaald."),
        "pause_not_agreed": _("Niet afgesproken of pauzedagen tellen."),
        "admission_not_agreed": _("Niet afgesproken of opnamedagen tellen."),
        "away_unknown": _("Weg zonder reden: pauze of opname is niet bekend."),
        "funding_unknown": _("Niet bekend wie betaalt."),
        "law_unknown": _("Niet bekend volgens welke wet er betaald wordt."),
        "nothing_heard": _("Van deze dagen weet Reik niets: de dispenser was niet te horen."),
        "no_moments": _("In deze maand hoorde Reik niets van de dispenser."),
        "two_insurers": _("Twee verzekeraars in een maand, en de maand telt als geheel."),
    }.get(code, code)


WHERE = {
    "goal_missing": "/clienten/{client}/zorgpad", "law_differs": "/clienten/{client}/financiering",
    "paid_elsewhere": "/clienten/{client}/financiering", "visit_runs": "/clienten/{client}/nulmeting",
    "visit_unsure": "/clienten/{client}/nulmeting", "terms_missing": "/waarde/afspraken",
    "pause_not_agreed": "/waarde/afspraken", "admission_not_agreed": "/waarde/afspraken",
    "away_unknown": "/clienten/{client}/afwezig", "funding_unknown": "/clienten/{client}/financiering",
    "law_unknown": "/clienten/{client}/financiering", "nothing_heard": "/clienten/{client}/tijdlijn",
    "no_moments": "/clienten/{client}/tijdlijn", "two_insurers": "/clienten/{client}/financiering",
}  # fmt: skip
"""Where somebody can put it right."""


def missing_words(code: str) -> str:
    """Why there is no amount."""
    return {
        "price": _("geen prijs afgesproken"),
        "part": _("niet afgesproken hoe een deel van een maand telt"),
        "month_runs": _("nog niet: de maand loopt"),
    }.get(code, "")


def agreed_words(count: str) -> str:
    return {"month": _("als hele maand"), "share": _("naar het aantal dagen")}.get(
        count, _("niet afgesproken")
    )


def paid_words(said: str) -> str:
    return {"paid": _("wordt betaald"), "not_paid": _("wordt niet betaald")}.get(said, _("niet afgesproken"))


def funding_refused(code: str) -> str:
    return {
        "insurer": _("Noem de verzekeraar, in ten hoogste 120 letters."),
        "law": _("Kies volgens welke wet er betaald wordt: zvw, wlz, wmo of particulier."),
        "since": _("Geef vanaf welke dag dit telt: van 2015 tot een jaar vooruit."),
        "until": _("De laatste dag ligt niet vóór de eerste."),
        "also": _("Zeg in ten hoogste 120 letters wie er nog meer betaalt."),
        "day": _("De dag is niet te lezen: schrijf 31-12-2026."),
        "bsn": _("Het BSN klopt niet."),
        "who": _("Zeg wie: een BSN, of naam en geboortedatum."),
        "nobody": _("Deze cliënt staat niet in Reik, of niet in uw team."),
        "twice_named": _("Meer dan één cliënt heet zo: geef het BSN."),
        "again": _("Deze cliënt staat al hoger in de lijst."),
        "client": _("Deze cliënt staat niet in Reik: kijk opnieuw in de lijst."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))


def source_words(source: str) -> str:
    return {"typed": _("ingetypt"), "csv": _("uit een lijst")}.get(source, source)


def declaring_refused(code: str) -> str:
    return {
        "fewest_days": _("Geef 1 tot en met 31 dagen, en alleen als de maand als geheel telt."),
        "count": _("Kies hoe een deel van een maand telt, of laat het open."),
        "days": _("Zeg of zulke dagen betaald worden, of laat het open."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))
