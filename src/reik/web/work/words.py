"""The sentences for the code words of schedules, rolls and messages: refusals, differences, and why not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.rolls.check import Refusal
from reik.medication.times.schedule import TimeLine
from reik.web.work.content_words import content_words, when_words
from reik.web.work.roll_life_words import life_refusals


def day_names() -> list[tuple[int, str]]:
    """The days of the week, short, Monday first."""
    return list(enumerate((_("ma"), _("di"), _("wo"), _("do"), _("vr"), _("za"), _("zo")), start=1))


def days_words(weekdays: Collection[int]) -> str:
    """On which days, in one short word where there is one."""
    chosen = sorted(weekdays)
    if chosen == [1, 2, 3, 4, 5, 6, 7]:
        return _("elke dag")
    if chosen == [1, 2, 3, 4, 5]:
        return _("ma-vr")
    if chosen == [6, 7]:
        return _("weekend")
    names = dict(day_names())
    return ", ".join(names[each] for each in chosen)


def sachets_words(count: int) -> str:
    return ngettext("%(n)s zakje", "%(n)s zakjes", count) % {"n": count}


def line_sentence(line: TimeLine) -> str:
    """One line of a schedule as a sentence that can be read aloud beside the label of the roll."""
    return _("%(days)s om %(at)s: %(sachets)s.") % {
        "days": days_words(line.weekdays).capitalize(), "at": f"{line.at:%H:%M}",
        "sachets": sachets_words(line.sachets),
    }  # fmt: skip


def line_consequence(line: TimeLine) -> str:
    """What follows when nothing is taken out, and until when it may be (R27, R29)."""
    said = _("Melding als het er na %(minutes)s minuten nog in zit.") % {"minutes": line.window_min}
    if line.criticality == 0:
        said = _("Tijdkritisch.") + " " + said
    latest = latest_at(line)
    if latest is not None:
        said += " " + _("Mag nog uit tot %(at)s (apotheek).") % {"at": f"{latest:%H:%M}"}
    return said


def latest_at(line: TimeLine) -> time | None:
    """The latest hand-out time on the clock (R29); None: not set by the pharmacy."""
    if line.late_min is None:
        return None
    minutes = (line.at.hour * 60 + line.at.minute + line.late_min) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def latest_words(line: TimeLine) -> str:
    at = latest_at(line)
    if at is None:
        return _("uiterste uitneemtijd niet ingesteld: tot het venster sluit")
    return _("mag nog tot %(at)s (apotheek)") % {"at": f"{at:%H:%M}"}


# Why a roll is not taken


def refusal_words(refusal: Refusal) -> str:
    """Why a roll is not taken, in the reader's language; without words of its own, medication's sentence."""
    if refusal.code == "differs":
        return _differing(refusal.sentence)
    if refusal.code == "wrong_period" and (found := re.search(r"Sachet (\d+)", refusal.sentence)):
        return _("Zakje %(n)s valt buiten de periode van de rol.") % {"n": found[1]}
    said = _refusals() | life_refusals()
    return said.get(refusal.code) or _counted(refusal) or refusal.sentence


def _refusals() -> dict[str, str]:
    return {
        "number": _("Een rol heeft een nummer van ten hoogste 64 tekens: kijk op het etiket."),
        "wrong_client": _("Deze rol is voor iemand anders gemaakt: gebruik hem niet."),
        "wrong_period": _("De periode van deze rol eindigt voor zij begint."),
        "past_period": _("De periode van deze rol is voorbij."),
        "no_sachets": _(
            "Er is in deze periode geen zakje gepland: kijk naar het schema, of kies een andere periode."
        ),
        "gap_in_numbers": _("De nummers van de zakjes volgen elkaar niet op."),
        "no_time": _("Niet elk zakje heeft een dag en een tijd."),
        "k_of_n": _("De zakjes van één moment zijn niet doorgenummerd."),
        "known": _(
            "Er is al een rol met dit nummer, of een andere rol voor dezelfde tijd: kijk op het etiket."
        ),
        "unknown": _("Deze rol is niet geregistreerd: registreer hem eerst."),
    }


def _counted(refusal: Refusal) -> str:
    """Refusals that name numbers, days or other rolls: those are kept."""
    said = refusal.sentence
    if refusal.code == "overlap" and (found := re.search(r"roll (.+) of this client", said)):
        return _("De periode overlapt met rol %(roll)s van deze cliënt.") % {"roll": found[1]}
    if refusal.code == "gap" and (found := re.search(r"one (\d+) moments .* on (\S+) at (\S+)\.", said)):
        return _("Tussen de vorige rol en deze hebben %(n)s momenten geen zakje; het eerste op %(day)s om %(at)s.") % {
            "n": found[1], "day": found[2], "at": found[3],
        }  # fmt: skip
    if refusal.code == "state" and (found := re.search(r"is (\w+):", said)):
        return _("Deze rol is %(state)s: zo kan hij niet worden gebruikt.") % {"state": state_words(found[1])}
    if refusal.code == "count":
        return _miscounted(said)
    return ""


def _miscounted(said: str) -> str:
    if found := re.search(r"From (\d+) to (\d+) are (-?\d+) sachets, not (\d+)", said):
        return _("Van %(first)s tot en met %(last)s zijn %(there)s zakjes, niet %(count)s: tel opnieuw.") % {
            "first": found[1], "last": found[2], "there": found[3], "count": found[4],
        }  # fmt: skip
    if found := re.search(r"schedule has (\d+) sachets in this period and the roll (\d+)", said):
        return _(
            "Het schema heeft in deze periode %(planned)s zakjes en de rol %(count)s: tel opnieuw,"
            " of laat de apotheek elk zakje opgeven."
        ) % {"planned": found[1], "count": found[2]}
    if found := re.search(r"has (\d+) sachets, (\d+) to (\d+)", said):
        return _("De rol heeft %(count)s zakjes, van %(first)s tot en met %(last)s: tel opnieuw.") % {
            "count": found[1], "first": found[2], "last": found[3],
        }  # fmt: skip
    return ""


def state_words(state: str) -> str:
    """Where a roll is."""
    return {
        "registered": _("geregistreerd"),
        "delivered": _("bezorgd"),
        "loaded": _("in de dispenser"),
        "emptied": _("leeg"),
        "returned": _("teruggestuurd"),
        "refused": _("geweigerd"),
    }.get(state, state)


# Differences


def _differing(sentence: str) -> str:
    if sentence.startswith("The pharmacy has to look"):
        return _("De apotheek moet eerst naar deze rol kijken:")
    if said := content_words(sentence):
        return said
    found = re.match(r"(\d\d-\d\d-\d{4}) (\d\d:\d\d): (.*)", sentence)
    if not found:
        return sentence
    when, said = when_words(f"{found[1]} {found[2]}"), found[3]
    if other := re.search(r"on the roll at (\d\d:\d\d)", said):
        return _("%(when)s: zo gepland, op de rol om %(other)s.") % {"when": when, "other": other[1]}
    planned, there = _number(r"(\d+) planned", said), _number(r"(\d+) on the roll", said)
    return _("%(when)s: %(planned)s gepland, %(found)s op de rol.") % {
        "when": when, "planned": planned, "found": there
    }  # fmt: skip


def _number(pattern: str, said: str) -> int:
    found = re.search(pattern, said)
    return int(found[1]) if found else 0


def finding_words(kind: str, key: str, sentence: str, *, of_roll: bool) -> str:
    """A difference between roll and plan, or between the pharmacy's agreements and the schedule."""
    if of_roll:
        return _differing(sentence)
    parts = key.split(" ")
    if len(parts) < 5 or len(parts[1]) < 4:
        return sentence
    at, other = (f"{each[:2]}:{each[2:4]}" for each in (parts[1], parts[2] or parts[1]))
    return {
        "other_time": _("%(at)s in de afspraken van de apotheek staat op %(other)s in het schema."),
        "missing": _("%(at)s staat in de afspraken van de apotheek en niet in het schema."),
        "extra": _("%(at)s staat in het schema en niet in de afspraken van de apotheek."),
        "other_number": _(
            "%(at)s heeft %(scheduled)s zakjes in het schema, en %(agreed)s stuks in de afspraken."
        ),
    }.get(kind, sentence) % {"at": at, "other": other, "agreed": parts[3], "scheduled": parts[4]}


def days_of_finding(first: date, days: int) -> str:
    """When a difference begins, and on how many days it is."""
    on = date_format(first, "D j F")
    if days == 1:
        return on
    return _("vanaf %(day)s, op %(n)s dagen") % {"day": on, "n": days}


# Messages of the pharmacy


def unsure_words(reason: str) -> str:
    """Why a person has to say which client a message is about."""
    return {
        "no-bsn": _("Er staat geen BSN in het bericht, en dit nummer is nog aan niemand gekoppeld."),
        "client-unknown": _("Niemand heeft dit BSN."),
        "two-clients": _("De nummers in het bericht horen bij twee cliënten."),
        "birth-date-differs": _("Het BSN is bekend, maar de geboortedatum is een andere."),
    }.get(reason, reason)


def unplannable_said(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """An agreement that could not be planned: which product, as the pharmacy wrote it, and why."""
    name = names.get(str(one.get("agreement"))) or _("naam niet bekend")
    text = str(one.get("text") or "")
    said = f"{name}, {text}" if text else name
    return {"text": said, "reason": unplannable_words(str(one.get("reason", "")))}


def unplannable_words(reason: str) -> str:
    """Why an agreement could not be planned without a guess (plan contract H4 and H5)."""
    return {
        "unknown-modifier": _("er staat iets bij dat de betekenis verandert en dat Reik niet kent"),
        "no-period": _("er staat geen begindatum bij"),
        "period-invalid": _("de gebruiksperiode klopt niet"),
        "period-condition": _("het gebruik hangt van een voorwaarde af"),
        "unresolved-stop": _("er is een stop waarvan niet duidelijk is waarbij die hoort"),
        "treatment-held": _("een afspraak van dezelfde behandeling kon niet worden gepland"),
        "wds-overlap": _("twee doseerschema's gelden tegelijk"),
        "cycle-invalid": _("de herhaling van het schema klopt niet"),
        "cycle-overflow": _("de stappen passen niet in de herhaling"),
        "sequence-mixed": _("niet alle stappen hebben een volgnummer"),
        "bounds-mismatch": _("de stappen duren niet even lang of sluiten niet aan"),
        "bounds-range": _("de duur van een stap staat niet vast"),
        "bounds-invalid": _("de duur van een stap klopt niet"),
        "no-dosage": _("er staat geen dosering bij"),
        "no-timing": _("er staat geen tijd bij"),
        "dose-range": _("de hoeveelheid staat niet vast"),
        "dose-invalid": _("de hoeveelheid klopt niet"),
        "frequency-range": _("hoe vaak staat niet vast"),
        "period-range": _("om de hoeveel tijd staat niet vast"),
        "count-range": _("hoeveel keer in totaal staat niet vast"),
        "timing-conflict": _("de tijden spreken elkaar tegen"),
        "timing-unsupported": _("de tijden staan er op een manier die Reik niet kan plannen"),
        "weekday-missing": _("er staat niet bij op welke dag van de week"),
        "date-missing": _("er staat niet bij op welke datum van de maand"),
        "slots-missing": _("er staat niet bij op welke tijden van de dag"),
        "slot-conflict": _("voor de nacht, maar de tijd is overdag"),
        "step-too-short": _("een stap duurt korter dan een dag"),
    }.get(reason, reason)
