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


@pytest.fixture
def told(monkeypatch):
    """What is announced, instead of the real wiring: the facts, in their order."""
    from types import SimpleNamespace

    from reik.kernel import facts

    heard = []
    hear = SimpleNamespace(get=lambda kind, default: [lambda some, now: heard.extend(some)])
    monkeypatch.setattr(facts, "_wiring", lambda: hear)
    return heard
