"""What the pages of use read from a form: local times, numbers, days; what is none is refused by the care path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

Form = Mapping[str, str]


LONGEST = 5000


def plain(post: Form) -> dict[str, str]:
    """What was typed, without what PostgreSQL cannot keep; of a field with several values the last."""
    return {name: value.replace("\x00", "")[:LONGEST] for name, value in post.items()}


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """A local date and time of a browser's field; None for what is none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=zone) if at.tzinfo is None else at


def day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def whole(text: str) -> int:
    """A count; -1 for what is none."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 5 else -1


def uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def typed_at(at: datetime, zone: ZoneInfo) -> str:
    """As a datetime-local field wants it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
