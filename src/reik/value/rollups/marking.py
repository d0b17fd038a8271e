"""Marks at days that were counted already, when a moment of them is changed later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reik.dispensing.facts import MARKED_AFTER as MARKED_AFTER
from reik.dispensing.facts import OldMomentChanged
from reik.kernel.rows import Table

_MARKS = Table("value_latechange", organisation_id="uuid", client_id="uuid", due_at="timestamptz")


def follow_changed(changed: Sequence[OldMomentChanged], now: datetime) -> None:  # noqa: ARG001 - a handler's signature
    """One statement. Nothing is unique here: two that change the same day never wait for each other."""
    _MARKS.insert(sorted({(each.organisation_id, each.client_id, each.due_at) for each in changed}))
