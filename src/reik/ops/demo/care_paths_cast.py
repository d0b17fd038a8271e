"""Who walks the care path besides those with a dispenser, and what was answered and said. Made up; no statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reik.pathway.selection.measures import MEASURES, Planned, Signing, suggested
from reik.pathway.selection.questions import BY_CODE, QUESTIONS, Given, asked

(DRAFT, NOT_NOW, SAID_NO, SKIPPED, AT_PHARMACY, ROLL, LATE_ORDER, INSTALLING, NEW, FORMER) = (
    "draft", "not_now", "said_no", "skipped", "at_pharmacy", "roll", "late_order", "installing", "new", "former",
)  # fmt: skip
NUMBERS_FROM = 60
"""Their numbers come behind those of the neighbours with a dispenser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody without a dispenser; `stage`: how far she is."""

    salutation: str
    name: str
    born: date
    town: str
    team: str
    carer: str
    relation: str
    basis: str
    stage: str


def _candidate(line: str) -> Candidate:
    salutation, name, born, town, team, carer, relation, basis, stage = (
        each.strip() for each in line.split("|")
    )
    return Candidate(
        salutation=salutation, name=name, born=date.fromisoformat(born), town=town, team=f"Team {team}", carer=carer,
        relation=relation, basis=basis, stage=stage,
    )  # fmt: skip


CANDIDATES: Sequence[Candidate] = tuple(
    _candidate(line)
    for line in f"""
Mw.|A. (Alie) Kosters|1944-02-17|Borne|Noord|Wouter Kosters|zoon|zvw|{DRAFT}
Dhr.|T. Wigger|1949-11-03|Hengelo|Zuid|Janneke Wigger|echtgenote|zvw|{NOT_NOW}
Mw.|B. Nijenhuis|1940-06-21|Almelo|Noord|Karel Nijenhuis|broer|zvw|{SAID_NO}
Dhr.|C. ter Braak|1951-09-08|Enschede|Zuid|Ina ter Braak|zus|wlz_home|{SKIPPED}
Mw.|L. Hofstede|1937-04-12|Wierden|Noord|Gea Hofstede|dochter|zvw|{AT_PHARMACY}
Mw.|M. Kroeze|1946-12-30|Haaksbergen|Zuid|Stef Kroeze|zoon|zvw|{ROLL}
Dhr.|E. Damhuis|1943-03-26|Delden|Noord|Tonnie Damhuis|echtgenote|zvw|{LATE_ORDER}
Mw.|Z. Lohuis|1939-10-19|Vriezenveen|Noord|Marga Lohuis|dochter|zvw|{INSTALLING}
Dhr.|J. Bults|1947-07-07|Losser|Losser|Ans Bults|echtgenote|wmo|{NEW}
Mw.|R. Vaarhorst|1934-01-15|Oldenzaal|Losser|Leo Vaarhorst|zoon|zvw|{FORMER}
""".strip().splitlines()
)

FITS: Mapping[str, tuple[str, str]] = {
    "manages": ("no_longer", "Vergeet de medicijnen een paar keer per week; de oude rol lag half open."),
    "takes": ("when_told", "Neemt de tabletten zelf met water als iemand eraan herinnert."),
    "group": ("forgets", ""),
    "swallows": ("well", ""),
    "signal": ("at_once", "Liep naar de proefdispenser toen die klonk, ook uit de keuken."),
    "button": ("alone", ""),
    "tablets": ("alone", "Schudt het zakje leeg in een eierdopje."),
    "senses": ("both_well", ""),
    "faults": ("someone_calls", "Belt de naaste als er iets raars is."),
    "hoards": ("no", ""),
    "network": ("good", ""),
    "power": ("sure", ""),
    "housemates": ("alone", ""),
    "other_dispenser": ("nobody", ""),
    "course": ("stable", ""),
    "packable": ("all", "Alles past op de rol, ook na navraag bij de apotheek."),
    "capacity": ("able", "Kan in eigen woorden vertellen wat de dispenser doet en dat stoppen mag."),
    "resistance": ("none", ""),
    "against": ("nothing", ""),
}
"""What was answered and seen where a dispenser fits."""
OTHERWISE: Sequence[Mapping[str, tuple[str, str]]] = (
    {},
    {"senses": ("hears_badly", "Hoort de deurbel niet; wel als het volume hoog staat.")},
    {"tablets": ("with_aid", "Krijgt het zakje niet open met de vingers. De dispenser knipt het open.")},
    {},
    {"power": ("pulled_out", "De stekker van de lamp ernaast wordt vaak uit het stopcontact gehaald.")},
    {"course": ("slowly_less", "De huisarts verwacht dat het geheugen langzaam minder wordt.")},
)
"""What was otherwise with some of them; taken in turn."""
DOUBTFUL = 2
"""Every so manieth of De Linde's clients has a representative, because she cannot decide on this herself."""


def given(otherwise: Mapping[str, tuple[str, str]], representative: str = "") -> dict[str, Given]:
    """A whole form."""
    answers = {**FITS, **otherwise}
    if representative:
        answers["capacity"] = ("not_able", "Weet na vijf minuten niet meer waar het gesprek over ging.")
    return {
        code: Given(
            answers=(answer,), saw=saw,
            who=representative if answer in BY_CODE[code].named and code == "capacity" else "",
        )
        for code, (answer, saw) in answers.items()
    }  # fmt: skip


def signing(answers: Mapping[str, Given], today: date) -> Signing:
    """What a nurse signs on this day: suitable, or with a person and a day for each measure."""
    found = suggested(asked(answers), answers)
    planned = tuple(
        Planned(
            measure=each,
            role=MEASURES[each].role,
            due_on=today + timedelta(days=min(MEASURES[each].days, 14)),
        )
        for each in found.measures
    )
    return Signing(outcome=found.outcome, planned=planned)


NOT_NOW_ANSWERS: Mapping[str, tuple[str, str]] = {
    "signal": ("never", "Reageert drie keer niet op het signaal, ook niet in dezelfde kamer."),
    "course": ("soon_different", "Net begonnen met andere medicijnen; de geriater kijkt over zes weken."),
}
NOT_NOW_BECAUSE = "Merkt het signaal nu niet. Na de nieuwe medicijnen oefenen we opnieuw."
SKIPPED_BECAUSE = (
    "Gaat eerst zes weken naar een revalidatiecentrum. Bij thuiskomst vullen we de vragen samen in."
)
HALF = [each.code for each in QUESTIONS][:9]
"""So far came the form that was begun."""
NO_WORDS = "Ik wil liever dat er iemand langskomt. Dan heb ik ook even aanspraak."
YES_WORDS = (
    "Dan hoef ik 's ochtends niet meer te wachten.",
    "Als er maar iemand komt wanneer ik het niet hoor.",
    "Ik wil het proberen. Bevalt het niet, dan stop ik.",
)
FALLBACK = "Staat hij stil, dan komt het wijkteam. De reserverol ligt in de kast in de gang."
NOT_HEARD = "In de slaapkamer is het signaal niet te horen. Een trilkussen is aangevraagd."
