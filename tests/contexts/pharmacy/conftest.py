"""A pharmacy at work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.contexts.pharmacy.shop import Shop


@pytest.fixture
def shop(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """Everybody of `Shop`; the clock stands at its `now`, and the test goes on as `reik_web`."""
    from django.test import override_settings

    from reik.kernel import clock
    from reik.kernel.database import Role, become
    from tests.contexts.pharmacy.shop import open_shop

    made = open_shop(now)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield made
    become(Role.WORKER)
