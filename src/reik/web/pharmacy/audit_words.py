"""Who changed what of a client's medication, as sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.medication.seen.audit import AuditLine
from reik.web.answer.words import answer_words, how_words, kind_words
from reik.web.pharmacy.asked_words import choice_words
from reik.web.pharmacy.words import minutes_words
from reik.web.task_words import task_words
from reik.web.work.words import finding_words


def subjects() -> dict[str, tuple[str, str]]:
    """What a line of the history can be about: icon and word."""
    return {
        "schedule": ("calendar-week", _("Schema")),
        "limit": ("clock", _("Grenzen")),
        "message": ("mail", _("Afspraken")),
        "roll": ("package", _("Rollen")),
        "difference": ("list-check", _("Verschillen")),
        "change": ("arrows-exchange", _("Wijzigingen")),
        "request": ("message", _("Vragen")),
        "task": ("clipboard-check", _("Taken")),
    }


def who_words(by: str) -> str:
    return {
        "device": _("De dispenser"),
        "household": _("Het huishouden"),
        "reik": "Reik",
        "pharmacy": _("Een bericht van de apotheek"),
    }.get(by, by)


def audit_words(line: AuditLine) -> str:
    """What happened, as a sentence; who did it stands beside it."""
    values = line.values
    said = _audit().get(line.kind)
    if line.kind == "limit_set":
        return _limit_said(values)
    if line.kind == "message_received":
        return _received(values)
    if line.subject == "difference":
        return (said or "%(text)s") % {"text": _differing(values)}
    if line.subject == "request":
        return _request_said(line.kind, values)
    if line.kind == "change_chosen":
        return _("Rol %(roll)s: %(choice)s.") % {
            "roll": values["roll"], "choice": choice_words(str(values["choice"])),
        }  # fmt: skip
    if line.subject == "task":
        return (said or "%(text)s") % {"text": task_words(str(values["kind"]), _mapping(values["detail"]))}
    return (said or line.kind) % {**dict.fromkeys(re.findall(r"%\((\w+)\)", said or ""), ""), **values}


def _differing(values: Mapping[str, Any]) -> str:
    """The first difference, and how many more there are of the same roll."""
    text = finding_words(
        str(values["kind"]), str(values["key"]), str(values["sentence"]), of_roll=bool(values["roll"])
    )
    more = int(values["count"]) - 1
    if more:
        text += " " + ngettext("En nog %(n)s.", "En nog %(n)s.", more) % {"n": more}
    return text


def _request_said(kind: str, values: Mapping[str, Any]) -> str:
    asked = kind_words(str(values["kind"]))
    if kind == "request_answered":
        return _("%(kind)s: %(answer)s, %(how)s.") % {
            "kind": asked, "answer": answer_words(str(values["answer"])).lower(), "how": how_words(str(values["how"])),
        }  # fmt: skip
    if kind == "request_withdrawn":
        return _("Vraag ingetrokken: %(kind)s.") % {"kind": asked}
    return _("Vraag aan de apotheek: %(kind)s.") % {"kind": asked}


def step_words(step: str) -> str:
    """One step in the chain of a roll."""
    return {
        "packed": _("ingepakt"),
        "checked": _("nagekeken"),
        "delivered": _("bezorgd"),
        "received": _("ontvangen"),
        "loaded": _("in de dispenser"),
        "emptied": _("leeg"),
        "taken_out": _("uit de dispenser gehaald"),
        "counted": _("geteld"),
        "handed_back": _("meegegeven"),
        "returned": _("terug bij de apotheek"),
    }.get(step, step)


def _mapping(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _audit() -> dict[str, str]:
    return {
        "schedule_written": _("Schema %(version)s getypt."),
        "schedule_confirmed": _("Schema %(version)s teruggelezen: het geldt."),
        "schedule_sent_back": _("Schema %(version)s teruggestuurd naar de schrijver."),
        "roll_registered": _("Rol %(number)s geregistreerd."),
        "roll_packed": _("Rol %(number)s ingepakt."),
        "roll_checked": _("Rol %(number)s nagekeken."),
        "roll_delivered": _("Rol %(number)s bezorgd."),
        "roll_received": _("Rol %(number)s ontvangen."),
        "roll_loaded": _("Rol %(number)s in de dispenser gelegd."),
        "roll_left": _("Rol %(number)s uit de dispenser."),
        "roll_emptied": _("Rol %(number)s is leeg."),
        "roll_taken_out": _("Rol %(number)s uit de dispenser gehaald."),
        "roll_counted": _("Wat er over is van rol %(number)s geteld."),
        "roll_handed_back": _("Rol %(number)s meegegeven aan de apotheek."),
        "roll_returned": _("Rol %(number)s terug bij de apotheek."),
        "change_found": _("Plan en rol %(roll)s verschillen vanaf nu."),
        "change_confirmed": _("Keuze voor rol %(roll)s bevestigd."),
        "change_removed": _("Weggehaald van rol %(roll)s: %(count)s."),
        "change_ended": _("Wijziging van rol %(roll)s is klaar."),
        "difference_found": _("Verschil gevonden: %(text)s"),
        "difference_accepted": _("Verschil akkoord: %(text)s"),
        "difference_gone": _("Verschil is er niet meer: %(text)s"),
        "task_opened": _("Taak: %(text)s."),
        "task_done": _("Taak gedaan: %(text)s."),
        "task_dropped": _("Taak niet meer nodig: %(text)s."),
    }


def _limit_said(values: Mapping[str, Any]) -> str:
    said = _("Grenzen van %(at)s: melding na %(window)s, mag nog %(late)s na de tijd, tussentijd %(gap)s.") % {
        "at": f"{values['at']:%H:%M}", "window": minutes_words(int(values["window_min"])),
        "late": minutes_words(int(values["late_min"])),
        "gap": minutes_words(int(values["gap_min"])) if values["gap_min"] else _("geen"),
    }  # fmt: skip
    return said + (" " + _("Tijdkritisch.") if values["criticality"] == 0 else "")


def _received(values: Mapping[str, Any]) -> str:
    count, asked = int(values["agreements"]), int(values["unplannable"])
    said = ngettext("%(n)s afspraak ontvangen.", "%(n)s afspraken ontvangen.", count) % {"n": count}
    if asked:
        said += " " + ngettext("%(n)s niet te plannen.", "%(n)s niet te plannen.", asked) % {"n": asked}
    return said
