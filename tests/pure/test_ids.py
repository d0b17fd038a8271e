"""Identifiers: version 7, rising within a millisecond, and never the same in two processes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from reik.kernel.ids import new_id

MS = timedelta(milliseconds=1)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 220 * 365 * 86_400_000).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + ms * MS)


@given(MOMENTS)
def test_it_is_a_version_7_that_carries_its_millisecond(now: datetime) -> None:
    made = new_id(now)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // MS


def test_of_one_millisecond_they_rise_in_the_order_in_which_they_are_asked() -> None:
    made = [new_id(NOW) for _ in range(20_000)]
    assert all(one < other for one, other in pairwise(made))
    later = new_id(NOW + MS)
    assert later > made[-1]


def test_two_processes_do_not_rise_from_the_same_id() -> None:
    before = new_id(NOW)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_id(NOW).bytes)
        os._exit(0)
    os.waitpid(child, 0)
    theirs, ours = UUID(bytes=os.read(reader, 16)), new_id(NOW)
    assert abs(ours.int - before.int) <= 1 << 32
    assert abs(theirs.int - before.int) > 1 << 32  # one in 2^40 draws would be as near


def test_what_is_drawn_is_not_to_be_foreseen() -> None:
    first = [new_id(NOW + step * MS).int & ((1 << 62) - 1) for step in range(200)]
    assert len(set(first)) == 200
