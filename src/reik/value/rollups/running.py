"""Keeping the daily counts: what is new each hour, what was corrected later, and everything anew.

The last two days are counted again each time, so that nobody needs to be told of a change in them. What changes in a
day before that leaves a mark (`marking`). A client who got another team or zone, and a dispenser of which another type
became known, are found by comparing with what they were counted under.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.kernel.rows import array
from reik.value.models import RollupState
from reik.value.rollups.counting import Slice, count_days, count_slice
from reik.value.rollups.marking import MARKED_AFTER

NAME = "moment_day"
AGAIN = 2 * MARKED_AFTER
"""How far behind the last count days are counted again: what is younger than MARKED_AFTER leaves no mark, and the
transaction that changed it may have been under way for as long again."""
DAY = timedelta(days=1)
AT_ONCE = timedelta(days=31)
BESIDE = 2
"""Organisations that are counted beside each other when everything is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledUp:
    """What a run did: slices counted whole, and single days of clients counted because of a change."""

    slices: int
    days: int


def roll_up(now: datetime) -> RolledUp:
    """Bring the counts up to `now`. The first run counts everything. Safe to repeat, to stop and to run twice."""
    state = RollupState.objects.filter(name=NAME).first()
    if state is None:
        _changed(now)
        slices = rebuild(None, now.date() + 2 * DAY, now=now, at_once=BESIDE)
        _note(now)
        return RolledUp(slices=slices, days=0)
    days = _changed(now)
    # A zone may be a day before UTC; the day after tomorrow has begun nowhere.
    first = (state.through - AGAIN).date() - DAY
    slices = rebuild(first, now.date() + 2 * DAY, now=now)
    _note(now)
    return RolledUp(slices=slices, days=days)


def rebuild(since: date | None, until: date, *, now: datetime, at_once: int = 1) -> int:
    """Count the days [since, until) of everybody anew, a month of one organisation per transaction.

    None: from the first moment there is. Gives the number of slices. What does not differ is not written. `at_once`:
    so many organisations beside each other, each by a thread with a connection of its own. May be stopped and begun
    anew at any time.
    """
    slices = list(_slices(since, until))
    of_one = [list(each) for _, each in groupby(slices, key=lambda each: each.organisation_id)]
    if at_once <= 1 or len(of_one) <= 1:
        for each in slices:
            _count(each, now)
        return len(slices)

    def work(mine: list[Slice]) -> None:
        try:
            for each in mine:
                _count(each, now)
        finally:
            connection.close()  # of this thread; another organisation opens it again

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(work, of_one))
    return len(slices)


def _count(slice: Slice, now: datetime) -> None:
    with transaction.atomic():
        _take_turns(slice.organisation_id)
        count_slice(slice, horizon=now, now=now)


FIRST = """
SELECT o.id, f.due_at, r.day FROM kernel_organisation AS o
LEFT JOIN LATERAL (SELECT m.due_at FROM dispensing_moment AS m WHERE m.organisation_id = o.id
    ORDER BY m.due_at LIMIT 1) AS f ON true
LEFT JOIN LATERAL (SELECT t.day FROM value_momentday AS t WHERE t.organisation_id = o.id
    ORDER BY t.day LIMIT 1) AS r ON true
WHERE f.due_at IS NOT NULL OR r.day IS NOT NULL ORDER BY o.id
"""


def _slices(since: date | None, until: date) -> Iterator[Slice]:
    with connection.cursor() as cursor:
        cursor.execute(FIRST)
        rows = cursor.fetchall()
    for organisation_id, due_at, day in rows:
        known = [each for each in (day, due_at and due_at.astimezone(UTC).date() - DAY) if each is not None]
        start = max(min(known), since or date.min)
        while start < until:
            end = min(start + AT_ONCE, until)
            yield Slice(organisation_id=organisation_id, since=start, until=end)
            start = end


def _take_turns(organisation_id: UUID | None = None) -> None:
    """One count of an organisation at a time, for two would write the same rows; None: no other count at all.

    Ends with the transaction.
    """
    everybody = f"rollup {NAME}"
    with connection.cursor() as cursor:
        if organisation_id is None:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [everybody])
            return
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0)),"
            " pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [everybody, f"{everybody} {organisation_id}"],
        )


def _note(now: datetime) -> None:
    RollupState.objects.update_or_create(name=NAME, defaults={"through": now, "changed_at": now})


MARKS = """
WITH read AS (DELETE FROM value_latechange RETURNING organisation_id, client_id, due_at)
SELECT DISTINCT r.organisation_id, r.client_id, (r.due_at AT TIME ZONE c.zone)::date
FROM read AS r JOIN people_client AS c ON c.id = r.client_id
"""
# Who was never counted has nothing to be counted again: a first row is no change.
OTHERWISE = """
WITH now_under AS (
    SELECT id, organisation_id, concat(team_id, ' ', zone) AS said, true AS client FROM people_client
    UNION ALL SELECT id, organisation_id, coalesce(started ->> 'model', ''), false FROM dispensing_dispenser),
before AS (SELECT n.id, n.client FROM now_under AS n JOIN value_countedunder AS b ON b.id = n.id
    WHERE b.said <> n.said),
noted AS (INSERT INTO value_countedunder (id, organisation_id, said)
    SELECT n.id, n.organisation_id, n.said FROM now_under AS n LEFT JOIN value_countedunder AS b ON b.id = n.id
    WHERE b.said IS DISTINCT FROM n.said
    ON CONFLICT (id) DO UPDATE SET said = excluded.said)
SELECT id, client FROM before
"""
# Days that were counted before (perhaps in another zone), and days as they are now.
THEIR_DAYS = """
SELECT t.organisation_id, t.client_id, t.day FROM value_momentday AS t JOIN people_client AS c ON c.id = t.client_id
WHERE t.organisation_id = c.organisation_id AND t.client_id = ANY(%(clients)s::uuid[])
UNION SELECT m.organisation_id, m.client_id, (m.due_at AT TIME ZONE c.zone)::date FROM dispensing_moment AS m
JOIN people_client AS c ON c.id = m.client_id
WHERE (m.client_id = ANY(%(clients)s::uuid[]) OR m.dispenser_id = ANY(%(dispensers)s::uuid[])) AND m.due_at < %(now)s
"""


def _changed(now: datetime) -> int:
    """Count anew what was corrected, and what belongs elsewhere now; gives how many days of clients."""
    with transaction.atomic():
        _take_turns()
        with connection.cursor() as cursor:
            cursor.execute(MARKS)
            found = set(cursor.fetchall())
            cursor.execute(OTHERWISE)
            otherwise = cursor.fetchall()
            if otherwise:
                clients, dispensers = (
                    [id for id, client in otherwise if client is of] for of in (True, False)
                )
                asked: dict[str, Any] = {
                    "clients": array("uuid", clients), "dispensers": array("uuid", dispensers), "now": now,
                }  # fmt: skip
                cursor.execute(THEIR_DAYS, asked)
                found |= set(cursor.fetchall())
        for organisation_id, days in _by_organisation(found).items():
            count_days(organisation_id, days, horizon=now, now=now)
    return len(found)


def _by_organisation(found: Iterable[tuple[UUID, UUID, date]]) -> dict[UUID, list[tuple[UUID, date]]]:
    by: dict[UUID, list[tuple[UUID, date]]] = {}
    for organisation_id, client_id, day in sorted(found):
        by.setdefault(organisation_id, []).append((client_id, day))
    return by
