"""Whose phone it was on which somebody pressed a key: an account's, where exactly one is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import connection

from reik.kernel.rows import array

# Where people are called: as member of a roster (first, or when that fails), by their app, as informal carer.
OWNERS = """
SELECT DISTINCT w.destination_id, a.id, a.display_name FROM (
    SELECT destination_id, account_id FROM people_pushdestination
    UNION ALL SELECT destination_id, account_id FROM people_rostermember WHERE ended_at IS NULL
    UNION ALL SELECT fallback_id, account_id FROM people_rostermember WHERE ended_at IS NULL
    UNION ALL SELECT c.destination_id, p.account_id FROM alerting_carerway AS c
        JOIN people_carer AS p ON p.id = c.carer_id AND p.revoked_at IS NULL) AS w
JOIN kernel_account AS a ON a.id = w.account_id WHERE w.destination_id = ANY(%s::uuid[])
"""


# A call that did not arrive goes to where else she is reached, as a step of the same position: still her.
FIRST = """
SELECT DISTINCT ON (s.id) s.id, s.responder, s.destination_id, f.destination_id
FROM alerting_step AS s JOIN alerting_step AS f
    ON f.alert_id = s.alert_id AND f.position = s.position AND f.responder = s.responder
WHERE s.id = ANY(%s::uuid[]) ORDER BY s.id, f.round
"""


def whose_phones(step_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By step, the account of who answers where it called; two statements.

    A phone that several share is hers who was called by name, where one of them has that name. Of whoever has no
    account it is where she is called first: that is the same each time.
    """
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [array("uuid", step_ids)])
        called = cursor.fetchall()
        cursor.execute(OWNERS, [array("uuid", {each[2] for each in called})])
        owners: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
        for destination, account, name in cursor.fetchall():
            owners[destination].append((account, name))
    return {step: _owner(owners[there], name) or first for step, name, there, first in called}


def _owner(known: Sequence[tuple[UUID, str]], called: str) -> UUID | None:
    named = known if len(known) == 1 else [each for each in known if each[1] == called]
    return named[0][0] if len(named) == 1 else None
