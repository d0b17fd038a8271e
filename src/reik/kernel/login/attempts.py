"""The security log, and what it says about a next try. Every try is a row, whoever it was."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.db import connection

from reik.kernel.home import Home
from reik.kernel.ids import new_id
from reik.kernel.login.limits import Free, Tries, Wrong, wait
from reik.kernel.login.refusals import LoginRefused
from reik.kernel.login.tables import LoginEvent

KNOWN_FOR = timedelta(days=30)
COUNTED_FOR = timedelta(hours=1)
COUNTED_HERE_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Where:
    """From where somebody tries: an address of a network; of IPv6 the /64 that one house or office has."""

    address: str

    @classmethod
    def of(cls, text: str) -> Where:
        """From an address as the connection gives it; anything else counts as one address."""
        try:
            found = ip_address(text)
        except ValueError:
            return cls("unknown")
        if isinstance(found, IPv6Address):
            if found.ipv4_mapped:
                return cls(str(found.ipv4_mapped))
            return cls(str(ip_network((found, 64), strict=False)))
        return cls(str(found))


@cache
def _key() -> bytes:
    return Home.from_environment().derived("login-names")


def digest_of(name: str) -> bytes:
    """The keyed digest under which tries of one user name (or one account's codes) are counted."""
    return hmac.digest(_key(), name.encode(), hashlib.sha256)


COUNTS = """
WITH known AS (
    SELECT DISTINCT address FROM kernel_loginevent
    WHERE name_digest = %(name)s AND outcome IN ('ok', 'half') AND at > %(known)s
), last_in AS (
    SELECT coalesce(max(at), '-infinity') AS at FROM kernel_loginevent
    WHERE name_digest = %(name)s AND address = %(address)s AND outcome IN ('ok', 'half')
), hers AS (
    SELECT address, at FROM kernel_loginevent
    WHERE name_digest = %(name)s AND outcome = 'failed' AND at > %(day)s
)
SELECT count(*) FILTER (WHERE address = %(address)s AND at > (SELECT at FROM last_in)),
    max(at) FILTER (WHERE address = %(address)s AND at > (SELECT at FROM last_in)),
    count(*) FILTER (WHERE at > %(hour)s AND address NOT IN (SELECT address FROM known)),
    max(at) FILTER (WHERE at > %(hour)s AND address NOT IN (SELECT address FROM known)),
    (SELECT count(*) FROM kernel_loginevent WHERE address = %(address)s AND outcome = 'failed' AND at > %(hour)s),
    (SELECT max(at) FROM kernel_loginevent WHERE address = %(address)s AND outcome = 'failed' AND at > %(hour)s),
    EXISTS (SELECT FROM known WHERE address = %(address)s)
FROM hers
"""


def refuse_too_many(name: bytes, where: Where, free: Free, now: datetime) -> None:
    """Raise LoginRefused (`slowed`) when this try has to wait; else the only one of this name here until the end
    of the transaction. For within a transaction."""
    with connection.cursor() as cursor:
        key = int.from_bytes(hashlib.sha256(name + where.address.encode()).digest()[:8], "big", signed=True)
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise LoginRefused("Another try is under way: wait a moment.", "slowed")
        cursor.execute(
            COUNTS,
            {
                "name": name, "address": where.address, "known": now - KNOWN_FOR, "day": now - COUNTED_HERE_FOR,
                "hour": now - COUNTED_FOR,
            },
        )  # fmt: skip
        row = cursor.fetchone()
    tries = Tries(
        here=Wrong(row[0], row[1]),
        elsewhere=Wrong(row[2], row[3]),
        address=Wrong(row[4], row[5]),
        known=row[6],
    )
    if left := wait(tries, free, now):
        seconds = int(left.total_seconds()) + 1
        raise LoginRefused(f"Too many wrong tries: try again in {seconds} seconds.", "slowed")


def note(
    what: str,
    outcome: str,
    now: datetime,
    *,
    where: Where,
    account_id: UUID | None = None,
    name: bytes | None = None,
    detail: str = "",
) -> None:
    """One row of the security log. `what` is password, code, recovery, passkey, invitation, again, left, changed …"""
    LoginEvent.objects.create(
        id=new_id(now), at=now, account_id=account_id, name_digest=name, address=where.address, what=what,
        outcome=outcome, detail=detail,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """A row of the security log as its account reads it."""

    at: datetime
    what: str
    outcome: str
    address: str


def lately(account_id: UUID, most: int = 20) -> list[Tried]:
    """The newest rows about one account."""
    rows = LoginEvent.objects.filter(account_id=account_id).order_by("-at", "-id")[:most]
    return [Tried(each.at, each.what, each.outcome, each.address) for each in rows]
