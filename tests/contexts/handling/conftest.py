"""A client of whose moment nothing came out, and her alert."""

from __future__ import annotations

import pytest


@pytest.fixture
def opened(now):
    """08:30 in the client's zone; the latest hand-out time is an hour later."""
    from tests.cast import WINDOW

    return now + WINDOW


@pytest.fixture
def alert(anna, opened):
    from reik.alerting.models import Alert
    from tests.cast import tell

    tell(anna, anna.closed("m", "not_taken_out", opened), at=opened)
    return Alert.objects.get()
