"""Restarting after a temporary stop: a new path that names the one before, and takes over what still holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from reik.pathway.moving import open_path
from reik.pathway.path import PathRefused
from reik.pathway.queries import last_path_of


@transaction.atomic
def restart(
    client_id: UUID,
    *,
    by: str,
    role: str,
    now: datetime,
    setting: str = "",
    variant: Mapping[str, str] | None = None,
) -> UUID:
    """A new path after the last one; gives its id. Setting and variant stay, where none is given.

    What it takes over stands in `evidence.CARRIED`. Raises PathRefused while a path is open, or without one before.
    """
    last = last_path_of(client_id)
    if last is None:
        raise PathRefused("none", "This client never had a care path: begin one.")
    if last.ended_at is None:
        raise PathRefused("open", "This client has a care path already: go on with that one.")
    return open_path(
        client_id=client_id, setting=setting or last.setting, by=by, role=role, now=now,
        variant=last.variant if variant is None else variant, before=last.id,
    )  # fmt: skip
