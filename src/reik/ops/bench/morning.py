"""`reik bench morning`: many moments fall due within one second; how soon is each missed one at the sink?

A share of the missed is told by the device's own `moment_closed`, the rest only by a heartbeat after the
deadline (which Reik may believe from deadline + 2 s on); one in a hundred devices is silent. All others were
taken out in time, the last of them in the last second.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reik.kernel import clock
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.aftermath import double_alerts, tell_lost
from reik.ops.bench.arrivals import Arrivals
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, percentile, say
from reik.ops.bench.load import BY_HEARTBEAT, Shot, closing_shot, fire, press_shot
from reik.ops.bench.plants import KINDS, plant
from reik.ops.bench.scene import Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices

PRESSES_PER_S = 4000
LAST_SECOND = 500  # presses in the very last second before the deadline
PATIENCE_S = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dispensers", type=at_least_one, default=100_000)
    parser.add_argument("--missed", type=at_least_one, default=5_000)
    parser.add_argument(
        "--others", type=int, default=1_000_000, help="other open moments (default 1,000,000)"
    )
    parser.add_argument("--plant", choices=KINDS, help="plant a fault: the bench must fail")
    parser.add_argument(
        "--skip-silent", action="store_true", help="do not wait for the silent devices (60 s)"
    )


@dataclass(frozen=True, slots=True)
class Cast:
    """Which device does what this morning."""

    missed: list[Device]
    silent: list[Device]
    pressed: list[Device]
    deadlines: Deadlines


def run(options: argparse.Namespace) -> int:
    with set_scene() as scene:
        cast = _prepare(scene, options)
        plant(options.plant, scene.home)
        with scene.processes() as processes:
            say(f"taking out {len(cast.pressed)} sachets in time ...")
            figures: Figures = {
                "dispensers": options.dispensers, "missed": options.missed, "silent": len(cast.silent),
                "others": options.others, "by_heartbeat": len(cast.missed) // BY_HEARTBEAT, "door": "jetstream",
            }  # fmt: skip
            figures["presses_at_deadline"] = _act(scene, cast)
            wait_for = PATIENCE_S + 30 if not options.skip_silent else 15
            expected = len(cast.missed) + (0 if options.skip_silent else len(cast.silent))
            wait_until(lambda: _told(scene) >= expected, wait_for)
            time.sleep(2)  # what comes twice or by mistake may still come
            ended = processes.ended()
        figures["processes_ended"] = len(ended)
        _measure(scene, cast, options, figures)
    return fig.report(figures, _claims(options))


def _prepare(scene: Scene, options: argparse.Namespace) -> Cast:
    say(f"settling {options.dispensers} dispensers and {options.others} other open moments ...")
    now = clock.now()
    devices = settle_devices(scene.home, scene.tenants, options.dispensers, now)
    silent = max(1, options.dispensers // 100)
    pressing_s = max(0, options.dispensers - options.missed - silent) / PRESSES_PER_S
    crowd(scene.home, options.dispensers, options.others, now)
    first = (clock.now() + timedelta(seconds=pressing_s * 1.5 + 12)).replace(microsecond=0)
    deadlines = Deadlines(first=first)
    plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=1, now=now)
    random.seed(1)
    random.shuffle(devices)
    return Cast(
        missed=devices[: options.missed],
        silent=devices[options.missed : options.missed + silent],
        pressed=devices[options.missed + silent :],
        deadlines=deadlines,
    )


def _act(scene: Scene, cast: Cast) -> int:
    """Have the devices speak; returns when the last one has. Gives how many moments were open at the deadline."""
    early, last = cast.pressed[LAST_SECOND:], cast.pressed[:LAST_SECOND]
    base = time.time()
    shots = [press_shot(each, datetime.fromtimestamp(base, UTC), base) for each in early]
    closing = [
        *(closing_shot(each, number, cast.deadlines.of(each)) for number, each in enumerate(cast.missed)),
        *(_last_second(each, cast.deadlines.of(each)) for each in last),
    ]
    closing.sort(key=lambda shot: shot.at)
    with scene.processes({"load": lambda: fire(scene.home, shots, most_per_s=PRESSES_PER_S)}) as load:
        wait_until(lambda: bool(load.ended()), 300, every_s=0.1)
    # Nothing that the product would do after the deadline may exist before it.
    assert reading.count(scene.home, "SELECT count(*) FROM alerting_alert") == 0
    with scene.processes({"closing": lambda: fire(scene.home, closing)}) as load:
        wait_until(lambda: time.time() >= cast.deadlines.first.timestamp() - 1, 600, every_s=0.05)
        still_open = reading.count(
            scene.home, "SELECT count(*) FROM dispensing_moment WHERE key = 'now-1' AND outcome IS NULL"
        )
        wait_until(lambda: bool(load.ended()), 60, every_s=0.02)
    return still_open


def _last_second(device: Device, own: datetime) -> Shot:
    """Pressed within the last second by the device's clock; at the broker up to 1.5 s after the deadline."""
    at = own - timedelta(milliseconds=random.randrange(1, 1000))
    return press_shot(device, at, own.timestamp() + random.uniform(-0.5, 1.5))


def _told(scene: Scene) -> int:
    return reading.count(scene.home, "SELECT count(*) FROM kernel_outboxmessage WHERE state = 1")


def _measure(scene: Scene, cast: Cast, options: argparse.Namespace, figures: Figures) -> None:
    seen = reading.read(scene.arrivals(), scene.tenants)
    moments = reading.moments_by_name(scene.home, "now-1")
    missed = _delays(cast.missed, moments, seen)
    silent = _delays(cast.silent, moments, seen)
    expected = {moments[each.name][0] for each in cast.missed}
    if not options.skip_silent:
        expected |= {moments[each.name][0] for each in cast.silent}
    pressed = {moments[each.name][0] for each in cast.pressed}
    burst = [seen.first[id] for each in cast.missed if (id := moments[each.name][0]) in seen.first]
    lost = expected - seen.first.keys()
    for line in tell_lost(scene, lost):
        say(line)
    figures.update(
        p50_s=percentile(missed, 0.5), p99_s=percentile(missed, 0.99),
        first_s=percentile(missed, 0), last_s=percentile(missed, 1),
        alerts_per_s=round(len(burst) / max(0.001, max(burst) - min(burst))) if burst else 0,
        silent_p99_s=percentile(silent, 0.99),
        silent_not_unknown=sum(seen.cause.get(moments[each.name][0], "unknown") != "unknown" for each in cast.silent),
        false_alerts=len(pressed & seen.first.keys()),
        not_in_time=sum(moments[each.name][1] != "in_time" for each in cast.pressed),
        lost=len(lost),
        duplicates=seen.duplicates + double_alerts(scene), repeated_messages=seen.repeated,
        bad_signatures=seen.bad_signatures,
        alerts=reading.count(scene.home, "SELECT count(*) FROM alerting_alert WHERE moment_id IS NOT NULL"),
        access_entries=reading.count(scene.home, "SELECT count(*) FROM kernel_accessentry WHERE act = 'export'"),
        sealed_raw=reading.count(scene.home, "SELECT count(*) FROM ingest_rawmessage"),
    )  # fmt: skip


def _delays(
    devices: list[Device], moments: dict[str, tuple[str, str | None, float]], seen: Arrivals
) -> list[float]:
    """Seconds from each moment's own deadline to its first arrival at the sink."""
    return [
        seen.first[moments[each.name][0]] - moments[each.name][2]
        for each in devices
        if moments[each.name][0] in seen.first
    ]


def _claims(options: argparse.Namespace) -> list[Claim]:
    zero = ["lost", "duplicates", "false_alerts", "bad_signatures", "not_in_time", "silent_not_unknown"]
    claims = [Claim(f"{key} is 0", lambda f, key=key: number(f, key) == 0) for key in zero]  # type: ignore[misc]
    claims.append(Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0))
    claims.append(Claim("p99_s is at most 3 s", lambda f: number(f, "p99_s") <= 3))
    if not options.skip_silent:
        claims.append(Claim("silent_p99_s is at most 65 s", lambda f: number(f, "silent_p99_s") <= 65))
    return claims
