"""When an alert of these tests opens."""

from __future__ import annotations

import pytest


@pytest.fixture
def opened(now):
    """08:30 in the client's zone, on a Monday."""
    from tests.cast import WINDOW

    return now + WINDOW
