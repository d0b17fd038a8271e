"""An absence as other pages show it: one line, above everything else."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from reik.dispensing.away.seen import AbsenceSeen, open_absences
from reik.web.away.words import pause_words, reason_words, state_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    one: AbsenceSeen
    state: str
    reason: str
    pause: str


def banner_of(client_id: UUID) -> Banner | None:
    """What is open of this client; None when she is at home."""
    one = open_absences([client_id]).get(client_id)
    if one is None:
        return None
    return Banner(
        one=one, state=state_words(one.state), reason=reason_words(one.reason), pause=pause_words(one.pause)
    )
