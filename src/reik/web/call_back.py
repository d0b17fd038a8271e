"""An alert that somebody who asked to be rung was not rung in time, as a sentence of who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reik.alerting.causes import TASK_OVERDUE
from reik.alerting.queries import AlertSeen
from reik.alerting.telling import CALL_BACK, caller_of
from reik.tasks.queries import task


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCall:
    """A call-back that is due. `key`: whose it is; `about`: the alert about which she asked."""

    key: UUID
    who: str
    due_at: datetime
    about: UUID | None

    def to_her(self, now: datetime) -> str:
        """What she reads who waits for it."""
        return _("Wij zouden u om %(at)s bellen; %(ago)s") % self._when(now)

    def to_who_rings(self, now: datetime) -> str:
        """What they read who have to ring her."""
        return _("U zou %(who)s om %(at)s terugbellen; %(ago)s") % {**self._when(now), "who": self.who}

    def to_others(self, now: datetime) -> str:
        """What somebody else reads."""
        return _("%(who)s zou om %(at)s gebeld worden; %(ago)s") % {**self._when(now), "who": self.who}

    def _when(self, now: datetime) -> dict[str, str]:
        return {"at": time_format(localtime(self.due_at), "H:i"), "ago": ago_words(self.due_at, now)}


def late_call(alert: AlertSeen) -> LateCall | None:
    """The call-back that this alert is about; None for any other alert."""
    if alert.cause != TASK_OVERDUE or alert.reason != CALL_BACK:
        return None
    found = task(UUID(alert.subject))
    if found is None:
        return None
    who = caller_of(found)
    return LateCall(key=who.key, who=who.name, due_at=found.due_at, about=found.about)


def key_of(said: str) -> UUID:
    """Whose request a page names. Raises Http404 for what is no key."""
    try:
        return UUID(said)
    except ValueError:
        raise Http404 from None


def ago_words(at: datetime, now: datetime) -> str:
    """How long ago, as the end of a sentence; in whole minutes, from an hour on in hours."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return _("dat is nu")
    if minutes < 60:
        return ngettext("dat is %(n)s minuut geleden", "dat is %(n)s minuten geleden", minutes) % {
            "n": minutes
        }
    hours = minutes // 60
    return ngettext("dat is %(n)s uur geleden", "dat is %(n)s uren geleden", hours) % {"n": hours}
