"""The sentences of the care path's code words: steps, states, what is asked, events, duties, and what was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.pathway.asking import TASKS
from reik.pathway.terms import Terms
from reik.web.away.words import reason_words as away_words


def step_words(step: int, terms: Terms | None = None) -> str:
    """The organisation's own name of a step, or Reik's."""
    own = terms.name_of(step, (get_language() or "nl")[:2]) if terms else ""
    return own or {
        1: _("Indicatie"),
        2: _("Cliëntselectie"),
        3: _("Aanmelden"),
        4: _("Medicatierol"),
        5: _("Levering en installatie"),
        6: _("Instructie en start"),
        7: _("Wijzigingen en storingen"),
        8: _("Gebruik en evaluatie"),
        9: _("Stopzetten"),
    }.get(step, str(step))


def state_words(state: str) -> str:
    """Where the path stands, in a sentence."""
    return {
        "indicated": _("Er is een indicatie. Nu de selectie."),
        "selecting": _("De selectie loopt."),
        "not_now": _("Nu niet. Wordt later opnieuw bekeken."),
        "enrolling": _("Geschikt en gekozen. Nu aanmelden."),
        "roll": _("Aangemeld. Nu de medicatierol."),
        "delivering": _("De rol is geregeld. Nu de dispenser in huis."),
        "starting": _("De dispenser staat er. Nu instructie en start."),
        "in_use": _("De dispenser is in gebruik."),
        "paused": _("De dispenser staat op pauze."),
        "stopping": _("De dispenser wordt stopgezet."),
        "ended": _("Dit zorgpad is afgelopen."),
    }.get(state, state)


def event_words(event: str) -> str:
    """A line of the history."""
    return {
        "open": _("begon het zorgpad"),
        "select": _("begon de selectie"),
        "not_now": _("besloot: nu niet"),
        "look_again": _("bekeek het opnieuw"),
        "suits": _("besloot: geschikt, en de cliënt kiest ervoor"),
        "enrolled": _("rondde het aanmelden af"),
        "roll_arranged": _("regelde de medicatierol"),
        "installed": _("rondde de installatie af"),
        "go_live": _("startte de dispenser"),
        "pause": _("zette de dispenser op pauze"),
        "resume": _("hervatte de dispenser"),
        "stop": _("besloot te stoppen"),
        "stopped": _("rondde het stoppen af"),
        "decline": _("sloot het zorgpad zonder start"),
        "reopen": _("ging een stap terug"),
    }.get(event, event)


def because_words(code: str) -> str:
    """Why a path waits or ended, as far as it is an absence; other codes have their own pages."""
    return away_words(code) if code else ""


def on_words(event: str) -> str:
    """What the button says that moves the path on."""
    return {
        "enrolled": _("Aanmelden is klaar"),
        "roll_arranged": _("De rol is geregeld"),
        "installed": _("De installatie is klaar"),
        "go_live": _("Naar de startlijst"),
    }.get(event, "")


@cache
def _kinds(_language: str) -> dict[str, str]:
    return {
        "indication": _("indicatie met grondslag en datum"),
        "baseline": _("nulmeting van de zorg zoals die nu is"),
        "assessed": _("selectieformulier ondertekend"),
        "selection": _("selectieformulier ondertekend: geschikt"),
        "selection_skipped": _("formulier niet ingevuld, met reden"),
        "agreement": _("de cliënt, of wie haar vertegenwoordigt, stemt in"),
        "wzd_decision": _("besluit volgens het stappenplan van de Wzd"),
        "care_plan": _("doel en afspraak staan in het zorgplan"),
        "allotment": _("wie doet wat: elke taak heeft iemand"),
        "pharmacy_asked": _("de apotheek is gevraagd"),
        "pharmacy_agreed": _("de apotheek doet mee"),
        "roll_confirmed": _("de medicatierol is aangemeld of toegezegd"),
        "times_confirmed": _("de tijden zijn nagelezen"),
        "device_ordered": _("de dispenser is besteld"),
        "device_delivered": _("de dispenser is geleverd"),
        "device_linked": _("de dispenser is gekoppeld en gehoord"),
        "signal_tested": _("het signaal is in elke kamer getest"),
        "coverage_tested": _("het bereik is getest"),
        "power_tested": _("stroomuitval is getest"),
        "fallback_agreed": _("afgesproken wat er gebeurt als de dispenser stilstaat"),
        "roll_loaded": _("de medicatierol is geladen"),
        "instruction_client": _("de cliënt deed voor hoe het gaat"),
        "instruction_carer": _("de mantelzorger deed voor hoe het gaat"),
        "follow_up_agreed": _("afgesproken wie er komt als een zakje blijft zitten"),
        "test_alarm": _("de proefmelding is geslaagd"),
        "house_access": _("vastgelegd hoe iemand binnenkomt"),
        "house_access_tried": _("binnenkomen is geprobeerd"),
        "nurse_on_call": _("een verpleegkundige is op afroep"),
        "medication_checked": _("medicatie nagegaan"),
        "roll_checked": _("rol nagekeken"),
        "route_tested": _("opvolging getest"),
        "resistance": _("verzet gezien"),
        "routes_closed": _("er gaan geen meldingen meer uit"),
        "access_closed": _("sleutel, code en toegang zijn ingetrokken"),
        "billing_told": _("de administratie weet dat het stopt"),
        "device_back": _("de dispenser is opgehaald"),
        "leftovers_back": _("de overgebleven zakjes zijn bij de apotheek"),
        "care_instead": _("afgesproken welke zorg ervoor terugkomt"),
    }


def kind_words(kind: str) -> str:
    """What a step asks, as it is when it is there."""
    return _kinds(get_language() or "nl").get(kind, kind)


def task_words(kind: str, detail: Mapping[str, object]) -> str:
    """The sentence of a task that asks for a kind of evidence; empty for any other."""
    if kind not in TASKS.values():
        return ""
    asked = kind_words(kind.removeprefix("path."))
    if detail.get("let_through"):
        return _("Maak alsnog in orde: %(what)s") % {"what": asked}
    if detail.get("again") and kind.startswith("path.instruction"):
        return _("Herhaal de instructie: %(what)s") % {"what": asked}
    return _("Zorgpad: %(what)s") % {"what": asked}


def setting_words(setting: str) -> str:
    return {
        "zvw": _("wijkverpleging (Zvw)"),
        "wlz_home": _("Wlz, thuis"),
        "wlz_intramural": _("Wlz, in een instelling"),
        "wmo": _("Wmo"),
        "supported_living": _("begeleid of beschermd wonen"),
        "private": _("particulier"),
    }.get(setting, setting)


def duty_words(duty: str) -> str:
    return {
        "order": _("De dispenser bestellen"),
        "install": _("De dispenser plaatsen"),
        "load": _("De eerste rol laden"),
        "set_times": _("De tijden instellen"),
        "first_responder": _("Als eerste reageren op een melding"),
        "change_roll": _("De rol wisselen"),
        "take_back": _("De dispenser terugbrengen na het stoppen"),
    }.get(duty, duty)


def who_words(who: str) -> str:
    return {
        "team": _("het zorgteam"),
        "carer": _("de mantelzorger"),
        "pharmacy": _("de apotheek"),
        "supplier": _("de leverancier"),
        "centre": _("de zorgcentrale"),
    }.get(who, who)


def role_words(role: str) -> str:
    return {
        "nurse": _("wijkverpleegkundige"),
        "caregiver": _("verzorgende"),
        "pharmacist": _("apotheker"),
        "team_manager": _("teammanager"),
        "reik": "Reik",
    }.get(role, role)


def refused_words(code: str, missing: Collection[str] = ()) -> str:
    """Why it was refused, and what to do instead. Nothing has changed then."""
    if code == "conditions":
        return _("Nog niet: %(what)s.") % {"what": "; ".join(kind_words(each) for each in missing)}
    if code == "empty":
        return _("Kies nog wie dit doet: %(what)s.") % {"what": "; ".join(map(duty_words, missing))}
    return {
        "changed": _("Iemand anders veranderde dit zorgpad zojuist. Kijk opnieuw en kies dan."),
        "not_from_here": _("Dit kan niet vanuit de stap waarin het zorgpad nu staat."),
        "by_absence": _("Pauzeren en hervatten gaat met afwezig melden."),
        "role": _("Dit mag u niet: vraag een wijkverpleegkundige of de teammanager."),
        "because": _("Schrijf op waarom."),
        "never": _("Dit kan niemand doorlaten: het moet eerst gebeuren."),
        "not_asked": _("Deze stap vraagt dit niet (meer)."),
        "make_good_by": _("Kies een dag binnen de gestelde tijd."),
        "holds": _("Dit is al in orde."),
        "let_through": _("Dit is al doorgelaten."),
        "derived": _("Dit ziet Reik zelf: doe het waar het gebeurt."),
        "at": _("Zeg wanneer het was: in het afgelopen jaar en niet in de toekomst."),
        "by": _("Zeg wie het deed."),
        "taken_back": _("Dit was al teruggenomen."),
        "open": _("Er is al een zorgpad voor deze cliënt."),
        "ended": _("Dit zorgpad is afgelopen. Begin het opnieuw om verder te gaan."),
        "none": _("Er is nog geen zorgpad: begin er een."),
        "setting": _("Kies uit welke wet de zorg betaald wordt."),
        "variant": _("Kies uit de lijst wie plaatst en wie de tijden instelt."),
        "who": _("Kies voor elke taak uit de lijst wie het doet."),
        "carer": _("Kies welke mantelzorger het doet."),
        "name": _("Die naam is te lang."),
    }.get(code, _("Dit lukt nu niet: open het zorgpad opnieuw."))


def terms_words(code: str) -> str:
    """Why an organisation's settings were not kept; what was typed is still there."""
    return {
        "changed": _("Iemand anders veranderde deze instellingen zojuist. Kijk opnieuw en kies dan."),
        "name": _("De naam van een stap heeft hooguit 60 letters."),
        "days": _("Vul bij dagen een getal in van 0 tot en met 180."),
        "role": _("Kies uit de lijst van wie de taak is."),
        "may_let_through": _("Kies ten minste één rol die iets mag laten wachten."),
        "code_half": _("Vul bij een code ook het codestelsel in, en andersom."),
        "code_basis": _("Kies bij elke code waaruit de zorg betaald wordt."),
        "code_twice": _("Deze code staat er al."),
        "code_many": _("Hooguit 50 codes."),
    }.get(code, _("Dit is niet bewaard: kijk de instellingen na."))
