"""A plain peer of `receive`: the same events by the same broker, each verified, inserted and committed by itself.

It leaves out what Reik does besides (encryption of the raw message, ledger, outcome, conflicts, row-level
security), so it has an easier life; what it shows is the price of one commit per message.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial

import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg

from reik.ingest import stream
from reik.kernel import clock
from reik.kernel.home import Home
from reik.ops.bench.world import device_key, superuser
from reik.ops.running import run_until_stopped
from reik_dispenser.messages import Receipt
from reik_dispenser.wire import receipt_body, receipt_topic, sign, up_topic, verify

NAME = "one commit per message"

_TABLE = """
CREATE TABLE bench_peer (device text, epoch bigint, seq bigint, at timestamptz, type text, data jsonb,
    PRIMARY KEY (device, epoch, seq))
"""
_TAKE_IN = """
WITH event AS (INSERT INTO bench_peer VALUES (%(device)s, %(epoch)s, %(seq)s, %(at)s, %(type)s, %(data)s)
    ON CONFLICT DO NOTHING RETURNING device)
UPDATE dispensing_moment AS m SET out = 1, last_out_at = %(at)s, outcome = 'in_time', ended_at = %(at)s
FROM event JOIN dispensing_dispenser AS d USING (device) WHERE m.dispenser_id = d.id AND m.key = %(moment)s
"""


def run() -> None:
    """The process's entry: runs until SIGTERM."""
    run_until_stopped(_serve)


async def _serve(stop: asyncio.Event) -> None:
    home = Home.from_environment()
    client = await stream.connect(home, "peer")
    with superuser(home) as database:
        database.execute(_TABLE)
        await client.subscribe("reik.in.*.*", cb=partial(_take_in, client, database))
        await stop.wait()
    await client.close()


async def _take_in(client: Client, database: psycopg.Connection, message: Msg) -> None:
    device = message.subject.rsplit(".", 1)[-1]
    key = device_key(device)
    body = verify(key, up_topic(device).encode(), message.data)
    if body is None:
        return
    event = json.loads(body)
    database.execute(
        _TAKE_IN,
        {
            **event,
            "device": device,
            "data": json.dumps(event["data"]),
            "moment": event["data"]["moment"],
        },
    )
    receipt = receipt_body(Receipt(epoch=event["epoch"], upto=event["seq"], now=clock.now()))
    topic = receipt_topic(device)
    await client.publish(topic.replace("/", "."), sign(key, topic, receipt))
