"""Moments by the million, made by the database itself, for `reik bench rollups`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

PER_TEAM = 50

CLIENTS_AND_DEVICES = (
    # unlogged, and with a number, so that a day of moments is one hash join
    "CREATE UNLOGGED TABLE bench_home AS SELECT row_number() OVER () AS number, o.id AS organisation_id,"
    " gen_random_uuid() AS client_id, gen_random_uuid() AS dispenser_id, n AS of_organisation"
    " FROM unnest(%(organisations)s::uuid[]) AS o(id), generate_series(0, %(clients)s - 1) AS n",
    "CREATE UNLOGGED TABLE bench_team AS SELECT organisation_id, team, gen_random_uuid() AS id"
    f" FROM (SELECT DISTINCT organisation_id, of_organisation / {PER_TEAM} AS team FROM bench_home) AS t",
    "INSERT INTO people_team (id, organisation_id, name, created_at)"
    " SELECT id, organisation_id, 'Team ' || team, %(now)s::timestamptz FROM bench_team",
    "INSERT INTO people_client (id, organisation_id, team_id, salutation, name, sort_name, caller_note, zone,"
    " created_at) SELECT h.client_id, h.organisation_id, t.id, '', 'Client ' || number, 'client ' || number, '',"
    " 'Europe/Amsterdam', %(now)s::timestamptz FROM bench_home AS h JOIN bench_team AS t"
    f" ON t.organisation_id = h.organisation_id AND t.team = h.of_organisation / {PER_TEAM}",
    "INSERT INTO dispensing_dispenser (id, organisation_id, client_id, device, partition, reports, evidence,"
    " created_at, epoch, upto, highest, beat_epoch, beat, beat_last_seq, offsets, free_clock, highest_command,"
    " session, started_epoch, started_seq, started)"
    " SELECT dispenser_id, organisation_id, client_id, 'B-' || number, 0, 'every_moment', 'removed',"
    " %(now)s::timestamptz, 0, 0, 0, 0, 0, 0, '[]', false, 0, '', 0, 0,"
    " jsonb_build_object('model', (ARRAY['type A', 'type B'])[1 + number %% 2]) FROM bench_home",
    "ANALYZE bench_home",
)
"""Given: organisations (ids), clients (of each), now."""

# 96 % in time, 1 % late, 1 % not out, the rest over the other ends; minutes between due and out by a skewed draw.
MOMENTS_OF_DAY = """
INSERT INTO dispensing_moment (id, organisation_id, client_id, dispenser_id, key, due_at, deadline_at, latest_at,
    sachets, criticality, created_at, presented, out, last_out_at, closed_epoch, closed_seq, closed_as, closed_at,
    contested, by_hand, gap_s, verdict, verdict_reason, outcome, ended_at)
SELECT uuidv7(), organisation_id, client_id, dispenser_id, 'm-' || to_char(due_at, 'YYYYMMDD-HH24MI'), due_at,
    due_at + interval '45 min', due_at + interval '90 min', 1 + (number %% 4 = 0)::int, 1, due_at - interval '14 days',
    1, CASE WHEN o.is_out THEN 1 ELSE 0 END, CASE WHEN o.is_out THEN o.at END, 1, number, '', o.at, false, 0, 0, '', '',
    o.outcome, o.at
FROM (SELECT h.*, ((%(day)s::date + time '06:00' + slot * interval '5 h') AT TIME ZONE 'UTC')
        + (number %% 24) * interval '5 min' AS due_at, random() AS draw, random() AS other
    FROM bench_home AS h, generate_series(0, 2) AS slot) AS m
CROSS JOIN LATERAL (SELECT CASE WHEN draw < 0.96 THEN 'in_time' WHEN draw < 0.97 THEN 'late'
        WHEN draw < 0.98 THEN 'not_out'
        ELSE (ARRAY['early', 'partly', 'withheld', 'by_hand', 'paused', 'device_failure', 'no_notice', 'unknown'])[
            1 + floor(other * 8)::int] END AS outcome) AS e
CROSS JOIN LATERAL (SELECT e.outcome, e.outcome IN ('in_time', 'late', 'early') AS is_out,
    due_at + CASE e.outcome WHEN 'early' THEN - other * interval '30 min'
        WHEN 'late' THEN interval '46 min' + other * interval '60 min'
        ELSE other * other * interval '45 min' END AS at) AS o
"""


@contextmanager
def without_indexes(admin: psycopg.Connection, table: str) -> Iterator[None]:
    """Take the table's indexes and unique constraints away, and put the same ones back."""
    constraints = admin.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
        " AND contype = 'u'",
        [table],
    ).fetchall()
    names = [each[0] for each in constraints]
    indexes = admin.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname <> ALL(%s)"
        " AND indexdef NOT LIKE 'CREATE UNIQUE INDEX %%'",
        [table, names],
    ).fetchall()
    for name, _ in constraints:
        admin.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _ in indexes:
        admin.execute(f'DROP INDEX "{name}"')
    yield
    for name, definition in constraints:
        admin.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for _, definition in indexes:
        admin.execute(definition)
