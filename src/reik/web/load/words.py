"""The words of load and drills: figures, verdicts, what to do, and proposals as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from reik.alerting.drills.rules import Verdict
from reik.alerting.drills.seen import DrillSeen, RouteSeen
from reik.alerting.figures.proposals import ProposalSeen
from reik.web.shown import Shown


def figure_words(figure: str) -> str:
    """What a figure counts."""
    return {
        "all": _("Alle meldingen"),
        "of_outage": _("Uit een storing (apart geteld)"),
        "open": _("Nog open"),
        "by_itself": _("Sloot vanzelf"),
        "by_person": _("Afgehandeld door een mens"),
        "centre_got": _("Bij de zorgcentrale en door een mens afgehandeld"),
        "centre_closed": _("Door de zorgcentrale afgesloten, niemand anders gebeld, geen bezoek"),
        "no_visit": _("Afgehandeld zonder bezoek"),
        "visit": _("Met een bezoek"),
        "late_send": _("Later dan een minuut verstuurd"),
        "late_accept": _("Niet aangenomen binnen de afgesproken wachttijd"),
        "late_handle": _("Aangenomen, maar de tijd verliep zonder afhandeling"),
        "late_press": _("Vanzelf gesloten binnen 10 minuten, nadat iemand gebeld was"),
        "false_notice": _("Valse melding"),
    }.get(figure, figure)


def interval_words(name: str) -> str:
    return {
        "detect": _("Van einde venster tot melding"),
        "send": _("Van melding tot verstuurd"),
        "accept": _("Van verstuurd tot aangenomen"),
        "handle": _("Van aangenomen tot afgehandeld"),
    }[name]


def shift_words(shift: str) -> str:
    return {"day": _("dag, 7–15"), "evening": _("avond, 15–23"), "night": _("nacht, 23–7")}[shift]


def length_words(seconds: int | None) -> str:
    """A short length of time; a dash where there are too few cases."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return _("%(n)s s") % {"n": seconds}
    minutes, rest = divmod(seconds, 60)
    if minutes >= 120:
        return _("%(h)s u %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest} if rest else _("%(m)s min") % {"m": minutes}


def verdict_shown(verdict: Verdict) -> Shown:
    """Unknown is never green: what is not tried, or runs, has another mark."""
    return {
        Verdict.WAITING: Shown("sig", _("wacht op antwoord")),
        Verdict.LATER: Shown("plan", _("nog niet: buiten haar uren")),
        Verdict.ANSWERED: Shown("uit", _("beantwoord")),
        Verdict.OTHER_WAY: Shown("laat", _("beantwoord over de tweede weg")),
        Verdict.LATE: Shown("laat", _("te laat beantwoord")),
        Verdict.FAILED: Shown("niet", _("niet aangekomen")),
        Verdict.NO_ANSWER: Shown("niet", _("geen antwoord")),
        Verdict.AWAY: Shown("pau", _("niet gebeld: afwezig")),
        Verdict.PROVEN: Shown("uit", _("deze week al beantwoord")),
    }[verdict]


def to_do_words(code: str) -> str:
    return {
        "mend_first_way": _("Herstel de eerste weg: controleer nummer of adres en stuur een proef."),
        "longer_wait_or_other": _("Spreek een langere wachttijd af, of vraag iemand anders."),
        "mend_way": _("Controleer nummer of adres, stuur een proef, en houd de oefening opnieuw."),
        "ask_or_replace": _("Vraag na waarom er geen antwoord kwam. Pas de uren aan of vraag iemand anders."),
        "again_when_back": _("Oefen opnieuw als zij terug is."),
    }.get(code, "")


def why_words(why: str) -> str:
    return {
        "monthly": _("maandelijks"), "on_demand": _("op verzoek"), "go_live": _("proefmelding voor de start"),
        "changed": _("na een wijziging"),
    }.get(why, why)  # fmt: skip


def by_words(by: str) -> str:
    return _("Reik zelf") if by == "reik" else by


def passed_shown(seen: DrillSeen) -> Shown:
    if seen.ended_at is None:
        return Shown("sig", _("loopt"))
    return Shown("uit", _("geslaagd")) if seen.passed else Shown("niet", _("niet geslaagd"))


def last_shown(seen: RouteSeen) -> Shown:
    if seen.held_at is None:
        return Shown("onb", _("nog nooit geoefend"))
    if seen.passed is None:
        return Shown("sig", _("loopt"))
    return Shown("uit", _("geslaagd")) if seen.passed else Shown("niet", _("niet geslaagd"))


def route_words(number: int, name: str, *, of_client: bool, version: int) -> str:
    """Which route, without saying whose: a drill holds nothing of a client."""
    whose = _("Eigen afspraak") if of_client else _("Standaard")
    return _("%(whose)s, versie %(v)s: %(route)s") % {
        "whose": whose, "v": version, "route": name if number else _("gewone route"),
    }  # fmt: skip


def proposal_words(seen: ProposalSeen) -> tuple[str, str]:
    """What is proposed, and what it rests on, as two sentences that a nurse can check."""
    said: Mapping[str, object] = {**seen.evidence, "at": seen.subject}
    if seen.kind == "drifts_later":
        said = {**said, "weeks": ", ".join(length_words(each) for each in seen.evidence["weeks_s"])}
    proposed, because = {
        "drifts_later": (
            _("Moment van %(at)s: overleg over een later tijdstip of een langer venster."),
            _("De knop wordt elke week later ingedrukt: na %(weeks)s (midden van elke week)."),
        ),
        "more_misses": (
            _("Moment van %(at)s: ga na wat er veranderd is; kijk naar de herinneringen."),
            _(
                "%(after)s keer niet uitgenomen in de laatste twee weken, %(before)s keer in de twee weken daarvoor."
            ),
        ),
        "late_presses": (
            _(
                "Moment van %(at)s: overleg over een venster dat %(longer_min)s minuten langer is,"
                " of een latere herinnering."
            ),
            _("%(late)s van de %(alerts)s meldingen sloten vanzelf, kort na het einde van het venster."),
        ),
        "silent_step": (
            _("Stap %(position)s, %(responder)s: sla deze stap over of vraag iemand anders."),
            _("%(calls)s keer gevraagd in vier weken, nooit antwoord."),
        ),
    }[seen.kind]
    return proposed % said, because % said
