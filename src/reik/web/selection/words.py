"""The words of indication, outcome, measures, decision and visits."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.people.queries import ClientCard


def who_words(card: ClientCard) -> str:
    """As one speaks of her in a sentence."""
    dutch = {"Mw.": "mevrouw", "Dhr.": "meneer"} if get_language() == "nl" else {}
    return dutch.get(card.salutation) or _("de cliënt")


def basis_words(basis: str) -> str:
    return {
        "zvw": _("Zvw, wijkverpleging"),
        "wlz_home": _("Wlz, thuis"),
        "wlz_intramural": _("Wlz, in een instelling"),
        "wmo": _("Wmo"),
        "supported_living": _("Begeleid of beschermd wonen"),
        "private": _("Zelf betaald"),
    }.get(basis, basis)


def source_words(source: str) -> str:
    return {"typed": _("getypt"), "csv": _("uit een lijst"), "fhir": _("uit het ECD")}.get(source, source)


def outcome_words(outcome: str) -> str:
    return {
        "suitable": _("Past"),
        "with_measures": _("Past, met maatregelen"),
        "not_now": _("Nu niet"),
        "no": _("Nee"),
    }.get(outcome, outcome)


def choice_words(choice: str) -> str:
    return {
        "yes": _("Ja, graag een dispenser"),
        "no": _("Nee, liever bezoek"),
        "later": _("Nog niet: eerst nadenken of bespreken"),
        "withdrawn": _("Niet meer: de keus is teruggenomen"),
    }.get(choice, choice)


def capacity_words(capacity: str) -> str:
    return {
        "able": _("beslist zelf"),
        "doubtful": _("daar is twijfel over"),
        "not_able": _("kan hier niet zelf over beslissen"),
    }.get(capacity, capacity)


def wzd_words(wzd: str) -> str:
    return {
        "not_needed": _("niet nodig"),
        "asked": _("gevraagd"),
        "step_plan": _("stappenplan besloten"),
        "stopped": _("besloten om te stoppen"),
    }.get(wzd, wzd)


def role_words(role: str) -> str:
    return {
        "nurse": _("wijkverpleegkundige"),
        "caregiver": _("verzorgende"),
        "team_manager": _("teamleider"),
        "helper": _("helpende"),
        "informal_carer": _("mantelzorger"),
    }.get(role, role)


def visit_words(state: str) -> str:
    return {
        "runs": _("loopt door"),
        "winding_down": _("stopt op"),
        "stopped": _("gestopt"),
        "kept": _("blijft, met reden"),
    }.get(state, state)


def kept_words(because: str) -> str:
    """Why a visit is kept: the code of other care, or a person's own words."""
    return _("hoort bij andere zorg") if because == "other_care" else because


def ended_words(because: str) -> str:
    """Why an indication ended: a code of Reik or of the care record, or a person's own words."""
    return {
        "replaced": _("vervangen"),
        "completed": _("afgerond in het ECD"),
        "revoked": _("ingetrokken in het ECD"),
        "entered_in_error": _("stond bij vergissing in het ECD"),
        "period_over": _("de laatste dag is voorbij"),
    }.get(because, because)


def measure_words(measure: str) -> str:
    return _measures(get_language() or "nl").get(measure, measure)


@cache
def _measures(_language: str) -> dict[str, str]:
    return {
        "why_now": _("Bespreek met een collega waarom hulp nodig is"),
        "person_at_moment": _("Spreek af wie er op het moment is, en wie als die er niet is"),
        "other_help": _("Regel andere hulp bij het innemen"),
        "swallow_aid": _("Zorg dat water, vla of yoghurt klaarstaat"),
        "swallow_advice": _("Vraag advies over slikken"),
        "practise_signal": _("Oefen met het signaal"),
        "trial_weeks": _("Proefweken met bezoek erbij"),
        "button_aid": _("Regel een hulpmiddel voor de knop"),
        "sachet_aid": _("Regel een hulpmiddel voor het zakje"),
        "louder_signal": _("Zet het volume hoog en het lampje aan"),
        "large_print": _("Kaart met grote letters, en een geluid dat opvalt"),
        "extra_signal": _("Regel een extra signaal"),
        "fault_person": _("Spreek af wie er regelmatig kijkt"),
        "old_stock_away": _("Breng oude medicijnen naar de apotheek"),
        "follow_closely": _("Volg de eerste weken van dichtbij"),
        "look_in_home": _("Kijk welke medicijnen er in huis liggen"),
        "coverage_test": _("Test het bereik met de dispenser erbij"),
        "other_network": _("Zoek een netwerk dat thuis wel werkt"),
        "fixed_socket": _("Maak de stekker vast"),
        "power_arranged": _("Regel dat er altijd stroom is"),
        "out_of_reach": _("Zet de dispenser buiten bereik"),
        "tell_apart": _("Houd de twee dispensers uit elkaar"),
        "sooner_evaluation": _("Kijk vaker of het nog past"),
        "changes_arranged": _("Spreek met de apotheek af hoe wijzigingen gaan"),
        "wait_for_course": _("Wacht de verandering af en kijk opnieuw"),
        "outside_arranged": _("Spreek af wie geeft wat niet op de rol past"),
        "ask_pharmacy": _("Vraag de apotheek wat er op de rol kan"),
        "ask_capacity": _("Laat beoordelen of er zelf beslist kan worden"),
        "with_representative": _("Beslis samen met de vertegenwoordiger"),
        "talk_again": _("Praat er nog een keer over"),
        "wzd": _("Wzd: stappenplan of stoppen"),
        "planned_visits": _("Zorg dat het bezoek doorgaat"),
        "second_observer": _("Laat een tweede collega meekijken"),
        "talk_together": _("Bespreek het samen"),
        "solve_objection": _("Los op wat ertegen spreekt"),
    }


def refused_words(code: str, said: str) -> str:
    """Why something was not kept, as a sentence for the page; `said` is Reik's own sentence."""
    return {
        "none": _("Kies een antwoord, of sla de vraag over."),
        "name": _("Vul in wie dat is."),
        "day": _("Vul de dag in."),
        "future": _("Deze dag moet nog komen."),
        "long": _("Dit is te lang: hooguit 1000 letters."),
        "unknown": _("Kies een van de antwoorden."),
        "meanwhile": _("Een collega veranderde dit intussen. Kijk eerst, en bewaar daarna opnieuw."),
        "outcome": _("Kies wat de uitkomst is."),
        "open": _("Er zijn nog vragen open. Beantwoord die eerst, of kies Nu niet of Nee."),
        "because": _("Vul in waarom."),
        "measures": _("Kies bij elke maatregel wie het doet en vóór welke dag, of waarom het niet nodig is."),
        "suitable_bare": _("Er zijn maatregelen. Kies: Past, met maatregelen."),
        "look_again": _("Vul in wanneer u opnieuw kijkt: na vandaag, en binnen een jaar."),
        "second": _("Uw organisatie wil dat een tweede collega meekeek. Vul in wie en wanneer."),
        "second_same": _("De tweede collega is iemand anders dan u."),
        "second_future": _("De tweede collega keek mee op een dag die voorbij is."),
        "nurse": _("Een wijkverpleegkundige tekent dit. Vraag haar om mee te kijken."),
        "nothing": _("Er is nog niets ingevuld. Beantwoord eerst de vragen."),
        "later": _("De selectie is al voorbij. Pas het formulier aan."),
        "over": _("Dit zorgpad is afgelopen. Begin opnieuw bij de indicatie."),
        "representative": _("Vul in wie er beslist."),
        "wzd_day": _("Vul in op welke dag dat besloten is."),
        "wzd_future": _("De dag van het besluit moet nog komen: dan is er nog geen besluit."),
        "who": _(
            "Wie zelf kan beslissen, zegt zelf ja. Wie dat niet kan, heeft een vertegenwoordiger nodig."
        ),
        "doubtful": _("Laat eerst beoordelen of er zelf beslist kan worden. Kies tot dan: nog niet."),
        "basis": _("Kies waar de zorg op rust."),
        "order": _("De laatste dag ligt niet vóór de eerste."),
        "gone": _("Dit is er niet meer. Kijk opnieuw naar de pagina."),
        "many": _("Hooguit 24 momenten."),
        "administration": _("Administratie is 0 tot 2400 minuten per week."),
        "twice": _("Deze tijd staat er al voor een van deze dagen."),
        "time": _("Vul een tijd in, zoals 08:00."),
        "weekdays": _("Kies de dagen van de week."),
        "minutes": _("Zorg is 1 tot 240 minuten, reistijd 0 tot 240."),
        "state": _("Kies wat er met dit bezoek gebeurt."),
    }.get(code, said)
