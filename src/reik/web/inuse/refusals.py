"""What a screen says when the care path refuses: by code, so that each sentence stands in both languages."""

from __future__ import annotations

from django.utils.translation import gettext as _


def refused_words(code: str, sentence: str) -> str:
    """A refusal in the reader's language; one that is not known shows its own sentence."""
    if code.startswith("missing "):
        return _("Vul eerst in: %(fields)s.") % {"fields": ", ".join(_field(e) for e in code.split()[1:])}
    if code.startswith("gap "):
        slot = code.removeprefix("gap ")
        return _("Niemand geeft de medicijnen van %(slot)s. Vul in wie dat doet, of stop later.") % {
            "slot": slot
        }
    return _said().get(code, sentence)


def _field(name: str) -> str:
    return {
        "phase": _("in welke stap"),
        "cause": _("de oorzaak"),
        "harm": _("het gevolg"),
        "measures": _("wat u eraan doet"),
        "answer": _("het antwoord aan wie klaagde"),
        "inspectorate_at": _("wanneer de inspectie het weet"),
    }.get(name, name)


def _said() -> dict[str, str]:
    return {
        "role": _("Dit doet een ander: een wijkverpleegkundige of de teammanager."),
        "answers": _("Beantwoord elke vraag. Niet bekend is ook een antwoord."),
        "outcome": _("Kies hoe het verder gaat."),
        "next_on": _("Kies wanneer u weer kijkt: na vandaag, en niet later dan de organisatie afspreekt."),
        "adjust": _("Schrijf op wat er verandert, en wie dat doet."),
        "adjust_by": _("Kies vóór welke dag het veranderd is."),
        "because": _("Schrijf op waarom u het vraagt."),
        "note": _("Schrijf op waarom: wie dit later leest was er niet bij."),
        "overtaken": _("Iemand anders was u voor. Lees de pagina opnieuw. Er is niets veranderd."),
        "path": _("Dit kan nu niet bij deze cliënt. Kijk op het zorgpad."),
        "resistance": _("Kies wat de cliënt deed, en schrijf op wat u zag en hoorde. Niet later dan nu."),
        "kind": _("Kies: een klacht, een incident of een calamiteit."),
        "reporter": _("Kies wie dit vertelt."),
        "what": _("Schrijf op wat er gebeurde."),
        "happened_at": _("Vul dag en tijd in. Het kan niet later zijn dan nu."),
        "inspectorate_at": _("Vul in wanneer het gemeld is: na het gebeuren, en niet later dan nu."),
        "phase": _("Kies in welke stap het misging."),
        "cause": _("Kies de oorzaak die het beste past."),
        "harm": _("Kies het gevolg. Nog niet bekend mag ook."),
        "reviewed_note": _("Schrijf op wat er is afgesproken."),
        "closed": _("Iemand sloot deze melding al af. Er is niets veranderd."),
        "roll": _("Deze rol zit niet in de dispenser, of er zit nog een rol in. Kijk bij de rollen."),
        "counted": _("Tel de zakjes op de rol."),
        "compared_with": _("Kies met welke lijst u de rol vergeleek."),
        "left_in_tray": _("Tel wat er nog in het bakje lag. 0 is ook een telling."),
        "signed": _("Voor deze rol is al getekend. Er is niets veranderd."),
        "sure": _("Zet het vinkje: u tekent zelf voor wat u deed."),
        "reason": _("Kies waarom de cliënt stopt."),
        "last_at": _("Vul in tot wanneer de dispenser uitgeeft: vanaf nu, binnen 60 dagen."),
        "instead": _("Vul in wie de medicijnen geeft, hoe laat en vanaf welke dag."),
        "roll_inside": _("Er zit nog een rol in de dispenser. Haal die er eerst uit en tel wat over is."),
        "by": _("Vul in wie de dispenser meenam."),
        "runs": _("De dispenser geeft nog uit. Wacht tot het laatste moment voorbij is."),
        "none": _("Er staat geen dispenser meer bij deze cliënt."),
        "changed": _("Iemand anders veranderde het zorgpad. Lees de pagina opnieuw."),
        "not_from_here": _("Dit kan nu niet bij deze cliënt. Kijk op het zorgpad."),
        "conditions": _("Nog niet alles is klaar. Kijk in de lijst wat er nog moet."),
    }
