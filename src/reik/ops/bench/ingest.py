"""`reik bench ingest`: events per second from MQTT to interpreted and committed, and back to the receipt.

Hundreds of dispensers come in through the real admission. Each sends signed payloads of one event, each about a
moment of its own, one under way until Reik's receipt is back at the device, as fast as that goes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from reik.kernel import clock
from reik.ops import admit, receive
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench import peer
from reik.ops.bench.cpu import Clocks
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.fleet import MOMENT, Fleet, Report
from reik.ops.bench.plants import KINDS
from reik.ops.bench.processes import Processes
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices, superuser

GOAL_PER_S = 5_000
LATE_MS = 2_000  # device contract, section 4: normally within 2 s of arrival
PATIENCE_S = 900
PEER_EVENTS = 50  # of each dispenser: a peer that is slow need not be so for long


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
    parser.add_argument("--peer", action="store_true", help=f"then measure a plain peer too: {peer.NAME}")
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the bench must fail")


def run(options: argparse.Namespace) -> int:
    each = -(-options.events // options.connections)
    figures: Figures = {
        "events": each * options.connections, "connections": options.connections, "others": options.others,
        "receivers": options.receivers, "door": "mqtt",
    }  # fmt: skip
    with _stage(options, each) as (scene, fleets):
        _plant(options.plant, scene)
        with scene.processes(_processes(options.receivers)) as processes:
            reports = _speak(scene, processes, fleets, figures)
            time.sleep(1)  # what is counted twice may still come
            figures["processes_ended"] = len(processes.ended())
        figures |= _speed(reports) | _truth(scene, reports, each)
    if options.peer:
        figures["peer"] = _peer(options)
    return fig.report(figures, _claims(options))


@contextmanager
def _stage(options: argparse.Namespace, each: int) -> Iterator[tuple[Scene, list[Fleet]]]:
    """A scene with dispensers that have `each` moments to speak about, and many other open ones."""
    with set_scene() as scene:
        say(f"settling {options.connections} dispensers and {options.others} other open moments ...")
        devices = settle_devices(scene.home, scene.tenants, options.connections, clock.now())
        deadlines = Deadlines(first=clock.now() + timedelta(hours=1))
        plan_moments(scene.home, prefix=MOMENT, deadlines=deadlines, each=each, now=clock.now())
        crowd(scene.home, options.connections, options.others, clock.now())
        yield scene, _fleets(scene, devices, options.generators, each)


def _peer(options: argparse.Namespace) -> Figures:
    """The same dispensers and payloads with a plain peer in the place of `receive`."""
    figures: Figures = {"name": peer.NAME}
    each = min(PEER_EVENTS, -(-options.events // options.connections))
    runs = {"admit": admit.run, "peer": peer.run}
    with _stage(options, each) as (scene, fleets), scene.processes(runs) as processes:
        reports = _speak(scene, processes, fleets, figures)
    return figures | {"events": each * options.connections} | _speed(reports)


def _processes(receivers: int) -> Mapping[str, Callable[[], None]]:
    more = {f"receive-{place}": receive.run for place in range(2, receivers + 1)}
    return {**REAL, "admit": admit.run, **more}


def _speak(scene: Scene, processes: Processes, fleets: list[Fleet], figures: Figures) -> list[Report]:
    """Let the dispensers in, have them say everything, and give what they saw."""
    with scene.processes({each.name: each.speak for each in fleets}) as generators:
        wait_until(lambda: _in(fleets) or bool(generators.ended()), 300, every_s=0.05)
        if not _in(fleets):
            raise CannotComeIn("The dispensers cannot come in: look in the lines above.")
        engines = {each.name: each.process.pid for each in scene.instance.engines}
        clocks = Clocks({**processes.pids, **engines})
        say("all dispensers are in and begin to speak ...")
        (scene.home.path / "go").touch()

        def done() -> bool:
            generators.ended()
            return not any(each.name in generators.pids and not each.report.exists() for each in fleets)

        wait_until(done, PATIENCE_S)
        used = clocks.passed()
    reports = [msgspec.json.decode(each.report.read_bytes(), type=Report) for each in fleets]
    figures["cpu_s"] = {**used, "dispensers": round(sum(each.cpu_s for each in reports), 2)}
    return reports


class CannotComeIn(Exception):
    """Nothing can be measured."""


def _in(fleets: list[Fleet]) -> bool:
    return all(each.ready.exists() for each in fleets)


def _fleets(scene: Scene, devices: list[Device], generators: int, each: int) -> list[Fleet]:
    return [
        Fleet(
            number=place, mqtt=scene.instance.runtime.mqtt, devices=devices[place::generators], events=each,
            at=clock.now(), folder=scene.home.path,
        )
        for place in range(generators)
    ]  # fmt: skip


# Everything that a device was promised must be in the ledger, and each moment must have changed by it.
MISSING = """
SELECT d.device, n FROM dispensing_dispenser AS d CROSS JOIN generate_series(1, %s) AS n
LEFT JOIN dispensing_deviceevent AS e ON e.dispenser_id = d.id AND e.epoch = 1 AND e.seq = n
LEFT JOIN dispensing_moment AS m ON m.dispenser_id = d.id AND m.key = %s || n
WHERE e.seq IS NULL OR m.outcome IS NULL
"""
DOUBLE = "SELECT count(*) FROM dispensing_deviceevent WHERE epoch <> 1 OR seq NOT BETWEEN 1 AND %s"


def _speed(reports: list[Report]) -> Figures:
    delays = [delay * 1000 for report in reports for delay in report.delays]
    seconds = max(report.last for report in reports) - min(report.first for report in reports)
    sessions = sum(report.sessions for report in reports)
    return {
        "events_per_s": round(len(delays) / seconds) if delays else 0,
        "ack_p50_ms": percentile(delays, 0.5),
        "ack_p99_ms": percentile(delays, 0.99),
        "seconds": round(seconds, 2),
        "connects_per_s": round(sessions / max(report.connect_s for report in reports)),
    }


def _truth(scene: Scene, reports: list[Report], each: int) -> Figures:
    """What the tables say beside what the dispensers were told."""
    with superuser(scene.home) as admin:
        missing = {(row[0], row[1]) for row in admin.execute(MISSING, (each, MOMENT)).fetchall()}
    unreceipted = {(device, seq) for report in reports for device, seq in report.unreceipted}
    return {
        "lost": len(missing | unreceipted),
        "unreceipted": len(unreceipted),
        "doubles": reading.count(scene.home, DOUBLE, each),
        "strange_answers": sum(report.strange for report in reports),
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
            f" CREATE TRIGGER bench_plant BEFORE {verb} ON {table}"
            f" FOR EACH {level} EXECUTE FUNCTION bench_plant()".encode()
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
