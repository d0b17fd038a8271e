"""Every way out is tried every five minutes without calling anybody, so that a dead one is known before it is needed.

Part of `reik send`, beside its lanes: own thread, own connection, and never in the way of a message (R56). Many
destinations share a gateway (a provider of text messages); it is tried once for all of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction

from reik.interop import AddressRefused, Failed, Port, Result
from reik.kernel import facts
from reik.kernel.ids import new_id
from reik.kernel.outbox import GatewayDown, GatewayUp
from reik.ops import leases
from reik.ops.desk import Desk
from reik.ops.gateway_tallies import exchange
from reik.ops.leases import Address

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
LOOKED_EVERY_S = 15.0
NAMED_AT_ONCE, TRIED_AT_ONCE = 500, 50
LONGEST_S = 30.0

UNNAMED = "SELECT id FROM kernel_destination WHERE gateway IS NULL AND channel = ANY(%s) ORDER BY id LIMIT %s"
NAME = (
    "UPDATE kernel_destination AS d SET gateway = n.gateway FROM unnest(%s::uuid[], %s::text[]) AS n(id, gateway)\
 WHERE d.id = n.id"
)

# The claim is the row's new time: of several senders one tries a gateway.
CLAIM = """
WITH due AS (
    SELECT DISTINCT ON (d.organisation_id, d.channel, d.gateway) d.organisation_id, d.channel, d.gateway, d.id
    FROM kernel_destination AS d LEFT JOIN kernel_gatewayhealth AS h
        ON h.organisation_id = d.organisation_id AND h.channel = d.channel AND h.gateway = d.gateway
    WHERE d.gateway <> '' AND d.channel = ANY(%(channels)s) AND (h.checked_at IS NULL OR h.checked_at <= %(before)s)
    ORDER BY d.organisation_id, d.channel, d.gateway, d.created_at DESC LIMIT %(most)s
)
INSERT INTO kernel_gatewayhealth AS h (organisation_id, channel, gateway, destination_id, checked_at, error)
SELECT organisation_id, channel, gateway, id, %(now)s, '' FROM due
ON CONFLICT (organisation_id, channel, gateway) DO UPDATE
    SET checked_at = excluded.checked_at, destination_id = excluded.destination_id WHERE h.checked_at <= %(before)s
RETURNING h.destination_id
"""

WRITE = """
UPDATE kernel_gatewayhealth AS h SET error = n.error,
    fine_at = CASE WHEN n.error = '' THEN %(now)s ELSE h.fine_at END,
    failing_since = CASE WHEN n.error = '' THEN NULL ELSE coalesce(h.failing_since, %(now)s) END
FROM unnest(%(ids)s::uuid[], %(errors)s::text[]) AS n(id, error)
JOIN kernel_gatewayhealth AS b ON b.destination_id = n.id
WHERE h.organisation_id = b.organisation_id AND h.channel = b.channel AND h.gateway = b.gateway
RETURNING h.organisation_id, h.channel, h.gateway, h.error, b.failing_since IS NULL, b.fine_at IS NULL
"""


# Of a gateway that is known to fail nothing new is found by trying it before its time.
HASTEN = """
UPDATE kernel_gatewayhealth SET checked_at = %(before)s
WHERE failing_since IS NULL AND checked_at > %(before)s
    AND (channel, gateway) IN (SELECT * FROM unnest(%(channels)s::text[], %(gateways)s::text[]))
"""


@dataclass(frozen=True, slots=True)
class Opened:
    """One adapter that can be tried, with its session."""

    port: Any
    session: Any


def watched(ports: Mapping[str, tuple[Port, Any]]) -> dict[str, Opened]:
    """The adapters of which the gateway can be tried."""
    return {
        channel: Opened(port, session) for channel, (port, session) in ports.items() if hasattr(port, "check")
    }


class Gateways:
    """Tries what is due, until it is stopped; a database that is away only delays it."""

    def __init__(self, ports: Mapping[str, tuple[Port, Any]], now: Callable[[], datetime]) -> None:
        self._ports, self._now = watched(ports), now
        self._desk = Desk("gateways")
        self._sender = new_id(now())

    async def serve(self, stop: asyncio.Event) -> None:
        try:
            while self._ports and not stop.is_set():
                try:
                    await self.look_once()
                except (OperationalError, InterfaceError) as error:
                    log.warning(
                        "gateways are not tried now: the database does not answer (%s)", type(error).__name__
                    )
                try:
                    async with asyncio.timeout(LOOKED_EVERY_S):
                        await stop.wait()
                except TimeoutError:
                    pass
        finally:
            await self._desk.close()

    async def look_once(self) -> int:
        """Name what is new, try what is due; gives how many gateways were tried."""
        channels = sorted(self._ports)
        unnamed = await self._desk.do(_unnamed, channels)
        if unnamed:
            await self._desk.do(_name, [(each.id, self._gateway(each)) for each in unnamed])
        await self._share()
        suspected = self._suspected()
        if suspected:
            await self._desk.do(_hasten, suspected, self._now())
        due = await self._desk.do(_claim, channels, self._now())
        errors = await asyncio.gather(*(self._try(each) for each in due))
        await self._desk.do(_write, [each.id for each in due], errors, self._now())
        return len(due)

    async def _share(self) -> None:
        """Of several senders each judges a gateway by what all of them saw."""
        ways = {channel: way for channel, way in self._ports.items() if hasattr(way.port, "tallies")}
        if not ways:
            return
        now = self._now()
        ahead = now.timestamp() - asyncio.get_running_loop().time()
        mine = {
            (channel, name): tally.shifted(ahead)
            for channel, way in ways.items()
            for name, tally in way.port.tallies(way.session).items()
        }
        others = await self._desk.do(exchange, mine, self._sender, now)
        for channel, way in ways.items():
            theirs = {name: tally.shifted(-ahead) for (of, name), tally in others.items() if of == channel}
            way.port.share(way.session, theirs)

    def _suspected(self) -> list[tuple[str, str]]:
        """(channel, gateway) of those that took messages and confirm none: a drop is found within minutes."""
        return [
            (channel, name)
            for channel, way in self._ports.items()
            if hasattr(way.port, "suspected")
            for name in way.port.suspected(way.session)
        ]

    def _gateway(self, address: Address) -> str:
        """What is tried for this destination; empty where nothing can be."""
        try:
            port = self._ports[address.channel].port
            return str(port.gateway(_peer(port, address)))[:200]
        except AddressRefused:
            return ""

    async def _try(self, address: Address) -> str:
        """Why nothing would leave by this gateway now; empty when it would."""
        way = self._ports[address.channel]
        try:
            async with asyncio.timeout(LONGEST_S):
                result: Result = await way.port.check(way.session, _peer(way.port, address), now=self._now())
        except AddressRefused as refused:
            return str(refused)
        except TimeoutError:
            return "no answer in time"
        except Exception as error:
            log.exception("trying a gateway failed by a fault in Reik")
            return f"fault in Reik ({type(error).__name__})"
        return result.error if isinstance(result, Failed) else ""


def _peer(port: Any, address: Address) -> Any:
    if address.address is None:
        raise AddressRefused("The address of this destination can no longer be opened.")
    return port.peer(address.address, address.secret, float(address.timeout_s))


def _unnamed(channels: Sequence[str]) -> list[Address]:
    with connection.cursor() as cursor:
        cursor.execute(UNNAMED, [list(channels), NAMED_AT_ONCE])
        return leases.addresses([row[0] for row in cursor.fetchall()])


def _name(found: Sequence[tuple[UUID, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NAME, [[each[0] for each in found], [each[1] for each in found]])


def _hasten(suspected: Sequence[tuple[str, str]], now: datetime) -> None:
    channels, gateways = [each[0] for each in suspected], [each[1][:200] for each in suspected]
    with connection.cursor() as cursor:
        cursor.execute(HASTEN, {"channels": channels, "gateways": gateways, "before": now - EVERY})


def _claim(channels: Sequence[str], now: datetime) -> list[Address]:
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "channels": list(channels),
            "now": now,
            "before": now - EVERY,
            "most": TRIED_AT_ONCE,
        }
        cursor.execute(CLAIM, values)
        return leases.addresses([row[0] for row in cursor.fetchall()])


@transaction.atomic
def _write(ids: Sequence[UUID], errors: Sequence[str], now: datetime) -> None:
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"now": now, "ids": list(ids), "errors": list(errors)})
        rows = cursor.fetchall()
    told: list[facts.Fact] = []
    for organisation_id, channel, gateway, error, was_fine, is_new in rows:
        if error and was_fine:
            log.error("nothing leaves by %s %s: %s", channel, gateway, error)
            told.append(
                GatewayDown(organisation_id=organisation_id, channel=channel, gateway=gateway, error=error)
            )
        elif not error and not (was_fine or is_new):
            log.info("messages leave by %s %s again", channel, gateway)
            told.append(GatewayUp(organisation_id=organisation_id, channel=channel, gateway=gateway))
    facts.publish(told, now)
