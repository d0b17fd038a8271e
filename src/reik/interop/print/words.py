"""The sentences on paper, Dutch and English. Pure: paper is made where no screen is, so it has words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

LANGUAGES = ("nl", "en")
WORDS: Mapping[str, tuple[str, str]] = {
    "day_card": ("Dagkaart", "Day card"),
    "week_card": ("Weekkaart", "Week card"),
    "pack": ("Uitvalpakket", "Outage pack"),
    "demo": (
        "DEMO: verzonnen mensen en gegevens, niet gebruiken",
        "DEMO: made-up people and data, do not use",
    ),
    "questions_title": ("Vragen over de dispenser", "Questions about the dispenser"),
    "questions_how": (
        "Zet bij elke vraag één kruis. Er is geen goed of fout antwoord. Meedoen mag, het hoeft niet.",
        "Put one cross at each question. There is no right or wrong answer. You may leave it, too.",
    ),
    "questions_day": ("Ingevuld op", "Filled in on"),
    "questions_voice": ("Wie geeft antwoord?", "Who answers?"),
    "questions_self": ("de cliënt zelf", "the client"),
    "questions_carer": ("een naaste, voor de cliënt", "an informal carer, for the client"),
    "page": ("blad", "page"),
    "of": ("van", "of"),
    "unknown": ("inhoud niet bekend", "contents not known"),
    "nobody": ("Er is niemand.", "There is nobody."),
    "nothing": ("Er staat niets voor deze dag.", "Nothing is planned for this day."),
    "born": ("geboren {at}", "born {at}"),
    "made": (
        "Gemaakt {made}, geldig tot {until}. Daarna en na elke wijziging: kijk in Reik.",
        "Made {made}, valid until {until}. After that and after any change: look in Reik.",
    ),
    "annex": (
        "Bijlage bij de toedienlijst. Reik tekent voor niemand af.",
        "Annex to the administration list. Reik signs for nobody.",
    ),
    "via": (
        "Rol via dispenser {name} sinds {since}. Wat Reik weet: {evidence}, niet of het is geslikt.",
        "Roll by dispenser {name} since {since}. What Reik knows: {evidence}, not whether it was swallowed.",
    ),
    "via_not_yet": (
        "Dispenser {name} staat er, maar er ging nog geen rol in.",
        "Dispenser {name} is there, but no roll has gone in yet.",
    ),
    "via_none": ("Geen dispenser: alles met de hand.", "No dispenser: everything by hand."),
    "evidence_pressed": ("er is op OK gedrukt", "OK was pressed"),
    "evidence_handed_out": ("het zakje is uitgegeven", "the sachet was handed out"),
    "evidence_removed": ("het zakje is uit het bakje gepakt", "the sachet was taken out of the tray"),
    "way_dispenser": ("Via dispenser", "By dispenser"),
    "way_hand": ("Met de hand", "By hand"),
    "no_sign": ("via dispenser: niet aftekenen als gegeven", "by dispenser: not to be signed as given"),
    "sign": ("paraaf, tijd", "initials, time"),
    "second": ("paraaf tweede persoon", "second person's initials"),
    "who_team": ("door het wijkteam", "by the team"),
    "who_carer": ("door de naaste", "by the informal carer"),
    "who_client": ("door de cliënt zelf", "by the client herself"),
    "sachets_1": ("1 zakje", "1 sachet"),
    "sachets": ("{n} zakjes", "{n} sachets"),
    "roll": ("rol {roll}", "roll {roll}"),
    "latest": ("uiterlijk {at}", "at the latest {at}"),
    "from_agreements": (
        "inhoud volgens de apotheek, niet van het zakje",
        "contents by the pharmacy, not the sachet",
    ),
    "from_change": ("wat er zonder de wijziging nog in zit", "what is still in it without the change"),
    "why_no_device": ("geen dispenser", "no dispenser"),
    "why_no_roll": ("geen zakje op een rol", "no sachet on a roll"),
    "why_not_loaded": ("rol zit nog niet in de dispenser", "roll is not in the dispenser yet"),
    "why_paused": ("dispenser staat op pauze", "dispenser is paused"),
    "why_away": ("afwezig: dispenser geeft niets uit", "away: dispenser hands out nothing"),
    "why_stopped": ("gestopt: dispenser geeft niets uit", "stopped: dispenser hands out nothing"),
    "why_change": ("zakje vastgehouden om een wijziging", "sachet held because of a change"),
    "why_by_hand": ("iemand geeft dit met de hand", "somebody gives this by hand"),
    "why_withheld": ("zakje vastgehouden", "sachet withheld"),
    "check_first": (
        "blokkeer eerst het zakje in de dispenser (Reik, met de hand geven)",
        "block the sachet in the dispenser first (Reik, give by hand)",
    ),
    "warn_undecided": (
        "Buiten de rol, nog niet beslist wie dit geeft: {detail}",
        "Outside the roll, undecided: {detail}",
    ),
    "warn_unplannable": (
        "Staat niet op deze kaart, want niet te plannen: {detail}. Vraag de apotheek.",
        "Not on this card, because it cannot be planned: {detail}. Ask the pharmacy.",
    ),
    "warn_besides": ("Extra met de hand bij het zakje: {detail}", "By hand beside the sachet: {detail}"),
    "warn_silent": (
        "De dispenser is stil: Reik weet niet of hij uitgeeft. Ga na of het zakje eruit kwam.",
        "The dispenser is silent: Reik does not know whether it hands out. Check whether the sachet came out.",
    ),
    "warn_unwell": (
        "De dispenser meldt dat hij niet kan uitgeven ({detail}).",
        "The dispenser says that it cannot hand out ({detail}).",
    ),
    "warn_hand": ("Met de hand om {detail}: {why}.", "By hand at {detail}: {why}."),
    "needs": ("Zo nodig", "As needed"),
    "most": ("ten hoogste {n} keer per dag", "at most {n} times a day"),
    "most_unknown": ("hoe vaak ten hoogste: niet opgeschreven", "how often at most: not written down"),
    "gap": ("ten minste {n} minuten na de vorige keer", "at least {n} minutes after the last time"),
    "gap_hours": ("ten minste {n} uur na de vorige keer", "at least {n} hours after the last time"),
    "given_today": ("vandaag {n} keer opgeschreven, laatst {at}", "written down {n} times today, last {at}"),
    "last_given": ("laatst opgeschreven {at}", "last written down {at}"),
    "differs": ("verschilt per dag: zie de dagkaart", "differs by day: see the day card"),
    "people": ("Wie bellen", "Whom to phone"),
    "person_client": ("cliënt", "client"),
    "person_carer": ("naaste: {relation}", "informal carer: {relation}"),
    "person_pharmacy": ("apotheek", "pharmacy"),
    "person_duty": ("nu dienst", "on duty now"),
    "person_route": ("opvolging {n}", "follow-up {n}"),
    "route_phone_client": ("belt de cliënt", "phones the client"),
    "route_ask_carer": ("krijgt bericht", "is told"),
    "route_ask_team": ("wordt gebeld", "is phoned"),
    "no_number": ("nummer niet bekend", "number not known"),
    "cover": (
        "Voor als Reik niet bereikbaar is. Team {team}. Gemaakt {made}. Vandaag en morgen.",
        "For when Reik cannot be reached. Team {team}. Made {made}. Today and tomorrow.",
    ),
    "cover_what": (
        "De dispensers gaan door volgens hun eigen plan. Bel of bezoek na elk moment: Reik waarschuwt nu niemand.",
        "The dispensers go on by their own plan. Visit or phone after each moment: Reik warns nobody now.",
    ),
    "cover_by_hand": ("vandaag {n} rolmomenten met de hand", "{n} roll moments by hand today"),
    "cover_none": ("rol via dispenser", "roll by dispenser"),
    "cover_no_roll": ("geen rolmomenten", "no roll moments"),
    "stands_given": ("opgeschreven: gegeven {at}, {who}", "written down: given {at}, {who}"),
    "stands_not_given": ("opgeschreven: niet gegeven, {who}", "written down: not given, {who}"),
    "stands_no_word": ("niets opgeschreven", "nothing written down"),
    "out_removed": ("uitgenomen {at}", "taken out {at}"),
    "out_handed_out": ("uitgegeven {at}", "handed out {at}"),
    "out_pressed": ("op OK gedrukt {at}", "OK pressed {at}"),
    "end_partly": ("deels uit", "partly out"),
    "end_not_out": ("niet uit", "not out"),
    "end_withheld": ("vastgehouden", "withheld"),
    "end_by_hand": ("met de hand gegeven", "given by hand"),
    "end_paused": ("gepauzeerd", "paused"),
    "end_device_failure": ("onbekend, storing", "not known, fault"),
    "end_no_notice": ("geen bericht ontvangen", "no notice received"),
    "end_unknown": ("onbekend", "not known"),
}
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "columns": (("Tijd", "Wat", "Hoe", "Aftekenen"), ("Time", "What", "How", "Sign")),
    "need_columns": (("Wat", "Wanneer", "Aftekenen"), ("What", "When", "Sign")),
    "week_columns": (("Tijd", "Wat"), ("Time", "What")),
    "people_columns": (("Wie", "Naam", "Nummer"), ("Who", "Name", "Number")),
    "cover_columns": (("Cliënt", "Telefoon", "Vandaag"), ("Client", "Phone", "Today")),
}
_DAYS = (
    ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
     "december"),
    ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
     "December"),
)  # fmt: skip


class Words:
    """The sentences in one language, with values filled in as they are."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "nl"
        self._place = LANGUAGES.index(self.language)

    def say(self, key: str, **values: object) -> str:
        return WORDS[key][self._place].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """The words of a code, or the code itself where paper has none."""
        return WORDS[key][self._place] if key in WORDS else otherwise

    def columns(self, key: str) -> list[str]:
        return list(COLUMNS[key][self._place])

    def day(self, day: date) -> str:
        """ "zondag 22 november 2026" """
        return (
            f"{_DAYS[self._place][day.weekday()]} {day.day} {_MONTHS[self._place][day.month - 1]} {day.year}"
        )

    def short_day(self, day: date) -> str:
        return f"{_DAYS[self._place][day.weekday()][:2]} {day.day}-{day.month}"

    def date(self, day: date) -> str:
        return f"{day.day} {_MONTHS[self._place][day.month - 1]} {day.year}"

    def instant(self, at: datetime, zone: ZoneInfo) -> str:
        local = at.astimezone(zone)
        return f"{local.day}-{local.month}-{local.year} {local:%H:%M}"
