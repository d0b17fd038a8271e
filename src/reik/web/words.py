"""The sentences for the code words of follow-up: causes, reasons, steps, remarks and outcomes, in one place."""

from __future__ import annotations

from functools import cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reik.web.alert_words import between_people


def cause_words(cause: str) -> str:
    """What an alert is about, as the line under a name."""
    return _causes(get_language() or "nl").get(cause, cause)


@cache
def _causes(_language: str) -> dict[str, str]:
    """Looked up for every row of every screen that is open, so made once per language."""
    return {
        "not_out": _("Niet uitgenomen"),
        "partly": _("Deels uitgenomen"),
        "unknown": _("Onbekend of het zakje eruit is"),
        "withheld": _("Vastgehouden door de dispenser"),
        "device_failure": _("Niet uitgegeven door een storing"),
        "no_notice": _("Geen bericht ontvangen"),
        "jam": _("Zakje zit klem"),
        "cut_failed": _("Zakje is niet opengesneden"),
        "sachet_unreadable": _("Zakje niet leesbaar"),
        "wrong_sachet": _("Ander zakje dan verwacht"),
        "wrong_sequence": _("Zakjes in een andere volgorde"),
        "wrong_roll": _("Verkeerde rol in de dispenser"),
        "roll_empty": _("Rol is op"),
        "tray_full": _("Er ligt nog een zakje in het bakje"),
        "lid_open": _("Klep staat open"),
        "battery_low": _("Accu bijna leeg"),
        "battery_end": _("Accu leeg"),
        "no_plan": _("Dispenser heeft geen weekplan"),
        "pause_ended": _("Pauze is voorbij zonder hervatting"),
        "network": _("Slechte verbinding"),
        "clock_jump": _("Klok van de dispenser versprong"),
        "journal_full": _("Geheugen van de dispenser is vol"),
        "plan_ending": _("Weekplan loopt af"),
        "other": _("Storing aan de dispenser"),
        "device_fault": _("Dispenser werkt niet"),
        "help_pressed": _("Hulpknop ingedrukt"),
        "mains_lost": _("Stroom is weg"),
        "silent": _("Dispenser is stil"),
        "roll_refused": _("Dispenser weigert de rol"),
        "roll_nearly_empty": _("Rol bijna op"),
        "roll_missing": _("Geen volgende rol in huis"),
        "plan_mismatch": _("Dispenser werkt met een ander weekplan"),
        "journal_lost": _("Dispenser is zijn geheugen kwijt"),
        "second_session": _("Twee dispensers met één naam"),
        "possible_double": _("Mogelijk twee keer gegeven"),
        "pressed_while_away": _("Knop gebruikt terwijl de cliënt weg is"),
        "paused": _("Gepauzeerd zonder bekende reden"),
        "command_not_done": _("Opdracht aan de dispenser is niet uitgevoerd"),
        "change_undecided": _("Wijziging niet op tijd beslist: niet uitgeven"),
        "change_not_held": _("Dispenser bevestigt niet dat hij zakjes vasthoudt"),
        "task_overdue": _("Taak met hoog risico is over tijd"),
    }


def reason_words(reason: str) -> str:
    """Why Reik concluded so; empty when there is nothing to add."""
    if reason.startswith("outside_hours"):
        return _("buiten de afgesproken uren %(hours)s") % {"hours": reason.partition(" ")[2]}
    return {
        "device": _("de dispenser meldt het zelf"),
        "said_by_team": _("het wijkteam meldde het"),
        "all_read": _("alle berichten van de dispenser zijn gelezen"),
        "device_silent": _("de dispenser is stil"),
        "reik_behind": _("Reik loopt achter met lezen"),
        "outage_unanswered": _("in een storing zag niemand er op tijd naar om"),
        "outage_unwell": _("dit hoorde iemand tijdens een storing"),
        "outage": _("de storing heeft één lijst voor iedereen"),
        "not_understood": _("een bericht van de dispenser is niet te lezen"),
        "events_missing": _("er ontbreken berichten van de dispenser"),
        "journal_lost": _("de dispenser is zijn geheugen kwijt"),
        "no_notice": _("deze koppeling meldt alleen afwijkingen"),
        "emergency_path": _("spoed: volg de spoedafspraak"),
        "technical": _("dit is een storing: de cliënt wordt niet gebeld"),
        "pulled_forward": _("eerder genomen, omdat de vorige stap niet lukte"),
        "accepted": _("iemand regelt het"),
        "handled": _("afgehandeld"),
        "out_after_all": _("zakje is toch uitgenomen"),
        "to_team": _("het wijkteam beslist"),
        "emergency": _("de noodroute is genomen"),
        "carer_away": _("de naaste is weg"),
        "nobody_on_duty": _("er stond niemand op het rooster"),
        "fallback": _("langs de andere weg, omdat het bericht niet aankwam"),
        "call_back": _("iemand vroeg om teruggebeld te worden en dat gebeurde niet op tijd"),
    }.get(reason, reason)


def step_words(action: str, responder: str) -> str:
    """One step of a route as a sentence with a person as its subject."""
    sentence = {
        "phone_client": _("%(who)s belt de cliënt"),
        "ask_carer": _("%(who)s krijgt bericht"),
        "ask_team": _("%(who)s wordt gebeld en beslist over een bezoek"),
        "emergency": _("%(who)s wordt gebeld: de noodroute"),
    }.get(action, "%(who)s")
    return sentence % {"who": responder}


def step_state_words(state: str, reason: str) -> str:
    """What became of a step."""
    said = {
        "planned": _("komt nog"),
        "taken": _("gevraagd"),
        "delivered": _("bericht aangekomen"),
        "failed": _("bericht niet aangekomen"),
        "skipped": _("overgeslagen"),
        "cancelled": _("niet meer nodig"),
    }.get(state, state)
    unusual = reason in ("nobody_on_duty", "fallback")
    why = reason_words(reason) if reason and (unusual or state in ("skipped", "cancelled", "planned")) else ""
    return f"{said}: {why}" if why else said


def outcome_words(outcome: str) -> str:
    """How an alert was handled (R49)."""
    return {
        "out_after_all": _("zakje is toch uitgenomen"),
        "given_by_hand": _("met de hand gegeven"),
        "while_away": _("de cliënt was afwezig"),
        "device_swapped": _("dispenser is gewisseld"),
        "device_fetched": _("dispenser is opgehaald"),
        "client_away": _("de cliënt is weg of opgenomen"),
        "client_died": _("de cliënt is overleden"),
        "out_after_call": _("zakje is eruit na bellen"),
        "says_out": _("zegt dat het zakje eruit is"),
        "out_at_visit": _("zakje is eruit, iemand stond erbij"),
        "put_right": _("dispenser doet het weer, of is verzorgd"),
        "refuses": _("wil de medicijnen niet"),
        "says_taken_otherwise": _("zegt de medicijnen anders te hebben gekregen"),
        "advice_asked": _("mag niet meer, overleg gevraagd"),
        "not_reached": _("niet bereikt"),
        "not_reached_worrying": _("niet bereikt en zorgelijk"),
        "unwell": _("voelt zich niet goed of het gaat niet goed"),
        "away": _("is weg of opgenomen"),
        "died": _("overleden"),
        "device_fault": _("dispenser werkt niet"),
        "false_notice": _("melding klopt niet"),
        "cleared": _("dispenser meldt dat het is opgelost"),
        "in_outage": _("hoort bij de storing: staat op die lijst"),
    }.get(outcome, outcome)


def remark_words(kind: str, by: str, text: str) -> str:
    """One line of what became of an alert, as a nurse reads it."""
    who = {"device": _("De dispenser"), "reik": "Reik"}.get(by, by)
    code, _colon, note = text.partition(": ")
    sentence = {
        "opened": _("Melding: %(cause)s."),
        "finding": _("%(who)s meldt nu: %(cause)s."),
        "reopened": _("Toch weer open: %(cause)s."),
        "accepted": _("%(who)s regelt het."),
        "released": _("%(who)s geeft de melding terug."),
        "received": _("Aangekomen op de telefoon van %(who)s."),
        "answered_late": _("%(who)s drukte op de telefoon op 1, maar iemand anders had de melding al."),
        "opened_on_screen": _("%(who)s opent de melding op het scherm en houdt haar."),
        "emergency": _("%(who)s neemt de noodroute."),
        "unmuted": _("%(who)s zet de melding weer aan; de route begint nu."),
        "joined": _("De dispenser meldt ook: %(cause)s. Dat belt niet apart zolang deze melding loopt."),
        "joined_to": _(
            "Loopt mee met de melding over het zakje: belt zelf pas als die voorbij is, of na 30 minuten."
        ),
        "unjoined": _("De melding over het zakje is voorbij; de route begint nu."),
        "own_code": _("%(who)s koos een eigen woord van de organisatie."),
        "handled": _("%(who)s: %(outcome)s."),
        "closes": _("Melding gesloten."),
        "closed": _("Vanzelf gesloten: %(outcome)s."),
        "passes_on": _("De volgende stap is meteen genomen."),
        "to_team": _("Het wijkteam beslist nu."),
        "watches": _("Reik blijft kijken of de dispenser het meldt."),
        "undone": _("%(who)s draait de uitkomst terug."),
        "visit_decided": _("%(who)s besloot namens de zorgcentrale tot een bezoek."),
        "visit_taken_back": _("%(who)s: toch geen bezoek."),
        "visit_asked": _("%(who)s vraagt het wijkteam om een bezoek."),
        **between_people(),
    }.get(kind, "")
    if kind == "resumed":
        return {
            "promise_ended": _("De tijd van %(who)s is om; de volgende stap is genomen."),
            "watch_ended": _("De dispenser meldt niets; de volgende stap is genomen."),
        }.get(text, _("De afspraak loopt verder.")) % {"who": who}
    if kind in ("note", "handed_over", "visit_asked"):  # all of it was written by a person
        return (sentence % {"who": who, "to": text}) + (f" {text}" if kind != "handed_over" and text else "")
    if kind in ("evaluated", "evaluation_asked"):
        asked = _("%(who)s vraagt erop terug te kijken: %(text)s")
        return (_("%(who)s kijkt terug: %(text)s") if kind == "evaluated" else asked) % {
            "who": who,
            "text": text,
        }
    if (kind, text) in (("emergency", "second_moment"), ("answered_late", "used"), ("accepted", "phone")):
        return {
            "accepted": _("%(who)s regelt het, met een toets op de telefoon."),
            "emergency": _("Twee momenten na elkaar niet bereikt: Reik neemt de noodroute."),
            "answered_late": _("%(who)s drukte op de telefoon op 1, maar had de melding al een keer."),
        }[kind] % {"who": who}
    said = sentence % {
        "who": who,
        "cause": cause_words(code).lower(),
        "outcome": outcome_words(code),
        "to": text,
    }
    return f"{said} {note}".strip() if said else f"{kind}: {text}".strip()


def evidence_words(evidence: str) -> str:
    """What "uitgenomen" rests on for this type of dispenser (R26)."""
    return {
        "pressed": _("op OK gedrukt, zakje uitgegeven"),
        "handed_out": _("zakje uitgegeven"),
        "removed": _("zakje uit het bakje gepakt"),
    }.get(evidence, evidence)
