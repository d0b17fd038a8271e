"""`reik bench ingest`: events per second from MQTT to interpreted and committed, and back to the receipt.

Hundreds of dispensers come in through the real admission. Each sends signed payloads of one event, each about a
moment of its own, one under way until Reik's receipt is back at the device, as fast as that goes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from reik.kernel import clock
from reik.ops import admit, receive
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.cpu import Clocks
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.fleet import MOMENT, STANDSTILL_S, Fleet, Report
from reik.ops.bench.plants import KINDS
from reik.ops.bench.processes import Processes
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices, superuser

GOAL_PER_S = 5_000
LATE_MS = 2_000  # device contract, section 4: normally within 2 s of arrival
PATIENCE_S = 900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=at_least_one, default=200_000)
    parser.add_argument("--connections", type=at_least_one, default=600, help="dispensers (default 600)")
    parser.add_argument("--generators", type=at_least_one, default=1, help="processes that play them")
    parser.add_argument("--receivers", type=at_least_one, default=1, help="`reik receive` processes")
    parser.add_argument(
        "--others", type=int, default=1_000_000, help="other open moments (default 1,000,000)"
    )
    parser.add_argument(
        "--goal", action="store_true", help=f"claim {GOAL_PER_S} events/s too, on a quiet machine"
    )
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the bench must fail")


def run(options: argparse.Namespace) -> int:
    each = -(-options.events // options.connections)
    figures: Figures = {
        "events": each * options.connections, "connections": options.connections, "others": options.others,
        "receivers": options.receivers, "door": "mqtt",
    }  # fmt: skip
    with set_scene() as scene:
        say(f"settling {options.connections} dispensers and {options.others} other open moments ...")
        devices = settle_devices(scene.home, scene.tenants, options.connections, clock.now())
        deadlines = Deadlines(first=clock.now() + timedelta(hours=1))
        plan_moments(scene.home, prefix=MOMENT, deadlines=deadlines, each=each, now=clock.now())
        crowd(scene.home, options.connections, options.others, clock.now())
        _plant(options.plant, scene)
        with scene.processes(_processes(options.receivers)) as processes:
            reports = _speak(scene, processes, devices, options, figures, each)
            time.sleep(1)  # what is counted twice may still come
            figures["processes_ended"] = len(processes.ended())
        figures |= _measure(scene, reports, each, options.connections)
    return fig.report(figures, _claims(options))


def _processes(receivers: int) -> Mapping[str, Callable[[], None]]:
    more = {f"receive-{place}": receive.run for place in range(2, receivers + 1)}
    return {**REAL, "admit": admit.run, **more}


def _speak(
    scene: Scene,
    processes: Processes,
    devices: list[Device],
    options: argparse.Namespace,
    figures: Figures,
    each: int,
) -> list[Report]:
    folder = scene.home.path
    fleets = [
        Fleet(
            number=place, mqtt=scene.instance.runtime.mqtt, devices=devices[place :: options.generators],
            events=each, at=clock.now(), folder=folder,
        )
        for place in range(options.generators)
    ]  # fmt: skip
    with scene.processes({f"fleet-{each.number}": each.speak for each in fleets}) as generators:
        if not wait_until(lambda: all(each.ready.exists() for each in fleets), 300, every_s=0.05):
            raise RuntimeError(f"The dispensers cannot come in: {generators.ended()}")
        engines = {each.name: each.process.pid for each in scene.instance.engines}
        clocks = Clocks({**processes.pids, **generators.pids, **engines})
        say(f"{len(devices)} dispensers are in; {each} events of each ...")
        (folder / "go").touch()
        wait_until(lambda: all(each.report.exists() for each in fleets), PATIENCE_S + STANDSTILL_S)
        figures["cpu_s"] = clocks.passed()
    return [msgspec.json.decode(each.report.read_bytes(), type=Report) for each in fleets]


# Everything that a device was promised must be in the ledger, and each moment must have changed by it.
MISSING = """
SELECT d.device, n FROM dispensing_dispenser AS d CROSS JOIN generate_series(1, %s) AS n
LEFT JOIN dispensing_deviceevent AS e ON e.dispenser_id = d.id AND e.epoch = 1 AND e.seq = n
LEFT JOIN dispensing_moment AS m ON m.dispenser_id = d.id AND m.key = %s || n
WHERE e.seq IS NULL OR m.outcome IS NULL
"""


def _measure(scene: Scene, reports: list[Report], each: int, connections: int) -> Figures:
    with superuser(scene.home) as admin:
        missing = {(row[0], row[1]) for row in admin.execute(MISSING, (each, MOMENT)).fetchall()}
    unreceipted = {(device, seq) for report in reports for device, seq in report.unreceipted}
    delays = [delay * 1000 for report in reports for delay in report.delays]
    seconds = max(report.last for report in reports) - min(report.first for report in reports)
    connect_s = max(report.connect_s for report in reports)
    return {
        "events_per_s": round(len(delays) / seconds) if delays else 0,
        "ack_p50_ms": percentile(delays, 0.5),
        "ack_p99_ms": percentile(delays, 0.99),
        "lost": len(missing | unreceipted),
        "unreceipted": len(unreceipted),
        "doubles": reading.count(scene.home, "SELECT count(*) FROM dispensing_deviceevent")
        + len(missing)
        - each * connections,
        "strange_answers": sum(report.strange for report in reports),
        "seconds": round(seconds, 2),
        "connects_per_s": round(connections / connect_s),
        "sealed_raw": reading.count(scene.home, "SELECT count(*) FROM ingest_rawmessage"),
    }


_PLANTS = {
    # one event leaves its moment as it was
    "lose": ("dispensing_moment", "UPDATE", "ROW", "IF nextval('bench_plant') = 3 THEN RETURN NULL; END IF;"),
    # one event is in the ledger twice
    "double": (
        "dispensing_deviceevent", "INSERT", "ROW",
        """IF nextval('bench_plant') = 3 THEN INSERT INTO dispensing_deviceevent SELECT (jsonb_populate_record(NEW,
            jsonb_build_object('seq', NEW.seq + 1000000))).*; END IF;""",
    ),
    # every batch takes too long
    "late": ("ingest_rawmessage", "INSERT", "STATEMENT", f"PERFORM pg_sleep({LATE_MS / 1000 + 0.5});"),
}  # fmt: skip


def _plant(kind: str | None, scene: Scene) -> None:
    """Plant a fault in the scratch database, before anybody speaks."""
    if kind is None:
        return
    table, verb, level, act = _PLANTS[kind]
    with superuser(scene.home) as admin:
        admin.execute(
            f"CREATE SEQUENCE bench_plant; CREATE FUNCTION bench_plant() RETURNS trigger LANGUAGE plpgsql"
            f" SECURITY DEFINER AS $$ BEGIN {act} RETURN NEW; END $$;"
            f" CREATE TRIGGER bench_plant BEFORE {verb} ON {table} FOR EACH {level} EXECUTE FUNCTION bench_plant()".encode()
        )


def _claims(options: argparse.Namespace) -> list[Claim]:
    zero = ["lost", "doubles", "strange_answers", "processes_ended"]
    claims = [Claim(f"{key} is 0", lambda f, key=key: number(f, key) == 0) for key in zero]  # type: ignore[misc]
    claims.append(Claim(f"ack_p99_ms is at most {LATE_MS}", lambda f: number(f, "ack_p99_ms") <= LATE_MS))
    if options.goal:
        claims.append(
            Claim(f"{GOAL_PER_S} events/s or more", lambda f: number(f, "events_per_s") >= GOAL_PER_S)
        )
    return claims
