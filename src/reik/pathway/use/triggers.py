"""When a client's use of a dispenser is looked at anew: by the calendar, and by what happened (R7, N11). Pure.

A trigger opens an evaluation for a person to hold; nothing changes by itself. What was looked at in an evaluation
does not open another one: only what ended after it counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

SCHEDULE, ASKED = "schedule", "asked"
MISSES, LATE, CRITICAL, REFUSED, REFUSED_THRICE = (
    "three_misses", "three_late", "critical_miss", "refused", "refused_thrice",
)  # fmt: skip
UNKNOWN, NOT_REACHED, DRIFT, USE_FELL, HOSPITAL = "unknown", "not_reached", "drift", "use_fell", "hospital"
MOVED, PHARMACY, CARER, RESISTANCE, COMPLAINT = (
    "moved",
    "pharmacy_changed",
    "carer_left",
    "resistance",
    "complaint",
)

TIME_CRITICAL = 0
WEEK, DAY = timedelta(days=7), timedelta(days=1)
SO_MANY, TWICE = 3, 2
LOOKED_BACK = timedelta(days=28)
"""Nothing older opens an evaluation, however long nobody looked."""
FEWEST, FALL_PCT = 10, 20
"""A fall in use: of at least 10 moments in each half of four weeks, 20 points fewer came out."""

MISS_OUTCOMES = frozenset({"not_out", "partly"})
REFUSALS, UNREACHED = frozenset({"refuses"}), frozenset({"not_reached", "not_reached_worrying"})

DUE_DAYS: Mapping[str, int] = {
    ASKED: 7, MISSES: 3, LATE: 7, CRITICAL: 1, REFUSED: 2, REFUSED_THRICE: 1, UNKNOWN: 1, NOT_REACHED: 2,
    DRIFT: 7, USE_FELL: 7, HOSPITAL: 3, MOVED: 3, PHARMACY: 7, CARER: 7, RESISTANCE: 1, COMPLAINT: 7,
}  # fmt: skip
"""Days from when it opens until it is held, where the organisation's terms say nothing else."""
WHYS = (SCHEDULE, *DUE_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A moment that ended otherwise than agreed. `at`: when it was due; `ended_at`: when that became known."""

    moment_id: UUID
    at: datetime
    ended_at: datetime
    outcome: str
    criticality: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a person handled an alert: an outcome of R49."""

    alert_id: UUID
    at: datetime
    outcome: str


@dataclass(frozen=True, slots=True)
class Use:
    """So many moments came out in time, early or late, of so many that were the dispenser's to give."""

    out: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What is known of one client's last four weeks. `held`: when an evaluation for that reason was last held.

    `drifts`: proposals (id, when proposed); `returns`: (absence, when she came back from hospital).
    """

    since: datetime  # since when the dispenser hands out for real
    wrong: Sequence[Wrong] = ()
    said: Sequence[Said] = ()
    before: Use = Use(0, 0)
    lately: Use = Use(0, 0)
    drifts: Sequence[tuple[UUID, datetime]] = ()
    returns: Sequence[tuple[UUID, datetime]] = ()
    held: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A reason to evaluate, with the rows that it rests on."""

    why: str
    evidence: Mapping[str, object]


def found(happened: Happened, now: datetime) -> list[Trigger]:
    """Every trigger that holds now, in a fixed order."""
    whys = (MISSES, LATE, CRITICAL, UNKNOWN)
    wrong = {why: _after(happened, why, now) for why in whys}
    misses = [each for each in wrong[MISSES] if each.outcome in MISS_OUTCOMES]
    late = [each for each in wrong[LATE] if each.outcome == "late"]
    critical = [
        each
        for each in wrong[CRITICAL]
        if each.outcome in MISS_OUTCOMES and each.criticality == TIME_CRITICAL
    ]
    unknown = [
        each for each in wrong[UNKNOWN] if each.outcome == "unknown" and now - each.ended_at > DAY
    ]  # fmt: skip
    made = [
        _moments(MISSES, within(misses)), _moments(LATE, within(late)), _moments(CRITICAL, critical),
        *_refusals(happened, now), _moments(UNKNOWN, unknown),
        _alerts(NOT_REACHED, _said(happened, NOT_REACHED, UNREACHED, now), TWICE),
        _rows(DRIFT, happened.drifts, happened, now), _fell(happened, now),
        _rows(HOSPITAL, happened.returns, happened, now),
    ]  # fmt: skip
    return [each for each in made if each is not None]


def within(wrong: Iterable[Wrong], many: int = SO_MANY, span: timedelta = WEEK) -> list[Wrong]:
    """All that belong to some run of `many` within `span` of each other; empty where there is none."""
    rows = sorted(wrong, key=lambda each: (each.at, each.moment_id))
    part: set[UUID] = set()
    for at in range(len(rows) - many + 1):
        run = rows[at : at + many]
        if run[-1].at - run[0].at <= span:
            part.update(each.moment_id for each in run)
    return [each for each in rows if each.moment_id in part]


def _from(happened: Happened, why: str, now: datetime) -> datetime:
    return max(happened.since, now - LOOKED_BACK, happened.held.get(why, happened.since))


def _after(happened: Happened, why: str, now: datetime) -> list[Wrong]:
    """What became known after the last evaluation for this reason: what was known then was looked at."""
    since = _from(happened, why, now)
    return [each for each in happened.wrong if since < each.ended_at <= now]


def _said(happened: Happened, why: str, outcomes: frozenset[str], now: datetime) -> list[Said]:
    since = _from(happened, why, now)
    return [each for each in happened.said if each.outcome in outcomes and since < each.at <= now]


def _refusals(happened: Happened, now: datetime) -> list[Trigger | None]:
    once = _said(happened, REFUSED, REFUSALS, now)
    thrice = _said(happened, REFUSED_THRICE, REFUSALS, now)
    return [_alerts(REFUSED, once, 1), _alerts(REFUSED_THRICE, thrice, SO_MANY)]


def _moments(why: str, wrong: Sequence[Wrong]) -> Trigger | None:
    if not wrong:
        return None
    return Trigger(
        why=why, evidence={"moments": [str(each.moment_id) for each in wrong], "count": len(wrong)}
    )


def _alerts(why: str, said: Sequence[Said], many: int) -> Trigger | None:
    ids = list(dict.fromkeys(str(each.alert_id) for each in said))
    return Trigger(why=why, evidence={"alerts": ids, "count": len(ids)}) if len(ids) >= many else None


def _rows(
    why: str, rows: Sequence[tuple[UUID, datetime]], happened: Happened, now: datetime
) -> Trigger | None:
    since = _from(happened, why, now)
    ids = [str(id) for id, at in rows if since < at <= now]
    return Trigger(why=why, evidence={"rows": ids, "count": len(ids)}) if ids else None


def _fell(happened: Happened, now: datetime) -> Trigger | None:
    """Only over four weeks of use, and not again within four weeks of looking at it."""
    before, lately = happened.before, happened.lately
    begun = max(happened.since, happened.held.get(USE_FELL, happened.since))
    if begun > now - LOOKED_BACK or before.of < FEWEST or lately.of < FEWEST:
        return None
    pct = [100 * each.out / each.of for each in (before, lately)]
    if pct[0] - pct[1] < FALL_PCT:
        return None
    return Trigger(
        why=USE_FELL,
        evidence={"before": [before.out, before.of], "lately": [lately.out, lately.of]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When it is evaluated anyway: days after the start, and after those every so many days."""

    first_days: tuple[int, ...] = (14, 42)
    every_days: int = 182

    def next_on(self, started_on: date, held: Sequence[date], chosen: date | None = None) -> date:
        """The next day. `held`: days of evaluations by the calendar since the start; `chosen`: by who held the last.

        A person's choice goes first, never beyond what the calendar allows after the last one.
        """
        done = sorted(held)
        if len(done) < len(self.first_days):
            usual = started_on + timedelta(days=self.first_days[len(done)])
            usual = max(usual, done[-1] + DAY) if done else usual
        else:
            usual = (done[-1] if done else started_on) + timedelta(days=self.every_days)
        return usual if chosen is None else min(chosen, self.latest(usual, done, started_on))

    def latest(self, usual: date, done: Sequence[date], started_on: date) -> date:
        """The last day that a person may choose."""
        return max(usual, (done[-1] if done else started_on) + timedelta(days=self.every_days))
