"""The access log of screens (rule 11): every view and every act leaves a row, in the transaction of the view.

    viewed(request, "team", {card.organisation_id: [card.id, ...]}, now)
    acted(request, Act.CHANGE, "alert", [alert_id], now, organisation_id=..., detail="accepted")

A list is one row with the ids shown. The live refresh of a page that was logged is no new row for 15 minutes, as
long as it shows nobody new.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel.access_log import Act, Entry, record, record_act
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of

AGAIN_AFTER = timedelta(minutes=15)
REFRESH = "X-Reik-Refresh"
"""Header that live.js adds to what a page fetches by itself, unasked."""


def viewed(
    request: ActingRequest,
    page: str,
    shown: Mapping[UUID, Collection[UUID]],
    now: datetime,
    *,
    kind: str = "client",
    act: Act = Act.VIEW,
) -> None:
    """Log that a page showed these ids, by the organisation that keeps their records; nothing when it showed none.

    `page` names the page, with the id of whom it is about where it has one, and never with typed words.
    """
    actor = actor_of(request)
    whole = {organisation_id: frozenset(ids) for organisation_id, ids in shown.items() if ids}
    ids = frozenset().union(*whole.values())
    key = (actor.account_id, actor.session, page, act)
    if not ids or (is_refresh(request) and _memory.knows(key, ids, now)):
        return
    record(
        [
            Entry(
                organisation_id=organisation_id, actor_id=actor.account_id, actor=actor.name, actor_role=actor.role,
                act=act, object_kind=kind, object_ids=sorted(group), detail=page, session=actor.session,
            )
            for organisation_id, group in whole.items()
        ],
        now,
    )  # fmt: skip
    transaction.on_commit(lambda: _memory.note(key, ids, now))  # a row that was rolled back excuses nothing


def acted(
    request: ActingRequest,
    act: Act,
    kind: str,
    ids: Collection[UUID],
    now: datetime,
    *,
    organisation_id: UUID,
    detail: str = "",
    outcome: str = "ok",
) -> None:
    """Log an act on records that this organisation keeps; each act is a row of its own, a refusal too."""
    record_act(
        actor_of(request), act, kind, sorted(ids), now,
        organisation_id=organisation_id, detail=detail, outcome=outcome,
    )  # fmt: skip


def is_refresh(request: ActingRequest) -> bool:
    """Whether the page fetched this by itself: it was told "changed", or its timer ran out."""
    return request.headers.get(REFRESH) == "1"


_Key = tuple[UUID, str, str, Act]


class _Memory:
    """What this process logged lately. It only ever spares rows: after a restart there is one more, never one less."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._logged: OrderedDict[_Key, tuple[datetime, frozenset[UUID]]] = OrderedDict()

    def knows(self, key: _Key, ids: frozenset[UUID], now: datetime) -> bool:
        with self._lock:
            at, logged = self._logged.get(key, (now, frozenset()))
            return ids <= logged and now - at < AGAIN_AFTER

    def note(self, key: _Key, ids: frozenset[UUID], now: datetime) -> None:
        with self._lock:
            self._logged[key] = now, ids
            self._logged.move_to_end(key)
            while len(self._logged) > self._most:
                self._logged.popitem(last=False)


_memory = _Memory()
