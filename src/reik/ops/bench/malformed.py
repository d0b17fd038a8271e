"""`reik prove malformed`: mutated device messages by the million. No crash, no change of state, each counted."""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from collections.abc import Iterator
from datetime import timedelta

from reik.ingest import stream
from reik.kernel import clock
from reik.kernel.home import Home
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, at_least_one, number
from reik.ops.bench.load import event_shot, press_shot
from reik.ops.bench.plants import KINDS
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, plan_moments, settle_devices, superuser, tidy
from reik_dispenser.wire import sign, up_topic

DEVICES = 200
UNDER_WAY = 20_000  # messages in the stream that are not read yet, at most


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--messages", type=at_least_one, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    figures: Figures = {"messages": options.messages, "seed": options.seed}
    with set_scene() as scene:
        devices = settle_devices(scene.home, scene.tenants, DEVICES, clock.now())
        deadlines = Deadlines(first=clock.now() + timedelta(days=1))
        plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=10, now=clock.now())
        tidy(scene.home)
        before = _state(scene)
        started = time.monotonic()
        with scene.processes({"receive": REAL["receive"]}) as processes:
            with scene.processes({"load": lambda: _fire(scene.home, devices, options)}) as load:
                wait_until(lambda: bool(load.ended()), 3600)
            counted = 0

            def all_counted() -> bool:
                nonlocal counted
                counted = _counted(scene)
                return counted >= int(options.messages)

            wait_until(all_counted, 30)
            figures["seconds"] = round(time.monotonic() - started, 1)
            figures["crashes"] = len(processes.ended())
        figures["counted"] = counted
        figures["state_changes"] = int(_state(scene) != before)
        figures |= _how(scene)
    return fig.report(
        figures,
        [
            Claim("nothing crashed", lambda f: number(f, "crashes") == 0),
            Claim("no moment changed", lambda f: number(f, "state_changes") == 0),
            Claim("each message was counted", lambda f: number(f, "counted") == number(f, "messages")),
        ],
    )


def _state(scene: Scene) -> str:
    """A fingerprint of all moments, and the number of alerts about them (a dispenser may well have its own)."""
    with superuser(scene.home) as admin:
        row = admin.execute(
            "SELECT md5(string_agg(m::text, '|' ORDER BY id)),"
            " (SELECT count(*) FROM alerting_alert WHERE moment_id IS NOT NULL) FROM dispensing_moment AS m"
        ).fetchone()
    return str(row)


COUNTED = """
SELECT (SELECT coalesce(sum(count), 0) FROM ingest_rejection WHERE reason IN ('mac', 'unknown_device'))
    + (SELECT count(*) FROM ingest_rawmessage)
"""


def _counted(scene: Scene) -> int:
    """Messages without a right MAC are counted, all others are kept."""
    return reading.count(scene.home, COUNTED)


def _how(scene: Scene) -> Figures:
    with superuser(scene.home) as admin:
        rejected = admin.execute("SELECT reason, sum(count)::int FROM ingest_rejection GROUP BY 1").fetchall()
        kept = admin.execute("SELECT fate, count(*)::int FROM ingest_rawmessage GROUP BY 1").fetchall()
    fates = {0: "waiting", 1: "interpreted", 2: "parked", 3: "refused"}
    return {"rejected": dict(rejected), "kept": {fates[fate]: count for fate, count in kept}}


def _fire(home: Home, devices: list[Device], options: argparse.Namespace) -> None:
    asyncio.run(_publish(home, devices, options))


async def _publish(home: Home, devices: list[Device], options: argparse.Namespace) -> None:
    client = await stream.connect(home, "mutations")
    for place, (device, payload) in enumerate(_mutations(devices, options)):
        await client.publish(f"reik.1.{device.name}.up", payload)
        if place % 1000 == 0:
            await client.flush()
            while await stream.unread(client) > UNDER_WAY:
                await asyncio.sleep(0.02)
    await client.flush()
    await client.close()


def _mutations(devices: list[Device], options: argparse.Namespace) -> Iterator[tuple[Device, bytes]]:
    """Half have a MAC that was right before the mutation, half are mutated first and then signed as they are."""
    dice = random.Random(options.seed)
    now = clock.now()
    for place in range(options.messages):
        device = dice.choice(devices)
        # The moment named here is nobody's, so that a mutation that is still a lawful event changes nothing.
        data: dict[str, object] = {
            "moment": "none",
            "roll": "R1",
            "sachet": 1,
            "k": 1,
            "n": 1,
            "how": "in_time",
        }
        payload = event_shot(device, now, "sachet_taken_out", data, 1 + place % 50, sent=0).payload
        if place == 10 and options.plant == "lose":
            continue
        if place == 10 and options.plant in ("double", "late"):
            yield device, press_shot(device, now, 0).payload
            continue
        if place % 2:
            yield device, _mutate(payload, dice)
        else:
            body = _mutate(payload[44:], dice)
            yield device, sign(device.key, up_topic(device.name), body)


def _mutate(text: bytes, dice: random.Random) -> bytes:
    """One to four random edits: a bit turned, bytes cut out, repeated, or strewn in."""
    changed = bytearray(text)
    for _ in range(dice.randrange(1, 5)):
        place = dice.randrange(len(changed) or 1)
        match dice.randrange(4):
            case 0 if changed:
                changed[place % len(changed)] ^= 1 << dice.randrange(8)
            case 1:
                del changed[place : place + dice.randrange(1, 20)]
            case 2:
                changed[place:place] = changed[place : place + dice.randrange(1, 200)]
            case _:
                changed[place:place] = dice.randbytes(dice.randrange(1, 20))
    return bytes(changed)
