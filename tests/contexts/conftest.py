"""Who is there in most tests of the contexts; a test that needs others has fixtures of its own."""

from __future__ import annotations

import pytest


@pytest.fixture
def cast(database, now):
    from tests.cast import gather

    return gather(now)


@pytest.fixture
def anna(cast, now):
    """Anna's dispenser, with a moment `m` due at `now`."""
    from tests.cast import beside, plan, welcome

    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now)
    return voice
