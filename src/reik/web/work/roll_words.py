"""The sentences for what is wrong in a packer's file: what, where, and what to do."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from reik.medication.rolls.check import Refusal
from reik.web.work.words import refusal_words


def place_words(place: str) -> str:
    """Where in the file: its lines and rolls are named, elements stand as they are in the file."""
    named = re.sub(r"\bline (\d+)", lambda found: _("regel %(n)s") % {"n": found[1]}, place)
    named = re.sub(r"\broll (\d+)", lambda found: _("rol %(n)s") % {"n": found[1]}, named)
    return re.sub(r"\bcolumn (\d+)", lambda found: _("kolom %(n)s") % {"n": found[1]}, named)


def file_words(code: str, sentence: str) -> str:
    """Why a file, or a roll in it, could not be read."""
    form = sentence.rpartition(" as ")[2].rstrip(".")
    counts = re.findall(r"\d+", sentence)
    if code == "count" and len(counts) == 2:
        return _("De inpakker telt %(said)s zakjes met inhoud, in het bestand staan er %(found)s.") % {
            "said": counts[0], "found": counts[1],
        }  # fmt: skip
    words = {**_of_file(), **_of_roll(), **_of_sachet()}
    return words.get(code, sentence) % {"form": form} if code in words else sentence


def _of_file() -> dict[str, str]:
    return {
        "too_large": _("Het bestand is groter dan 5 MB: splits het."),
        "too_long": _("Er staan te veel rollen of regels in het bestand: splits het."),
        "empty": _("Het bestand is leeg: laat de inpakker het opnieuw sturen."),
        "encoding": _("De tekens zijn niet te lezen: kies een ander bestandsformaat, of vraag de inpakker."),
        "csv": _("Dit is geen CSV-bestand: kies een ander bestandsformaat."),
        "xml": _("Dit is geen heel XML-bestand: laat de inpakker het opnieuw sturen."),
        "json": _("Dit is geen rol in het formaat van Reik: kies het bestandsformaat van de inpakker."),
        "doctype": _(
            "Een documenttype in de XML wordt niet aangenomen: vraag de inpakker om het weg te laten."
        ),
        "xpath": _("Het bestandsformaat klopt niet met dit bestand: laat de beheerder ernaar kijken."),
        "record": _("Dit soort regel kent het bestandsformaat niet: kies een ander, of vraag de beheerder."),
        "columns": _("De kolommen kloppen niet: dit is een ander bestand, of het is niet heel."),
        "no_rows": _("Er staat geen rol in: dit is een ander bestand, of kies een ander bestandsformaat."),
        "no_number": _(
            "Hier staat niet bij welke rol het hoort, dus kan elke rol een zakje missen:"
            " laat de inpakker het bestand verbeteren."
        ),
    }


def _of_roll() -> dict[str, str]:
    return {
        "twice": _("Dit nummer staat er twee keer: vraag de inpakker welke het is."),
        "differs": _("Regels van dezelfde rol of hetzelfde zakje spreken elkaar tegen."),
        "no_client": _("Er staat niet bij van wie deze rol is."),
        "wrong_period": _("De periode eindigt voor zij begint, of is geen echte datum."),
        "no_sachets": _("Er staat geen zakje met inhoud op deze rol."),
        "element": _("Dit deel van de rol is niet zoals het formaat van Reik het vraagt."),
        "control": _("Er staan vreemde tekens in: het bestand is beschadigd, of kies een ander bestandsformaat."),
    }  # fmt: skip


def _of_sachet() -> dict[str, str]:
    return {
        "date": _("De datum is niet te lezen als %(form)s."),
        "time": _("De tijd is niet te lezen als %(form)s."),
        "number": _("Hier hoort een heel getal te staan."),
        "amount": _("De hoeveelheid is niet te lezen."),
        "width": _("De regel heeft niet de lengte die het bestandsformaat zegt."),
        "several": _("Een gegeven staat er meer dan één keer."),
        "kind": _("Van dit zakje is niet te zien of het inhoud heeft, of voorloop of naloop is."),
        "no_text": _("Een geneesmiddel heeft geen naam."),
        "no_time": _("Een zakje met inhoud heeft geen dag of tijd."),
        "no_contents": _("Bij een zakje met inhoud staat geen geneesmiddel."),
        "filled": _("Bij een leeg zakje (voorloop of naloop) staat een geneesmiddel."),
        "k_of_n": _("De zakjes van één moment zijn niet goed doorgenummerd."),
    }


def registering_words(code: str, sentence: str) -> str:
    """Why a roll that could be read is not registered."""
    return {
        "bsn": _("Het BSN in het bestand klopt niet: vraag de inpakker."),
        "made_up_only": _("Dit is een demo: hier horen alleen verzonnen mensen."),
        "client-unknown": _("Geen cliënt heeft het nummer van de inpakker: koppel het op de pagina van de cliënt."),
        "two-clients": _("De nummers van de inpakker horen bij twee cliënten: vraag de inpakker."),
        "birth-date-differs": _("Het nummer is bekend, maar de geboortedatum is een andere: vraag de inpakker."),
        "not_linked": _("Deze nummers zijn van een ander, of de geboortedatum is een andere: vraag de inpakker."),
        "known_otherwise": _("Een rol met dit nummer is al geregistreerd, met andere zakjes: vraag de inpakker."),
    }.get(code) or refusal_words(Refusal(code, sentence))  # fmt: skip
