"""A roll of a packer's file as the page shows it before anything is registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET

from reik.interop.rolls.mapping import flaws_by_roll
from reik.interop.rolls.port import Outcome
from reik.interop.rolls.registering import Became
from reik.interop.rolls.roll_format import RollFile, RollSachet
from reik.people.queries import ClientCard
from reik.web.work.content_words import amount_words
from reik.web.work.roll_words import file_words, place_words, registering_words
from reik.web.work.words import finding_words

FIRST = 8
"""So many sachets are shown: enough to lay beside the roll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SachetPreview:
    """`said`: what is in it, or why it is empty."""

    sequence: int
    day: date | None
    at: time | None
    k: int
    n: int
    empty: bool
    said: str
    barcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RollPreview:
    """`who`: the client as Reik knows her, `said_of`: as the packer wrote her. `flaws` are (place, sentence)."""

    number: str
    who: str = ""
    said_of: str = ""
    first_day: date | None = None
    last_day: date | None = None
    count: int = 0
    empties: int = 0
    sachets: Sequence[SachetPreview] = ()
    more: int = 0
    differences: Sequence[str] = ()
    flaws: Sequence[tuple[str, str]] = ()
    again: bool = False
    unsure: bool = False
    gap: bool = False

    @property
    def registers(self) -> bool:
        return not self.flaws and not self.again


def previews(outcome: Outcome, known: Mapping[UUID, ClientCard]) -> list[RollPreview]:
    """Every roll of the file: those that could be read first, in the order of the file."""
    refused = [
        RollPreview(
            number=number,
            flaws=[(place_words(each.place), file_words(each.code, each.sentence)) for each in flaws],
        )
        for number, flaws in flaws_by_roll(outcome.refused)
    ]
    return [_preview(each, known) for each in outcome.rolls] + refused


def _preview(became: Became, known: Mapping[UUID, ClientCard]) -> RollPreview:
    roll = became.read.roll
    doses = [each for each in roll.sachets if each.kind == "dose"]
    card = known.get(became.client_id) if became.client_id else None
    place = place_words(became.read.place)
    return RollPreview(
        number=roll.number, who=card.display if card else "", said_of=_said_of(roll),
        first_day=date.fromisoformat(roll.period.since[:10]), last_day=_last_day(roll), count=len(doses),
        empties=len(roll.sachets) - len(doses), sachets=[_sachet(each) for each in roll.sachets[:FIRST]],
        more=max(0, len(roll.sachets) - FIRST),
        differences=[finding_words(kind, key, said, of_roll=True) for kind, key, said in became.findings],
        flaws=[(place, registering_words(each.code, each.sentence)) for each in became.flaws],
        again=became.again, unsure=became.unsure, gap=any(each.code == "gap" for each in became.flaws),
    )  # fmt: skip


def _last_day(roll: RollFile) -> date:
    until = datetime.fromisoformat(roll.period.until)
    return (until - timedelta(minutes=1)).date()


def _said_of(roll: RollFile) -> str:
    born = f"{roll.client.birth_date:%d-%m-%Y}" if isinstance(roll.client.birth_date, date) else ""
    name = roll.client.name if isinstance(roll.client.name, str) else ""
    numbers = [each.value for each in roll.client.identifiers]
    return ", ".join(part for part in (name, born, *numbers) if part)


def _sachet(each: RollSachet) -> SachetPreview:
    empty = {"header": _("voorloop, leeg"), "trailer": _("naloop, leeg")}.get(each.kind, "")
    inside = ", ".join(
        f"{'' if one.amount is UNSET else amount_words(one.amount)} {one.text}".strip()
        for one in each.contents or ()
    )
    return SachetPreview(
        sequence=each.sequence, day=each.day, at=time.fromisoformat(each.at) if each.at else None, k=each.k, n=each.n,
        empty=bool(empty), said=empty or inside or _("inhoud niet bekend"), barcode=each.barcode,
    )  # fmt: skip
