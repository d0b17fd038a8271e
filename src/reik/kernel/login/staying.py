"""How long somebody stays logged in, by her role. Pure but for the setting.

A console that is open counts as somebody who is there: a monitoring centre whose console logs itself out in a quiet
night would not hear the next alert. Everybody else is there only by what she does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

HOUR = timedelta(hours=1)


class StayWrong(ValueError):
    """REIK_STAY is not understood; the message says how it is written."""


@dataclass(frozen=True, slots=True)
class Stay:
    """`most` after logging in, and `idle` after the last thing done, it ends (None: never for that reason).

    `act`: so long after the last passkey or code, reading goes on but acting asks for it again.
    """

    most: timedelta
    idle: timedelta | None
    act: timedelta | None = None
    open_counts: bool = False


WORK = Stay(12 * HOUR, HOUR / 2)
DEFAULTS: Mapping[str, Stay] = {
    "operator": Stay(12 * HOUR, HOUR / 2, open_counts=True),
    "nurse": Stay(12 * HOUR, 2 * HOUR),
    "caregiver": Stay(12 * HOUR, 2 * HOUR),
    "team_manager": WORK,
    "pharmacist": WORK,
    "informal_carer": Stay(30 * 24 * HOUR, None, act=12 * HOUR),
}
SURE_FOR = HOUR / 4
"""So long after a passkey or code somebody may change how she logs in."""


def stay_of(role: str) -> Stay:
    """The rule for this role; the strictest for one that has none of its own."""
    return _stays().get(role, WORK)


@cache
def _stays() -> Mapping[str, Stay]:
    return {**DEFAULTS, **stays(os.environ.get("REIK_STAY", ""))}


def stays(text: str) -> dict[str, Stay]:
    """From `nurse=12/2, informal_carer=720/-/12`: hours at most, idle, until acting asks again. Raises StayWrong."""
    made = {}
    for each in filter(None, (part.strip() for part in text.split(","))):
        role, _, hours = each.partition("=")
        role, values = role.strip(), [part.strip() for part in hours.split("/")]
        try:
            most, idle, act = (_hours(value) for value in [*values, "-", "-"][:3])
        except ValueError:
            most = idle = act = None
        if role not in DEFAULTS or most is None or len(values) > 3:
            raise StayWrong("REIK_STAY is written like `nurse=12/2, informal_carer=720/-/12` (hours).")
        made[role] = Stay(most, idle, act, open_counts=DEFAULTS[role].open_counts)
    return made


def _hours(text: str) -> timedelta | None:
    if text == "-":
        return None
    hours = float(text)
    if not 0 < hours <= 24 * 90:
        raise ValueError(text)
    return hours * HOUR


def goes_on(stay: Stay, in_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session of then still holds."""
    return now < in_at + stay.most and (stay.idle is None or now < seen_at + stay.idle)


def may_act(stay: Stay, sure_at: datetime, now: datetime) -> bool:
    """Whether she may act without showing again who she is."""
    return stay.act is None or now < sure_at + stay.act
