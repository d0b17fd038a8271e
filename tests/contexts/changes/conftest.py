"""Clients with a roll at home."""

from __future__ import annotations

import pytest


@pytest.fixture
def zorg(database, now):
    from tests import cast

    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    """A client whose dispenser holds single sachets, with a roll in it."""
    from tests.contexts.changes.rolls_at_home import ALL_CAN, arrive

    return arrive(zorg, "Anna", "ANNA-1", now, ALL_CAN)


@pytest.fixture
def bert(zorg, now):
    """A client whose dispenser cannot."""
    from tests.contexts.changes.rolls_at_home import NONE_CAN, arrive

    return arrive(zorg, "Bert", "BERT-1", now, NONE_CAN)
