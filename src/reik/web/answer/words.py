"""The sentences for the code words of requests: kinds, urgencies, answers, and what exactly is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


def kind_words(kind: str) -> str:
    """What is asked, as a heading."""
    return {
        "confirm_change": _("Klopt deze wijziging?"),
        "roll_needed": _("Er is een nieuwe rol nodig"),
        "late_time": _("Tot hoe laat mag dit nog?"),
        "leftovers": _("Er komen zakjes terug"),
        "recall": _("Een rol wordt teruggehaald"),
        "confirm_in_writing": _("Bevestig wat u aan de telefoon zei"),
        "question": _("Een vraag van het zorgteam"),
        "stop_client": _("Stopt deze cliënt met de dispenser?"),
        "start_client": _("Kunt u deze cliënt gaan leveren?"),
    }.get(kind, kind)


def urgency_words(urgency: str) -> str:
    return {"now": _("nu"), "today": _("vandaag"), "week": _("deze week")}.get(urgency, urgency)


def answer_words(answer: str) -> str:
    """An answer that can be chosen; a later one shows its code."""
    return {
        "answered": _("Dit is ons antwoord"),
        "agreed": _("Akkoord"),
        "refused": _("Niet akkoord"),
        "call_back": _("Bel ons hierover"),
        "confirmed": _("Ja, dat klopt zo"),
        "not_correct": _("Nee, dat klopt niet"),
        "keep": _("De rol blijft zoals hij is"),
        "add_by_hand": _("Met de hand erbij geven"),
        "hold": _("Deze zakjes vasthouden"),
        "take_out": _("Iemand haalt de zakjes eruit"),
        "replace": _("De rol vervangen"),
    }.get(answer, answer.replace("_", " "))


def channel_words(channel: str) -> str:
    """How it was asked."""
    return {
        "account": _("in Reik"),
        "link": _("per e-mail, met een link"),
        "phone": _("telefonisch te vragen"),
        "none": _("apotheek niet bekend"),
    }.get(channel, channel)


def how_words(how: str) -> str:
    """How the answer came."""
    return {
        "account": _("in Reik"),
        "link": _("via de link"),
        "phone": _("telefonisch"),
        "paper": _("schriftelijk"),
    }.get(how, how)


def refusal_words(code: str) -> str:
    """Why an answer or a question was not taken, with what to do."""
    return {
        "answer": _("Kies een van de antwoorden."),
        "code": _("Een code heeft 6 cijfers."),
        "by": _("Vul in wie er van de apotheek antwoordt."),
        "text": _("Een antwoord heeft hooguit 2000 tekens: maak het korter."),
        "in_writing": _("Hier is een bevestiging op schrift gevraagd: een telefoontje is niet genoeg."),
        "read_back": _("Vul in wie het antwoord heeft teruggelezen."),
        "ticket": _("Deze pagina stond te lang open. Typ de code opnieuw."),
        "answered": _("Deze vraag is al beantwoord: kijk in de lijst."),
        "withdrawn": _("Deze vraag is ingetrokken: kijk in de lijst."),
        "no_letter": _("Er is geen e-mail die nog wacht. Stel de vraag opnieuw."),
        "asked": _("Typ uw vraag."),
        "write": _("Typ het antwoord."),
        "reread": _("Lees het antwoord terug en zet een vinkje."),
        "said_reread": _("Lees de vraag en het antwoord terug aan de telefoon en zet een vinkje."),
    }.get(code, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetAsked:
    """One sachet that a question is about: when, its number on the roll, and what is in it as far as is known."""

    when: str
    numbers: str
    contents: Sequence[str]
    note: str = ""
    """What is the matter with it, as one line or more."""


def sachets_of(detail: Mapping[str, object]) -> list[SachetAsked]:
    """From `detail["sachets"]`: {day, at, sequences, contents}, as who asks gave them."""
    return [_sachet(each) for each in _list(detail.get("sachets")) if isinstance(each, Mapping)]


def _sachet(each: Mapping[str, object]) -> SachetAsked:
    day, at = str(each.get("day") or ""), str(each.get("at") or "")[:5]
    numbers = [str(number) for number in _list(each.get("sequences"))]
    return SachetAsked(
        when=f"{_day(day)} {at}".strip(), numbers=", ".join(numbers),
        contents=[said for one in _list(each.get("contents")) if (said := _content(one))],
    )  # fmt: skip


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _content(one: object) -> str:
    if isinstance(one, Mapping):
        return " ".join(str(one[name]) for name in ("amount", "text") if one.get(name))
    return str(one)


def _day(day: str) -> str:
    try:
        return date_format(date.fromisoformat(day), "l j F")
    except ValueError:
        return day


def sentences_of(kind: str, detail: Mapping[str, object]) -> list[str]:
    """What is asked, sentence by sentence: its own text and lines, and what was said on the telephone."""
    said = [str(detail["text"])] if detail.get("text") else []
    said += [str(each) for each in _list(detail.get("lines"))]
    if detail.get("starts_on"):
        said.append(_("Rol nodig vanaf %(day)s.") % {"day": _day(str(detail["starts_on"]))})
    if detail.get("times"):
        times = ", ".join(str(each) for each in _list(detail["times"]))
        said.append(_("Gewenste tijden: %(times)s. U mag andere voorstellen.") % {"times": times})
    if detail.get("why"):
        said.append(_why(str(detail["why"])))
    if detail.get("last_at"):
        said.append(_("De dispenser geeft uit tot %(at)s.") % {"at": _moment(str(detail["last_at"]))})
    if detail.get("rolls"):
        numbers = ", ".join(str(each) for each in _list(detail["rolls"]))
        said.append(
            _("Rol: %(numbers)s. Tel wat u terugkrijgt, en schrijf dat in Reik of zeg het aan ons.")
            % {"numbers": numbers}
        )
    if detail.get("roll"):
        said.append(_("Rol %(roll)s.") % {"roll": detail["roll"]})
    if detail.get("needed_at"):
        said.append(
            _("Het eerste moment zonder zakje is %(at)s.") % {"at": _moment(str(detail["needed_at"]))}
        )
    plain = [str(each) for each in _list(detail.get("sachets")) if not isinstance(each, Mapping)]
    if plain:
        said.append(_("Zakjes: %(numbers)s.") % {"numbers": ", ".join(plain)})
    if detail.get("because"):
        said.append(_("Reden: %(because)s.") % {"because": str(detail["because"]).rstrip(".")})
    if kind == "confirm_in_writing":
        said.append(
            _("%(by)s zei %(at)s aan de telefoon: “%(answer)s”.") % {
                "by": detail.get("by", ""), "at": _moment(str(detail.get("at", ""))),
                "answer": answer_words(str(detail.get("answer", ""))),
            }
        )  # fmt: skip
        if detail.get("text"):
            said[0] = _("Daarbij: “%(text)s”.") % {"text": detail["text"]}
            said.append(said.pop(0))
        said.append(_("%(who)s las het terug.") % {"who": detail.get("read_back_by", "")})
        asked = detail.get("asked")
        if isinstance(asked, Mapping):
            before = kind_words(str(detail.get("kind", "")))
            said += [f"{before}: {each}" for each in sentences_of("", asked)]
    return said


def _why(why: str) -> str:
    return {
        "died": _("De cliënt is overleden."),
        "absence": _("De cliënt was weg: deze zakjes zijn over."),
        "stop": _("De cliënt stopt met de dispenser: wat over is, komt terug."),
    }.get(why, why)


def _moment(at: str) -> str:
    try:
        return date_format(localtime(datetime.fromisoformat(at)), "j F H:i")
    except ValueError:
        return at
