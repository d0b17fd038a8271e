"""Reports: their classes, the three working days of the inspectorate, and what must be filled in to close."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.use import incident_rules as rules
from reik.pathway.use.incident_rules import IncidentRefused

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("established", "until"),
    [
        (
            datetime(2026, 11, 23, 9, tzinfo=ZONE),
            datetime(2026, 11, 27, tzinfo=ZONE),
        ),  # Monday: through Thursday
        (
            datetime(2026, 11, 27, 23, 30, tzinfo=ZONE),
            datetime(2026, 12, 3, tzinfo=ZONE),
        ),  # Friday: through Wednesday
        (datetime(2026, 11, 28, 9, tzinfo=ZONE), datetime(2026, 12, 3, tzinfo=ZONE)),  # Saturday
        (
            datetime(2026, 12, 24, 9, tzinfo=ZONE),
            datetime(2026, 12, 31, tzinfo=ZONE),
        ),  # Christmas lies between
    ],
)
def test_three_working_days_after_it_was_established(established: datetime, until: datetime) -> None:
    assert rules.report_by(established) == until


@given(st.integers(0, 4 * 365 * 24 * 60))
def test_the_term_is_never_shorter_than_three_days_nor_longer_than_ten(minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=minutes)
    assert timedelta(days=3) <= rules.report_by(at) - at.replace(hour=0, minute=0) <= timedelta(days=10)


def test_on_time_is_said_only_of_what_was_told() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    by = rules.report_by(at)
    assert rules.told(None, None, at) == rules.NONE
    assert rules.told(by, None, at) == rules.WAITS
    assert rules.told(by, None, by) == rules.LATE
    assert rules.told(by, by - timedelta(seconds=1), by + timedelta(days=9)) == rules.IN_TIME
    assert rules.told(by, by, by) == rules.TOO_LATE


def lacking(kind: str, **more: object) -> list[str]:
    whole = {
        "phase": "loading", "cause": "slip", "harm": "none", "measures": "shown again", "answer": "",
        "inspectorate_at": None,
    }  # fmt: skip
    return rules.missing_to_close(kind=kind, **{**whole, **more})  # type: ignore[arg-type]


def test_what_must_be_known_before_a_report_is_closed() -> None:
    assert lacking("incident") == []
    assert lacking("incident", harm="unknown", measures=" ") == ["measures", "harm"]
    assert lacking("calamity") == ["inspectorate_at"]
    assert lacking("complaint", phase="", cause="") == ["answer"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "near"), ("reporter", "nobody"), ("what", "  "), ("by", ""), ("happened_at", None)],
)
def test_what_cannot_be_reported_names_its_field(field: str, value: object) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    told = {
        "kind": "incident",
        "what": "x",
        "reporter": "nurse",
        "by": "Anja",
        "happened_at": now,
        "now": now,
    }
    told[field] = now + timedelta(minutes=1) if field == "happened_at" else value  # type: ignore[assignment]
    with pytest.raises(IncidentRefused) as refused:
        rules.check_reported(**told)  # type: ignore[arg-type]
    assert refused.value.code == field
