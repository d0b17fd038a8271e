"""The same day with dispensers for a chosen group: what lapses, what comes back, what may move in time. Pure (R69).

Who is chosen, whose moment fails and on which day a roll is changed are drawn per client and visit from the seed, not
in turn. So a larger share holds the smaller one, and with a centre no visit appears that was not there without it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reik.value.tours.factors import Source
from reik.value.tours.problem import HOUR, LAST_SECOND, LONGEST_VISIT, MINUTE, Day, TourRefused, Visit

SOURCES = {
    "works": Source("moments that need nobody: 96 %", "https://icthealth.nl/nieuws/medicijndispensers-verlagen-de-werkdruk/"
                    " (Medido, Zuyderland)", "2022"),
    "by_centre": Source("alerts that a monitoring centre closes without a visit: 70 %", "https://digizo.nu/proces/"
                        "hybride-aanreiking-van-medicatie-met-een-medicijndispenser/ (Medido)", "2025"),
    "roll_days": Source("a roll of 11 days, the mean in the Netherlands; it runs from one to four weeks",
                        "SFK, https://reuma-arnhem.nl/rpva/veel-mensen-krijgen-hun-medicatie-via-weekdoseersystemen",
                        "2017"),
    "minutes": Source("10 minutes inside, the upper end of 5 to 10", "https://www.medicatiepluszorg.nl/nieuws/"
                      "slimme-medicijndispensers-een-hulpmiddel-voor-de-medicatierol", "2021"),
    "loosened": Source("a choice of who asks, not a measurement", "give your own", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """What the dispenser does and asks. Shares from 0 to 1; durations in seconds; see `SOURCES`."""

    centre: bool = True
    works: float = 0.96  # of the moments of the group
    by_centre: float = 0.70  # of the alerts; without a centre each alert is a visit
    roll_days: int = 11
    loading: int = 10 * MINUTE
    alert: int = 10 * MINUTE
    alert_within: int = 60 * MINUTE  # from the end of the moment's window
    loading_from: int = 8 * HOUR
    loading_until: int = 17 * HOUR
    loosened: int = 120 * MINUTE  # before and after the planned time
    loads: bool = (
        True  # the team changes the rolls; False: somebody else does, whose visits are in no tour here
    )

    def __post_init__(self) -> None:
        for name in ("works", "by_centre"):
            if not 0 <= getattr(self, name) <= 1:
                raise TourRefused(f"{name} is a share: give 0 to 1.", "share")
        if not 1 <= self.roll_days <= 366:
            raise TourRefused("A roll lasts 1 day or longer: give whole days.", "bounds")
        if not (0 < self.loading <= LONGEST_VISIT and 0 < self.alert <= LONGEST_VISIT):
            raise TourRefused("Loading and an alert take more than 0 minutes.", "bounds")
        if (
            self.alert_within < 0
            or self.loosened < 0
            or not 0 <= self.loading_from <= self.loading_until <= LAST_SECOND
        ):
            raise TourRefused("A window cannot end before it begins.", "bounds")

    @property
    def visit_per_moment(self) -> float:
        """The share of the group's moments that still costs a visit."""
        return (1 - self.works) * (1 - self.by_centre if self.centre else 1)


@dataclass(frozen=True, slots=True)
class Changed:
    """The day with dispensers, and what was done to it (numbers of visits)."""

    day: Day
    lapsed: int
    alerts: int
    loading_visits: int
    loading_beside: int  # rolls changed during a visit that stays
    loosened: int


def candidates(visits: Iterable[Visit]) -> set[str]:
    """Clients with a visit that exists for the medication alone, and is not held at its time."""
    return {each.client for each in visits if each.kind == "unique" and not each.held}


def group(clients: Iterable[str], share: float, seed: int) -> set[str]:
    """A share (0 to 1) of the clients, drawn by the seed; rounded to whole clients."""
    if not 0 <= share <= 1:
        raise TourRefused("The share of the clients is a number from 0 to 1.", "share")
    drawn = sorted(set(clients), key=lambda client: (_drawn(seed, "group", client), client))
    return set(drawn[: math.floor(share * len(drawn) + 0.5)])


def with_dispensers(day: Day, chosen: set[str], terms: Terms, seed: int) -> Changed:
    """The day as it is when these clients have a dispenser."""
    stays: list[Visit] = []
    alerts: list[Visit] = []
    lapsed = loosened = 0
    for each in day.visits:
        if each.client not in chosen or each.held or each.kind == "none":
            stays.append(each)
        elif each.kind == "combined":
            stays.append(_loosened(each, terms))
            loosened += 1
        else:
            lapsed += 1
            if _drawn(seed, day.name, each.key) < terms.visit_per_moment:
                alerts.append(_alert(each, terms))
    mine = {each.client for each in day.visits if each.client in chosen} if terms.loads else set()
    due = {client for client in mine if _due(client, day, terms, seed)}
    stays, beside = _beside(stays, due, terms)
    loading = [_loading(client, day, terms) for client in sorted(due - beside)]
    changed = replace(day, visits=(*stays, *alerts, *loading))
    return Changed(changed, lapsed, len(alerts), len(loading), len(beside), loosened)


def _drawn(seed: int, *what: str) -> float:
    """A number from 0 up to 1 that hangs on the seed and the name only."""
    digest = hashlib.sha256("\0".join((str(seed), *what)).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 256**7


def _due(client: str, day: Day, terms: Terms, seed: int) -> bool:
    """Whether the client's roll is changed on this day: every `roll_days`, spread over the clients."""
    return (day.ordinal + int(_drawn(seed, "roll", client) * terms.roll_days)) % terms.roll_days == 0


def _loosened(visit: Visit, terms: Terms) -> Visit:
    """Its time was fixed by the medication; now the rest of the care decides. A window is never made narrower."""
    return replace(
        visit,
        earliest=max(0, min(visit.earliest, visit.planned - terms.loosened)),
        latest=min(LAST_SECOND, max(visit.latest, visit.planned + terms.loosened)),
    )


def _alert(visit: Visit, terms: Terms) -> Visit:
    begins = min(visit.latest, LAST_SECOND)
    return replace(
        visit, key=f"{visit.key} alert", kind="alert", seconds=terms.alert, earliest=begins,
        latest=min(begins + terms.alert_within, LAST_SECOND),
    )  # fmt: skip


def _beside(stays: list[Visit], due: set[str], terms: Terms) -> tuple[list[Visit], set[str]]:
    """A roll that can be changed during a visit that stays costs minutes, no trip."""
    beside: set[str] = set()
    after = []
    for each in stays:
        fits = terms.loading_from <= each.latest and each.earliest <= terms.loading_until
        if each.client in due - beside and fits and each.seconds + terms.loading <= LONGEST_VISIT:
            beside.add(each.client)
            after.append(replace(each, seconds=each.seconds + terms.loading))
        else:
            after.append(each)
    return after, beside


def _loading(client: str, day: Day, terms: Terms) -> Visit:
    place = next(each.place for each in day.visits if each.client == client)
    told = any(each.heavy is not None for each in day.visits)  # else nothing is known here of any visit
    return Visit(
        f"{client} roll", client, place, terms.loading, terms.loading_from, terms.loading_until, "loading",
        heavy=False if told else None,
    )  # fmt: skip
