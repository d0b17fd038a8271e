"""The town of value's screens, where no module founds another."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # models come in once Django is set up
    from uuid import UUID

    from tests.contexts.screens_town import Town, Visits


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    from tests.contexts.value.manager_town import managed_town

    return managed_town(now, monkeypatch)


@pytest.fixture
def visits(town: Town) -> Visits:
    from tests.contexts.value.manager_town import visits_of

    return visits_of(town)


@pytest.fixture
def house(now: datetime) -> UUID:
    from tests.contexts.value.declared import declaring_house

    return declaring_house(now)
