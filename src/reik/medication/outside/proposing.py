"""From the pharmacy's plan to lines outside the roll: everything that is not packed is proposed. Pure (R5)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from reik.medication.agreed.agreements import Agreement, Block
from reik.medication.agreed.plan import Item, OnNeed, Plan, decimal_text
from reik.medication.agreed.planning import plan
from reik.medication.outside.lines import LooseWords
from reik.medication.times.schedule import EVERY_DAY

LOOKED_DAYS = 56
"""Days from the first one on in which the pattern is looked for: eight weeks."""
LOOKED_AHEAD_DAYS = 366
"""How far the agreements are looked at: what begins later comes with a later message, or when this runs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """One agreement that is not in the roll, as the line that it may become.

    `exact` False: its pattern cannot be written as days and times; a person has to read the agreement.
    `limit`: the pharmacy's own words on the most. `first_at`: its first planned instant; None: as needed.
    """

    agreement: str
    says: LooseWords
    exact: bool
    limit: str
    text: str
    first_at: datetime | None


def keys_of(agreements: Iterable[Agreement]) -> dict[str, str]:
    """By agreement a key that is equal while it says the same, on whatever day its plan is read."""
    return {each.id: hashlib.sha256(msgspec.json.encode(each)).hexdigest()[:24] for each in agreements}


def base_of(agreement: str) -> str:
    """The agreement of a proposal; the second as-needed dosage of one agreement has a number behind it."""
    return agreement.partition("#")[0]


def proposed_from(agreements: Sequence[Agreement], first: date, zone: ZoneInfo) -> list[Proposed]:
    """What these agreements give outside the roll in the year from this local day on.

    Most begin within eight weeks, so most are read from a plan of twice as long; a whole year is planned only for
    treatments of which nothing was found there.
    """
    concerned = _perhaps_outside(agreements)
    if not concerned:
        return []
    soon = [
        each
        for each in propose(plan(concerned, first, 2 * LOOKED_DAYS), zone)
        if each.first_at is None or (each.first_at.astimezone(zone).date() - first).days < LOOKED_DAYS
    ]
    seen = {base_of(each.agreement) for each in soon}
    late = {each.treatment for each in concerned if each.block is not Block.MA and each.id not in seen}
    if not late:
        return soon
    rest = [each for each in concerned if each.block is Block.MA or each.treatment in late]
    later = propose(plan(rest, first, LOOKED_AHEAD_DAYS), zone)
    return soon + [each for each in later if base_of(each.agreement) not in seen]


def _perhaps_outside(agreements: Sequence[Agreement]) -> list[Agreement]:
    """Without the treatments of which everything is packed at fixed times; what may stop the others stays (E7)."""
    outside = {
        each.treatment
        for each in agreements
        if each.block is Block.WDS
        or (each.block is Block.TA and (not each.packable or any(one.on_need for one in each.dosages)))
    }
    kept = [each for each in agreements if each.block is Block.MA or each.treatment in outside]
    return kept if outside else []


def propose(made: Plan, zone: ZoneInfo) -> list[Proposed]:
    """Each agreement of this plan with something that is not packed, and each as-needed one, once."""
    found: dict[str, list[tuple[datetime, Item]]] = defaultdict(list)
    for moment in made.moments:
        for item in moment.items:
            if not item.packable and item.dose != 0:
                found[item.agreement].append((moment.at, item))
    proposed = [_planned(agreement, each, zone) for agreement, each in sorted(found.items())]
    for number, need in enumerate(made.as_needed):
        again = (
            any(need.agreement == each.agreement for each in made.as_needed[:number])
            or need.agreement in found
        )
        proposed.append(_on_need(need, made.since, f"{need.agreement}#{number}" if again else need.agreement))
    return proposed


def _planned(agreement: str, doses: Sequence[tuple[datetime, Item]], zone: ZoneInfo) -> Proposed:
    by_day: dict[date, list[tuple[time, Item]]] = defaultdict(list)
    for instant, item in doses:
        wall = instant.astimezone(zone)
        by_day[wall.date()].append((wall.time().replace(second=0, microsecond=0), item))
    days = sorted(by_day)
    near = [day for day in days if (day - days[0]).days < LOOKED_DAYS]
    sets = {tuple(sorted({at for at, _item in by_day[day]})) for day in near}
    times = max(sets, key=lambda each: (len(each), each))
    weekdays, every, exact = _pattern(near)
    amounts = {at: _amount(item) for day in near for at, item in by_day[day]}
    same = all(_amount(item) == amounts[at] for day in near for at, item in by_day[day])
    product = doses[0][1].product
    return Proposed(
        agreement=agreement, exact=exact and same and len(sets) == 1, limit="", text="", first_at=doses[0][0],
        says=LooseWords(
            product=product.display or product.code or "", code=product.code or "", amount=_together(amounts),
            starts_on=days[0], times=times, weekdays=weekdays, every_days=every, agreement=agreement,
        ),
    )  # fmt: skip


def _pattern(days: Sequence[date]) -> tuple[frozenset[int], int, bool]:
    """Weekdays and every so many days, and whether they say exactly these days."""
    steps = {(later - day).days for day, later in pairwise(days)}
    if len(steps) == 1:
        (step,) = steps
        if step == 7:
            return frozenset({days[0].isoweekday()}), 1, True
        return EVERY_DAY, step, True
    weekdays = frozenset(day.isoweekday() for day in days)
    span = (days[-1] - days[0]).days + 1
    meant = sum((days[0].toordinal() + n - 1) % 7 + 1 in weekdays for n in range(span))
    return weekdays, 1, meant == len(days)


def _amount(item: Item) -> str:
    return " ".join(each for each in (decimal_text(item.dose), item.unit) if each)


def _together(amounts: Mapping[time, str]) -> str:
    """One amount, or each time with its own; where nothing is said, the agreement has to be read."""
    if len(set(amounts.values())) == 1:
        return next(iter(amounts.values()))
    return "; ".join(f"{at:%H:%M}: {amount or '?'}" for at, amount in sorted(amounts.items()))


def _on_need(need: OnNeed, since: date, agreement: str) -> Proposed:
    told = [each for each in (need.low, need.high) if each is not None and each.value is not None]
    doses = dict.fromkeys(decimal_text(each.value) or "" for each in told)
    unit = told[0].unit if told else None
    limit = need.limit
    most = (
        f"{decimal_text(limit.most.value)} {limit.most.unit or ''} / {decimal_text(limit.per)} {limit.per_unit or ''}"
        if limit is not None and limit.most.value is not None
        else ""
    )
    return Proposed(
        agreement=agreement, exact=True, limit=" ".join(most.split()), text=need.text or "", first_at=None,
        says=LooseWords(
            product=need.product.display or need.product.code or "", code=need.product.code or "",
            amount=" ".join(each for each in ("–".join(doses), unit or "") if each), starts_on=since,
            as_needed=True, criteria="; ".join(need.criteria), agreement=agreement,
        ),
    )  # fmt: skip


def to_json(proposed: Proposed) -> dict[str, Any]:
    """As it is stored, and given back by `from_json`."""
    says = proposed.says
    return {
        "product": says.product, "code": says.code, "amount": says.amount, "as_needed": says.as_needed,
        "starts_on": says.starts_on.isoformat(), "times": [f"{at:%H:%M}" for at in says.times],
        "weekdays": sorted(says.weekdays), "every_days": says.every_days, "criteria": says.criteria,
        "exact": proposed.exact, "limit": proposed.limit, "text": proposed.text,
    }  # fmt: skip


def from_json(agreement: str, said: Mapping[str, Any], first_at: datetime | None) -> Proposed:
    return Proposed(
        agreement=agreement, exact=bool(said["exact"]), limit=str(said["limit"]), text=str(said["text"]),
        first_at=first_at,
        says=LooseWords(
            product=str(said["product"]), code=str(said["code"]), amount=str(said["amount"]),
            as_needed=bool(said["as_needed"]), starts_on=date.fromisoformat(str(said["starts_on"])),
            times=tuple(time.fromisoformat(each) for each in said["times"]),
            weekdays=frozenset(said["weekdays"]), every_days=int(said["every_days"]),
            criteria=str(said["criteria"]), agreement=agreement,
        ),
    )  # fmt: skip
