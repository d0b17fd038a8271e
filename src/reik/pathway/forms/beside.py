"""The card beside the dispenser: large, few words, in the client's own language, by her own follow-up route. Pure.

A name or number that is not known is never guessed: the card is not made, and `missing` says what to fill in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reik.pathway.forms.catalogue import TEXTS
from reik.pathway.forms.known import Known, StepKnown

LANGUAGES = ("nl", "en", "tr", "ar", "pl")
NEEDED = ("client", "times", "follow_up", "phone_care", "dispenser")
"""What a card cannot do without, by the names of the fields."""


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its sentences. `numbered`: they happen one after the other; `note` comes behind them."""

    head: str
    lines: tuple[str, ...]
    numbered: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideCard:
    """What is printed. `phone` stands apart, so that it reads from left to right in every script."""

    language: str
    title: str
    client: str
    times_head: str
    times: str
    parts: tuple[Part, ...]
    phone_head: str
    who: str
    phone: str
    made: str


def missing_for(known: Known) -> tuple[str, ...]:
    """The fields that have to be filled in before a card can be made."""
    has = {
        "client": bool(known.client.strip()), "times": bool(known.doses), "follow_up": bool(known.route),
        "phone_care": bool(known.care and known.care.phone.strip()), "dispenser": known.type is not None,
    }  # fmt: skip
    return tuple(each for each in NEEDED if not has[each])


def is_translated(language: str) -> bool:
    """Whether the words are a translation that nobody whose language it is has read yet."""
    return bool(_words(language)["translated"])


def card_of(known: Known, language: str) -> BesideCard:
    """The card. Raises ValueError where something is missing: ask `missing_for` first."""
    if missing_for(known) or known.care is None or known.type is None:
        raise ValueError("not everything is known that this card needs")
    say = _words(language if language in LANGUAGES else LANGUAGES[0])
    parts = (
        Part(say["signal_head"], (_signal(known, say), say["press"].format(window=_window(known, say)))),
        _route(known, say),
        Part(say["power_head"], (_battery(known, say), say["power_do"])),
        Part(say["away_head"], (say["away"],)),
        Part(say["other_head"], (say["other"],)),
    )
    times = dict.fromkeys(f"{at:%H:%M}" for at, _ in sorted(known.doses))
    return BesideCard(
        language=say["language"], title=say["title"], client=known.client, times_head=say["times_head"],
        times=" · ".join(times), parts=parts, phone_head=say["phone_head"], who=known.care.who,
        phone=known.care.phone, made=say["made"].format(date=f"{known.today:%d-%m-%Y}"),
    )  # fmt: skip


def _signal(known: Known, say: Mapping[str, Any]) -> str:
    sound = (known.type.sound if known.type else None) or ()
    which = (
        "both" if {"tone", "voice"} <= set(sound) else next((e for e in ("tone", "voice") if e in sound), "")
    )
    return str(say[f"signal_{which or 'unknown'}"])


def _window(known: Known, say: Mapping[str, Any]) -> str:
    found = sorted({window for _at, window in known.doses})
    return str(say["window" if found[0] == found[-1] else "window_at_least"]).format(n=found[0])


def _route(known: Known, say: Mapping[str, Any]) -> Part:
    lines = tuple(_step(each, say) for each in known.route)
    note = str(say["otherwise"]) if known.otherwise else ""
    return Part(say["not_head"], lines, numbered=True, note=note)


def _step(step: StepKnown, say: Mapping[str, Any]) -> str:
    sentence = str(say.get(step.action, "{who}")).format(who=step.responder)
    sentence = sentence[:1].upper() + sentence[1:]
    if step.hours is None:
        return sentence
    hours = str(say["hours"]).format(a=f"{step.hours[0]:%H:%M}", b=f"{step.hours[1]:%H:%M}")
    return f"{sentence} {hours}"


def _battery(known: Known, say: Mapping[str, Any]) -> str:
    hours = known.type.battery_hours if known.type else None
    if hours is None:
        return str(say["battery_unknown"])
    return str(say["battery"]).format(n=f"{hours:g}") if hours else str(say["battery_none"])


def text_of(language: str) -> str:
    """All words of a card in this language, to tell whether they are still those that were printed."""
    return (TEXTS / language / "beside.toml").read_text(encoding="utf-8")


@cache
def _words(language: str) -> dict[str, Any]:
    with (TEXTS / language / "beside.toml").open("rb") as file:
        return tomllib.load(file)
