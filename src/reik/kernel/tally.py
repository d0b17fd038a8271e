"""What the senders of one gateway saw of it, each for itself and all together. Pure; times are in seconds.

A receipt may come to another sender than the one whose message it is about, so that no sender can judge alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

LATE_S = 180.0
"""A receipt that has not come by then is missed."""
LOOKED_BACK_S = 3600.0
ALIVE_S = 60.0
"""A sender that wrote nothing for so long has ended; its receipts may have come while nobody listened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`heard_at`: the newest receipt; `silent_since`: the first message since then that asked for one.

    Of the last hour's messages that are due a receipt: how many there are, `missed` one, and were `lost`. `missed` is
    below 0 where a sender heard of more messages of others than it misses of its own.
    """

    heard_at: float | None = None
    silent_since: float | None = None
    due: int = 0
    missed: int = 0
    lost: int = 0

    def shifted(self, by: float) -> Tally:
        """The same by another clock."""
        return replace(self, heard_at=_later(self.heard_at, by), silent_since=_later(self.silent_since, by))


NOTHING = Tally()


def together(seen: Iterable[tuple[Tally, float]], at: float) -> Tally:
    """One word of several senders, each with when it was written down. None of the last hour counts as nothing.

    Of a sender that has ended, a silence counts only when it was a suspicion already.
    """
    fresh = [(tally, written) for tally, written in seen if at - written <= LOOKED_BACK_S]
    heard = max((each.heard_at for each, _ in fresh if each.heard_at is not None), default=None)
    silences = [
        each.silent_since
        for each, written in fresh
        if each.silent_since is not None
        and (heard is None or each.silent_since > heard)
        and (at - written <= ALIVE_S or written - each.silent_since > LATE_S)
    ]
    return Tally(
        heard_at=heard, silent_since=min(silences, default=None), due=sum(each.due for each, _ in fresh),
        missed=sum(each.missed for each, _ in fresh), lost=sum(each.lost for each, _ in fresh),
    )  # fmt: skip


def _later(at: float | None, by: float) -> float | None:
    return None if at is None else at + by
