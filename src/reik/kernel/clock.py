"""The only place where Reik reads the clock. Entry points call it; everything else takes `now`."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)
