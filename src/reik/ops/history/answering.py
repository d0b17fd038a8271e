"""How people answer when an alert calls them: who, how soon, and what comes of it. Seeded, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One step of an alert that went out. `key` and `latest_at` (of its latest hand-out) are those of the moment that
    it is about; None: it is about the dispenser."""

    alert_id: UUID
    client_id: UUID
    action: str
    position: int
    round: int
    key: str | None
    latest_at: datetime | None
    cause: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Who answers for one client, by name. `carer` empty: nobody is asked."""

    operators: Sequence[str]
    carer: str
    team: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one person does. `presses_at` None: the client does not go to the dispenser because of it."""

    by: str
    role: str
    accepts_at: datetime
    handles_at: datetime
    outcome: str
    cause: str
    remote: bool
    presses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """How those who are asked for one action answer. `median` and `spread` of a lognormal, in seconds."""

    role: str
    answers: float
    median: float
    spread: float
    persuades: float
    otherwise: Mapping[str, float]


# Nobody answers "away": that stops the dispenser until somebody brings the client home (R49).
_HEARD = {
    "not_reached": 0.5, "says_taken_otherwise": 0.2, "refuses": 0.13, "says_out": 0.11, "advice_asked": 0.04,
    "unwell": 0.02,
}  # fmt: skip
_WAYS = {
    "phone_client": _Way("operator", 0.9, 45, 0.7, 0.62, _HEARD),
    "ask_carer": _Way("informal_carer", 0.6, 150, 0.7, 0.5, _HEARD),
    "ask_team": _Way(
        "team", 0.92, 100, 0.6, 0.45,
        {"says_taken_otherwise": 0.4, "refuses": 0.3, "advice_asked": 0.3},
    ),
}  # fmt: skip
_CAUSES: Mapping[str, Sequence[str]] = {
    "out_after_call": (
        "vergeten",
        "vergeten",
        "sliep nog",
        "signaal niet gehoord",
        "was in de tuin",
        "bezoek",
    ),
    "out_at_visit": ("vergeten", "wist niet hoe het moest"),
    "says_taken_otherwise": ("uit eigen voorraad", "van familie gekregen"),
    "not_reached": ("geen gehoor", "bij familie", "dagbesteding"),
    "refuses": ("wil niet", "misselijk"),
    "says_out": ("zegt het uitgenomen te hebben",),
    "advice_asked": ("vraag aan de huisarts",),
    "unwell": ("voelt zich niet goed",),
    "device_fault": ("dispenser nagekeken",),
    "false_notice": ("per ongeluk gedrukt",),
}


def answer(asked: Asked, staff: Staff, now: datetime, random: Random) -> Answer | None:
    """What the one who is asked does; None when nobody answers in time, and the route goes on."""
    way = _WAYS.get(asked.action, _WAYS["ask_team"])
    if random.random() >= way.answers or (asked.action == "ask_carer" and not staff.carer):
        return None
    accepts_at = now + timedelta(seconds=min(900.0, way.median * random.lognormvariate(0, way.spread)))
    speaks = accepts_at + timedelta(seconds=random.uniform(40, 120))
    if way.role == "team":
        speaks += timedelta(minutes=random.uniform(6, 20))
    outcome = _outcome(asked, way, speaks, random)
    persuaded = outcome in ("out_after_call", "out_at_visit")
    return Answer(
        by=_who(asked, staff, random), role=way.role, accepts_at=accepts_at,
        handles_at=speaks + timedelta(seconds=random.uniform(20, 150)),
        outcome=outcome, cause=random.choice(_CAUSES[outcome]), remote=way.role != "team",
        presses_at=speaks + timedelta(seconds=random.uniform(20, 120)) if persuaded else None,
    )  # fmt: skip


def _who(asked: Asked, staff: Staff, random: Random) -> str:
    if asked.action == "ask_carer":
        return staff.carer
    return random.choice(staff.operators if asked.action == "phone_client" else staff.team)


def _outcome(asked: Asked, way: _Way, speaks: datetime, random: Random) -> str:
    """After a talk the client mostly goes and presses, as long as the dispenser still hands out."""
    if asked.latest_at is None:
        return "false_notice" if asked.cause == "help_pressed" else "device_fault"
    if speaks + timedelta(minutes=5) < asked.latest_at and random.random() < way.persuades:
        return "out_at_visit" if way.role == "team" else "out_after_call"
    return random.choices(list(way.otherwise), list(way.otherwise.values()))[0]
