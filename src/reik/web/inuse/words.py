"""The words of the screens of use: reasons, classes, refusals. Dutch B1; a code that is not known shows itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from reik.pathway.use.evaluations_seen import EvaluationSeen


def why_words(why: str) -> str:
    """Why an evaluation was opened."""
    return {
        "schedule": _("volgens de planning"),
        "asked": _("iemand vroeg erom"),
        "three_misses": _("drie keer niet uitgenomen binnen zeven dagen"),
        "three_late": _("drie keer te laat uitgenomen binnen zeven dagen"),
        "critical_miss": _("een tijdkritisch moment is niet uitgenomen"),
        "refused": _("de cliënt wilde de medicijnen niet"),
        "refused_thrice": _("de cliënt wilde de medicijnen drie keer niet"),
        "unknown": _("van een moment is na een dag nog niets bekend"),
        "not_reached": _("de cliënt is twee keer niet bereikt"),
        "drift": _("het gebruik verandert langzaam"),
        "use_fell": _("er komen minder zakjes uit de dispenser dan eerst"),
        "hospital": _("terug uit het ziekenhuis"),
        "moved": _("de cliënt is verhuisd"),
        "pharmacy_changed": _("een andere apotheek levert"),
        "carer_left": _("een naaste doet niet meer mee"),
        "resistance": _("de cliënt verzette zich"),
        "complaint": _("er is een klacht"),
    }.get(why, why)


def evidence_words(one: EvaluationSeen) -> str:
    """What it was opened for, in one sentence; empty where the reason says it all."""
    said: Mapping[str, Any] = one.evidence
    if said.get("because"):
        return f"{said['by']}: {said['because']}"
    if one.why == "use_fell":
        before, lately = said["before"], said["lately"]
        return _("Eerst %(a)s van %(b)s momenten uitgenomen, de laatste twee weken %(c)s van %(d)s.") % {
            "a": before[0], "b": before[1], "c": lately[0], "d": lately[1],
        }  # fmt: skip
    if said.get("moments"):
        return _("Momenten: %(count)s.") % {"count": said.get("count", "")}
    if said.get("alerts"):
        return _("Meldingen: %(count)s.") % {"count": said.get("count", "")}
    return ""


def question_words(question: str) -> tuple[str, str]:
    """A question of the evaluation, and what helps to answer it."""
    return {
        "wants": (
            _("Wil de cliënt de dispenser nog?"),
            _("Vraag het de cliënt zelf. Meedoen is vrijwillig."),
        ),
        "hears": (
            _("Merkt de cliënt het signaal, ook in andere kamers?"),
            _("Laat het signaal een keer horen."),
        ),
        "takes_out": (
            _("Krijgt de cliënt het zakje eruit en open?"),
            _("Kijk mee: knop, zakje, tabletten uit het zakje."),
        ),
        "swallows": (
            _("Lukt het om de medicijnen in te nemen?"),
            _("De dispenser ziet dat niet: vraag het en kijk."),
        ),
        "left_lying": (
            _("Liggen er geen zakjes of tabletten in huis?"),
            _("Kijk bij de dispenser, op tafel en in laden. Tel wat u vindt."),
        ),
        "times_fit": (_("Passen de tijden nog bij de dag?"), _("Opstaan, eten, slapen, weg van huis.")),
        "loading": (_("Gaat het wisselen van de rol goed?"), _("Op tijd gebracht, geladen en getekend.")),
        "carer": (_("Kan de naaste het nog aan?"), _("Ook 's nachts gebeld? Is er geen naaste: gaat goed.")),
        "route": (_("Klopt de opvolging nog?"), _("Nummers, sleutel, wie er komt.")),
        "visits": (
            _("Zijn de bezoeken die niet meer nodig zijn gestopt?"),
            _("Dispenser en bezoek voor hetzelfde moment is dubbel."),
        ),
        "situation": (_("Is de situatie gelijk gebleven?"), _("Gezondheid, geheugen, huis, wie er helpt.")),
    }.get(question, (question, ""))


def answer_words(answer: str) -> str:
    return {
        "well": _("gaat goed"),
        "partly": _("gaat deels goed"),
        "not": _("gaat niet"),
        "unknown": _("niet bekend"),
    }.get(answer, answer)


def outcome_words(outcome: str) -> str:
    """How an evaluation ended."""
    return {
        "goes_on": _("gaat door zoals het is"),
        "adjusted": _("gaat door, met een aanpassing"),
        "paused": _("een tijd stoppen (pauze)"),
        "stopped": _("stoppen met de dispenser"),
    }.get(outcome, outcome)


def resistance_words(what: str) -> str:
    return {
        "plug": _("trekt de stekker eruit"),
        "refused_thrice": _("weigert drie keer of vaker"),
        "distress": _("raakt van streek door de dispenser"),
        "other": _("verzet zich op een andere manier"),
    }.get(what, what)


def list_words(name: str) -> str:
    """The administration list that a roll was compared with."""
    return {
        "paper": _("op papier"),
        "ons_medicatie": "Ons Medicatie",
        "ncare": "nCare",
        "medimo": "Medimo",
        "other": _("een andere lijst"),
    }.get(name, name)


def kind_words(kind: str) -> str:
    return {"complaint": _("klacht"), "incident": _("medicatie-incident"), "calamity": _("calamiteit")}.get(
        kind, kind
    )


def phase_words(phase: str) -> str:
    """In which step it went wrong."""
    return {
        "": _("nog niet bekend"),
        "prescribing": _("voorschrijven"),
        "entry": _("invoeren bij de apotheek"),
        "filling": _("vullen van de zakjes"),
        "bag_changed": _("aanpassen van de rol"),
        "delivering": _("bezorgen"),
        "loading": _("laden in de dispenser"),
        "handing_out": _("uitgeven door de dispenser"),
        "taking": _("innemen"),
        "following_up": _("opvolgen van een melding"),
    }.get(phase, phase)


def incident_cause_words(cause: str) -> str:
    return {
        "": _("nog niet bekend"),
        "wrong_client": _("rol of medicijn van een ander"),
        "wrong_medicine": _("verkeerd medicijn"),
        "wrong_dose": _("verkeerde hoeveelheid"),
        "wrong_time": _("verkeerde tijd"),
        "missing": _("medicijn ontbrak"),
        "double": _("dubbel gegeven of uitgenomen"),
        "damaged": _("zakje of medicijn beschadigd"),
        "not_heard": _("signaal niet gemerkt"),
        "device_fault": _("dispenser deed het niet"),
        "power_or_network": _("stroom of verbinding weg"),
        "regimen_change": _("wijziging van medicijnen"),
        "relocation": _("verhuizing of opname"),
        "miscommunication": _("verkeerd doorgegeven"),
        "route_unclear": _("niet duidelijk wie wat doet"),
        "not_followed": _("afspraak niet gevolgd"),
        "slip": _("vergissing"),
        "other": _("iets anders"),
    }.get(cause, cause)


def harm_words(harm: str) -> str:
    return {
        "none": _("geen"),
        "slight": _("licht"),
        "serious": _("ernstig"),
        "death": _("overleden"),
        "unknown": _("nog niet bekend"),
    }.get(harm, harm)


def reporter_words(reporter: str) -> str:
    return {
        "client": _("de cliënt"),
        "carer": _("een naaste"),
        "nurse": _("wijkverpleegkundige"),
        "caregiver": _("verzorgende"),
        "team_manager": _("teammanager"),
        "pharmacist": _("apotheek"),
        "operator": _("zorgcentrale"),
        "other": _("iemand anders"),
    }.get(reporter, reporter)


def told_words(told: str) -> str:
    """Whether the inspectorate knows in time."""
    return {
        "waits": _("nog te melden"),
        "late": _("te laat: nog niet gemeld"),
        "in_time": _("op tijd gemeld"),
        "too_late": _("te laat gemeld"),
    }.get(told, "")


def line_words(kind: str) -> str:
    """What was done with a report."""
    return {
        "reported": _("gemeld"),
        "classed": _("ingedeeld en aangevuld"),
        "calamity": _("vastgesteld als calamiteit"),
        "inspectorate": _("gemeld bij de inspectie"),
        "reviewed": _("besproken"),
        "closed": _("afgesloten"),
    }.get(kind, kind)


def stop_words(reason: str) -> str:
    """Why a client stops with the dispenser."""
    return {
        "client_wants": _("de cliënt wil het niet meer"),
        "not_suitable": _("de dispenser past niet meer"),
        "resistance": _("de cliënt verzet zich"),
        "died": _("de cliënt is overleden"),
        "admitted": _("opgenomen, of gaat ergens anders wonen"),
        "moved_away": _("de cliënt verhuist"),
        "medication_ended": _("er zijn geen medicijnen meer"),
        "other_provider": _("een andere zorgorganisatie neemt het over"),
        "technical": _("de dispenser of de verbinding werkt hier niet"),
        "other": _("iets anders"),
    }.get(reason, reason)


def instead_words(who: str) -> str:
    """Who gives the medicines after the dispenser."""
    return {
        "team": _("het wijkteam komt langs"),
        "carer": _("een naaste geeft ze"),
        "other_provider": _("een andere zorgorganisatie"),
        "institution": _("het ziekenhuis of verpleeghuis"),
        "self": _("de cliënt doet het zelf"),
        "nothing_left": _("er zijn geen medicijnen meer"),
    }.get(who, who)
