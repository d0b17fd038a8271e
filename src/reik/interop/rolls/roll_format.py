"""The canonical roll format: what Reik has to know of one roll, as JSON. Pure (R15, R16).

`docs/reference/roll.md` explains it; its JSON Schema is made from these Structs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from reik.medication.rolls.sachets import Content as ContentOnRoll
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import MOST_SACHETS, instant_of

VERSION = 1
MOST_ON_ROLL = 2_000
Label = Annotated[str, Meta(max_length=200)]
Number = Annotated[str, Meta(min_length=1, max_length=64)]
AMOUNT = r"^\d{1,5}(\.\d{1,3})?$"
AT = r"^([01]\d|2[0-3]):[0-5]\d$"
WALL = r"^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$"
BSN = r"^\d{9}$"


class Base(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that the format does not know are refused: a misspelled one would be lost in silence."""


class Identifier(Base, frozen=True, kw_only=True):
    """A number by which the packer knows the client. `system` says whose number it is, as a URI."""

    system: Annotated[str, Meta(min_length=1, max_length=200)]
    value: Annotated[str, Meta(min_length=1, max_length=64)]


class ClientReference(Base, frozen=True, kw_only=True):
    """The client by what the packer knows. `name` is for people: it never decides whose roll it is (R17)."""

    identifiers: tuple[Identifier, ...] = ()
    bsn: Annotated[str, Meta(pattern=BSN)] | UnsetType = UNSET
    birth_date: date | UnsetType = UNSET
    name: Label | UnsetType = UNSET


class RollPeriod(Base, frozen=True, kw_only=True):
    """On the client's wall clock, without offset: `since` is inclusive, `until` exclusive."""

    since: Annotated[str, Meta(pattern=WALL)]
    until: Annotated[str, Meta(pattern=WALL)]


class SachetContent(Base, frozen=True, kw_only=True):
    """One medicine in a sachet. `amount` is a decimal as text, of `unit`; `system` says what kind of code `code` is.

    `lot` is the batch, by which a recall finds it.
    """

    text: Annotated[str, Meta(min_length=1, max_length=200)]
    code: Annotated[str, Meta(max_length=64)] = ""
    system: Label = ""
    amount: Annotated[str, Meta(pattern=AMOUNT)] | UnsetType = UNSET
    unit: Annotated[str, Meta(max_length=40)] = ""
    lot: Annotated[str, Meta(max_length=64)] = ""


class RollSachet(Base, frozen=True, kw_only=True):
    """One sachet, in the order of the roll. A `header` or `trailer` holds nothing and never counts as a dose (R16).

    A sachet with a dose has `day` and `at`, and is the `k`-th of `n` of that moment. `contents` null: not known.
    """

    sequence: Annotated[int, Meta(ge=0, le=99_999)]
    kind: Literal["dose", "header", "trailer"] = "dose"
    day: date | None = None
    at: Annotated[str, Meta(pattern=AT)] | None = None
    k: Annotated[int, Meta(ge=1, le=MOST_SACHETS)] = 1
    n: Annotated[int, Meta(ge=1, le=MOST_SACHETS)] = 1
    contents: Annotated[tuple[SachetContent, ...], Meta(min_length=1, max_length=30)] | None = None
    barcode: Label = ""


class RollFile(Base, frozen=True, kw_only=True):
    """One roll for one client. `count`: how many sachets with a dose the packer says there are."""

    reik_roll: Literal[1] = 1
    number: Number
    client: ClientReference
    period: RollPeriod
    sachets: Annotated[tuple[RollSachet, ...], Meta(min_length=1, max_length=MOST_ON_ROLL)]
    packer: Label = ""
    barcode: Label = ""
    format: Annotated[str, Meta(max_length=64)] = ""
    expires_on: date | UnsetType = UNSET
    count: Annotated[int, Meta(ge=1, le=MOST_ON_ROLL)] | UnsetType = UNSET


class NotARoll(ValueError):
    """This is no roll; `place` is the element, `code` a word for screens, the message a sentence without content."""

    def __init__(self, code: str, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}" if place else sentence)
        self.code, self.place, self.sentence = code, place, sentence


def read_roll(value: Any) -> RollFile:
    """A roll from a JSON value. Raises NotARoll with the element."""
    try:
        roll = msgspec.convert(value, RollFile)
    except msgspec.ValidationError as wrong:
        said, _, path = str(wrong).partition(" - at `$")
        place = path.rstrip("`").lstrip(".") or "roll"
        raise NotARoll("element", place, f"{_without_content(said)}.") from None
    for flaw in flaws_of(roll):
        raise flaw
    return roll


def _without_content(said: str) -> str:
    """msgspec repeats what is wrong in an enumeration: the file's own words stay out of messages."""
    return re.sub(r"^Invalid enum value .*$", "This word is not known here", said)


def flaws_of(roll: RollFile) -> Iterator[NotARoll]:
    """What a schema cannot say."""
    if not any(each.kind == "dose" for each in roll.sachets):
        yield NotARoll("no_sachets", "sachets", "There is no sachet with a dose on this roll.")
    if roll.period.since >= roll.period.until or not (_real(roll.period.since) and _real(roll.period.until)):
        yield NotARoll("wrong_period", "period", "The period ends before it begins, or is no real date.")
    seen: set[int] = set()
    for index, each in enumerate(roll.sachets):
        place = f"sachets[{index}]"
        if each.sequence in seen:
            yield NotARoll("twice", f"{place}.sequence", "Two sachets have this number.")
        seen.add(each.sequence)
        if each.kind == "dose" and (each.day is None or each.at is None):
            yield NotARoll("no_time", place, "A sachet with a dose has a day and a time.")
        if each.kind != "dose" and each.contents is not None:
            yield NotARoll("filled", place, "A header or trailer sachet holds nothing.")
        if each.k > each.n:
            yield NotARoll("k_of_n", place, "k is more than n.")
    doses = sum(each.kind == "dose" for each in roll.sachets)
    if roll.count is not UNSET and roll.count != doses:
        yield NotARoll(
            "count", "count", f"The packer counts {roll.count} sachets with a dose; the file has {doses}."
        )


def _real(wall: str) -> bool:
    try:
        return bool(datetime.fromisoformat(wall))
    except ValueError:
        return False


def as_json(rolls: Sequence[RollFile]) -> str:
    """One roll as an object, several as a list."""
    values = [msgspec.to_builtins(each) for each in rolls]
    return json.dumps(values[0] if len(values) == 1 else values, indent=1, ensure_ascii=False)


def sachets_on(roll: RollFile) -> list[SachetOnRoll]:
    """The sachets as medication compares and keeps them."""
    return [
        SachetOnRoll(
            sequence=each.sequence, empty=each.kind != "dose", day=each.day,
            at=time.fromisoformat(each.at) if each.at else None, k=each.k, n=each.n, barcode=each.barcode,
            contents=None if each.contents is None else tuple(_content(one) for one in each.contents),
        )
        for each in roll.sachets
    ]  # fmt: skip


def _content(one: SachetContent) -> ContentOnRoll:
    amount = "" if one.amount is UNSET else one.amount
    return ContentOnRoll(
        code=one.code, text=one.text, amount=amount, system=one.system, unit=one.unit, lot=one.lot
    )


def instants_of(period: RollPeriod, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The period [since, until) as instants (UTC) in the client's zone."""
    since, until = (datetime.fromisoformat(each) for each in (period.since, period.until))
    return instant_of(since.date(), since.time(), zone), instant_of(until.date(), until.time(), zone)


def whole_days_of(days: Sequence[date]) -> RollPeriod:
    """From the first to the last of these days, both whole."""
    return RollPeriod(
        since=f"{min(days):%Y-%m-%d}T00:00", until=f"{max(days) + timedelta(days=1):%Y-%m-%d}T00:00"
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of one roll."""
    (made,), parts = msgspec.json.schema_components([RollFile], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Reik roll, version {VERSION}",
        "description": "One roll of sachets for one client. Written by `.venv/bin/python -m reik.ops.docs`.",
        **made,
        "$defs": parts,
    }
