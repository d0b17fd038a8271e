"""A town whose manager works in the north; screens run as `reik_web`."""

from __future__ import annotations

from datetime import datetime

import pytest

from reik.kernel.database import Role, become
from reik.kernel.operations import open_account
from tests.contexts.screens_town import Town, Visits, found_town

ANNIE, BRAM = "A. (Annie) de Boer", "B. (Bram) Zwart"


def managed_town(now: datetime, monkeypatch: pytest.MonkeyPatch, *, handed_out: bool = True) -> Town:
    """Annie's dispenser in the north handed out today; Bram lives in the south, where the manager sees nobody."""
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    made.move_in(BRAM, made.south)
    if handed_out:
        made.takes_out(ANNIE)
    made.accounts["nurse2"] = open_account(
        organisation_id=made.care.id, username="nurse2", display_name="nurse2", role="caregiver", now=now
    )
    made.managed_by("manager")
    return made


def visits_of(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)
