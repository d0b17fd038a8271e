"""Second bodies under one identity of the journal: both are kept, and what either names is in doubt (rule 5)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from reik.dispensing.devices.facts import DeviceContested
from reik.dispensing.ledger import journal
from reik.dispensing.ledger.journal import Entry
from reik.dispensing.moments.mentions import Mention, Why
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.rows import Table

_CONFLICTS = Table(
    "dispensing_deviceconflict",
    id="uuid", organisation_id="uuid", dispenser_id="uuid", epoch="bigint", seq="bigint", data="jsonb",
    digest="bytea", received_at="timestamptz",
)  # fmt: skip


def keep(second: Sequence[Entry], now: datetime) -> list[Mention]:
    """Keep second bodies under one identity; gives the moments that either body names: they are in doubt."""
    held = journal.digests_held(sorted({each.identity for each in second}))
    differing = [each for each in second if held[each.identity][0] != each.digest]
    if not differing:
        return []
    new = _CONFLICTS.insert(
        [
            (new_id(now), each.organisation_id, *each.identity, each.data, each.digest, each.received_at)
            for each in differing
        ],
        then="ON CONFLICT DO NOTHING RETURNING dispenser_id, organisation_id",
    )
    facts.publish(
        [
            DeviceContested(
                dispenser_id=dispenser_id, organisation_id=organisation_id, client_id=None, at=now
            )
            for dispenser_id, organisation_id in sorted(set(new))
        ],
        now,
    )
    return [
        Mention(
            organisation_id=each.organisation_id, dispenser_id=each.dispenser_id, key=key, epoch=each.epoch,
            seq=each.seq, why=Why.CONTESTED,
        )
        for each in differing
        for data in (json.loads(each.data), held[each.identity][1])
        for key in moments_in(data)
    ]  # fmt: skip


def moments_in(data: Mapping[str, object]) -> list[str]:
    """Moments that an event's data, or a whole element that was parked, names."""
    return [
        body["moment"]
        for body in (data, data.get("data"))
        if isinstance(body, Mapping) and isinstance(body.get("moment"), str)
    ]
