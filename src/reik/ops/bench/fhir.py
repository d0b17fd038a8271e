"""`reik bench fhir`: a pharmacy's messages over HTTP, end to end; every tenth is sent twice. And the codec by itself.

End to end is: raw message stored, read, judged, kept as resources with versions, planned, logged, answered. Lost and
duplicates are counted in the database afterwards. Beside the codec runs `fhir.resources` (R4B) where it is installed
(`pip install "fhir.resources[xml]"`), and plain lxml and json, which know no FHIR.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import islice
from uuid import UUID

import aiohttp
from django.db import connection
from lxml import etree

from reik.interop.fhir.checking import findings
from reik.interop.fhir.reading import read
from reik.interop.fhir.writing import Format, to_json, to_xml
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import issue_token, open_account
from reik.ops import web
from reik.ops.bench import figures as fig
from reik.ops.bench.cpu import Clocks
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.pharmacy import letters, made_up_bsns
from reik.ops.bench.scene import Scene, set_scene
from reik.ops.bench.world import tidy
from reik.people.operations import register_client

GOAL = 100  # messages, and bundles, a second (issue 3)
TWICE_EVERY = 10
CODEC_BUNDLES = 200
PEER_BUNDLES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=at_least_one, default=2000, help="how many (default 2000)")
    parser.add_argument("--clients", type=at_least_one, default=400, help="about how many (default 400)")
    parser.add_argument(
        "--goal", action="store_true", help=f"claim {GOAL} messages/s end to end too, on a quiet machine"
    )
    parser.add_argument("--senders", type=at_least_one, default=4, help="connections at once (default 4)")


def run(options: argparse.Namespace) -> int:
    bsns = list(islice(made_up_bsns(), options.clients))
    bodies = [to_xml(each) for each in letters(bsns, options.messages, clock.now().date())]
    codec = _codec(bodies[:CODEC_BUNDLES])
    with set_scene() as scene:
        token, organisation_id = _furnish(scene, bsns)
        listening = web.listen("127.0.0.1", 0, exact=True)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
        with scene.processes({"web": partial(web.run, listening=listening)}) as processes:
            engines = {each.name: each.process.pid for each in scene.instance.engines}
            clocks = Clocks({**processes.pids, **engines})
            crowd = Pharmacy(address, token)
            asyncio.run(crowd.send(bodies, options.senders))
            used = clocks.passed()
            ended = len(processes.ended())
        listening.close()
        counted = _counted(organisation_id, len(bodies))
    measured = crowd.figures() | counted | codec
    measured |= {"bytes_per_message": sum(map(len, bodies)) // len(bodies), "senders": options.senders}
    return fig.report(measured | {"cpu_s": used, "processes_ended": ended}, _claims(options.goal))


def _furnish(scene: Scene, bsns: Sequence[str]) -> tuple[str, UUID]:
    """Clients of one organisation, and the token of its pharmacy's system."""
    say(f"registering {len(bsns)} clients ...")
    now = clock.now()
    become(Role.WORKER)
    house = scene.tenants[0].id
    for place, bsn in enumerate(bsns):
        register_client(organisation_id=house, name=f"Cliënt {place}", bsn=bsn, now=now)
    account = open_account(
        organisation_id=house, username="apotheek", display_name="Apotheek", role="system", now=now
    )
    token = issue_token(account_id=account.id, now=now)
    tidy(scene.home)
    return token, house


class Pharmacy:
    """The sender: so many connections, each with the next message as soon as the one before was answered."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._headers = {
            "Authorization": f"Bearer {token}", "Content-Type": Format.XML.value, "Prefer": "return=minimal",
        }  # fmt: skip
        self._waits: list[float] = []
        self._failed = 0
        self._seconds = 0.0

    async def send(self, bodies: Sequence[bytes], senders: int) -> None:
        """Warm the process with a few refusals, then send all, every tenth twice."""
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=senders)) as client:
            for _ in range(senders * 4):
                async with client.post(self._address, data=b"<x/>", headers=self._headers) as answer:
                    await answer.read()
            for place, body in enumerate(bodies):
                queue.put_nowait(body)
                if place % TWICE_EVERY == 0:
                    queue.put_nowait(body)
            say(f"sending {queue.qsize()} messages ...")
            began = time.perf_counter()
            await asyncio.gather(*(self._work(client, queue) for _ in range(senders)))
            self._seconds = time.perf_counter() - began

    async def _work(self, client: aiohttp.ClientSession, queue: asyncio.Queue[bytes]) -> None:
        while not queue.empty():
            body = queue.get_nowait()
            began = time.perf_counter()
            async with client.post(self._address, data=body, headers=self._headers) as answer:
                await answer.read()
                self._failed += answer.status != 200
            self._waits.append((time.perf_counter() - began) * 1000)

    def figures(self) -> Figures:
        return {
            "messages_per_s": round(len(self._waits) / self._seconds, 1), "sent": len(self._waits),
            "seconds": round(self._seconds, 2), "p50_ms": percentile(self._waits, 0.5),
            "p99_ms": percentile(self._waits, 0.99), "failed": self._failed,
        }  # fmt: skip


_COUNT = """
SELECT (SELECT count(DISTINCT message_id) FROM medication_agreementmessage WHERE organisation_id = %(house)s),
       (SELECT count(*) FROM medication_agreementmessage WHERE organisation_id = %(house)s),
       (SELECT count(*) FROM fhir_message WHERE organisation_id = %(house)s AND handed_at IS NOT NULL),
       (SELECT count(*) FROM fhir_resource WHERE organisation_id = %(house)s AND type = 'MedicationDispense'),
       (SELECT count(*) FROM kernel_accessentry WHERE organisation_id = %(house)s AND act = 'create')
"""


def _counted(organisation_id: UUID, messages: int) -> Figures:
    """What the database holds: each message planned once, its three dispenses once, each sending in the log."""
    become(Role.WORKER)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"house": organisation_id})
        distinct, rows, handed, dispenses, logged = cursor.fetchone()
    return {
        "messages": messages, "lost": max(messages - distinct, messages - handed, messages - dispenses // 3),
        "duplicates": max(rows - distinct, handed - messages, dispenses - 3 * messages, 0), "logged": logged,
    }  # fmt: skip


def _codec(bodies: Sequence[bytes]) -> Figures:
    """Bundles a second, one after the other, in one process: XML in, judged, JSON and XML out."""
    say(f"measuring the codec on {len(bodies)} bundles ...")
    own = _rate(_both_ways, bodies)
    made: Figures = {
        "codec_bundles_per_s": own,
        "codec_xml_read_per_s": _rate(read, bodies),
        "codec_json_read_per_s": _rate(read, [to_json(read(each)) for each in bodies]),
        "plain_lxml_per_s": _rate(lambda each: etree.tostring(etree.fromstring(each)), bodies),
        "plain_json_per_s": _rate(
            lambda each: json.dumps(json.loads(each)), [to_json(read(each)) for each in bodies]
        ),
        "peer": None,
    }
    if find_spec("fhir") is None or find_spec("fhir.resources") is None:
        return made
    return made | _peer(bodies[:PEER_BUNDLES])


def _both_ways(body: bytes) -> None:
    model = read(body)
    if findings(model):
        raise AssertionError("the bench's own message is not right")
    to_json(model)
    to_xml(model)


def _peer(bodies: Sequence[bytes]) -> Figures:
    """The same with somebody else's library: it judges more of the content, and knows R4B only."""
    from fhir.resources.R4B.bundle import Bundle  # type: ignore[import-not-found, unused-ignore]

    def both_ways(body: bytes) -> None:
        model = Bundle.model_validate_xml(body)
        model.model_dump_json()
        model.model_dump_xml()

    return {"peer": "fhir.resources R4B", "peer_bundles_per_s": _rate(both_ways, bodies)}


def _rate(work: Callable[[bytes], object], bodies: Sequence[bytes]) -> float:
    work(bodies[0])
    began = time.perf_counter()
    for each in bodies:
        work(each)
    return round(len(bodies) / (time.perf_counter() - began), 1)


def _claims(goal: bool) -> list[Claim]:
    speed = Claim(f"at least {GOAL} messages a second", lambda f: number(f, "messages_per_s") >= GOAL)
    return [
        *([speed] if goal else []),
        Claim("no message is lost", lambda f: number(f, "lost") == 0),
        Claim("no message was taken in twice", lambda f: number(f, "duplicates") == 0),
        Claim("every message was answered with 200", lambda f: number(f, "failed") == 0),
        Claim("every sending stands in the access log", lambda f: number(f, "logged") == number(f, "sent")),
        Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
        Claim(f"at least {GOAL} bundles a second", lambda f: number(f, "codec_bundles_per_s") >= GOAL),
    ]
