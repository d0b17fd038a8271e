"""The sentences of forms: their names, their fields, what is missing and where it is filled in, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from reik.pathway.forms.fields import FIELDS
from reik.pathway.forms.markup import Flaw
from reik.web.home_words import language_words


def form_words(form: str) -> tuple[str, str]:
    """The name of a form, and for whom it is."""
    return {
        "selection": (_("Cliëntselectie"), _("Voor het gesprek aan de keukentafel")),
        "enrolment": (_("Aanmelden"), _("Voor apotheek en leverancier")),
        "loading": (_("De rol laden"), _("Werkinstructie voor wie de rol wisselt")),
        "fault": (_("Als er een storing is"), _("Voor de cliënt en wie helpt")),
        "power_cut": (_("Stroom valt uit"), _("Voor de cliënt en wie helpt")),
        "away": (_("Pauze en afwezigheid"), _("Voor de cliënt en wie helpt")),
        "stop": (_("Stoppen"), _("Voor de cliënt en wie helpt")),
    }[form]


def tongue_words(code: str) -> str:
    """A language by name, Dutch too."""
    return (language_words(code) or _("Nederlands")).capitalize()


def field_words(name: str) -> str:
    """What a field holds."""
    return {
        "client": _("naam van de cliënt"),
        "born": _("geboortedatum"),
        "today": _("datum van vandaag"),
        "organisation": _("naam van uw organisatie"),
        "team": _("team"),
        "pharmacy": _("apotheek"),
        "pharmacy_phone": _("nummer van de apotheek"),
        "who_care": _("wie dag en nacht opneemt"),
        "phone_care": _("nummer dat dag en nacht wordt opgenomen"),
        "who_fault": _("wie storingen oplost, anders wie dag en nacht opneemt"),
        "phone_fault": _("nummer bij storing, anders het nummer van dag en nacht"),
        "times": _("tijden"),
        "window": _("hoe lang de cliënt heeft om het zakje te pakken"),
        "dispenser": _("nummer van de dispenser"),
        "first_responder": _("wie het eerst in actie komt"),
        "follow_up": _("opvolging, stap voor stap"),
        "signal": _("zin over het signaal van dit type"),
        "knows": _("zin over wat dit type merkt"),
        "battery": _("zin over de accu van dit type"),
        "roll_change": _("zin over wanneer de rol gewisseld mag worden"),
        "early": _("zin over eerder geven"),
        "questions": _("de vragen van de cliëntselectie, zoals op het scherm"),
    }[name]


@dataclass(frozen=True, slots=True)
class ToFillIn:
    """What nobody filled in yet, and where that is done; `address` empty: ask a nurse."""

    sentence: str
    address: str
    where: str


def missing_words(name: str, client_id: UUID) -> ToFillIn:
    """What to do about a field that is missing."""
    base = f"/clienten/{client_id}"
    address, where = {
        "details": (f"{base}/gegevens", _("Gegevens (verpleegkundige)")),
        "pharmacies": ("/apotheken", _("Apotheken")),
        "numbers": ("/bereikbaar", _("Bereikbaar, zonder dagen en uren")),
        "schedule": (f"{base}/schema", _("Schema")),
        "dispenser": (f"{base}/dispenser", _("Dispenser")),
        "follow_up": (f"{base}/opvolgafspraak", _("Opvolgafspraak")),
    }.get(FIELDS[name], ("", ""))
    return ToFillIn(_("Nog niet ingevuld: %(what)s.") % {"what": field_words(name)}, address, where)


def to_fill_in(missing: Sequence[str], client_id: UUID) -> list[ToFillIn]:
    """What to do about all that is missing: one line where one number would settle several fields."""
    settles = {"phone_care": ("who_care", "who_fault", "phone_fault"), "phone_fault": ("who_fault",)}
    settled = {other for each in missing for other in settles.get(each, ())}
    return [missing_words(each, client_id) for each in missing if each not in settled]


def flaw_words(flaw: Flaw) -> str:
    """What is wrong on which line."""
    said = {
        "no_title": _("De tekst begint met een titel: een regel met # ervoor."),
        "second_title": _("Er is één titel. Gebruik ## voor een kop."),
        "heading": _("Een kop heeft #, ## of ### met een spatie ervoor."),
        "heading_jump": _("Zet eerst een kop met ##, dan pas een met ###."),
        "html": _("Geen HTML: %(what)s."),
        "link": _("Geen links of plaatjes: %(what)s."),
        "code": _("Dit teken kan niet: %(what)s."),
        "letter": _("Hier staat een teken dat niet te zien is. Typ de regel opnieuw."),
        "brace": _("Een veld staat tussen { en }. Hier staat er één los."),
        "field": _("Het veld {%(what)s} bestaat niet. Kies er een uit de lijst."),
        "bold": _("Vette tekst begint en eindigt met **, op dezelfde regel."),
        "table": _(
            "Onder de eerste regel van een tabel staat |---|---|, en een tabel heeft hoogstens 6 kolommen."
        ),
        "questions": _("Zet %(what)s één keer, op een regel alleen: daar komen de vragen van het scherm."),
        "no_questions": _("%(what)s hoort alleen in de cliëntselectie."),
        "columns": _("Elke regel van een tabel heeft evenveel vakken."),
        "too_long": _("De tekst is te lang: hoogstens %(what)s tekens."),
    }[flaw.code]
    what = {"what": flaw.what[:60]}
    return _("Regel %(line)s: %(said)s") % {
        "line": flaw.line,
        "said": said % what if "%(what)s" in said else said,
    }


def refused_words(code: str, sentence: str) -> str:
    """Why a version cannot be kept, approved or withdrawn."""
    return {
        "overtaken": _(
            "Iemand anders schreef intussen een versie. Uw tekst staat er nog: bekijk eerst de nieuwe."
        ),
        "same": _("Er is niets veranderd."),
        "decided": _("Over deze versie is al beslist."),
        "four_eyes": _("Een tweede persoon keurt goed. Vraag een collega."),
    }.get(code, sentence)


def state_words(state: str) -> str:
    return {
        "draft": _("wacht op een tweede persoon"),
        "holds": _("geldt"),
        "withdrawn": _("geldt niet meer"),
    }[state]
