"""A planning's file from upload to removal. What takes long is done by `reik jobs`: the file's state is the queue."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.crypto import vault
from reik.kernel.ids import new_id
from reik.value.models import PlanningFile, PlanningMapping, PlanningPart
from reik.value.planning import storing
from reik.value.planning.looking import look_at
from reik.value.planning.mapping import PlanningMap, as_json, from_json
from reik.value.planning.reading import Reading, read_places, read_planning
from reik.value.planning.sheets import MOST_BYTES, SheetRefused, open_sheet
from reik.value.tours.keeping import forget_of

PART = 4_000_000
AT_ONCE = 5_000_000
"""A file of so many bytes is looked at while its sender waits; a larger one by `reik jobs`."""
MOST_LISTED = 1000
FORGOTTEN_AFTER = timedelta(days=14)
LOOKING, UPLOADED, READING, READ = "looking", "uploaded", "reading", "read"
TAKEN, REMOVED, FAILED = "taken", "removed", "failed"
WAITING = (LOOKING, READING)
STOPPED = "stopped"
FILE, PLACES = "file", "places"


class PlanningRefused(ValueError):
    """This cannot be done with this file; `code` says why to a screen, the message what to do instead."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def upload(
    *, organisation_id: UUID, name: str, stream: IO[bytes], anonymous: bool, by: str, now: datetime,
    places: IO[bytes] | None = None,
) -> UUID:  # fmt: skip
    """Keep a file, sealed; gives its id. Raises PlanningRefused when it was taken already, or is too large."""
    row = PlanningFile(
        id=new_id(now), organisation_id=organisation_id, name=" ".join(name.split())[:120] or "planning", mapping={},
        anonymous=anonymous, state=LOOKING, by=by, created_at=now, digest=b"",
    )  # fmt: skip
    with transaction.atomic():
        row.save(force_insert=True)
        row.digest, row.size = _keep_parts(row, FILE, stream)
        refuse_twice(organisation_id, row.digest)
        if places is not None:
            _keep_parts(row, PLACES, places)
        if row.size <= AT_ONCE:
            _look(row)
        else:
            ask()
        row.save()
    return row.id


def refuse_twice(organisation_id: UUID, digest: bytes) -> None:
    """Raise PlanningRefused when these very bytes count already."""
    same = PlanningFile.objects.filter(organisation_id=organisation_id, digest=digest, state=TAKEN).first()
    if same is not None:
        raise PlanningRefused(
            "twice",
            f"This file was taken already, as {same.name} on {same.taken_at:%Y-%m-%d}: remove that one first.",
        )


def _keep_parts(row: PlanningFile, kind: str, stream: IO[bytes]) -> tuple[bytes, int]:
    digest, size, position = hashlib.sha256(), 0, 0
    while piece := stream.read(PART):
        digest.update(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise PlanningRefused(
                "large", f"The file is larger than {MOST_BYTES // 1_000_000} MB: split it by period."
            )
        PlanningPart.objects.create(
            organisation_id=row.organisation_id, file=row, kind=kind, position=position,
            sealed=vault().seal(row.organisation_id, piece),
        )  # fmt: skip
        position += 1
    return digest.digest(), size


def ask() -> None:
    """Tell `reik jobs` that a file waits; it also looks each minute by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reik_ask_planning()")


@transaction.atomic
def ask_reading(file_id: UUID, mapping: PlanningMap, *, anonymous: bool) -> None:
    """Have the whole file read by this mapping. Raises PlanningRefused when it is past that."""
    row = _locked(file_id)
    if row.state not in (UPLOADED, READ, FAILED) or not row.look:
        raise PlanningRefused("state", "This file cannot be read now: look at where it is.")
    row.mapping, row.zone, row.anonymous = as_json(mapping), mapping.zone, anonymous
    row.state, row.rows_read, row.problem, row.problem_code = READING, 0, "", ""
    row.save()
    ask()


@transaction.atomic
def take(file_id: UUID, *, only_good: bool, now: datetime) -> None:
    """Its visits count from now on. Raises PlanningRefused: refused rows ask for a yes, and nothing counts twice."""
    row = _locked(file_id)
    if row.state != READ:
        raise PlanningRefused("state", "This file cannot be taken now: look at where it is.")
    if not row.visits:
        raise PlanningRefused("nothing", "No row of this file is a visit: change the mapping.")
    if row.refused_count and not only_good:
        raise PlanningRefused(
            "refused", f"{row.refused_count} rows are refused: take the rest only, or mend the file."
        )
    refuse_twice(row.organisation_id, bytes(row.digest))
    row.state, row.taken_at, row.look = TAKEN, now, None
    row.save()
    PlanningPart.objects.filter(file=row).delete()


@transaction.atomic
def remove(file_id: UUID, now: datetime) -> None:
    """It counts no more, and `reik jobs` deletes its visits; the row stays, without what was in the file."""
    row = _locked(file_id)
    if row.state == REMOVED:
        return
    row.state, row.removed_at, row.look, row.refused = REMOVED, now, None, []
    row.save()
    PlanningPart.objects.filter(file=row).delete()
    ask()


def keep_mapping(*, organisation_id: UUID, name: str, mapping: PlanningMap, by: str, now: datetime) -> None:
    """Under a name, for the next export of the same system."""
    if not name.strip():
        raise PlanningRefused("name", "Give the mapping a name: that of the planning system, for one.")
    PlanningMapping.objects.create(
        id=new_id(now), organisation_id=organisation_id, name=" ".join(name.split())[:80], mapping=as_json(mapping),
        by=by, created_at=now,
    )  # fmt: skip


def _locked(file_id: UUID) -> PlanningFile:
    row = PlanningFile.objects.select_for_update().filter(id=file_id).first()
    if row is None:
        raise PlanningRefused("unknown", "There is no such file.")
    return row


def work_off(now: Callable[[], datetime]) -> int:
    """What `reik jobs` does: look at, read and clear all files that wait; gives how many. One after the other."""
    done = 0
    forget_unfinished(now())
    while (row := PlanningFile.objects.filter(state__in=WAITING).order_by("created_at").first()) is not None:
        try:
            _look_and_keep(row) if row.state == LOOKING else _read(row)
        except (ValueError, SheetRefused) as refusal:
            _failed(row.id, row.state, str(refusal), getattr(refusal, "code", ""))
        done += 1
    for row in PlanningFile.objects.filter(state=REMOVED, visits__gt=0):
        storing.clear(row.id)
        forget_of(row.id)
        PlanningFile.objects.filter(id=row.id).update(visits=0)
        done += 1
    return done


def given_up(problem: str) -> None:
    """The process that worked on the first waiting file ended by force: that file waits no more."""
    row = PlanningFile.objects.filter(state__in=WAITING).order_by("created_at").first()
    if row is not None:
        _failed(row.id, row.state, problem, STOPPED)


def _failed(file_id: UUID, state: str, problem: str, code: str) -> None:
    rows = PlanningFile.objects.filter(id=file_id, state=state)
    rows.update(state=FAILED, problem=problem[:500], problem_code=code)


def forget_unfinished(now: datetime) -> None:
    """What nobody decided on for FORGOTTEN_AFTER is removed: a planning is not kept for nothing."""
    states = (UPLOADED, READ, FAILED)
    for row in PlanningFile.objects.filter(state__in=states, created_at__lt=now - FORGOTTEN_AFTER):
        remove(row.id, now)


def _look_and_keep(row: PlanningFile) -> None:
    _look(row)
    PlanningFile.objects.filter(id=row.id, state=LOOKING).update(state=row.state, look=row.look)


def _look(row: PlanningFile) -> None:
    with unsealed(row) as (path, places):
        seen = look_at(open_sheet(path, row.zone))
        if places is not None:
            seen["places"] = len(read_places(places))
    row.look = vault().seal(row.organisation_id, json.dumps(seen, ensure_ascii=False).encode())
    row.state = UPLOADED


@contextmanager
def unsealed(row: PlanningFile) -> Iterator[tuple[Path, Path | None]]:
    """The uploaded file (and its places) on disk, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="reik-planning-") as folder:
        paths: dict[str, Path] = {}
        for kind in (FILE, PLACES):
            parts = PlanningPart.objects.filter(file=row, kind=kind).order_by("position")
            for part in parts.iterator(chunk_size=2):
                paths[kind] = Path(folder) / kind
                with paths[kind].open("ab") as file:
                    file.write(vault().open(row.organisation_id, bytes(part.sealed)))
        if FILE not in paths:
            raise PlanningRefused("gone", "The file itself is no longer kept: upload it again.")
        yield paths[FILE], paths.get(PLACES)


def _read(row: PlanningFile) -> None:
    def told(rows: int) -> None:
        PlanningFile.objects.filter(id=row.id).update(rows_read=rows)

    mapping = from_json(row.mapping)
    with unsealed(row) as (path, places):
        where = read_places(places) if places else None
        reading = read_planning(open_sheet(path, row.zone), mapping, where, told)
    keep_reading(row, reading, mapping)


def keep_reading(row: PlanningFile, reading: Reading, mapping: PlanningMap) -> None:
    """Write what was read; the file waits for a yes. A file that was removed meanwhile stays so."""
    storing.clear(row.id)
    matched = storing.store(row.organisation_id, row.id, reading.visits, mapping, anonymous=row.anonymous)
    days = reading.visits["start"].dt.date()
    first: Any = days.min()
    last: Any = days.max()
    kept = PlanningFile.objects.filter(id=row.id, state=READING).update(
        state=READ, visits=reading.visits.height, first_day=first, last_day=last,
        counted=reading.counted | {"matched": matched}, refused_count=len(reading.refused),
        refused=[
            {"line": each.line, "reason": each.reason, "value": each.value}
            for each in reading.refused[:MOST_LISTED]
        ],
    )  # fmt: skip
    if not kept:
        storing.clear(row.id)
