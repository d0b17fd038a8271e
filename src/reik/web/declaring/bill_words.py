"""Code words of suppliers' bills, as screens say them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def difference_words(code: str) -> str:
    return {
        "device_unknown": _("Dispenser niet bekend"),
        "never_installed": _("Nooit geplaatst"),
        "before_installed": _("Al voor de plaatsing gerekend"),
        "after_return": _("Na de teruggave gerekend"),
        "double_month": _("Dubbel gerekend"),
        "start_twice": _("Start dubbel gerekend"),
        "stop_in_use": _("Stop gerekend, maar in gebruik"),
        "stop_missing": _("Terug, maar geen stopregel"),
        "not_billed": _("In gebruik, maar niet gerekend"),
        "since_unknown": _("Niet bekend sinds wanneer hij er staat"),
    }.get(code, code)


def answer_words(state: str) -> tuple[str, str]:
    """The mark and the word of what became of a difference."""
    return {
        "asked": ("sig", _("nagevraagd")),
        "credited": ("uit", _("gecrediteerd")),
        "accepted": ("pau", _("geaccepteerd")),
    }.get(state, ("niet", _("open")))


def kind_words(kind: str) -> str:
    return {"start": _("start"), "month": _("maand"), "stop": _("stop"), "": _("sla over")}[kind]


def field_words(name: str) -> str:
    return {
        "device": _("Serienummer"),
        "order": _("Bestelnummer"),
        "kind": _("Soort regel"),
        "since": _("Van"),
        "until": _("Tot en met"),
        "euros": _("Bedrag"),
    }[name]


def line_words(code: str) -> str:
    """Why a row of the file is refused."""
    return {
        "who": _("Geen serienummer en geen bestelnummer."),
        "kind": _("Niet bekend of dit een start, maand of stop is."),
        "day": _("De dag is niet te lezen: schrijf 31-12-2026."),
        "order": _("De laatste dag ligt niet vóór de eerste."),
        "long": _("De periode is langer dan een jaar, of van vóór 2015."),
        "euros": _("Dit is geen bedrag."),
        "negative": _("Een bedrag onder nul telt niet mee. Schrijf een creditering bij het verschil."),
    }.get(code, code)


def refused_words(code: str) -> str:
    """Why a bill or an answer cannot be, and what to do."""
    return {
        "file": _("Kies een bestand met de regels van de nota (CSV of XLSX, tot 500 kB)."),
        "sheet": _("Dit bestand is niet te lezen. Bewaar het als CSV of XLSX, met namen boven de kolommen."),
        "supplier": _("Noem de leverancier."),
        "month": _("Kies de maand van de nota; die moet begonnen zijn."),
        "who": _("Zeg in welke kolom het serienummer of het bestelnummer staat."),
        "kind": _("Zeg in welke kolom staat of het een start, maand of stop is."),
        "euros": _("Zeg in welke kolom het bedrag staat."),
        "column": _("Deze kolom staat niet in het bestand. Kies een andere."),
        "many": _("Meer dan 5000 regels: splits de nota."),
        "empty": _("Geen enkele regel is te lezen. Kijk de kolommen na."),
        "twice": _("Deze nota is al ingelezen. Kijk in de lijst van nota's."),
        "rest": _("Zet een vinkje als u zonder de geweigerde regels door wilt."),
        "no_difference": _("Dit verschil is er niet meer: wat Reik weet is intussen veranderd."),
        "meanwhile": _("Iemand anders schreef hier net iets bij. Kijk daar eerst naar."),
        "state": _("Kies nagevraagd, gecrediteerd of geaccepteerd."),
        "reason": _("Schrijf op waarom, in ten hoogste 500 letters."),
        "cents": _("Geef wat er gecrediteerd is: van 0 tot het bedrag van het verschil."),
        "owner": _("Kies iemand uit de lijst, of nog niemand."),
        "due": _("Kies een dag van vandaag tot een jaar vooruit."),
        "gone": _("Deze nota is er niet. Kijk in de lijst van nota's."),
        "form": _("Kies hoe dagen en bedragen geschreven zijn, en per soort regel start, maand of stop."),
    }.get(code, _("Dit kan niet. Kijk na wat u invulde."))
