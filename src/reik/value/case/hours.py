"""Hours per active client in a month: what lapses, and the dispenser's own work off it. Care and travel apart. Pure.

Published figures are about unique moments; of combined ones no saving is known, so none is counted (R65, R69).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from reik.value.case.values import Array, Values

DAYS_OF_MONTH = 30.4375
WEEKS_OF_MONTH = DAYS_OF_MONTH / 7
MIN_OF_HOUR = 60
NEEDED = (
    "unique_moments_per_day", "reduction_pct", "care_minutes", "travel_minutes_urban", "travel_minutes_rural",
    "rural_pct", "loading_days", "loading_minutes", "loading_team_pct", "alerts_per_100_moments",
    "alert_visit_minutes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours per active client-month; `start_care`: per client that starts. Own work is counted positive."""

    care: Array
    travel: Array
    administration: Array
    loading_care: Array
    loading_travel: Array
    alert_care: Array
    alert_travel: Array
    false_care: Array
    false_travel: Array
    phone: Array
    registration: Array
    start_care: Array
    alerts: Array
    visits_lapsed: Array
    visits_own: Array

    @property
    def gross(self) -> Array:
        """Before own work is taken off."""
        return self.care + self.administration + self.travel

    @property
    def net_care(self) -> Array:
        """Lapsed care time (with its administration) less own work, without travel."""
        own = self.loading_care + self.alert_care + self.false_care + self.phone + self.registration
        return self.care + self.administration - own

    @property
    def net_travel(self) -> Array:
        return self.travel - self.loading_travel - self.alert_travel - self.false_travel

    @property
    def net(self) -> Array:
        return self.net_care + self.net_travel


LINES = (
    ("care", 1), ("administration", 1), ("travel", 1), ("loading_care", -1), ("loading_travel", -1),
    ("alert_care", -1), ("alert_travel", -1), ("false_care", -1), ("false_travel", -1), ("phone", -1),
    ("registration", -1),
)  # fmt: skip
"""The lines of Hours that make `net`, with their sign."""


def needed(*, centre: bool) -> tuple[str, ...]:
    """The assumptions without which there are no hours."""
    return (*NEEDED, "centre_closed_pct" if centre else "visit_pct_alone")


def travel_minutes(values: Values) -> Array:
    """Minutes of travel to one visit, urban and rural by their share."""
    rural = values.part("rural_pct")
    return rural * values["travel_minutes_rural"] + (1 - rural) * values["travel_minutes_urban"]


def hours_of(values: Values, *, centre: bool, record_link: bool, gross: float | None = None) -> Hours:
    """The hours of one client-month. `gross` sets the lapsed hours instead (R68: 5 to 11), in the same proportion."""
    leg = travel_minutes(values) / MIN_OF_HOUR
    moments = values["unique_moments_per_day"] * DAYS_OF_MONTH
    lapsed = moments * values.part("reduction_pct")
    loads = DAYS_OF_MONTH / values["loading_days"] * values.part("loading_team_pct")
    alerts = (
        values["alerts_per_100_moments"] / 100
        * (moments + values.or_zero("combined_moments_per_day") * DAYS_OF_MONTH)
    )  # fmt: skip
    going = 1 - values.part("centre_closed_pct") if centre else values.part("visit_pct_alone")
    visits, nothing = alerts * going, values.or_zero("false_visit_pct") / 100
    whole = values["alert_visit_minutes"] / MIN_OF_HOUR
    driven = np.minimum(leg, whole)
    typing = 0.0 if record_link else WEEKS_OF_MONTH / MIN_OF_HOUR
    found = Hours(
        care=lapsed * values["care_minutes"] / MIN_OF_HOUR, travel=lapsed * leg,
        administration=values.or_zero("administration_minutes_week") * WEEKS_OF_MONTH / MIN_OF_HOUR,
        loading_care=loads * values["loading_minutes"] / MIN_OF_HOUR, loading_travel=loads * leg,
        alert_care=visits * (1 - nothing) * (whole - driven), alert_travel=visits * (1 - nothing) * driven,
        false_care=visits * nothing * (whole - driven), false_travel=visits * nothing * driven,
        phone=alerts * values.or_zero("alert_phone_minutes") / MIN_OF_HOUR,
        registration=values.or_zero("registration_minutes_week") * typing,
        start_care=values.or_zero("start_minutes_client") / MIN_OF_HOUR,
        alerts=alerts, visits_lapsed=lapsed, visits_own=loads + visits,
    )  # fmt: skip
    return found if gross is None else _scaled(found, gross)


def _scaled(found: Hours, gross: float) -> Hours:
    """The lapsed hours brought to `gross`; nothing to bring there when nothing lapses."""
    all_of_it = found.gross
    times = np.divide(gross, all_of_it, out=np.zeros_like(all_of_it), where=all_of_it > 0)
    return replace(
        found, care=found.care * times, travel=found.travel * times, administration=found.administration * times,
        visits_lapsed=found.visits_lapsed * times,
    )  # fmt: skip


def visit_reduction(values: Values, *, centre: bool) -> Array:
    """Which part of the unique moments lapses if all go by dispenser: only loading and alert visits remain, percent."""
    moments = values["unique_moments_per_day"] * DAYS_OF_MONTH
    loads = DAYS_OF_MONTH / values["loading_days"] * values.part("loading_team_pct")
    going = 1 - values.part("centre_closed_pct") if centre else values.part("visit_pct_alone")
    remain: Array = loads + moments * values["alerts_per_100_moments"] / 100 * going
    return 100 * (1 - remain / moments)
