"""A client with a missed moment, ordinary or time-critical."""

from __future__ import annotations

import pytest


@pytest.fixture
def anna(cast, now):
    from tests.cast import beside, welcome

    return beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)


@pytest.fixture
def opened(now):
    """08:30 in the client's zone."""
    from tests.cast import WINDOW

    return now + WINDOW


@pytest.fixture
def alert(anna, now):
    from tests.contexts.claims.claiming import misses

    return misses(anna, "m", now)


@pytest.fixture
def critical(anna, now):
    from tests.contexts.claims.claiming import misses

    return misses(anna, "m", now, criticality=0)
