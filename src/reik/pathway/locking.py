"""The rows of care paths: locked for this transaction, and written back together once they moved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from reik.kernel.rows import Columns
from reik.pathway.models import CarePath
from reik.pathway.path import PathRefused


def lock(path_id: UUID, version: int | None = None) -> CarePath:
    """The path, locked. Raises PathRefused when it is not there, or is not the one that the person looked at."""
    row = lock_all([path_id])[path_id]
    if version is not None and row.version != version:
        raise PathRefused("changed", "Somebody else changed this care path meanwhile: look at it again.")
    return row


def lock_all(path_ids: Collection[UUID]) -> dict[UUID, CarePath]:
    """The paths, locked in ascending id. Raises PathRefused when one of them is not there. One statement."""
    rows = CarePath.objects.select_for_update(no_key=True).filter(id__in=path_ids).order_by("id")
    found = {each.id: each for each in rows}
    if len(found) < len(set(path_ids)):
        raise PathRefused("gone", "This care path is not there: open the client's page again.")
    return found


_MOVED = Columns(
    id="uuid", state="text", step="smallint", because="text", look_again_on="date", entered_at="timestamptz",
    started_at="timestamptz", ended_at="timestamptz", version="int",
)  # fmt: skip
_WRITE = f"""
UPDATE pathway_carepath AS p SET state = n.state, step = n.step, because = n.because,
    look_again_on = n.look_again_on, entered_at = n.entered_at, started_at = n.started_at, ended_at = n.ended_at,
    version = n.version
FROM {_MOVED.unnest} AS n ({_MOVED.names}) WHERE p.id = n.id
"""  # noqa: S608 - names from code


def write_moved(rows: Sequence[CarePath]) -> None:
    """Keep where these paths stand now. One statement; `bulk_update` takes most of a move's time to write its own."""
    values = _MOVED.values(
        [
            (each.id, each.state, each.step, each.because, each.look_again_on, each.entered_at, each.started_at,
             each.ended_at, each.version)
            for each in rows
        ]
    )  # fmt: skip
    if values:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, values)
