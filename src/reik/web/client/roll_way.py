"""How a client's rolls come, how long they last and when they may be changed, in a few lines of her file (R19, R20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reik.dispensing.queries import DispenserSeen
from reik.dispensing.rolls.abilities import ability_of
from reik.medication.rolls.life_seen import RollDue, rolls_and_due
from reik.people.queries import ClientCard
from reik.web.work.roll_life_words import delivery_words, due_words, window_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RollWay:
    """`due` None: nothing runs out. `way` is empty while nothing is agreed; `recalled` counts sachets to come."""

    due: RollDue | None
    due_words: str
    way: str
    window: str
    recalled: int


def way_of(card: ClientCard, dispenser: DispenserSeen | None, now: datetime) -> RollWay:
    """Of the roll that is in use, and what follows it."""
    zone = ZoneInfo(card.zone)
    seen, due = rolls_and_due(card.id, now, ability_of(dispenser) if dispenser else None, zone)
    current = next((each for each in seen if each.window is not None and each.next_roll), None)
    newest = seen[0].arrangement if seen else None
    live = [
        each for each in seen if each.state in ("registered", "delivered", "loaded") and each.ends_at > now
    ]
    return RollWay(
        due=due, due_words=due_words(due, zone) if due else "",
        way=delivery_words(newest) if newest and newest.set_at else "",
        window=window_words(current.window, zone) if current else "",
        recalled=sum(len(recall.sequences) for each in live for recall in each.recalls),
    )  # fmt: skip
