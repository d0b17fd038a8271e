"""Which column of a planning says what, and how it is to be read. Pure; as JSON it is what an organisation keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any
from zoneinfo import ZoneInfo

REQUIRED = ("client", "start")
FIELDS = (
    "client", "date", "start", "end", "minutes", "activity", "worker", "team", "travel", "latitude", "longitude",
    "postcode", "number", "bsn", "client_name", "birth_date",
)  # fmt: skip
"""What a visit can say. `start` holds the day too where `date` has no column; `bsn`, `client_name` and `birth_date`
only find the client in Reik and are never kept."""

MEDICATION, CARE, HEAVY, IGNORED = "medication", "care", "heavy", "ignored"
JUDGED = (MEDICATION, CARE, HEAVY, IGNORED)
"""`heavy`: other care that the organisation itself calls heavy; beside medication it counts as care does."""
CODES, WORDS = "codes", "words"
DATE_FORMATS: Mapping[str, str] = {
    "dd-mm-jjjj": "%d-%m-%Y",
    "jjjj-mm-dd": "%Y-%m-%d",
    "dd/mm/jjjj": "%d/%m/%Y",
    "dd.mm.jjjj": "%d.%m.%Y",
    "mm/dd/jjjj": "%m/%d/%Y",
    "dd-mm-jj": "%d-%m-%y",
    "dd/mm/jj": "%d/%m/%y",
    "jjjjmmdd": "%Y%m%d",
    "d mmm jjjj": "%d %m %Y",  # the month is a Dutch or English word
}
"""As a person writes it → as it is parsed. 2026-01-05 is understood beside each of them."""
TRAVEL_MODES = ("bike", "car", "")
MOST_ACTIVITIES = 2000


class MappingRefused(ValueError):
    """This mapping cannot be used; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningMap:
    """`columns`: field → the column's header. `activities`: code or word → medication, care, heavy or ignored.

    `unit`: of durations, minutes or hours (a duration with a colon is always hours and minutes). `unique_minutes`: a
    visit for medication alone that is planned longer is no unique one. `overlap_minutes`: so long may two visits of
    one worker overlap. `travel_mode`: by which legs are estimated where the planning names none; empty: never.
    `client_system`: the system (OID or URI) under which Reik knows these client numbers; empty: not known.
    """

    columns: Mapping[str, str]
    date_format: str = "dd-mm-jjjj"
    decimal: str = ","
    unit: str = "minutes"
    activity_as: str = CODES
    activities: Mapping[str, str] = field(default_factory=dict)
    unique_minutes: float = 15
    overlap_minutes: float = 5
    travel_mode: str = "bike"
    client_system: str = ""
    zone: str = "Europe/Amsterdam"

    def with_(self, **changed: Any) -> PlanningMap:
        return replace(self, **changed)

    @property
    def judges_heavy(self) -> bool:
        """Whether somebody said what heavy care is: without it nothing is known of it, not that there is none."""
        return HEAVY in self.activities.values()


def as_json(mapping: PlanningMap) -> dict[str, Any]:
    return asdict(mapping)


def from_json(given: Any) -> PlanningMap:
    """Raises MappingRefused for what is no mapping."""
    if not isinstance(given, dict) or not isinstance(given.get("columns"), dict):
        raise MappingRefused("form", "A mapping is a JSON object with `columns`: our field to your column.")
    known = {each.name for each in fields(PlanningMap)}
    strange = sorted(set(given) - known)
    if strange:
        raise MappingRefused("form", f"A mapping has no {strange[0]!r}; it has {', '.join(sorted(known))}.")
    return check(PlanningMap(**given))


def check(mapping: PlanningMap, header: Sequence[str] | None = None) -> PlanningMap:
    """The same mapping. `header`: of the file that it is for. Raises MappingRefused."""
    columns = mapping.columns
    for name in columns:
        if name not in FIELDS:
            raise MappingRefused("field", f"There is no field {name!r}: choose from {', '.join(FIELDS)}.")
    for name in REQUIRED:
        if not columns.get(name):
            raise MappingRefused(name, f"Say which column holds the {name}.")
    if not columns.get("minutes") and not columns.get("end"):
        raise MappingRefused("length", "Say which column holds the minutes or the end of a visit.")
    if header is not None:
        for name, column in columns.items():
            if column not in header:
                raise MappingRefused(
                    "column", f"This file has no column {column!r} (for {name}): choose another."
                )
    _check_ways(mapping)
    return mapping


def _check_ways(mapping: PlanningMap) -> None:
    choices = (
        ("date_format", mapping.date_format, DATE_FORMATS), ("decimal", mapping.decimal, (",", ".")),
        ("unit", mapping.unit, ("minutes", "hours")), ("activity_as", mapping.activity_as, (CODES, WORDS)),
        ("travel_mode", mapping.travel_mode, TRAVEL_MODES),
    )  # fmt: skip
    for name, value, allowed in choices:
        if value not in allowed:
            raise MappingRefused("form", f"{name} is one of {', '.join(map(repr, allowed))}.")
    if not isinstance(mapping.activities, dict) or any(
        each not in JUDGED for each in mapping.activities.values()
    ):
        raise MappingRefused("form", f"activities names a code or word: {', '.join(JUDGED)}.")
    if len(mapping.activities) > MOST_ACTIVITIES:
        raise MappingRefused("many", f"At most {MOST_ACTIVITIES} activities: choose words instead of codes.")
    if not 1 <= _number(mapping.unique_minutes) <= 120 or not 0 <= _number(mapping.overlap_minutes) <= 120:
        raise MappingRefused("bounds", "A unique visit is 1 to 120 minutes at most, an overlap 0 to 120.")
    try:
        ZoneInfo(mapping.zone)
    except (KeyError, ValueError, OSError):
        raise MappingRefused("form", f"There is no time zone {mapping.zone!r}.") from None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else -1.0
