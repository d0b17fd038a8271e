"""The words of planning files: fields, states, reasons of refusal."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reik.value.planning.mapping import CARE, HEAVY, MEDICATION


def field_words(field: str) -> tuple[str, str]:
    """(name, what is meant), of one field of a visit."""
    return {
        "client": (_("Cliënt"), _("nummer of naam van de cliënt")),
        "date": (_("Dag"), _("leeg als de dag bij de begintijd staat")),
        "start": (_("Begin"), _("tijd, of dag en tijd")),
        "end": (_("Einde"), _("nodig als er geen minuten zijn")),
        "minutes": (_("Minuten"), _("geplande zorgtijd")),
        "activity": (_("Activiteit"), _("codes of woorden: wat er gebeurt")),
        "worker": (_("Medewerker"), _("nodig voor reistijd en dubbele bezoeken")),
        "team": (_("Team"), _("cijfers per team")),
        "travel": (_("Reisminuten"), _("heenreis van dit bezoek")),
        "latitude": (_("Breedtegraad"), _("om reistijd te schatten")),
        "longitude": (_("Lengtegraad"), _("om reistijd te schatten")),
        "postcode": (_("Postcode"), _("alleen met uw lijst van postcodes")),
        "number": (_("Huisnummer"), _("alleen met uw lijst van postcodes")),
        "bsn": (_("BSN"), _("alleen om te koppelen, wordt nooit bewaard")),
        "client_name": (_("Naam"), _("alleen om te koppelen, wordt nooit bewaard")),
        "birth_date": (_("Geboortedatum"), _("alleen om te koppelen, wordt nooit bewaard")),
    }[field]


def state_words(state: str) -> str:
    return {
        "looking": _("wordt bekeken"),
        "uploaded": _("wacht op uw kolommen"),
        "reading": _("wordt gelezen"),
        "read": _("wacht op uw ja"),
        "taken": _("telt mee"),
        "removed": _("verwijderd"),
        "failed": _("niet gelukt"),
    }[state]


def kind_words(kind: str) -> str:
    return {"unique": _("uniek"), "combined": _("gecombineerd"), "none": _("geen medicatie")}[kind]


def heavy_words(heavy: bool | None) -> str:
    """Whether a visit has heavy care; None: nobody said it of all that happens in it."""
    return {True: _("ja"), False: _("nee"), None: _("onbekend")}[heavy]


def judged_words() -> list[tuple[str, str]]:
    return [
        (MEDICATION, _("medicatie")),
        (CARE, _("andere zorg")),
        (HEAVY, _("zware zorg")),
        ("ignored", _("zegt niets")),
    ]


def reason_words(reason: str) -> str:
    """Why a row is refused, and what a person can do about it."""
    return {
        "width": _("Deze regel heeft meer of minder vakken dan de eerste regel."),
        "client": _("Er staat geen cliënt."),
        "date": _("De dag is niet te lezen: kijk naar de schrijfwijze van de datum."),
        "repeats": _("Dit bezoek herhaalt zich: exporteer elk bezoek apart."),
        "time": _("De begintijd is niet te lezen."),
        "minutes": _("De duur is niet te lezen."),
        "negative": _("Het bezoek eindigt voor het begint."),
        "zero": _("Het bezoek duurt nul minuten."),
        "long": _("Het bezoek duurt langer dan 24 uur."),
        "travel": _("De reistijd is niet 0 tot 240 minuten."),
        "coordinates": _("De coördinaten zijn geen graden."),
        "overlap": _("Overlapt een ander bezoek van dezelfde medewerker: zie de regel hiernaast."),
        "shift": _("Zo zou één medewerker langer dan 24 uur achter elkaar werken."),
    }[reason]


def refused_words(code: str, sentence: str) -> str:
    """Why something cannot be done with a file; the sentence itself where there is no Dutch."""
    return {
        "twice": _("Dit bestand telt al mee. Verwijder eerst het vorige."),
        "large": _("Het bestand is groter dan 100 MB: splits het per periode."),
        "empty": _("Het bestand is leeg: maak de export opnieuw."),
        "xls": _("Dit is een oud Excelbestand (.xls): bewaar het als .xlsx of CSV."),
        "binary": _("Dit is geen CSV, XLSX of iCalendar: exporteer de planning als CSV."),
        "broken": _("Dit bestand is niet te openen: bewaar het opnieuw, of exporteer CSV."),
        "header": _("Er is geen regel met kolomnamen gevonden."),
        "wide": _("Er zijn meer dan 200 kolommen: exporteer er minder."),
        "places": _("In de lijst van postcodes staat geen postcode met coördinaten."),
        "client": _("Kies de kolom met de cliënt."),
        "start": _("Kies de kolom met het begin."),
        "length": _("Kies de kolom met de minuten of het einde."),
        "bounds": _("Een uniek bezoek duurt hoogstens 1 tot 120 minuten, overlap is 0 tot 120."),
        "column": _("Een gekozen kolom staat niet in dit bestand: kies opnieuw."),
        "refused": _("Er zijn regels geweigerd. Zet het vinkje als de rest mag meetellen."),
        "nothing": _("Geen enkele regel is een bezoek: kijk de kolommen na."),
        "name": _("Geef de koppeling een naam, bijvoorbeeld die van uw planning."),
        "state": _("Dit kan nu niet: kijk waar het bestand is."),
        "file": _("Kies eerst een bestand."),
        "unpacked": _("Dit Excelbestand is uitgepakt te groot: exporteer het als CSV."),
        "places_many": _("In de lijst van postcodes staan er meer dan twee miljoen: geef die van uw streek."),
        "unreadable": _("Het bestand is niet te openen: lees het opnieuw in."),
        "form": _("De kolommen zijn niet goed ingevuld: kies ze opnieuw."),
        "field": _("Een kolom wordt voor iets gekozen dat Reik niet kent: kies ze opnieuw."),
        "many": _("Er zijn meer dan 2000 soorten activiteiten: kies woorden in plaats van codes."),
        "unknown": _("Dit bestand is er niet meer: lees het opnieuw in."),
        "gone": _("Het bestand zelf is niet meer bewaard: lees het opnieuw in."),
        "stopped": _("Het lezen is halverwege gestopt: probeer het opnieuw, of splits het per periode."),
    }.get(code, sentence)
