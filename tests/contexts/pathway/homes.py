"""As many clients with a dispenser and a schedule as are asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests import cast
from tests.cast import Voice
from tests.contexts.rolls.rolls_of import arrive


@pytest.fixture
def home(database: str, now: datetime) -> Callable[[str], Voice]:
    """A client with a dispenser and a schedule of 08:00 and 20:00, as many as are asked."""
    zorg, made = cast.gather(now).zorg, []

    def one(name: str) -> Voice:
        made.append(arrive(zorg, name, f"REIK-{len(made)}", now))
        return made[-1]  # type: ignore[no-any-return]

    return one
