"""Who else answers for a client: colleagues of her team, and the pharmacies that work for her organisation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    account_id: UUID
    name: str
    role: str


READERS = """
SELECT a.id, a.display_name, a.role FROM kernel_account AS a JOIN people_client AS c ON c.id = %(client)s
WHERE a.is_active AND (
    (a.organisation_id = c.organisation_id AND a.role IN ('nurse', 'caregiver', 'team_manager')
        AND (c.team_id IS NULL OR EXISTS (
            SELECT FROM people_teammember AS m WHERE m.team_id = c.team_id AND m.account_id = a.id)))
    OR (a.role = 'pharmacist' AND EXISTS (
        SELECT FROM people_partnership AS p WHERE p.organisation_id = c.organisation_id
            AND p.partner_id = a.organisation_id AND p.starts_at <= %(now)s
            AND (p.ends_at IS NULL OR p.ends_at > %(now)s))))
ORDER BY a.role = 'pharmacist', a.role = 'team_manager', a.role <> 'nurse', a.display_name, a.id
"""


def who_may_read_back(client_id: UUID, now: datetime) -> list[Colleague]:
    """The people who may read a schedule of this client back, her own team first; the writer is among them."""
    with connection.cursor() as cursor:
        cursor.execute(READERS, {"client": client_id, "now": now})
        return [Colleague(account_id=row[0], name=row[1], role=row[2]) for row in cursor.fetchall()]


def names_of(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these people, as they are now; nothing is asked for nobody."""
    if not account_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, display_name FROM kernel_account WHERE id = ANY(%s::uuid[])",
            [array("uuid", account_ids)],
        )
        return dict(cursor.fetchall())
