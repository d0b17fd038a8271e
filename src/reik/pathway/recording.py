"""Writes of evidence: a person ticks what she did or saw; taken back, it no longer counts and stays to be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.pathway.asking import keep_tasks
from reik.pathway.evidence import HALF_A_YEAR, KINDS, PERSON
from reik.pathway.facts import EvidenceRecorded, EvidenceTakenBack
from reik.pathway.locking import lock, lock_all
from reik.pathway.models import CarePath, Evidence
from reik.pathway.path import PathRefused

LONG_AGO = timedelta(days=366)
TEXT_MOST = 2000


@transaction.atomic
def record(
    path_id: UUID,
    kind: str,
    *,
    by: str,
    role: str,
    now: datetime,
    at: datetime | None = None,
    key: str = "",
    about: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> UUID:
    """Somebody did or saw this, at `at` (now); gives the row's id. The task that asked for it ends.

    Only kinds that a person shows: what Reik knows by itself is not ticked. Raises PathRefused.
    """
    _check_kind(kind)
    return _write({path_id: detail or {}}, kind, by, role, now, at or now, key, about)[path_id]


@transaction.atomic
def record_all(
    details: Mapping[UUID, Mapping[str, object]], kind: str, *, by: str, role: str, now: datetime
) -> dict[UUID, UUID]:
    """`record` for many paths, each with its details; gives each path's row. As many statements for 1 as for 200."""
    _check_kind(kind)
    return _write(details, kind, by, role, now, now)


def _check_kind(kind: str) -> None:
    known = KINDS.get(kind)
    if known is None or known.source != PERSON:
        raise PathRefused("derived", "Reik sees this by itself: do it where it is done, then it stands here.")


@transaction.atomic
def note_shown(
    path_id: UUID,
    kind: str,
    *,
    by: str,
    role: str,
    now: datetime,
    at: datetime | None = None,
    key: str = "",
    about: UUID | None = None,
    detail: Mapping[str, object] | None = None,
) -> UUID:
    """For the path's own modules: a row for a derived kind that no table of its own shows (a promise, a phone call)."""
    if kind not in KINDS:
        raise PathRefused("kind", "This kind of evidence is not known.")
    return _write({path_id: detail or {}}, kind, by, role, now, at or now, key, about)[path_id]


def _write(
    details: Mapping[UUID, Mapping[str, object]],
    kind: str,
    by: str,
    role: str,
    now: datetime,
    at: datetime,
    key: str = "",
    about: UUID | None = None,
) -> dict[UUID, UUID]:
    rows = lock_all(details)
    for row in rows.values():
        _check(row, by, at, now)
    months = KINDS[kind].months
    made = [
        Evidence(
            id=new_id(now), organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id, kind=kind,
            key=key, at=at, told_at=now, by=by.strip(), role=role, about=about, detail=dict(details[row.id]),
            holds_until=at + months * HALF_A_YEAR / 6 if months else None,
        )
        for row in rows.values()
    ]  # fmt: skip
    Evidence.objects.bulk_create(made)
    keep_tasks(rows, now, by)
    facts.publish([_told(row, kind, at, by) for row in rows.values()], now)
    return {each.path_id: each.id for each in made}


def _told(row: CarePath, kind: str, at: datetime, by: str) -> EvidenceRecorded:
    return EvidenceRecorded(
        organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id, kind=kind, at=at, by=by
    )  # fmt: skip


def _check(row: CarePath, by: str, at: datetime, now: datetime) -> None:
    if row.ended_at is not None:
        raise PathRefused("ended", "This care path has ended: restart it to go on.")
    if not by.strip():
        raise PathRefused("by", "Say who did this.")
    if not now - LONG_AGO <= at <= now:
        raise PathRefused("at", "Say when it was: in the past year, and not in the future.")


@transaction.atomic
def take_back(evidence_id: UUID, *, by: str, because: str, now: datetime) -> None:
    """It was a mistake, or holds no longer: it stays to be read and counts no more; its task opens again.

    Raises PathRefused without a reason, and when it was taken back before.
    """
    if not because.strip():
        raise PathRefused("because", "Say why this no longer holds.")
    path_id = Evidence.objects.filter(id=evidence_id).values_list("path_id", flat=True).first()
    if path_id is None:
        raise PathRefused("gone", "This is not there any more: look at the care path again.")
    row = lock(path_id)
    evidence = Evidence.objects.get(id=evidence_id)
    if not Evidence.objects.filter(id=evidence_id, taken_back_at=None).update(
        taken_back_at=now, taken_back_by=by, taken_back_because=because.strip()[:TEXT_MOST]
    ):
        raise PathRefused("taken_back", "This was taken back already: look at the care path again.")
    keep_tasks([row.id], now, by)
    facts.publish(
        [
            EvidenceTakenBack(
                organisation_id=row.organisation_id, client_id=row.client_id, path_id=row.id,
                kind=evidence.kind, by=by,
            )
        ],
        now,
    )  # fmt: skip
