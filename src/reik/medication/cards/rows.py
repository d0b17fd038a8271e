"""What medication knows for day cards: sachets with their contents, agreed contents, what nobody has decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from reik.medication.agreed.agreements import Agreement
from reik.medication.agreed.contents import Slot, contents_of
from reik.medication.agreed.plan import Plan
from reik.medication.agreed.planning import plan
from reik.medication.cards.daycard import Content, OnRoll, Turned
from reik.medication.changes.meaning import BY_HAND, KEEP
from reik.medication.changes.seen import ChangeSeen, open_changes
from reik.medication.models import Sachet
from reik.medication.queries import agreements_of
from reik.medication.times.schedule import instant_of

STATES = ("delivered", "loaded", "registered")
"""Of a time that lies on two rolls, the one that is in the dispenser counts."""
_RANK = {"loaded": 0, "delivered": 1, "registered": 2}
SECOND = timedelta(seconds=1)


def sachets_of(client_ids: Collection[UUID], first: date, until: date) -> dict[UUID, dict[Slot, OnRoll]]:
    """By client, local day and time: the sachets, and what is in them where all of them say so."""
    rows = (
        Sachet.objects.filter(
            roll__client_id__in=client_ids, roll__state__in=STATES, empty=False, day__gte=first, day__lt=until
        )
        .order_by("k", "sequence")
        .values_list("roll__client_id", "day", "at", "roll__number", "roll__state", "sequence", "contents")
    )
    found: dict[UUID, dict[Slot, dict[str, list[tuple[str, int, object]]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for client_id, day, at, number, state, sequence, contents in rows:
        if day is not None and at is not None:
            found[client_id][day, at][number].append((state, sequence, contents))
    return {
        client_id: {when: _on_roll(rolls) for when, rolls in times.items()}
        for client_id, times in found.items()
    }


def _amount(each: Mapping[str, Any]) -> str:
    """ "1 stuk"; a number without a unit says that it is one, behind a name that ends on a strength."""
    amount, unit = str(each.get("amount") or ""), str(each.get("unit") or "")
    return f"{amount} {unit or '×'}" if amount else unit


def _on_roll(rolls: Mapping[str, list[tuple[str, int, object]]]) -> OnRoll:
    number = min(rolls, key=lambda each: (_RANK[rolls[each][0][0]], each))
    sachets = rolls[number]
    known = [contents for _state, _sequence, contents in sachets if isinstance(contents, list)]
    contents = tuple(
        Content(
            text=str(each.get("text") or each.get("code") or "?"),
            amount=_amount(each),
        )
        for of in known
        for each in of
    )
    return OnRoll(
        roll=number, state=sachets[0][0], sequences=tuple(sequence for _state, sequence, _contents in sachets),
        contents=contents if len(known) == len(sachets) else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCard:
    """What the pharmacy's messages say: contents of the roll by day and time, and what could not be planned."""

    contents: Mapping[Slot, tuple[Content, ...]] = field(default_factory=dict)
    unplannable: tuple[str, ...] = ()


def agreed_for(zones: Mapping[UUID, ZoneInfo], first: date, days: int) -> dict[UUID, AgreedCard]:
    """By client, over these local days; clients without a message are missing."""
    found: dict[UUID, AgreedCard] = {}
    for client_id, said in agreements_of(zones.keys()).items():
        agreements = msgspec.convert(said, list[Agreement])
        names = {each.id: each.product.display or each.product.code or "?" for each in agreements}
        made = plan(agreements, first, days)
        found[client_id] = AgreedCard(
            contents=_packed(made, zones[client_id]),
            unplannable=tuple(
                dict.fromkeys(names.get(each.agreement, each.agreement) for each in made.unplannable)
            ),
        )
    return found


def _packed(made: Plan, zone: ZoneInfo) -> dict[Slot, tuple[Content, ...]]:
    return {
        slot: tuple(Content(text=each.name, amount=each.amount) for each in of if each.packable)
        for slot, of in contents_of(made.moments, zone).items()
        if any(each.packable for each in of)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCard:
    """What open changes of a roll do to cards: times that go by hand, and what is given beside a sachet."""

    turned: tuple[Turned, ...]
    besides: tuple[str, ...]


def changed_for(zones: Mapping[UUID, ZoneInfo]) -> dict[UUID, ChangedCard]:
    """By client; clients without an open change are missing. What nobody has decided is not handed out (N5)."""
    found: dict[UUID, list[ChangeSeen]] = defaultdict(list)
    for each in open_changes(zones.keys()):
        found[each.client_id].append(each)
    return {
        client_id: ChangedCard(
            turned=tuple(turn for each in changes for turn in _turned(each, zones[client_id])),
            besides=tuple(words for each in changes for words in _besides(each)),
        )
        for client_id, changes in found.items()
    }


def _turned(change: ChangeSeen, zone: ZoneInfo) -> list[Turned]:
    if change.choice in (KEEP, BY_HAND) and change.confirmed_at is not None:
        return []
    turned = []
    for each in change.affected:
        others = tuple(Content(text=text, amount="") for text in each.others or ())
        who = change.others_by.get(each.key, "")
        since, until = min(each.due_at, instant_of(each.day, each.at, zone)), each.until_at + SECOND
        turned.append(Turned(since=since, until=until, why="change", who=who, others=others))
    return turned


def _besides(change: ChangeSeen) -> list[str]:
    if change.choice != BY_HAND:
        return []
    return [
        f"{each.day:%d-%m} {each.at:%H:%M}: {', '.join(each.more)}"
        + (f" ({change.others_by[each.key]})" if change.others_by.get(each.key) else "")
        for each in change.affected
        if each.more
    ]
