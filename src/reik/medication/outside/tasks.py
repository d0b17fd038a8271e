"""What waits for a person outside the roll: a time without a word, and an agreement that nobody has decided on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reik.kernel.ids import new_id
from reik.kernel.rows import Columns
from reik.medication.outside.lines import REMINDED_AFTER, LooseDose, expand
from reik.medication.outside.seen import versions_of
from reik.medication.queries import zones_of
from reik.medication.times.schedule import instant_of
from reik.tasks.operations import NewTask, open_tasks

NOT_GIVEN_TASK, NO_WORD_TASK = "outside_not_given", "outside_no_word"
TOLD, REMINDED = 1, 2
OWNERS = {"team": "nurse", "client": "nurse", "carer": "informal_carer"}
"""Who is asked first. What a client gives herself the team asks her about; a reminder always goes to the team."""
TO_BE_ANSWERED = timedelta(minutes=30)
LOOKED_BACK = timedelta(days=3)
DAY = timedelta(days=1)
MOST_ROUNDS = 40
SLACK = timedelta(hours=2)
"""The database's own reckoning of a wall clock may differ from ours on the two days on which clocks change."""

DUE = """
SELECT l.organisation_id, l.client_id, l.line, s.step, d.day::date, t.at::time
FROM medication_looseline AS l
JOIN people_client AS c ON c.id = l.client_id
CROSS JOIN generate_series(greatest(%(first)s::date, l.starts_on), least(%(last)s::date, l.last_on), '1 day') AS d(day)
CROSS JOIN jsonb_array_elements_text(l.times) AS t(at)
CROSS JOIN (VALUES (1, 0), (2, %(wait)s::int)) AS s(step, wait)
WHERE NOT l.stopped AND NOT l.as_needed AND coalesce(l.last_on, %(last)s::date) >= %(first)s::date
    AND l.weekdays >> (extract(isodow FROM d.day)::int - 1) & 1 = 1
    AND (d.day::date - l.starts_on) %% l.every_days = 0
    AND (d.day::date + t.at::time) AT TIME ZONE c.zone + (l.window_min + s.wait) * interval '1 minute'
        BETWEEN %(since)s AND %(until)s
    AND NOT EXISTS (SELECT FROM medication_loosetold AS told WHERE told.line = l.line AND told.day = d.day::date
        AND told.at = t.at::time AND told.step = s.step)
    AND NOT EXISTS (SELECT FROM medication_loosegiven AS g WHERE g.line = l.line AND g.day = d.day::date
        AND g.at = t.at::time AND g.not_given <> 'entered_in_error'
        AND NOT EXISTS (SELECT FROM medication_loosegiven AS better WHERE better.corrects_id = g.id))
ORDER BY (d.day::date + t.at::time) AT TIME ZONE c.zone + (l.window_min + s.wait) * interval '1 minute', 3, 4
LIMIT %(most)s
"""
"""Times of which nothing was written down and that were not told: more than there are, never fewer."""

_TOLD = Columns(
    id="uuid", organisation_id="uuid", client_id="uuid", line="uuid", day="text", at="text", step="smallint",
    told_at="timestamptz",
)  # fmt: skip
STORE = f"""
INSERT INTO medication_loosetold (id, organisation_id, client_id, line, day, at, step, told_at)
SELECT n.id, n.organisation_id, n.client_id, n.line, n.day::date, n.at::time, n.step, n.told_at
FROM {_TOLD.unnest} AS n({_TOLD.names})
ON CONFLICT (line, day, at, step) DO NOTHING RETURNING line, day, at, step
"""  # noqa: S608 - column names of this module


def about_dose(organisation_id: UUID, dose: LooseDose, *, again: bool, now: datetime) -> NewTask:
    """The task about a time without a word; `again`: the reminder, for the team."""
    says = dose.version.says
    return NewTask(
        organisation_id=organisation_id, client_id=dose.version.client_id,
        kind=NO_WORD_TASK if again else NOT_GIVEN_TASK, key=dose.key, about=dose.line,
        owner_role="nurse" if again else OWNERS[says.responsible], owner_name=says.responsible_name,
        due_at=now + TO_BE_ANSWERED, by="reik", high_risk=again,
        detail={"product": says.product, "amount": says.amount, "at": f"{dose.at:%H:%M}",
                "day": dose.day.isoformat(), "line": str(dose.line)},
    )  # fmt: skip


def tell_outside(now: datetime, most: int = 500) -> int:
    """Ask about each time without a word once its window is over, and once more an hour later; gives how many.

    For `reik watch`, in any number: what was told stands in rows, so a restart neither repeats nor forgets. In
    transactions of up to `most` times each, the ones that are over longest first.
    """
    told = 0
    for _round in range(MOST_ROUNDS):
        noted, new = _tell_some(now, most)
        told += new
        if noted < most:
            break
    return told


@transaction.atomic
def _tell_some(now: datetime, most: int) -> tuple[int, int]:
    """How many were noted (also those that never count), and of how many somebody is asked."""
    found = _due(now, most)
    new = _note([each for each in found if each.dose is None or each.is_over(now)], now)
    told = [each.about(now) for each in found if each.key in new and each.dose is not None]
    open_tasks(told, now)
    return len(new), len(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A time without a word. `dose` None: it has passed and does not count, so that nobody has to look again."""

    organisation_id: UUID
    client_id: UUID
    line: UUID
    day: date
    at: time
    step: int
    dose: LooseDose | None

    @property
    def key(self) -> tuple[UUID, date, time, int]:
        return self.line, self.day, self.at, self.step

    def about(self, now: datetime) -> NewTask:
        assert self.dose is not None
        return about_dose(self.organisation_id, self.dose, again=self.step == REMINDED, now=now)

    def is_over(self, now: datetime) -> bool:
        wait = REMINDED_AFTER if self.step == REMINDED else timedelta()
        return self.dose is not None and self.dose.deadline_at + wait <= now


def _due(now: datetime, most: int) -> list[_Candidate]:
    """The candidates of the database with the times that they really are, and those that will never count."""
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {"now": now, "since": now - LOOKED_BACK, "first": (now - LOOKED_BACK - DAY).date(),
             "last": (now + DAY).date(), "wait": REMINDED_AFTER // timedelta(minutes=1), "until": now + SLACK,
             "most": most},
        )  # fmt: skip
        rows = cursor.fetchall()
    zones = zones_of({row[1] for row in rows})
    doses = _doses(zones, [row[4] for row in rows])
    return [
        _Candidate(organisation_id=row[0], client_id=row[1], line=row[2], step=row[3], day=row[4], at=row[5],
                   dose=doses.get((row[2], row[4], row[5])))
        for row in rows
        if (row[2], row[4], row[5]) in doses or instant_of(row[4], row[5], zones[row[1]]) <= now
    ]  # fmt: skip


def _doses(zones: Mapping[UUID, ZoneInfo], days: Sequence[date]) -> dict[tuple[UUID, date, time], LooseDose]:
    if not days:
        return {}
    return {
        (dose.line, dose.day, dose.at): dose
        for client_id, versions in versions_of(zones.keys()).items()
        for dose in expand(versions, min(days), max(days) + DAY, zones[client_id])
    }


def _note(found: Sequence[_Candidate], now: datetime) -> set[tuple[UUID, date, time, int]]:
    """Remember what is told now; gives what nobody told before, also not another watcher at this instant."""
    rows = [
        (new_id(now), each.organisation_id, each.client_id, each.line, each.day.isoformat(), f"{each.at:%H:%M}",
         each.step, now)
        for each in sorted(found, key=lambda each: (each.line.int, each.day, each.at, each.step))
    ]  # fmt: skip
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STORE, _TOLD.values(rows))
        return {(row[0], row[1], row[2], row[3]) for row in cursor.fetchall()}
