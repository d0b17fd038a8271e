"""Rows of moments under the alerts of a proof, put in by the superuser in bulk."""

from __future__ import annotations

from collections.abc import Sequence

from reik.dispensing.facts import MomentEnded
from reik.kernel.home import Home
from reik.ops.bench.world import superuser

INSERT = """
INSERT INTO dispensing_moment (id, organisation_id, client_id, dispenser_id, key, due_at, deadline_at, latest_at,
    sachets, criticality, created_at, presented, out, closed_epoch, closed_seq, closed_as, contested, verdict,
    verdict_reason, outcome, ended_at)
VALUES (%s, %s, %s, %s, 'proof', %s, %s, %s, 1, %s, %s, 0, 0, 0, 0, '', false, '', '', %s, %s)
"""


def settle_moments(home: Home, moments: Sequence[MomentEnded], *, over: bool = False) -> None:
    """A row for each; `over`: it has its outcome, so that `watch` leaves it alone."""
    with superuser(home) as admin, admin.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.executemany(
            INSERT,
            [
                (m.moment_id, m.organisation_id, m.client_id, m.dispenser_id, m.due_at, m.deadline_at, m.latest_at,
                 m.criticality, m.due_at, m.outcome.value if over else None, m.deadline_at if over else None)
                for m in moments
            ],
        )  # fmt: skip
