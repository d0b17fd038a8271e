"""How the ends of a moment are shown: one mark and one word each (R25, R26, design language, Outcomes).

A mark is one of plan, sig, uit, laat, niet, onb, pau, hand, geen; the word says the rest. Never colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Shown:
    """A mark with its word, as for `{% mark %}` and `{% chip %}`."""

    mark: str
    word: str


def shown(
    outcome: str | None,
    *,
    due_at: datetime,
    deadline_at: datetime,
    now: datetime,
    sachets: int = 1,
    out: int = 0,
) -> Shown:
    """Mark and word of a moment. `out` is how many of its `sachets` are out; `outcome` None: still open."""
    if outcome is not None:
        return _ended(outcome, sachets, out)
    if now < due_at:
        return Shown("plan", _("gepland"))
    if now < deadline_at:
        return Shown("sig", _("signaal loopt"))
    return Shown("onb", _("wordt nagegaan"))


def _ended(outcome: str, sachets: int, out: int) -> Shown:
    partly = _("%(out)s van %(sachets)s uitgenomen") % {"out": out, "sachets": sachets}
    return {
        "in_time": Shown("uit", _("uitgenomen")),
        "early": Shown("uit", _("vroeg uitgenomen")),
        "late": Shown("laat", _("laat uitgenomen")),
        "partly": Shown("niet", partly),
        "not_out": Shown("niet", _("niet uitgenomen")),
        "withheld": Shown("pau", _("vastgehouden")),
        "by_hand": Shown("hand", _("met de hand gegeven")),
        "paused": Shown("pau", _("gepauzeerd")),
        "device_failure": Shown("onb", _("onbekend, storing")),
        "no_notice": Shown("geen", _("geen bericht ontvangen")),
        "unknown": Shown("onb", _("onbekend")),
    }[outcome]


def legend() -> list[Shown]:
    """All marks with their words, for the line below a board."""
    return [
        Shown("plan", _("gepland")),
        Shown("sig", _("signaal loopt")),
        Shown("uit", _("uitgenomen")),
        Shown("laat", _("laat uitgenomen")),
        Shown("niet", _("niet uitgenomen")),
        Shown("onb", _("onbekend")),
        Shown("pau", _("gepauzeerd")),
        Shown("hand", _("met de hand gegeven")),
        Shown("geen", _("geen bericht ontvangen")),
    ]
