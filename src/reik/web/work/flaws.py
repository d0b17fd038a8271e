"""What medication says against a schedule or a list, in the reader's language; else its own sentence."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _


def schedule_flaw(sentence: str) -> str:
    """A ScheduleRefused, or the flaw of one line."""
    said = re.sub(r"^Line \d+: ", "", sentence)
    if found := re.match(r"At (\d\d:\d\d) there are more than (\d+) sachets", said):
        return _("Om %(at)s zijn er meer dan %(most)s zakjes.") % {"at": found[1], "most": found[2]}
    for begin, words in _flaws():
        if said.startswith(begin):
            return words
    return said


def _flaws() -> list[tuple[str, str]]:
    return [
        ("A schedule needs", _("Typ ten minste één tijd.")),
        ("name the days", _("Kies ten minste één dag.")),
        ("a time is hours", _("Een tijd is uren en minuten: 08:00.")),
        ("a moment has", _("Een moment heeft 1 tot 30 zakjes.")),
        ("the window is 1", _("Het venster is 1 tot 240 minuten, meestal 45.")),
        ("the latest hand-out time is not", _("De uiterste uitneemtijd ligt na het venster, binnen een dag.")),
        ("Someone else than", _("Wie het schema schreef leest het niet zelf terug: vraag een collega.")),
        ("A newer schedule", _("Er is al een nieuwer schema teruggelezen: schrijf een nieuw.")),
        ("This schedule was sent back", _("Dit schema ging terug naar de schrijver: schrijf een nieuw.")),
        ("This schedule is no draft", _("Dit is geen concept meer: kijk opnieuw in de werklijst.")),
        ("Say what is not right", _("Schrijf op wat er niet klopt, zodat de schrijver het kan verbeteren.")),
        ("One client has one", _("Een cliënt heeft één schema: zet al haar tijden bij elkaar.")),
        *_of_lists(),
    ]  # fmt: skip


def _of_lists() -> list[tuple[str, str]]:
    return [
        ("the BSN is not valid", _("dit is geen geldig BSN.")),
        ("say who", _("schrijf wie het is: een BSN, of naam en geboortedatum.")),
        ("the weekdays cannot", _("de dagen zijn niet te lezen: schrijf ma di wo do vr za zo, ma-vr of dagelijks.")),
        ("the weekdays are missing", _("de dagen ontbreken.")),
        ("the time cannot", _("de tijd is niet te lezen: schrijf 08:00.")),
        ("the birth date cannot", _("de geboortedatum is niet te lezen: schrijf 31-12-1940.")),
        ("the number of sachets is", _("het aantal zakjes is een heel getal.")),
        ("the window is a whole", _("het venster is een heel getal.")),
        ("the latest hand-out time is a whole", _("de uiterste uitneemtijd is een heel getal in minuten.")),
        ("no such client", _("deze cliënt is niet gevonden.")),
        ("more than one client", _("meer dan één cliënt heet zo: geef het BSN.")),
        ("The first line names", _(
            "De eerste regel noemt de kolommen: bsn (of naam en geboortedatum), dagen, tijd, zakjes,"
            " en als u wilt venster en uiterlijk."
        )),
    ]  # fmt: skip
