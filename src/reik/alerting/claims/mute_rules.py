"""Until when alerts of one cause of one client may be muted. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from reik.alerting.claims.who import By, Who, who_of

LONGEST = timedelta(hours=24)
SHORTEST = timedelta(minutes=1)


class MuteRefused(ValueError):
    """These alerts cannot be muted so (long); the message says how long at most."""


def check(
    *,
    starts_at: datetime,
    until: datetime,
    by: By,
    owner: str,
    reason: str,
    second: By,
    critical_at: datetime | None,
    after_next_at: datetime | None,
) -> None:
    """Raise MuteRefused unless the mute ends by itself within 24 hours, has an owner, and covers no time-critical
    moment; more than the next moment only with a second person.

    `critical_at`: when the client's first time-critical moment is due that is not over; `after_next_at`: when the
    moment behind the next is due. None where no such moment is planned.
    """
    if not owner.strip():
        raise MuteRefused("Say who looks after this client meanwhile: a mute has an owner.")
    if not reason.strip():
        raise MuteRefused("Say why: whoever finds the mute must understand it.")
    if until - starts_at < SHORTEST:
        raise MuteRefused("Choose an end that lies ahead.")
    if until - starts_at > LONGEST:
        raise MuteRefused("A mute lasts 24 hours at most: choose an earlier end.")
    if critical_at is not None and until > critical_at:
        raise MuteRefused(
            f"A time-critical moment is never muted: end it by {critical_at:%Y-%m-%d %H:%M} UTC."
            if critical_at > starts_at
            else "A time-critical moment is under way and is never muted: follow this alert up."
        )
    other = second_of(second)
    if other is not None and (other.key == who_of(by).key or second == who_of(by).name):
        raise MuteRefused("The second person is somebody else: ask a colleague.")
    if after_next_at is not None and until > after_next_at and other is None:
        raise MuteRefused(
            "Longer than the next moment only with a second person: name her, or end it by "
            f"{after_next_at:%Y-%m-%d %H:%M} UTC."
        )


def second_of(said: By) -> Who | None:
    """The second person; None where nobody was named."""
    return said if isinstance(said, Who) else who_of(said.strip()) if said.strip() else None
