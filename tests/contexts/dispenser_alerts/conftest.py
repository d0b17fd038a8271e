"""One client with a dispenser."""

from __future__ import annotations

import pytest


@pytest.fixture
def anna(cast, now):
    from tests.cast import beside, welcome

    return beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
