"""What a task asks, in a sentence of the screens: one place for every kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.web.forms.paper_words import paper_task_words
from reik.web.inuse.task_words import use_words
from reik.web.one_sachet import of_one
from reik.web.pathway.words import task_words as of_path
from reik.web.selection.task_words import selection_words


def task_words(kind: str, detail: Mapping[str, object]) -> str:
    """What a task asks, in a sentence; `detail` gives its values. A later kind shows its code."""
    of_care = of_path(kind, detail) or use_words(kind, detail) or selection_words(kind, detail)
    of_care = of_care or paper_task_words(kind, detail)
    words = of_one(kind, detail) or of_care or _tasks(get_language() or "nl").get(kind, kind)
    known = {name: value for name, value in detail.items() if value is not None}
    return words % {**dict.fromkeys(_named(words), ""), **known} if "%(" in words else words


def _named(words: str) -> list[str]:
    return re.findall(r"%\((\w+)\)", words)


@cache
def _tasks(_language: str) -> dict[str, str]:
    """By kind of task; a value is named as %(name)s."""
    return {
        "roll_order": _("Bestel de volgende rol: na rol %(roll)s is %(at)s het eerste moment zonder zakje"),
        "roll_bring": _("Breng de volgende rol: %(at)s is het eerste moment zonder rol in huis"),
        "roll_missing": _(
            "Geen volgende rol in huis. Eerste moment zonder zakje: %(at)s. Regel het met de hand"
        ),
        "roll_change": _("Wissel rol %(roll)s voor rol %(next)s, tussen %(from)s en %(until)s"),
        "roll_change_tight": _(
            "Rol %(roll)s en %(next)s sluiten te kort aan: spreek af wie het moment geeft"
        ),
        "roll_receive": _("Haal rol %(roll)s op of laat bevestigen dat hij binnen is (%(place)s)"),
        "leftovers_count": _("Tel wat er over is van rol %(roll)s"),
        "leftovers_back": _("Breng de %(count)s zakjes van rol %(roll)s terug naar de apotheek"),
        "leftovers_receive": _("Tel de %(count)s teruggebrachte zakjes van rol %(roll)s"),
        "leftovers_differ": _(
            "Rol %(roll)s: %(count)s zakjes geteld, %(expected)s verwacht. Zoek uit waar ze zijn"
        ),
        "recall": _("Teruggeroepen: %(count)s zakjes van rol %(roll)s niet uitgeven. %(because)s"),
        "recall_check": _(
            "Kijk of rol %(roll)s een teruggeroepen middel bevat: de inhoud is niet bekend. %(because)s"
        ),
        "unplannable": _("Niet in te plannen (%(count)s): lees de afspraak en bel wie hem schreef"),
        "outside_not_given": _("%(product)s van %(at)s: niemand schreef op dat het gegeven is. Ga het na"),
        "outside_no_word": _(
            "Nog steeds geen bericht over %(product)s van %(at)s (buiten de rol). Ga het na"
        ),
        "outside_undecided": _("%(product)s ligt buiten de rol: wie geeft dit?"),
        "outside_agreement_gone": _(
            "%(product)s is niet meer afgesproken. Stop het buiten de rol, of bel de apotheek"
        ),
        "pharmacy_request": _("Beantwoord de vraag van het zorgteam, vóór %(at)s"),
        "pharmacy_asked": _("%(pharmacy)s kreeg een e-mail met een vraag. Lees de code voor: bel %(number)s"),
        "pharmacy_phone": _("Bel %(who)s (%(number)s) en stel de vraag"),
        "pharmacy_unknown": _(
            "Er is een vraag aan de apotheek, maar welke apotheek is niet bekend. Zoek het uit"
        ),
        "pharmacy_in_writing": _(
            "%(pharmacy)s bevestigt nog op schrift wat zij aan de telefoon zei, vóór %(at)s"
        ),
        "pharmacy_denies": _(
            "De apotheek schrijft dat het antwoord aan de telefoon niet klopt. Bel %(number)s"
        ),
        "pharmacy_unanswered": _("Geen antwoord van %(pharmacy)s. Bel %(who)s (%(number)s)"),
        "pharmacy_code_locked": _(
            "Vijf keer een verkeerde code bij een vraag aan %(pharmacy)s. Bel of zij het waren"
        ),
        "pharmacy_answered": _("De apotheek antwoordde. Lees het antwoord"),
        "choose_change": _("Rol %(roll)s klopt niet meer met het plan. Kies vóór %(at)s wat er gebeurt"),
        "confirm_change": _("Wijziging van rol %(roll)s wacht op de apotheek, vóór %(at)s"),
        "release_sachets": _(
            "Zakjes van rol %(roll)s mogen weer: kijk of de dispenser het bevestigt, vóór %(at)s"
        ),
        "hold_sachets": _(
            "Dispenser houdt niet alle zakjes van rol %(roll)s vast. Haal ze eruit vóór %(at)s"
        ),
        "take_out_sachets": _("Haal %(sachets)s zakjes uit rol %(roll)s en tel ze, vóór %(at)s"),
        "replace_roll": _("Vervang rol %(roll)s vóór %(at)s"),
        "change_running": _("Rol %(roll)s wijkt af van het plan, zoals afgesproken. Let op tot hij op is"),
        "give_by_hand": _("%(who)s geeft met de hand op %(at)s: %(what)s"),
        "visit_before": _("Dispenser bevestigt niet: haal de zakjes van rol %(roll)s eruit vóór %(at)s"),
        "moved": _("Verhuisd. Controleer dispenser, bezorging van de rol, sleutel en opvolging"),
        "pharmacy_changed": _(
            "Andere apotheek: %(pharmacy)s. Controleer rol, plan en wie bij vragen gebeld wordt"
        ),
        "pharmacy_stops": _("%(pharmacy)s levert tot en met %(day)s: %(because)s. Regel een andere apotheek"),
        "pharmacy_started": _("%(pharmacy)s levert nu aan deze cliënt. Spreek de bezorging af"),
        "absence_call": _("Bel %(resumes)s (%(phone)s): is de cliënt terug op %(until_at)s?"),
        "follow_up_window": _(
            "Bekijk het venster of de herinneringen van %(subject)s: het gebruik verandert"
        ),
        "follow_up_route": _("Bekijk de opvolgafspraak: stap %(subject)s geeft nooit antwoord"),
        "follow_up_carer": _(
            "%(who)s doet niet meer mee, maar staat nog in de opvolgafspraak. Spreek af wie dit overneemt"
        ),
        "call_back": _("Bel %(who)s terug: die vertrouwt het niet"),
        "absence_told": _("%(who)s: cliënt is weg van %(from_at)s tot %(until_at)s. Pauzeer als het klopt"),
        "absence_details": _("Cliënt is weg of opgenomen: vul in waarom, tot wanneer en wie terugmeldt"),
        "pause_unconfirmed": _("De dispenser heeft de pauze niet bevestigd: hij kan nog uitgeven"),
        "absence_return": _("Cliënt is terug: ga medicatie, rol en opvolging na, en hervat de dispenser"),
        "take_along_count": _("Tel wat terugkwam van de %(sachets)s meegenomen zakjes"),
        "return_roll_and_device": _("Cliënt is overleden: haal rol en dispenser op"),
        "by_hand_open": _("%(by)s geeft de dosis van %(at)s met de hand: nog niet afgerond"),
        "order_awaited": _(
            "%(supplier)s heeft nog niets laten weten over dispenser %(order)s. Bel %(number)s"
        ),
        "order_phone": _("Bestelling %(order)s kwam niet aan bij %(supplier)s. Bel %(number)s"),
        "order_cancel": _("Zeg bestelling %(order)s af bij %(supplier)s. Bel %(number)s"),
        "value.bill": _(
            "Nota van %(supplier)s over %(month)s: verschil bij de dispenser (%(count)s). Zoek het uit"
        ),
        "instruction_repeat": _("Herhaal de uitleg van de dispenser met %(who)s"),
        "house_access_check": _("Controleer ter plaatse of de huistoegang nog klopt"),
        "gap_held": _("Moment van %(at)s is vastgehouden: te kort na het vorige. Overleg met de apotheek"),
    }
