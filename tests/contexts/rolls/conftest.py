"""A client with a dispenser, and what is announced of her rolls."""

from __future__ import annotations

import pytest


@pytest.fixture
def zorg(database, now):
    from tests import cast

    return cast.gather(now).zorg


@pytest.fixture
def anna(zorg, now):
    """A client with a dispenser and a confirmed schedule."""
    from tests.contexts.rolls.rolls_of import arrive

    return arrive(zorg, "Anna", "ANNA-1", now)


@pytest.fixture
def said(monkeypatch):
    """The facts that were published."""
    from reik.kernel import facts

    heard: list = []
    publish = facts.publish
    monkeypatch.setattr(facts, "publish", lambda found, now: (heard.extend(found), publish(found, now)))
    return heard
