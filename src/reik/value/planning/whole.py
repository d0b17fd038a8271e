"""A file that was read outside the screens, written and taken at once: `reik planning`."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from uuid import UUID

from reik.kernel.ids import new_id
from reik.value.models import PlanningFile
from reik.value.planning.mapping import PlanningMap, as_json
from reik.value.planning.operations import READING, keep_reading, refuse_twice, take
from reik.value.planning.reading import Reading


def refuse_known(organisation_id: UUID, path: Path) -> None:
    """Raise PlanningRefused for a file that counts already, before the work is done."""
    refuse_twice(organisation_id, _digest(path))


def take_whole(
    organisation_id: UUID, path: Path, reading: Reading, mapping: PlanningMap, *, anonymous: bool, by: str,
    now: datetime,
) -> int:  # fmt: skip
    """Write the good rows and let them count; gives how many clients were found in Reik."""
    row = PlanningFile.objects.create(
        id=new_id(now), organisation_id=organisation_id, name=path.name[:120], digest=_digest(path), zone=mapping.zone,
        mapping=as_json(mapping), anonymous=anonymous, state=READING, size=path.stat().st_size, by=by, created_at=now,
    )  # fmt: skip
    keep_reading(row, reading, mapping)
    take(row.id, only_good=True, now=now)
    row.refresh_from_db()
    return int(row.counted["matched"])


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
