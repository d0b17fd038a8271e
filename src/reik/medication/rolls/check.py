"""Whether a roll is this client's, now, and what differs from her plan, sachet by sachet. Pure (R15 to R17, R23).

A refusal keeps the roll out. A difference does not: it is shown to the pharmacy, never silently corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.rolls.sachets import SachetOnRoll, sachets_for, with_contents
from reik.medication.times.schedule import (
    MOST_SACHETS,
    SHIFTED_AT_MOST_MIN,
    PlannedDose,
    instant_of,
    minutes_apart,
)

LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time that another roll of the client serves: `ends_at` is exclusive."""

    number: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A roll that is offered for a client. `client_id`: for whom the packer made it, None when not said."""

    number: str
    client_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    sachets: Sequence[SachetOnRoll]


@dataclass(frozen=True, slots=True)
class Refusal:
    """`code` for a screen's own words, `sentence` for whoever reads it now."""

    code: str
    sentence: str


class RollRefused(ValueError):
    """The roll cannot be taken like this; the message says why, for a nurse to read."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(" ".join(each.sentence for each in refusals))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`kind`: missing, extra, other_time or other_number. `planned` and `found` count sachets."""

    kind: str
    day: date
    at: time
    planned: int
    found: int
    other_at: time | None = None
    sequences: tuple[int, ...] = field(default=(), compare=False)

    @property
    def days(self) -> tuple[date, ...]:
        return (self.day,)

    @property
    def key(self) -> str:
        other = f"{self.other_at:%H%M}" if self.other_at else ""
        return f"{self.kind} {self.day:%Y%m%d} {self.at:%H%M} {other} {self.planned} {self.found}"

    @property
    def sentence(self) -> str:
        when = f"{self.day:%d-%m-%Y} {self.at:%H:%M}"
        if self.kind == "other_time" and self.other_at:
            return f"{when}: planned at this time, on the roll at {self.other_at:%H:%M}."
        if self.kind == "missing":
            return f"{when}: {self.planned} planned, none on the roll."
        if self.kind == "extra":
            return f"{when}: {self.found} on the roll, nothing planned."
        return f"{when}: {self.planned} planned, {self.found} on the roll."


def refusals(
    offer: Offer,
    *,
    client_id: UUID,
    zone: ZoneInfo,
    doses: Sequence[PlannedDose],
    others: Sequence[Period],
    now: datetime,
    gap_allowed: bool = False,
) -> list[Refusal]:
    """Why this roll is not taken; empty when it is. `others` are the client's rolls that still count."""
    found = [*_of_person_and_time(offer, client_id, now), *_of_sachets(offer, zone)]
    for other in others:
        if offer.starts_at < other.ends_at and other.starts_at < offer.ends_at:
            found.append(Refusal("overlap", f"Its period overlaps roll {other.number} of this client."))
    missed = [] if gap_allowed else _in_the_gap(offer, doses, others, now)
    if missed:
        first = missed[0]
        found.append(
            Refusal(
                "gap",
                f"Between the roll before and this one {len(missed)} moments have no sachet,"
                f" the first on {first.day:%d-%m-%Y} at {first.at:%H:%M}.",
            )
        )
    return found


def _of_person_and_time(offer: Offer, client_id: UUID, now: datetime) -> list[Refusal]:
    found = []
    if not offer.number.strip() or len(offer.number) > LONGEST_NUMBER:
        found.append(Refusal("number", "A roll has a number of at most 64 characters: look on its label."))
    if offer.client_id is not None and offer.client_id != client_id:
        found.append(Refusal("wrong_client", "This roll was made for someone else: do not use it."))
    if offer.ends_at <= offer.starts_at:
        found.append(Refusal("wrong_period", "The period of this roll ends before it begins."))
    if offer.ends_at <= now:
        found.append(Refusal("past_period", "The period of this roll is over."))
    return found


def _of_sachets(offer: Offer, zone: ZoneInfo) -> list[Refusal]:
    doses = with_contents(offer.sachets)
    if not doses:
        return [Refusal("no_sachets", "There is no sachet with contents on this roll.")]
    numbers = sorted(each.sequence for each in offer.sachets)
    found = []
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] < 0:
        found.append(Refusal("gap_in_numbers", "The numbers of the sachets do not follow each other."))
    if any(each.day is None or each.at is None for each in doses):
        return [*found, Refusal("no_time", "Not every sachet has a day and a time.")]
    outside = [each for each in doses if not offer.starts_at <= _instant(each, zone) < offer.ends_at]
    if outside:
        found.append(
            Refusal("wrong_period", f"Sachet {outside[0].sequence} lies outside the period of the roll.")
        )
    if any(not _complete(places) for places in _places(doses).values()):
        found.append(Refusal("k_of_n", "The sachets of one moment are not numbered 1 to n, each once."))
    return found


def _instant(sachet: SachetOnRoll, zone: ZoneInfo) -> datetime:
    assert sachet.day is not None
    assert sachet.at is not None
    return instant_of(sachet.day, sachet.at, zone)


def _complete(places: Sequence[SachetOnRoll]) -> bool:
    n = len(places)
    return (
        n <= MOST_SACHETS
        and all(each.n == n for each in places)
        and sorted(each.k for each in places) == list(range(1, n + 1))
    )


def _in_the_gap(
    offer: Offer, doses: Sequence[PlannedDose], others: Sequence[Period], now: datetime
) -> list[PlannedDose]:
    """Moments still to come between the roll before and this one. Without a roll before there is no gap."""
    before = [each.ends_at for each in others if each.ends_at <= offer.starts_at]
    if not before:
        return []
    since = max(*before, now)
    return [each for each in doses if since <= each.due_at < offer.starts_at]


def differences(doses: Sequence[PlannedDose], sachets: Sequence[SachetOnRoll]) -> list[Difference]:
    """Plan against roll, moment by moment; `doses` are those of the roll's period."""
    planned = {(each.day, each.at): each.sachets for each in doses}
    places = _places(with_contents(sachets))
    found: list[Difference] = []
    for (day, at), n in planned.items():
        on_roll = places.get((day, at), [])
        if len(on_roll) != n:
            kind = "other_number" if on_roll else "missing"
            found.append(_difference(kind, day, at, n, on_roll))
    found += [
        _difference("extra", day, at, 0, on_roll)
        for (day, at), on_roll in places.items()
        if (day, at) not in planned
    ]
    return sorted(_shifted(found), key=lambda each: (each.day, each.at, each.kind))


def _difference(kind: str, day: date, at: time, planned: int, on_roll: Sequence[SachetOnRoll]) -> Difference:
    return Difference(
        kind=kind, day=day, at=at, planned=planned, found=len(on_roll),
        sequences=tuple(each.sequence for each in on_roll),
    )  # fmt: skip


def _shifted(found: Sequence[Difference]) -> list[Difference]:
    """Of one day, as many missing at one time as there are extra near it: the same sachets at another time."""
    extra = [each for each in found if each.kind == "extra"]
    result = [each for each in found if each.kind not in ("extra", "missing")]
    for each in (each for each in found if each.kind == "missing"):
        near = [
            other
            for other in extra
            if other.day == each.day
            and other.found == each.planned
            and minutes_apart(other.at, each.at) <= SHIFTED_AT_MOST_MIN
        ]
        if not near:
            result.append(each)
            continue
        nearest = min(near, key=lambda other: (minutes_apart(other.at, each.at), other.at))
        extra.remove(nearest)
        result.append(
            Difference(
                kind="other_time", day=each.day, at=each.at, planned=each.planned, found=nearest.found,
                other_at=nearest.at, sequences=nearest.sequences,
            )
        )  # fmt: skip
    return result + extra


def _places(sachets: Iterable[SachetOnRoll]) -> dict[tuple[date, time], list[SachetOnRoll]]:
    places: dict[tuple[date, time], list[SachetOnRoll]] = defaultdict(list)
    for each in sachets:
        if each.day is not None and each.at is not None:
            places[each.day, each.at].append(each)
    return places


def sachets_counted(doses: Sequence[PlannedDose], *, first: int, last: int, count: int) -> list[SachetOnRoll]:
    """By hand: a roll of which only first, last and number are known. Raises RollRefused unless they fit the plan."""
    planned = sum(each.sachets for each in doses)
    if last - first + 1 != count:
        raise RollRefused(
            [
                Refusal(
                    "count",
                    f"From {first} to {last} are {last - first + 1} sachets, not {count}: count again.",
                )
            ]
        )
    if count != planned:
        raise RollRefused(
            [
                Refusal(
                    "count",
                    f"The schedule has {planned} sachets in this period and the roll {count}: count again,"
                    " or have the pharmacy give each sachet.",
                )
            ]
        )
    return sachets_for(doses, first)
