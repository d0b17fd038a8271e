"""What is looked at once a minute: one look that fails takes nothing from the others, and the guard tells it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from reik.kernel.looks import failing, look


def broken(now: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE left_behind AS SELECT 1")
        raise ValueError("Mw. Jansen")


def test_the_others_go_on_and_the_guard_tells_which_fails(database: str, now: datetime) -> None:
    done: list[str] = []
    looks = [
        ("first", lambda _: done.append("first")),
        ("broken", broken),
        ("last", lambda _: done.append("last")),
    ]
    look(looks, now)
    look(looks, now + timedelta(minutes=1))
    assert done == ["first", "last"] * 2
    told = failing()
    assert told is not None
    assert (told.kind, told.count, told.ids) == ("look_fails", 1, ("broken",))
    with connection.cursor() as cursor:
        cursor.execute("SELECT since, newest_at, error, to_regclass('left_behind') FROM kernel_failedlook")
        assert cursor.fetchone() == (now, now + timedelta(minutes=1), "ValueError", None)


def test_a_look_that_works_again_is_told_no_more(database: str, now: datetime) -> None:
    look([("rosters", broken)], now)
    look([("rosters", lambda _: None)], now)
    assert failing() is None


def test_a_database_that_is_away_is_everybodys(database: str, now: datetime) -> None:
    def away(_: datetime) -> None:
        raise OperationalError("the server closed the connection")

    with pytest.raises(OperationalError):
        look([("rosters", away)], now)
    assert failing() is None
