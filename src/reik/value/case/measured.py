"""What an organisation's own data say of the assumptions: baselines, alerts, dispensers. Too few cases say nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np

from reik.alerting.figures.counting import Figures, figures
from reik.alerting.figures.lived import Period
from reik.dispensing.devices.in_use import InUse, in_use
from reik.kernel.shares import FEWEST
from reik.pathway.baseline.baseline_rules import STOPPED, WINDING_DOWN
from reik.pathway.selection.selection_seen import BaselineSeen, VisitSeen, newest_baselines
from reik.people.models import Client
from reik.value.case.parameters import MEASURED, Range
from reik.value.case.toured import used

LOOKED_BACK = timedelta(days=90)
FEWEST_MOMENTS = 1000
"""Below so many moments a rate of alerts swings too much to replace the published one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooFew:
    """A number that is not given, with how many cases there are."""

    key: str
    cases: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Ranges by key, what has too few cases, and the denominators."""

    ranges: dict[str, Range]
    too_few: list[TooFew]
    in_use: InUse
    measured_clients: int


def measure(organisation_id: UUID, now: datetime, zone: str = "Europe/Amsterdam") -> Measured:
    """Of one organisation, over the last 90 days where time matters. Some ten statements."""
    since = now - LOOKED_BACK
    counted = in_use(organisation_id, since, now)
    clients = list(Client.objects.filter(organisation_id=organisation_id).values_list("id", flat=True))
    baselines = list(newest_baselines(clients).values())
    using = [each for each in baselines if each.client_id in set(counted.clients)]
    found: dict[str, Range] = {}
    few: list[TooFew] = []
    today = now.date()
    for key, number in _OF_CLIENT.items():
        _keep(key, [number(each) for each in baselines], today, "baselines", found, few)
    _keep("reduction_pct", _lapsed(using, today), today, "planned visits wound down", found, few)
    if "travel_minutes_urban" in found:  # measured as it is, urban and rural in one
        found["travel_minutes_rural"] = found["travel_minutes_urban"]
    lived = figures(Period(client_ids=counted.clients, since=since, until=now, zone=zone), [organisation_id])
    _alerts(lived, counted, today, found, few)
    if (
        chosen := used(organisation_id)
    ) is not None:  # somebody chose it: it goes before what was counted by itself
        found |= chosen.ranges
        few = [each for each in few if each.key not in chosen.ranges]
    return Measured(ranges=found, too_few=few, in_use=counted, measured_clients=len(baselines))


def _keep(
    key: str, numbers: Iterable[float | None], today: date, what: str, found: dict[str, Range], few: list[TooFew]
) -> None:  # fmt: skip
    known = [each for each in numbers if each is not None]
    if len(known) < FEWEST:
        few.append(TooFew(key=key, cases=len(known), needed=FEWEST))
        return
    found[key] = spread(known, f"{what}, {len(known)} clients", today)


def spread(numbers: Sequence[float], source: str, today: date) -> Range:
    """The mean, because totals are made of it, between what one in ten is below and one in ten above."""
    mean = float(np.mean(numbers))
    low, high = np.percentile(numbers, [10, 90])
    return Range(
        low=round(min(low, mean), 3), likely=round(mean, 3), high=round(max(high, mean), 3), origin=MEASURED,
        source=source, date=today.isoformat(),
    )  # fmt: skip


def _per_day(seen: BaselineSeen, *, unique: bool) -> float:
    return sum(each.moment.days for each in seen.visits if each.moment.unique == unique) / 7


def _per_visit(seen: BaselineSeen, minutes: Callable[[VisitSeen], float]) -> float | None:
    """The mean of unique visits of a week; None without any."""
    rows = [each for each in seen.visits if each.moment.unique]
    visits = sum(each.moment.days for each in rows)
    return sum(minutes(each) * each.moment.days for each in rows) / visits if visits else None


_OF_CLIENT: dict[str, Callable[[BaselineSeen], float | None]] = {
    "unique_moments_per_day": lambda seen: _per_day(seen, unique=True),
    "combined_moments_per_day": lambda seen: _per_day(seen, unique=False),
    "care_minutes": lambda seen: _per_visit(seen, lambda each: float(each.moment.care_minutes)),
    "travel_minutes_urban": lambda seen: _per_visit(seen, lambda each: float(each.moment.travel_minutes)),
    "administration_minutes_week": lambda seen: float(seen.administration_minutes),
}


def _lapsed(using: Iterable[BaselineSeen], today: date) -> list[float | None]:
    """Of each client with a dispenser: which part of her unique visits of a week has stopped, percent (R65)."""
    found: list[float | None] = []
    for seen in using:
        unique = [each for each in seen.visits if each.moment.unique]
        whole = sum(each.moment.days for each in unique)
        gone = sum(each.moment.days for each in unique if _has_stopped(each, today))
        found.append(100 * gone / whole if whole else None)
    return found


def _has_stopped(visit: VisitSeen, today: date) -> bool:
    return visit.state == STOPPED or (
        visit.state == WINDING_DOWN and visit.stops_on is not None and visit.stops_on <= today
    )


def _alerts(lived: Figures, counted: InUse, today: date, found: dict[str, Range], few: list[TooFew]) -> None:
    """Counted shares are one number: low, likely and high are the same."""
    alerts = lived.counts["all"]
    centre, visits = lived.by_centre, (lived.counts["visit"], lived.counts["by_person"])
    rows = [
        ("alerts_per_100_moments", alerts, counted.moments, FEWEST_MOMENTS, "alerts of the last 90 days"),
        ("centre_closed_pct", centre.n, centre.of, FEWEST, "alerts that the centre got"),
        ("active_pct", counted.active, counted.issued, FEWEST, "dispensers that Reik knows"),
    ]
    if centre.of == 0:
        rows.append(("visit_pct_alone", *visits, FEWEST, "alerts that a person ended"))
    for key, number, of, needed, what in rows:
        if of < needed:
            few.append(TooFew(key=key, cases=of, needed=needed))
        elif number or key != "active_pct":  # nothing active: nothing to divide by
            share = round(min(100 * number / of, 100.0), 3)
            found[key] = Range(
                low=share, likely=share, high=share, origin=MEASURED, source=f"{what}: {number} of {of}",
                date=today.isoformat(),
            )  # fmt: skip
