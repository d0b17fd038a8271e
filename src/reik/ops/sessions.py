"""The live device sessions at the brokers, and ending one, through the system account."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

from reik.ops.admission import ACCOUNT

log = logging.getLogger("reik.admit")

PAGE = 1000
PATIENCE_S = 0.5  # for all brokers of a cluster to answer; nobody knows how many there are


@dataclass(frozen=True, slots=True)
class Session:
    """One device's session: at which broker, under which number, and the generation it came in with."""

    server: str
    number: int
    device: str
    generation: int


class Sessions:
    """Asks the brokers; nothing is remembered here, so it holds after any restart and for any number of admits."""

    def __init__(self, system: Client) -> None:
        self._system = system

    async def servers(self) -> set[str]:
        """The brokers' own keys, by which they sign their questions."""
        return {each["server"]["id"] for each in await self._ask_all("$SYS.REQ.SERVER.PING", {})}

    async def of(self, device: str) -> list[Session]:
        """A device's sessions; more than one only where brokers do not know of each other."""
        query = {"mqtt_client": device, "acc": ACCOUNT, "auth": True}
        answers = await self._ask_all("$SYS.REQ.SERVER.PING.CONNZ", query)
        return [each for answer in answers for each in _sessions(answer)]

    async def all(self) -> AsyncIterator[Session]:
        """Every session of every broker, page by page."""
        for server in await self.servers():
            offset, total = 0, 1
            while offset < total:
                query = {"acc": ACCOUNT, "auth": True, "limit": PAGE, "offset": offset}
                answer = await self._ask(f"$SYS.REQ.SERVER.{server}.CONNZ", query)
                for each in _sessions(answer):
                    yield each
                total, offset = answer["data"]["total"], offset + PAGE

    async def end(self, session: Session) -> None:
        """The broker closes the connection; the device comes back and is then judged anew."""
        log.info("The session of %s is ended: its secrets no longer hold", session.device)
        await self._ask(f"$SYS.REQ.SERVER.{session.server}.KICK", {"cid": session.number})

    async def _ask(self, subject: str, query: Mapping[str, object]) -> dict[str, Any]:
        answer = await self._system.request(subject, json.dumps(query).encode(), timeout=5)
        found: dict[str, Any] = json.loads(answer.data)
        return found

    async def _ask_all(self, subject: str, query: Mapping[str, object]) -> list[dict[str, Any]]:
        """The answers of all brokers that are there."""
        answers: list[dict[str, Any]] = []

        async def note(message: Msg) -> None:
            answers.append(json.loads(message.data))

        inbox = self._system.new_inbox()
        subscription = await self._system.subscribe(inbox, cb=note)
        await self._system.publish(subject, json.dumps(query).encode(), reply=inbox)
        await asyncio.sleep(PATIENCE_S)
        await subscription.unsubscribe()
        return answers


def _sessions(answer: Mapping[str, Any]) -> list[Session]:
    found = []
    for each in answer["data"].get("connections") or ():
        device, _, generation = str(each.get("authorized_user", "")).partition("/")
        if each.get("mqtt_client") == device and generation.isdigit():
            found.append(Session(answer["server"]["id"], int(each["cid"]), device, int(generation)))
    return found
