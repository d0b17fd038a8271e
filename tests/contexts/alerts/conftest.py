"""A client of whose moment two sachets stayed in, and her alert."""

from __future__ import annotations

import pytest


@pytest.fixture
def anna(cast, now):
    from tests.cast import beside, plan, welcome

    voice = beside(welcome(cast.zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan(voice, "m", now, now=now, sachets=2)
    return voice


@pytest.fixture
def deadline(now):
    """08:30 in the client's zone: the carer may be called."""
    from tests.cast import WINDOW

    return now + WINDOW


@pytest.fixture
def alert(anna, deadline):
    """An alert that opened at the deadline because the device said so."""
    from reik.alerting.models import Alert
    from tests.cast import tell

    tell(anna, anna.closed("m", "not_taken_out", deadline), at=deadline)
    return Alert.objects.get()
