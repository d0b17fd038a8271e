"""What the proof does to alerts in the database, by alerting's own operations, and what it reads of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import connection

from reik.alerting import operations
from reik.alerting.calls import note_failed, note_sent
from reik.alerting.claims.accepting import note_accepted
from reik.alerting.claims.who import By, Who, who_of
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.ops.bench.lives.play import Input


def by_wire(it: Input, step: UUID) -> bool:
    """What `reik send` tells of a message; a key that came too late is only noted."""
    if it.kind == "failed":
        note_failed([MessageFailed(message_id=step, error="proof")], it.at)
    elif it.kind == "sent":
        note_sent([MessageSent(message_id=step)], it.at)
    else:
        before = _late_keys(step)
        note_accepted([MessageSent(message_id=step, accepted_by="1")], it.at)
        return _late_keys(step) == before
    return True


def by_hand(alert: UUID, it: Input) -> bool:
    """One operation on one alert; what it allowed. Raises AlertRefused."""
    now, by = it.at, _who(it.by)
    match it.kind:
        case "accept":
            operations.accept_alert(alert_id=alert, by=by, now=now, role=it.role, lasts=it.lasts)
        case "screen":
            return operations.open_on_screen(alert_id=alert, by=by, now=now)
        case "release":
            operations.release_alert(alert_id=alert, by=by, now=now)
        case "handle":
            operations.handle_alert(
                alert_id=alert, by=by, outcome=it.text, cause="asleep", remote=it.text != "out_at_visit", now=now,
                role=it.role,
            )  # fmt: skip
        case "undo":
            operations.undo_handling(alert_id=alert, by=by, now=now)
        case "emergency":
            operations.emergency(alert_id=alert, by=it.by, now=now)
        case _:
            raise AssertionError(it.kind)
    return True


def key_of(by: str) -> UUID:
    """By which a claim of hers is known."""
    return who_of(_who(by)).key


def _who(by: str) -> By:
    """Whoever pressed a key on a phone is known by where she was called."""
    with suppress(ValueError):
        return Who(UUID(by), by)
    return by


def _rows(query: str, *values: Any) -> Iterator[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        yield from cursor.fetchall()


def alerts_of(moments: Sequence[UUID]) -> dict[UUID, UUID]:
    """The alerts about these moments."""
    found = _rows("SELECT moment_id, id FROM alerting_alert WHERE moment_id = ANY(%s)", list(moments))
    return {row[0]: row[1] for row in found}  # type: ignore[misc]


def step_of(alert: UUID, position: int, round: int) -> UUID:
    """The step of this alert in that round."""
    query = "SELECT id FROM alerting_step WHERE alert_id = %s AND position = %s AND round = %s"
    found = next(_rows(query, alert, position, round), (UUID(int=0),))[0]
    assert isinstance(found, UUID)
    return found


def _late_keys(step: UUID) -> int:
    query = (
        "SELECT count(*) FROM alerting_remark AS r JOIN alerting_step AS s USING (alert_id)"
        " WHERE s.id = %s AND r.kind = 'answered_late'"
    )
    return int(str(next(_rows(query, step))[0]))


def called(alert: UUID) -> list[tuple[object, ...]]:
    """Who was called, when."""
    return sorted(
        _rows(
            "SELECT taken_at, position, destination_id::text FROM alerting_step"
            " WHERE alert_id = %s AND taken_at IS NOT NULL",
            alert,
        )
    )


def claimed(alert: UUID) -> list[tuple[object, ...]]:
    """What people had of it since it opened (again)."""
    return sorted(
        _rows(
            "SELECT c.key, c.at, c.until FROM alerting_claim AS c JOIN alerting_alert AS a ON a.id = c.alert_id"
            " WHERE a.id = %s AND c.life = a.life",
            alert,
        )
    )


def how_it_ended(alert: UUID) -> list[tuple[object, ...]]:
    """Its state, and as what it was closed."""
    return list(_rows("SELECT state, closed_as FROM alerting_alert WHERE id = %s", alert))
