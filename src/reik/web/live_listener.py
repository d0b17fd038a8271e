"""One open stream of `/live`, and what it is owed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from reik.people.sessions import OpenSession


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream."""

    session: OpenSession
    organisations: frozenset[UUID]
    console: bool = False
    """Whether it may be told which alert was taken: who works for all clients of these organisations."""
    taken: list[UUID] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    changed: bool = False
    looks: bool = False
    """Whether somebody came or left beside her."""
    ended: bool = False
    told_at: float = 0.0

    def tell(self) -> None:
        self.changed = True
        self.news.set()

    def tell_taken(self, alert_id: UUID) -> None:
        self.taken.append(alert_id)
        self.news.set()

    def tell_looks(self) -> None:
        self.looks = True
        self.news.set()

    def end(self) -> None:
        self.ended = True
        self.news.set()
