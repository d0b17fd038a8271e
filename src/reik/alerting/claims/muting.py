"""Muting: alerts of one cause of one client begin their route later, for a while, and somebody owns that."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from reik.alerting.claims import mute_rules
from reik.alerting.claims.bounds import TIME_CRITICAL
from reik.alerting.claims.mute_rules import MuteRefused, second_of
from reik.alerting.claims.who import By, Who, who_of
from reik.alerting.history import remark
from reik.alerting.models import Mute
from reik.alerting.opening import Opened
from reik.kernel.ids import new_id
from reik.kernel.rows import Columns, array

# The client's moments that are not over: the first time-critical one, and the one behind the next.
AHEAD = """
SELECT c.organisation_id,
    (SELECT min(m.due_at) FROM dispensing_moment AS m WHERE m.client_id = c.id AND m.criticality = 0
        AND m.latest_at > %(now)s AND m.due_at > %(now)s - interval '1 day' AND m.outcome IS NULL),
    (SELECT m.due_at FROM dispensing_moment AS m WHERE m.client_id = c.id AND m.due_at > %(now)s
        ORDER BY m.due_at OFFSET 1 LIMIT 1)
FROM people_client AS c WHERE c.id = %(client)s
"""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a mute must not cover."""

    organisation_id: UUID
    critical_at: datetime | None
    after_next_at: datetime | None


def _ahead(client_id: UUID, now: datetime) -> Ahead:
    with connection.cursor() as cursor:
        cursor.execute(AHEAD, {"client": client_id, "now": now})
        row = cursor.fetchone()
    if row is None:
        raise MuteRefused("This client is not known here: open the list again.")
    return Ahead(*row)


@transaction.atomic
def mute(
    *,
    client_id: UUID,
    cause: str,
    until: datetime,
    by: By,
    owner: str,
    reason: str,
    now: datetime,
    second: By = "",
) -> UUID:
    """Alerts of this cause of this client that open before `until` begin their route then; gives the mute's id.

    What calls already goes on calling. `second`: who agreed to more than the next moment, another than `by`.
    Raises MuteRefused, also where one is running.
    """
    ahead = _ahead(client_id, now)
    mute_rules.check(
        starts_at=now, until=until, by=by, owner=owner, reason=reason, second=second,
        critical_at=ahead.critical_at, after_next_at=ahead.after_next_at,
    )  # fmt: skip
    running = Mute.objects.select_for_update(no_key=True).filter(
        client_id=client_id, cause=cause, ended_at=None
    )
    for each in running:
        if each.until > now:
            raise MuteRefused(f"{each.by} muted this until {each.until:%H:%M} UTC: end that first.")
        Mute.objects.filter(id=each.id).update(ended_at=each.until, ended_by="reik")
    id = new_id(now)
    Mute.objects.create(
        id=id, organisation_id=ahead.organisation_id, client_id=client_id, cause=cause, starts_at=now, until=until,
        by=who_of(by).name, by_key=who_of(by).key, owner=owner.strip(), reason=reason.strip(), **_second(second),
    )  # fmt: skip
    return id


def _second(said: By) -> dict[str, Any]:
    other = second_of(said)
    return {"second": other.name, "second_key": other.key} if other else {"second": "", "second_key": None}


@transaction.atomic
def lengthen_mute(*, mute_id: UUID, until: datetime, second: By, now: datetime) -> None:
    """A second person makes a mute longer, up to 24 hours from its beginning. Raises MuteRefused."""
    row = _running(mute_id, now)
    if second_of(second) is None:
        raise MuteRefused("Longer than the next moment only with a second person: name her.")
    ahead = _ahead(row.client_id, now)
    mute_rules.check(
        starts_at=row.starts_at, until=until, by=Who(row.by_key, row.by), owner=row.owner, reason=row.reason,
        second=second,
        critical_at=ahead.critical_at, after_next_at=ahead.after_next_at,
    )  # fmt: skip
    Mute.objects.filter(id=mute_id).update(until=until, **_second(second))


@transaction.atomic
def unmute(*, mute_id: UUID, by: str, now: datetime) -> None:
    """From now alerts of this cause are followed up as ever; those that waited for its end begin now."""
    row = _running(mute_id, now)
    Mute.objects.filter(id=mute_id).update(ended_at=now, ended_by=by)
    begin_now("a.client_id = %s AND a.cause = %s", [row.client_id, row.cause], "unmuted", by, now)


def _running(mute_id: UUID, now: datetime) -> Mute:
    row = Mute.objects.select_for_update(no_key=True).filter(id=mute_id, ended_at=None).first()
    if row is None or row.until <= now:
        raise MuteRefused("This mute has ended: open the list again.")
    return row


BEGIN_NOW = """
WITH waiting AS (
    SELECT a.id, a.organisation_id, a.muted_until - %(now)s AS rest FROM alerting_alert AS a
    WHERE a.closed_at IS NULL AND a.muted_until > %(now)s AND {selection} ORDER BY a.id FOR NO KEY UPDATE
), begun AS (
    UPDATE alerting_alert AS a SET muted_until = NULL, last_due_at = a.last_due_at - w.rest
    FROM waiting AS w WHERE a.id = w.id RETURNING a.id
), steps AS (
    UPDATE alerting_step AS s SET due_at = greatest(%(now)s, s.due_at - w.rest)
    FROM waiting AS w WHERE s.alert_id = w.id AND s.state = 0 RETURNING s.id
)
SELECT id, organisation_id FROM waiting
"""


def begin_now(selection: str, values: Sequence[Any], why: str, by: str, now: datetime) -> None:
    """The routes of open alerts that were put off begin now, each with its own waits. Set-wise.

    `selection` is text of this package only: a condition on alerting_alert AS a.
    """
    named = {f"v{number}": value for number, value in enumerate(values)}
    for name in named:
        selection = selection.replace("%s", f"%({name})s", 1)
    with connection.cursor() as cursor:
        cursor.execute(BEGIN_NOW.format(selection=selection), {"now": now, **named})
        rows = cursor.fetchall()
    remark([(row[0], row[1], why, by, "") for row in rows], now)


_PAIRS = Columns(client_id="uuid", cause="text")
# A time-critical moment that is due or under way ends every mute of its client by itself.
MUTED = f"""
SELECT q.client_id, q.cause, least(q.until, q.critical_at) FROM (
    SELECT m.client_id, m.cause, m.until, (SELECT min(d.due_at) FROM dispensing_moment AS d
        WHERE d.client_id = m.client_id AND d.criticality = 0 AND d.latest_at > %s
            AND d.due_at > %s - interval '1 day' AND d.due_at < m.until AND d.outcome IS NULL) AS critical_at
    FROM {_PAIRS.unnest} AS n({_PAIRS.names}) JOIN alerting_mute AS m USING (client_id, cause)
    WHERE m.ended_at IS NULL AND m.until > %s) AS q
WHERE q.critical_at IS NULL OR q.critical_at > %s
"""  # noqa: S608 - column names of this module


def muted(asked: Collection[tuple[UUID, str]], now: datetime) -> Mapping[tuple[UUID, str], datetime]:
    """Until when alerts of these (client, cause) are muted; those that are not are missing. One statement."""
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(MUTED, [now, now, *_PAIRS.values(set(asked)), now, now])
        return {(row[0], row[1]): row[2] for row in cursor.fetchall()}


def put_off(opened: Sequence[Opened], now: datetime) -> list[Opened]:
    """Alerts that opened just now, those that are muted with when their route begins; time-critical ones never are.

    At most two statements.
    """
    until = muted({(each.client_id, each.cause) for each in opened if each.priority != TIME_CRITICAL}, now)
    if not until:
        return list(opened)
    rows = {
        each.id: until[each.client_id, each.cause]
        for each in opened
        if each.priority != TIME_CRITICAL and (each.client_id, each.cause) in until
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE alerting_alert AS a SET muted_until = n.until"
            " FROM unnest(%s::uuid[], %s::timestamptz[]) AS n(id, until) WHERE a.id = n.id",
            [array("uuid", rows), array("timestamptz", rows.values())],
        )
    return [
        replace(each, starts_at=max(rows[each.id], each.starts_at or now)) if each.id in rows else each
        for each in opened
    ]
