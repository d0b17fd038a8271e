"""Who looks at which alert now: told by open pages every few seconds, in memory only, and gone by itself.

Each page of a console says at which alert it looks; every process hears it over the broker and keeps it for 25 s.
So a page that closes, sleeps or loses its line looks at nothing. Ids only: a screen asks for the names itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

SUBJECT = "reik.wake.looks.page"
LASTS_S = 25.0
"""Pages say it every 10 s: two may be lost."""
MOST = 5000
LONGEST_PAGE = 40


@dataclass(frozen=True, slots=True)
class Look:
    """One page, and at which alert it looks (None: at none any more)."""

    page: str
    alert_id: UUID | None
    account_id: UUID
    organisations: frozenset[UUID]

    def packed(self) -> bytes:
        """As it goes over the broker."""
        alert = str(self.alert_id) if self.alert_id else ""
        ids = [str(each) for each in self.organisations]
        return json.dumps([self.page, alert, str(self.account_id), ids]).encode()


def unpacked(data: bytes) -> Look | None:
    """What `packed` made; None for anything else."""
    with suppress(ValueError, TypeError, AttributeError):
        page, alert, account, ids = json.loads(data)
        organisations = frozenset(UUID(each) for each in ids)
        return Look(str(page)[:LONGEST_PAGE], UUID(alert) if alert else None, UUID(account), organisations)
    return None


class Looks:
    """All pages of all processes, as far as this one heard. Times are of a clock that only goes forward, in s."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[Look, float]] = {}
        self._lock = threading.Lock()

    def note(self, look: Look, now: float) -> frozenset[UUID]:
        """Gives the accounts that must look again at who is beside them."""
        with self._lock:
            before = self._pages.pop(look.page, None)
            if look.alert_id is not None and len(self._pages) < MOST:
                self._pages[look.page] = (look, now)
            was = before[0].alert_id if before else None
            return frozenset() if was == look.alert_id else self._among({was, look.alert_id})

    def forget(self, now: float) -> frozenset[UUID]:
        """Drop pages that were silent for too long; gives the accounts that looked beside them."""
        with self._lock:
            gone = [page for page, (_look, at) in self._pages.items() if now - at > LASTS_S]
            alerts = {self._pages.pop(page)[0].alert_id for page in gone}
            return self._among(alerts) if alerts else frozenset()

    def _among(self, alerts: Collection[UUID | None]) -> frozenset[UUID]:
        return frozenset(
            look.account_id for look, _at in self._pages.values() if look.alert_id and look.alert_id in alerts
        )

    def beside(self, alert_id: UUID, me: UUID, organisations: Iterable[UUID]) -> frozenset[UUID]:
        """The accounts of others who look at this alert and work for one of these organisations."""
        mine = frozenset(organisations)
        with self._lock:
            return frozenset(
                look.account_id
                for look, _at in self._pages.values()
                if look.alert_id == alert_id
                and look.account_id != me
                and not mine.isdisjoint(look.organisations)
            )


LOOKS = Looks()
"""This process's."""
