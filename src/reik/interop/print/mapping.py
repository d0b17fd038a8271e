"""From day cards to what is set on paper: JSON values for `cards.typ`. Pure (R5, R82, promise 20).

What a person typed goes in as data and is set as text: nothing of it is ever read as Typst markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reik.interop.print.words import Words
from reik.medication.cards.daycard import DISPENSER, HAND, CardLine, CardNeed, Content, DayCard, Warned

OUT = ("in_time", "early", "late")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone to phone: what she is, her name, her number (empty: not known)."""

    who: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose card it is. `people` are printed on outage packs only."""

    name: str
    born: date | None = None
    phone: str = ""
    people: Sequence[Person] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How it is printed. `made_at` and `zone`: for the foot of every page."""

    language: str
    made_at: datetime
    zone: ZoneInfo
    large: bool = False
    demo: bool = False


def day_paper(whose: Whose, cards: Sequence[DayCard], paper: Paper) -> dict[str, Any]:
    """Day cards of one client, a page or more each."""
    words = Words(paper.language)
    shown = [day_card(whose, each, words) for each in cards]
    return _document(words.say("day_card"), shown, paper, until=max(each.valid_until for each in cards))


def week_paper(whose: Whose, cards: Sequence[DayCard], paper: Paper) -> dict[str, Any]:
    """The days of one client beside each other, on a page on its side."""
    words = Words(paper.language)
    document = _document(
        words.say("week_card"), [week_card(whose, cards, words)], paper,
        until=max(each.valid_until for each in cards),
    )  # fmt: skip
    return {**document, "landscape": True}


def pack_paper(team: str, clients: Sequence[tuple[Whose, Sequence[DayCard]]], paper: Paper) -> dict[str, Any]:
    """Everyone of a team: a cover with all phones, then each client's days."""
    words = Words(paper.language)
    shown = [
        {
            **day_card(whose, each, words),
            "people": [_person(one, words) for one in whose.people] if last else [],
        }
        for whose, cards in clients
        for each, last in zip(cards, [False] * (len(cards) - 1) + [True], strict=True)
    ]
    until = max((each.valid_until for _whose, cards in clients for each in cards), default=paper.made_at)
    document = _document(f"{words.say('pack')} {team}", shown, paper, until=until)
    made = words.instant(paper.made_at, paper.zone)
    return {
        **document,
        "cover": [words.say("cover", team=team, made=made), words.say("cover_what")],
        "overview": [
            {
                "name": whose.name,
                "phone": whose.phone or words.say("no_number"),
                "hand": _today(cards[0], words),
            }
            for whose, cards in clients
        ],
    }


def _today(card: DayCard, words: Words) -> str:
    if card.by_hand:
        return words.say("cover_by_hand", n=card.by_hand)
    return words.say("cover_none" if any(not each.loose for each in card.lines) else "cover_no_roll")


def _document(
    title: str, cards: Sequence[Mapping[str, Any]], paper: Paper, *, until: datetime
) -> dict[str, Any]:
    words = Words(paper.language)
    made, ends = (words.instant(each, paper.zone) for each in (paper.made_at, until))
    columns = ("columns", "need_columns", "week_columns", "people_columns", "cover_columns")
    return {
        "title": title, "lang": words.language, "large": paper.large, "landscape": False,
        "demo": words.say("demo") if paper.demo else "", "cards": list(cards), "cover": [], "overview": [],
        "footer": f"{words.say('made', made=made, until=ends)} {words.say('annex')}",
        "words": {
            **{each: words.say(each) for each in ("page", "of", "unknown", "needs", "people", "nobody")},
            **{each: words.columns(each) for each in columns},
        },
    }  # fmt: skip


def day_card(whose: Whose, card: DayCard, words: Words) -> dict[str, Any]:
    """One client's day."""
    zone = ZoneInfo(card.zone)
    return {
        "kind": "day", "newpage": True, "name": whose.name, "born": _born(whose, words), "day": words.day(card.day),
        "via": via_words(card, words), "warnings": [warning_words(each, words) for each in card.warnings],
        "rows": [_row(each, card, words, zone) for each in card.lines], "nothing": words.say("nothing"),
        "needs": [_need(each, words, zone) for each in card.needs], "people": [],
    }  # fmt: skip


def _born(whose: Whose, words: Words) -> str:
    return words.say("born", at=words.date(whose.born)) if whose.born else ""


def via_words(card: DayCard, words: Words) -> str:
    """By which dispenser, since when, and what its evidence is worth (R26, R82)."""
    device = card.device
    if device is None:
        return words.say("via_none")
    if device.since is None:
        return words.say("via_not_yet", name=device.name)
    evidence = words.known(f"evidence_{device.evidence}", device.evidence)
    return words.say("via", name=device.name, since=words.date(device.since), evidence=evidence)


def warning_words(warned: Warned, words: Words) -> str:
    if warned.code.startswith("hand_"):
        why = words.known("why_" + warned.code.removeprefix("hand_"), warned.code)
        return words.say("warn_hand", detail=warned.detail, why=why)
    return words.say(f"warn_{warned.code}", detail=warned.detail)


def _row(line: CardLine, card: DayCard, words: Words, zone: ZoneInfo) -> dict[str, Any]:
    by_device = line.way == DISPENSER
    return {
        "at": f"{line.at:%H:%M}", "latest": words.say("latest", at=f"{line.latest_at.astimezone(zone):%H:%M}"),
        "contents": [{"text": each.text, "amount": each.amount} for each in line.contents],
        "notes": _notes(line, words), "way": words.say("way_dispenser" if by_device else "way_hand"),
        "how": "; ".join(how_words(line, card, words, zone)),
        "nosign": words.say("no_sign"), "signs": [] if by_device else _signs(line.second_person, words),
    }  # fmt: skip


def _notes(line: CardLine, words: Words) -> list[str]:
    notes = [] if line.loose else [_sachets(line, words)]
    if line.contents_from in ("agreements", "change"):
        notes.append(words.say(f"from_{line.contents_from}"))
    return notes


def _sachets(line: CardLine, words: Words) -> str:
    said = words.say("sachets_1") if line.sachets == 1 else words.say("sachets", n=line.sachets)
    return f"{said}, {words.say('roll', roll=line.roll)}" if line.roll else said


def how_words(line: CardLine, card: DayCard, words: Words, zone: ZoneInfo) -> list[str]:
    """By whom, why by hand, and how it stands: never more than the device's evidence."""
    said = []
    if line.way == HAND:
        said.append(line.who_name or words.known(f"who_{line.who}", line.who))
    if line.why:
        said.append(words.known(f"why_{line.why}", line.why))
    if line.why and line.roll and not line.stands:
        said.append(words.say("check_first"))
    stands = stands_words(line, card, words, zone)
    return [*said, stands] if stands else said


def stands_words(line: CardLine, card: DayCard, words: Words, zone: ZoneInfo) -> str:
    at = f"{line.stands_at.astimezone(zone):%H:%M}" if line.stands_at else ""
    if line.loose:
        key = f"stands_{line.stands}"
        said = words.known(key, "")
        return said.format(at=at, who=line.stands_by)
    if line.stands in OUT:
        return words.say(f"out_{card.device.evidence if card.device else 'pressed'}", at=at).strip()
    return words.known(f"end_{line.stands}", "")


def _signs(second: bool, words: Words) -> list[str]:
    return [words.say("sign"), words.say("second")] if second else [words.say("sign")]


def _need(need: CardNeed, words: Words, zone: ZoneInfo) -> dict[str, Any]:
    notes = [need.criteria] if need.criteria else []
    notes.append(words.say("most", n=need.max_per_day) if need.max_per_day else words.say("most_unknown"))
    if need.gap_min:
        hours = need.gap_min % 60 == 0
        notes.append(
            words.say("gap_hours" if hours else "gap", n=need.gap_min // 60 if hours else need.gap_min)
        )
    notes.append(need.who_name or words.known(f"who_{need.who}", need.who))
    if need.last_at is not None:
        at = words.instant(need.last_at, zone)
        notes.append(
            words.say("given_today", n=need.given_today, at=at)
            if need.given_today
            else words.say("last_given", at=at)
        )
    return {
        "text": need.content.text, "amount": need.content.amount, "notes": notes,
        "signs": _signs(need.second_person, words) * 2,
    }  # fmt: skip


def week_card(whose: Whose, cards: Sequence[DayCard], words: Words) -> dict[str, Any]:
    """Times down, days across: a place to sign wherever a person gives."""
    keys = sorted({_place(line) for card in cards for line in card.lines})
    first = cards[0]
    warnings = dict.fromkeys(warning_words(each, words) for card in cards for each in card.warnings
                             if not each.code.startswith("hand_"))  # fmt: skip
    span = f"{words.day(first.day)} – {words.day(cards[-1].day)}"
    zone = ZoneInfo(first.zone)
    return {
        "kind": "week", "newpage": True, "name": whose.name, "born": _born(whose, words), "day": span,
        "via": via_words(first, words), "warnings": list(warnings),
        "days": [words.short_day(each.day) for each in cards],
        "rows": [_week_row(key, cards, words) for key in keys], "people": [], "nothing": words.say("nothing"),
        "needs": [_need(each, words, zone) for each in first.needs],
    }  # fmt: skip


def _place(line: CardLine) -> tuple[str, bool, str]:
    return f"{line.at:%H:%M}", line.loose, str(line.line or "")


def _week_row(key: tuple[str, bool, str], cards: Sequence[DayCard], words: Words) -> dict[str, Any]:
    of_day = [next((each for each in card.lines if _place(each) == key), None) for card in cards]
    there = [each for each in of_day if each is not None]
    same = len({each.contents for each in there}) == 1
    contents = there[0].contents if same else (Content(text=words.say("differs"), amount=""),)
    notes = []
    if there[0].loose and there[0].second_person:
        notes.append(words.say("second"))
    return {
        "at": key[0], "contents": [{"text": each.text, "amount": each.amount} for each in contents],
        "notes": notes, "cells": [_cell(each, words) for each in of_day],
    }  # fmt: skip


def _cell(line: CardLine | None, words: Words) -> dict[str, Any]:
    if line is None:
        return {"sign": False, "text": "–"}
    if line.way == DISPENSER:
        return {"sign": False, "text": words.say("way_dispenser")}
    return {"sign": True, "text": words.say("sign")}


def _person(person: Person, words: Words) -> dict[str, str]:
    return {"who": person.who, "name": person.name, "phone": person.phone or words.say("no_number")}
