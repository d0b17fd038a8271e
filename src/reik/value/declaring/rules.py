"""Each day of a month with a dispenser: whether it may be declared at whom, or why not. Pure (R83, R77, N7).

A day is a whole day on the client's own calendar. It counts once, is of one kind (use, pause, admission) and has one
state; what is unknown is never declarable. That there are too few days for a whole month is said only once the days
that may still come, or of which something is unknown, are too few as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.medication.times.schedule import whole_days
from reik.value.declaring.months import DAY, Month, Period
from reik.value.declaring.terms import MONTH, NOT_PAID, PAID, PART, Amount, DeclaringTerms, amount_of, enough

DECLARABLE, NOT_YET, NOT, UNKNOWN = "declarable", "not_yet", "not", "unknown"
STATES = (DECLARABLE, NOT_YET, NOT, UNKNOWN)
"""NOT_YET: nothing is wrong with these days, but the month runs and there are not as many yet as were agreed."""
IN_USE, PAUSE, ADMISSION, AWAY = "use", "pause", "admission", "away"
"""Kinds of days; AWAY: she was away, and nobody said whether it was an admission."""
LAWS = ("zvw", "wlz", "wmo", "private")
LAWS_OF: Mapping[str, tuple[str, ...]] = {
    "zvw": ("zvw",), "wlz_home": ("wlz",), "wlz_intramural": ("wlz",), "wmo": ("wmo",),
    "supported_living": ("wlz", "wmo"), "private": ("private",),
}  # fmt: skip
"""By which laws a care path's setting can be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use(Period):
    """A dispenser in use. `setting`: of its care path. `goals`: when the goal stood in the care plan."""

    setting: str
    goals: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """From instant to instant (None: still) she was away. `kind`: PAUSE, ADMISSION or AWAY."""

    kind: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Period):
    """Who pays from a day on; a later one replaces it."""

    insurer: str
    law: str = ""
    also_paid_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameWork:
    """A visit at a time at which the dispenser hands out, on these ISO weekdays: declared as well (R77).

    `until`: the first day without it, None: it runs on. `sure`: whether somebody said that it stopped then.
    """

    weekdays: frozenset[int]
    until: date | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one client in a month. `quiet`: days of which nothing was heard; `heard`: whether of any day."""

    client_id: UUID
    zone: ZoneInfo
    uses: tuple[Use, ...]
    aways: tuple[Away, ...] = ()
    paids: tuple[Paid, ...] = ()
    visits: tuple[SameWork, ...] = ()
    quiet: frozenset[date] = frozenset()
    heard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DayJudged:
    """One day in use."""

    day: date
    kind: str
    insurer: str
    state: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Days of one client at one insurer with one state and the same reasons. `insurer` empty: not known."""

    client_id: UUID
    insurer: str
    state: str
    reasons: tuple[str, ...]
    days: Mapping[str, int] = field(default_factory=dict)
    first: date
    last: date
    goal: bool
    law: str
    amount: Amount | None = None

    @property
    def total(self) -> int:
        return sum(self.days.values())


Terms = Mapping[str, DeclaringTerms]
"""By insurer: what was agreed for the year of the month."""


def lines_of(facts: Facts, month: Month, today: date, terms: Terms) -> list[Line]:
    """What the month comes to; days from `today` on are not over and do not count. Empty without a day in use."""
    judged = [each for day in month.days if day < today and (each := judge(facts, day, terms))]
    grouped: dict[tuple[str, str, tuple[str, ...]], list[DayJudged]] = defaultdict(list)
    for each in judged:
        grouped[each.insurer, each.state, each.reasons].append(each)
    lines = [_line(facts, key, of) for key, of in grouped.items()]
    payers = {each.insurer for each in lines if each.state == DECLARABLE}
    whole = [
        _with_amount(each, terms[each.insurer], month, _more(facts, each.insurer, month, today, lines), len(payers))
        if each.state == DECLARABLE else each
        for each in lines
    ]  # fmt: skip
    return sorted(whole, key=lambda each: (STATES.index(each.state), each.first, each.insurer, each.reasons))


def judge(facts: Facts, day: date, terms: Terms) -> DayJudged | None:
    """One day; None: no dispenser was in use."""
    use = next((each for each in facts.uses if each.has(day)), None)
    if use is None:
        return None
    kind = kind_of(facts, day)
    paid = payer_on(facts, day)
    agreed = terms.get(paid.insurer) if paid else None
    wrong = [*_wrong_payer(use, paid), *_wrong_use(facts, use, day, kind), *_wrong_away(agreed, kind)]
    unsure = [*_unsure_payer(paid), *_unsure_use(facts, day, kind), *_unsure_away(agreed, kind)]
    if paid is not None and agreed is None:
        wrong.append("terms_missing")
    state = NOT if wrong else UNKNOWN if unsure else DECLARABLE
    return DayJudged(
        day=day, kind=kind, insurer=paid.insurer if paid else "", state=state, reasons=(*wrong, *unsure)
    )  # fmt: skip


def kind_of(facts: Facts, day: date) -> str:
    """IN_USE, unless she was away the whole day; the day on which she leaves or comes back is a day in use.

    An admission is a whole day too: she came home, and the dispenser goes on later: a pause.
    """
    begin, end = whole_days(day, day + DAY, facts.zone)
    inside = sorted(
        (max(each.since, begin), end if each.until is None else min(each.until, end), each.kind)
        for each in facts.aways
        if each.since < end and (each.until is None or each.until > begin)
    )
    covered = begin
    for since, until, _kind in inside:
        if since > covered:
            return IN_USE
        covered = max(covered, until)
    if covered < end:
        return IN_USE
    kinds = {kind for *_instants, kind in inside}
    if AWAY in kinds:
        return AWAY
    return ADMISSION if kinds == {ADMISSION} else PAUSE


def payer_on(facts: Facts, day: date) -> Paid | None:
    """The newest that has begun counts; when that one is over, nobody is known to pay."""
    begun = [each for each in facts.paids if each.since <= day]
    newest = begun[-1] if begun else None
    return newest if newest is not None and newest.has(day) and newest.insurer else None


def _wrong_payer(use: Use, paid: Paid | None) -> list[str]:
    if paid is None:
        return []
    found = ["paid_elsewhere"] if paid.also_paid_by else []
    if paid.law and paid.law not in LAWS_OF.get(use.setting, ()):
        found.append("law_differs")
    return found


def _unsure_payer(paid: Paid | None) -> list[str]:
    if paid is None:
        return ["funding_unknown"]
    return [] if paid.law else ["law_unknown"]


def _wrong_use(facts: Facts, use: Use, day: date, kind: str) -> list[str]:
    found = [] if any(each.has(day) for each in use.goals) else ["goal_missing"]
    if kind == IN_USE and any(_comes(each, day) for each in facts.visits):
        found.append("visit_runs")
    return found


def _comes(visit: SameWork, day: date) -> bool:
    return day.isoweekday() in visit.weekdays and (visit.until is None or day < visit.until)


def _unsure_use(facts: Facts, day: date, kind: str) -> list[str]:
    if kind != IN_USE:
        return []
    found = [] if facts.heard else ["no_moments"]
    if facts.heard and day in facts.quiet:
        found.append("nothing_heard")
    if any(
        not each.sure and each.until is not None and day >= each.until and day.isoweekday() in each.weekdays
        for each in facts.visits
    ):
        found.append("visit_unsure")
    return found


def _wrong_away(agreed: DeclaringTerms | None, kind: str) -> list[str]:
    said = "" if agreed is None else {PAUSE: agreed.pause, ADMISSION: agreed.admission}.get(kind, "")
    return [f"{kind}_not_paid"] if said == NOT_PAID else []


def _unsure_away(agreed: DeclaringTerms | None, kind: str) -> list[str]:
    if kind == AWAY:
        return ["away_unknown"]
    if agreed is None or kind == IN_USE:
        return []
    said = agreed.pause if kind == PAUSE else agreed.admission
    return [] if said in (PAID, NOT_PAID) else [f"{kind}_not_agreed"]


def _line(facts: Facts, key: tuple[str, str, tuple[str, ...]], of: Sequence[DayJudged]) -> Line:
    insurer, state, reasons = key
    days: dict[str, int] = defaultdict(int)
    for each in of:
        days[each.kind] += 1
    paid = payer_on(facts, of[0].day)
    return Line(
        client_id=facts.client_id, insurer=insurer, state=state, reasons=reasons, days=dict(days), first=of[0].day,
        last=of[-1].day, goal="goal_missing" not in reasons, law=paid.law if paid else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _More:
    """Days that may still become declarable: those that are not over yet, and those of which something is unknown."""

    coming: int
    unsure: int


def _more(facts: Facts, insurer: str, month: Month, today: date, lines: Sequence[Line]) -> _More:
    """At this insurer, or at nobody known. Of a day to come only its payer and the end of the use are known."""
    coming = sum(day >= today and _may_come(facts, insurer, day) for day in month.days)
    unsure = sum(each.total for each in lines if each.state == UNKNOWN and each.insurer in ("", insurer))
    return _More(coming, unsure)


def _may_come(facts: Facts, insurer: str, day: date) -> bool:
    """She may come home, a goal may be written and a visit may stop before this day: that is not held against it."""
    use = next((each for each in facts.uses if each.has(day)), None)
    paid = payer_on(facts, day)
    if use is None or (paid is not None and paid.insurer != insurer):
        return False
    return not _wrong_payer(use, paid)


def _with_amount(line: Line, agreed: DeclaringTerms, month: Month, more: _More, payers: int) -> Line:
    """Too few days, or two insurers who would each pay the whole month, make a line that is not declarable."""
    possible = line.total + more.coming + more.unsure
    if not enough(agreed, line.total):
        if not enough(agreed, possible):
            return _turned(line, NOT, "too_few_days")
        return _turned(line, NOT_YET, "month_runs") if more.coming else _turned(line, UNKNOWN, "days_unsure")
    if payers > 1 and agreed.count == MONTH:
        return _turned(line, UNKNOWN, "two_insurers")
    amount = amount_of(agreed, line.total, month.length)
    if amount.missing == PART and more.coming and possible >= month.length:
        amount = Amount(euros=None, missing="month_runs")
    return replace(line, amount=amount)


def _turned(line: Line, state: str, reason: str) -> Line:
    return replace(line, state=state, reasons=(*line.reasons, reason))
