"""Reads of claims, mutes and own codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reik.alerting.models import Claim, HandlingCode, Mute


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSeen:
    """Who had an alert: `by` her name then, `key` who that is; `kind` phone (a key) or screen; `until` what she might,
    `ended_at` when it ended.

    `ended_as`: handled, released, ended (her time was over), taken_over, closed; empty while she has it. `life`
    tells what she had before the alert opened again.
    """

    by: str
    key: UUID
    role: str
    kind: str
    life: int
    at: datetime
    until: datetime
    ended_at: datetime | None
    ended_as: str

    @property
    def goes_on(self) -> bool:
        """Whether opening the alert on a screen still makes this key on a phone a whole claim."""
        return self.kind == "phone" and self.ended_as in ("", "ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteSeen:
    """A mute that runs: `second` who agreed to more than the next moment."""

    id: UUID
    client_id: UUID
    cause: str
    starts_at: datetime
    until: datetime
    by: str
    by_key: UUID
    owner: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSeen:
    """An outcome or a cause that an organisation added; `like`: the common one whose effect it has."""

    kind: str
    code: str
    like: str
    label_nl: str
    label_en: str
    retired: bool

    def label(self, language: str) -> str:
        """Its name for a reader of this language."""
        return self.label_nl if language.startswith("nl") else self.label_en


def claims_of(alert_ids: Collection[UUID]) -> dict[UUID, tuple[ClaimSeen, ...]]:
    """Every claim of these alerts, the oldest first."""
    found: dict[UUID, list[ClaimSeen]] = defaultdict(list)
    for each in Claim.objects.filter(alert_id__in=alert_ids).order_by("at", "id"):
        found[each.alert_id].append(
            ClaimSeen(
                by=each.by, key=each.key, role=each.role, kind=each.kind, life=each.life, at=each.at, until=each.until,
                ended_at=each.ended_at, ended_as=each.ended_as,
            )
        )  # fmt: skip
    return {id: tuple(rows) for id, rows in found.items()}


def mutes_of(client_ids: Collection[UUID], now: datetime) -> list[MuteSeen]:
    """The mutes of these clients that run now, the one that ends first in front."""
    rows = Mute.objects.filter(client_id__in=client_ids, ended_at=None, until__gt=now).order_by("until", "id")
    return [
        MuteSeen(
            id=each.id, client_id=each.client_id, cause=each.cause, starts_at=each.starts_at, until=each.until,
            by=each.by, by_key=each.by_key, owner=each.owner, second=each.second, reason=each.reason,
        )
        for each in rows
    ]  # fmt: skip


def own_codes(organisation_id: UUID, *, retired: bool = False) -> list[CodeSeen]:
    """What an organisation added to the common outcomes and causes; also what it retired, where asked."""
    rows = HandlingCode.objects.filter(organisation_id=organisation_id).order_by("kind", "label_nl")
    return [
        CodeSeen(
            kind=each.kind, code=each.code, like=each.like, label_nl=each.label_nl, label_en=each.label_en,
            retired=each.retired_at is not None,
        )
        for each in rows
        if retired or each.retired_at is None
    ]  # fmt: skip
