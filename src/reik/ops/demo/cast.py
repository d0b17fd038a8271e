"""The cast of the demo. Everyone and everything is made up; towns are real names on the map, numbers are not in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CENTRE = "Zorgcentrale De Wacht"
PHARMACY = "Apotheek De Vijzel"
OTHER_PHARMACY = "Apotheek De Eik"
"""Has no account: it is written to, or phoned. A few of De Linde's clients stayed with it."""
PHARMACY_HOURS = {str(day): ("08:30", "17:30") for day in range(1, 6)} | {"6": ("10:00", "14:00")}
DUTY_PHARMACY = "Dienstapotheek Twente"
TWENTESTROOM = "Thuiszorg Twentestroom"
LINDE = "Zorggroep De Linde"
TEAMS = {"Team Noord": TWENTESTROOM, "Team Zuid": TWENTESTROOM, "Team Losser": LINDE}
STORY_DEVICE = "STORY-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Someone who logs in for an organisation. `team` empty: for all of it."""

    username: str
    name: str
    role: str
    organisation: str
    team: str = ""


def _worker(name: str, role: str, organisation: str, team: str = "") -> Worker:
    username = "demo." + ".".join(name.lower().split())
    return Worker(username=username, name=name, role=role, organisation=organisation, team=team)


WORKERS: Sequence[Worker] = (
    _worker("Sanne Vos", "operator", CENTRE),
    _worker("Ricardo Baars", "operator", CENTRE),
    _worker("Anja ter Horst", "nurse", TWENTESTROOM, "Team Noord"),
    _worker("Joke Meijer", "nurse", TWENTESTROOM, "Team Noord"),
    _worker("Bram Oude Avenhuis", "caregiver", TWENTESTROOM, "Team Noord"),
    _worker("Petra Kamphuis", "nurse", TWENTESTROOM, "Team Zuid"),
    _worker("Wim Lansink", "team_manager", TWENTESTROOM, "Team Noord"),
    _worker("Femke Rouwhorst", "nurse", LINDE, "Team Losser"),
    _worker("Daan Olthof", "caregiver", LINDE, "Team Losser"),
    _worker("Ruud Blok", "pharmacist", PHARMACY),
    _worker("Ilse Nij Bijvank", "pharmacist", PHARMACY),
)

CARERS_WITH_ACCOUNT = ("Petra de Boer", "Marleen Wolters", "Karin Wessels", "Emre Yıldız")


UNHEARD = ("Henk Bakker",)
"""Informal carers who cannot take the phone at work: what is asked of them goes on to the next, each time."""


def answers(carer: str) -> str:
    """Her name, or nobody for one who never answers."""
    return "" if carer in UNHEARD else carer


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One client. `times`: how many moments a day, 5 is Parkinson's pattern and time-critical; `window` in minutes.

    `soon`: one of her times falls soon after the demo starts.
    """

    salutation: str
    name: str
    born: str
    town: str
    team: str
    profile: str
    times: int
    window: int
    carer: str
    relation: str
    soon: bool
    note: str = ""


def _person(line: str) -> Person:
    salutation, name, born, town, team, profile, times, window, carer, relation, soon, note = (
        each.strip() for each in line.split("|")
    )
    return Person(
        salutation=salutation, name=name, born=born, town=town, team=f"Team {team}", profile=profile,
        times=int(times), window=int(window), carer=carer, relation=relation, soon=soon == "x", note=note,
    )  # fmt: skip


STORY = _person(
    "Mw.|H. (Hennie) Wolters|1941-03-18|Delden|Noord|steady|1|45|Marleen Wolters|dochter||zeg gerust Hennie"
)

PEOPLE: Sequence[Person] = tuple(
    _person(line)
    for line in """
Mw.|A. (Annie) de Boer|1942-05-11|Borne|Noord|ordinary|3|45|Petra de Boer|dochter|x|hoort slecht, laat lang overgaan
Dhr.|H. Wessels|1950-10-02|Delden|Noord|steady|5|15|Karin Wessels|dochter|x|Parkinson: komt langzaam naar de telefoon
Mw.|S. Bakker|1938-01-27|Borne|Noord|forgetful|3|45|Henk Bakker|zoon|x|vraag of zij naast de dispenser staat
Dhr.|P. Janssen|1945-07-09|Hengelo|Noord|steady|2|45|Lia Janssen|echtgenote|x|
Mw.|J. Kuipers|1936-12-03|Almelo|Noord|ordinary|3|75|Mark Kuipers|zoon|x|
Mw.|T. Postma|1949-04-21|Almelo|Noord|late_riser|2|45|Sietske Postma|zus|x|liever niet voor half negen bellen
Mw.|G. Nijhuis|1940-09-14|Vriezenveen|Noord|steady|3|45|Arjan Nijhuis|zoon|x|
Mw.|E. Scholten|1943-02-08|Wierden|Noord|steady|2|75|Ria Scholten|dochter||
Mw.|C. van Dijk-Hoekstra|1935-06-30|Rijssen|Noord|steady|4|45|Jan van Dijk|zoon|x|eerst zeggen wie u bent
Mw.|B. Luttikhuis|1946-11-19|Tubbergen|Noord|restless|3|45|Annemiek Luttikhuis|nicht|x|drukt vaak te vroeg
Dhr.|W. ten Cate|1939-08-25|Nijverdal|Noord|ordinary|3|45|Ellen ten Cate|dochter||
Dhr.|M. Yıldız|1952-03-05|Almelo|Noord|steady|3|45|Emre Yıldız|zoon|x|Turks en Nederlands
Dhr.|G. Oude Elferink|1937-05-17|Ootmarsum|Noord|steady|2|75|Truus Oude Elferink|echtgenote||
Mw.|D. Hesselink|1944-10-28|Denekamp|Noord|steady|3|45|Marjan Hesselink|dochter|x|
Mw.|R. Velthuis|1947-01-12|Enschede|Zuid|steady|2|45|Bas Velthuis|zoon|x|
Dhr.|A. Morsink|1934-04-04|Enschede|Zuid|ordinary|4|45|Gerda Morsink|dochter||heeft een rollator, geef tijd
Mw.|L. Grobben|1941-09-09|Haaksbergen|Zuid|steady|3|45|Theo Grobben|echtgenoot|x|
Mw.|I. Pasman|1953-06-16|Enschede|Zuid|steady|5|15|Nicole Pasman|dochter|x|Parkinson: praat zacht
Dhr.|F. Roerink|1948-12-22|Boekelo|Zuid|steady|2|75|Mieke Roerink|echtgenote||
Mw.|W. Averink|1933-02-14|Neede|Zuid|ordinary|3|45|Johan Averink|zoon|x|
Dhr.|J. Lankheet|1945-03-29|Eibergen|Zuid|steady|3|45|Anneke Lankheet|dochter||
Mw.|N. Wolbers|1950-07-31|Goor|Zuid|steady|2|45|Gerard Wolbers|broer|x|
Dhr.|K. Engbers|1938-11-06|Hengelo|Zuid|forgetful|3|75|Inge Engbers|dochter|x|noem eerst zijn dochter Inge
Mw.|M. Ribberink|1942-08-01|Hengelo|Zuid|steady|3|45|Peter Ribberink|zoon||
Mw.|F. Haverkate|1936-03-23|Enschede|Zuid|steady|4|45|Wilma Haverkate|dochter||
Dhr.|B. Leferink|1951-05-26|Haaksbergen|Zuid|ordinary|2|45|Tineke Leferink|echtgenote|x|
Mw.|O. Krabbe|1940-10-10|Enschede|Zuid|steady|3|45|Rob Krabbe|zoon||
Mw.|J. Spekreijse|1939-01-05|Losser|Losser|steady|3|45|Hanneke Spekreijse|dochter|x|
Dhr.|D. Olde Heuvelt|1944-06-07|Losser|Losser|steady|3|45|Jos Olde Heuvelt|zoon||
Mw.|G. Bosch|1937-09-20|Overdinkel|Losser|steady|2|75|Anita Bosch|dochter||
Mw.|Y. Tijhuis|1946-02-25|Oldenzaal|Losser|restless|3|45|Frank Tijhuis|zoon||belt zelf vaak de centrale
Dhr.|H. Boerrigter|1943-04-13|Oldenzaal|Losser|steady|4|45|Els Boerrigter|echtgenote|x|
Mw.|P. Nieuwe Weme|1935-07-15|De Lutte|Losser|ordinary|2|75|Bart Nieuwe Weme|zoon||
Mw.|A. Scholte in 't Hoff|1948-08-08|Oldenzaal|Losser|steady|3|45|Lies Scholte|zus||
Dhr.|R. Kemna|1954-11-30|Losser|Losser|steady|4|15|Patricia Kemna|echtgenote||Parkinson
Mw.|T. Wiggers|1941-12-12|Glane|Losser|steady|3|45|Moniek Wiggers|dochter||
Dhr.|L. Zwijnenberg|1938-05-03|Deventer|Losser|steady|2|45|Corrie Zwijnenberg|echtgenote||
Mw.|H. Raaijmakers|1945-01-22|Raalte|Losser|ordinary|3|45|Jeroen Raaijmakers|zoon||
Mw.|K. Dijkslag|1931-10-17|Olst|Losser|steady|2|75|Willemien Dijkslag|dochter||
""".strip().splitlines()
)  # fmt: skip

ABOUT = {
    "operator": ("Ziet de meldingen binnenkomen, belt en handelt af.", "Sees alerts come in, phones and closes them."),
    "nurse": ("Zorgt voor haar cliënten: schema en opvolging.", "Cares for her clients: schedule and follow-up."),
    "caregiver": ("Gaat langs waar bellen niet helpt.", "Goes there when a phone call does not help."),
    "team_manager": ("Kijkt hoe het gaat in het team.", "Looks how the team is doing."),
    "pharmacist": ("Maakt de rollen en kijkt ze na.", "Makes the rolls and checks them."),
    "informal_carer": ("Wordt gebeld als het thuis niet lukt.", "Is asked when it does not work out at home."),
}  # fmt: skip
"""What someone of this role does, in Dutch and English."""

LANDS = {
    "operator": "operator", "nurse": "team", "caregiver": "team", "team_manager": "team", "pharmacist": "pharmacy",
    "informal_carer": "carer",
}  # fmt: skip
"""Where someone of this role lands after logging in."""


def bsn(number: int) -> str:
    """The `number`-th made-up BSN of the test range: starts with 9999 and passes the 11-test."""
    found = 0
    for low in range(100_000):
        digits = f"9999{low:05d}"
        total = sum(
            int(digit) * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)
        )
        if total % 11 == 0:
            if found == number:
                return digits
            found += 1
    raise ValueError("the test range has no more numbers")
