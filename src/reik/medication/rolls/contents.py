"""What is in a sachet against what the pharmacy's agreements put there, medicine by medicine. Pure (R15, R23).

Only where both are known. A difference is told, never corrected, and nothing is computed from one unit to another:
amounts of units that cannot be compared are left to people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from reik.medication.agreed.contents import Agreed, Slot
from reik.medication.agreed.plan import decimal_text
from reik.medication.codes.systems import code_system, plain_code
from reik.medication.rolls.sachets import Content, SachetOnRoll, with_contents
from reik.medication.times.schedule import SHIFTED_AT_MOST_MIN, minutes_apart

_PIECES = frozenset({"", "1", "st", "stuk", "stuks", "piece", "pieces", "tablet", "tabletten", "tabl", "tab",
                     "capsule", "capsules", "caps", "dragee", "dragees"})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentDifference:
    """`kind`: content_missing, content_extra or content_amount. `planned` and `found`: amounts, "" when not known."""

    kind: str
    day: date
    at: time
    text: str
    code: str
    planned: str
    found: str
    sequences: tuple[int, ...] = field(default=(), compare=False)

    @property
    def days(self) -> tuple[date, ...]:
        return (self.day,)

    @property
    def key(self) -> str:
        what = "_".join((self.code or self.text).split())
        return (
            f"{self.kind} {self.day:%Y%m%d} {self.at:%H%M}  {self.planned or '-'} {self.found or '-'} {what}"
        )

    @property
    def sentence(self) -> str:
        when = f"{self.day:%d-%m-%Y} {self.at:%H:%M}"
        numbers = ", ".join(str(each) for each in self.sequences)
        if self.kind == "content_missing":
            return f"{when}: {_so_much(self.planned)}{self.text} is agreed and not in sachet {numbers}."
        if self.kind == "content_extra":
            return f"{when}: {_so_much(self.found)}{self.text} is in sachet {numbers} and not agreed then."
        return f"{when}: of {self.text} {self.planned} is agreed and {self.found} in sachet {numbers}."


def _so_much(amount: str) -> str:
    return f"{amount} × " if amount else ""


Same = Callable[[tuple[str, str], tuple[str, str]], bool]
"""Whether two (system, code) name one medicine."""


def same_code(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Of one system, however either writes it, and the same code."""
    return bool(one[1]) and _system(*one) == _system(*other) and _code(*one) == _code(*other)


def _system(system: str, code: str) -> str:
    """The system by Reik's name; one that Reik does not know as it is written, without `urn:oid:`."""
    return code_system(system, code) or system.strip().removeprefix("urn:oid:").lower()


def _code(system: str, code: str) -> str:
    return plain_code(code_system(system, code), code).lower()


def content_differences(
    agreed: Mapping[Slot, Sequence[Agreed]], sachets: Iterable[SachetOnRoll], same: Same = same_code
) -> list[ContentDifference]:
    """Moment by moment of the roll; a moment of the roll a little beside the agreed time is that moment.

    A moment that is planned and not on the roll at all is no matter of contents: `check.differences` tells it.
    """
    if not agreed:
        return []
    there: dict[Slot, list[SachetOnRoll]] = defaultdict(list)
    for each in with_contents(sachets):
        if each.day is not None and each.at is not None:
            there[each.day, each.at].append(each)
    found: list[ContentDifference] = []
    for slot, group in sorted(there.items()):
        if any(each.contents for each in group):
            found += _of_moment(slot, agreed.get(_nearest(slot, agreed, there), ()), group, same)
    return found


def _nearest(slot: Slot, agreed: Mapping[Slot, object], there: Mapping[Slot, object]) -> Slot:
    """The agreed moment that these sachets are for: at this time, or near it and not on the roll itself."""
    day, at = slot
    if slot in agreed:
        return slot
    near = [each for each in agreed if each[0] == day and each not in there]
    near = [each for each in near if minutes_apart(each[1], at) <= SHIFTED_AT_MOST_MIN]
    return min(near, key=lambda each: (minutes_apart(each[1], at), each[1]), default=slot)


@dataclass(slots=True)
class _Pile:
    """One medicine in all the sachets of a moment."""

    content: Content
    amounts: list[Content] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)


def _of_moment(
    slot: Slot, agreed: Sequence[Agreed], sachets: Sequence[SachetOnRoll], same: Same
) -> list[ContentDifference]:
    piles = _piles(sachets, same)
    every = tuple(each.sequence for each in sachets)
    complete = all(each.contents is not None for each in sachets)
    found: list[ContentDifference] = []
    left = list(agreed)
    for pile in piles:
        meant = [each for each in left if _is(each, pile.content, same)]
        left = [each for each in left if each not in meant]
        found += _of_pile(slot, pile, meant, complete)
    lacking = [each for each in left if each.packable] if complete else []
    return found + [
        ContentDifference(
            kind="content_missing", day=slot[0], at=slot[1], text=each.text, code=each.code,
            planned=decimal_text(each.dose) or "", found="", sequences=every,
        )
        for each in lacking
    ]  # fmt: skip


def _piles(sachets: Sequence[SachetOnRoll], same: Same) -> list[_Pile]:
    piles: list[_Pile] = []
    for sachet in sachets:
        for each in sachet.contents or ():
            pile = next((one for one in piles if _alike(one.content, each, same)), None)
            if pile is None:
                pile = _Pile(each)
                piles.append(pile)
            pile.amounts.append(each)
            if sachet.sequence not in pile.sequences:
                pile.sequences.append(sachet.sequence)
    return piles


def _alike(one: Content, other: Content, same: Same) -> bool:
    if one.code and other.code and one.system == other.system:
        return same((one.system, one.code), (other.system, other.code))
    return _words(one.text) == _words(other.text)


def _is(agreed: Agreed, content: Content, same: Same) -> bool:
    """By code; codes of two systems (PRK and HPK) cannot be compared, so then by name."""
    if same((agreed.system, agreed.code), (content.system, content.code)):
        return True
    both_coded = agreed.code and content.code and content.system
    if both_coded and _system(agreed.system, agreed.code) == _system(content.system, content.code):
        return False
    return bool(_words(agreed.text)) and _words(agreed.text) == _words(content.text)


def _words(text: str) -> str:
    return " ".join(text.split()).casefold()


def _of_pile(slot: Slot, pile: _Pile, meant: Sequence[Agreed], complete: bool) -> list[ContentDifference]:
    there = _sum([(_decimal(each.amount), each.unit) for each in pile.amounts])
    said: dict[str, Any] = {
        "day": slot[0], "at": slot[1], "text": pile.content.text, "code": pile.content.code,
        "sequences": tuple(pile.sequences),
    }  # fmt: skip
    if not meant:
        found = decimal_text(there[0]) if there else ""
        return [ContentDifference(kind="content_extra", planned="", found=found or "", **said)]
    planned = _sum([(each.dose, each.unit) for each in meant])
    if planned is None or there is None or planned[1] != there[1] or planned[0] == there[0]:
        return []
    if not complete and there[0] < planned[0]:
        return []  # the rest may be in a sachet of which nothing is known
    return [
        ContentDifference(
            kind="content_amount", planned=decimal_text(planned[0]) or "", found=decimal_text(there[0]) or "", **said
        )
    ]  # fmt: skip


def _sum(amounts: Sequence[tuple[Decimal | None, str]]) -> tuple[Decimal, str] | None:
    """The sum and its unit; None when an amount is not known or the units differ."""
    units = {"piece" if _words(unit) in _PIECES else _words(unit) for _amount, unit in amounts}
    values = [amount for amount, _unit in amounts if amount is not None]
    if len(units) != 1 or len(values) != len(amounts):
        return None
    return sum(values, Decimal(0)), units.pop()


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
