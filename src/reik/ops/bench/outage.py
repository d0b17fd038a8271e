"""`reik prove outage`: one network falls silent while moments fall due; each client in it stays somebody's line (N4).

Its dispensers stand in five regions, with two suppliers, beside others that go on speaking. Later some return with
what was taken out in time, some with a miss, several people share out the rest at once, and some lines get late.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from reik.alerting.outages import sharing
from reik.alerting.outages.sharing import Person, Said
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.ops import watch
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.figures import Claim, Figures, at_least_one, number, say
from reik.ops.bench.load import event_shot, fire, press_shot
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Deadlines, Device, crowd, plan_moments, settle_devices, superuser

NETWORK, PATIENCE_S, MOST_MESSAGES = "net-a", 60, 20
RETURNED, MISSED = 0.10, 0.05  # shares of the silent ones
PEOPLE = 4
LATE = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--devices", type=at_least_one, default=10_000, help="that fall silent (default 10,000)"
    )
    parser.add_argument("--others", type=int, default=0, help="other open moments (default 0)")


def run(options: argparse.Namespace) -> int:
    random.seed(1)
    with set_scene() as scene:
        silent, speaking = _settle(scene, options)
        deadlines = Deadlines(
            first=clock.now() + timedelta(seconds=8 + len(speaking) / 500), wave=10**9, step_ms=0
        )
        plan_moments(scene.home, prefix="now-", deadlines=deadlines, each=1, now=clock.now())
        soon = Deadlines(first=clock.now() + timedelta(minutes=60), wave=10**9, step_ms=0)
        plan_moments(scene.home, prefix="soon-", deadlines=soon, each=1, now=clock.now())
        with scene.processes({**REAL, "watch-2": watch.run}) as processes:
            figures = _prove(scene, silent, speaking, deadlines)
            figures["processes_ended"] = len(processes.ended())
        figures |= {"devices": len(silent), "speaking": len(speaking), **_sent(scene)}
    return fig.report(figures, _claims())


def _settle(scene: Scene, options: argparse.Namespace) -> tuple[list[Device], list[Device]]:
    speaking = max(200, options.devices // 4)
    say(f"settling {options.devices} dispensers of one network and {speaking} of others ...")
    devices = settle_devices(scene.home, scene.tenants, options.devices + speaking, clock.now())
    silent = devices[: options.devices]
    with superuser(scene.home) as admin:
        admin.execute(
            "UPDATE dispensing_dispenser SET region = 'region-' || substr(device, 7)::int %% 5,"
            " supplier = 'supplier-' || substr(device, 7)::int %% 2, heard_at = %s,"
            " network = CASE WHEN substr(device, 7)::int < %s THEN %s ELSE 'net-b' END",
            (clock.now() - timedelta(minutes=6), len(silent), NETWORK),
        )
    crowd(scene.home, len(devices), options.others, clock.now())
    return silent, devices[options.devices :]


def _prove(
    scene: Scene, silent: Sequence[Device], speaking: Sequence[Device], deadlines: Deadlines
) -> Figures:
    _fire(scene, [press_shot(each, clock.now(), time.time()) for each in speaking])
    wait_until(lambda: clock.now() > deadlines.first + timedelta(seconds=PATIENCE_S), 600, every_s=0.05)
    began = time.monotonic()
    wait_until(lambda: _count(scene, UNSETTLED) == 0, 120, every_s=0.1)
    figures: Figures = {"seconds": round(time.monotonic() - began, 1)}
    say(f"listed in {figures['seconds']} s; waiting for the messages and for what is due soon ...")
    wait_until(lambda: _count(scene, "SELECT count(*) FROM alerting_outagenote") > 0, 90)
    wait_until(lambda: _count(scene, LINES, "soon-1") == len(silent), 180)
    figures |= {
        "outages": _count(scene, "SELECT count(*) FROM alerting_outage WHERE merged_into IS NULL"),
        "listed": _count(scene, LINES, "now-1"), "listed_ahead": _count(scene, LINES, "soon-1"),
        "alerts_in_outage": _count(scene, "SELECT count(*) FROM alerting_alert"),
        "unlisted": _count(scene, UNLISTED),
    }  # fmt: skip
    figures |= _return(scene, silent, deadlines.first)
    figures |= _late(scene)
    figures |= _share_out(scene)
    figures["unlisted_after"] = _count(scene, UNLISTED)
    figures["late_lines"] = _count(scene, LATE_LINES)
    return figures


LINES = """
SELECT count(*) FROM alerting_outageline AS l JOIN dispensing_moment AS m ON m.id = l.moment_id WHERE m.key = %s
"""
UNSETTLED = """
SELECT count(*) FROM dispensing_moment WHERE key = 'now-1' AND outcome IS NULL
"""
# A client whose moment is over and of whom nobody knows, without a line, an alert, or word of anybody.
UNLISTED = """
SELECT count(*) FROM dispensing_moment AS m WHERE m.deadline_at < now() - interval '62 s'
    AND coalesce(m.outcome, 'unknown') IN ('unknown', 'not_out')
    AND NOT EXISTS (SELECT FROM alerting_outageline AS l WHERE l.moment_id = m.id AND m.outcome = 'unknown')
    AND NOT EXISTS (SELECT FROM alerting_alert AS a WHERE a.moment_id = m.id)
"""
LATE_LINES = """
SELECT count(*) FROM alerting_outageline AS l WHERE outcome_at IS NULL AND deadline_at < now() - interval '5 s'
    AND NOT EXISTS (SELECT FROM alerting_alert AS a WHERE a.moment_id = l.moment_id)
"""


def _return(scene: Scene, silent: Sequence[Device], deadline: datetime) -> Figures:
    """Some come back: of most the sachet was out in time, of the others it was not. A miss is never hidden."""
    back = random.sample(list(silent), max(2, int(len(silent) * (RETURNED + MISSED))))
    cut = max(1, int(len(back) * MISSED / (RETURNED + MISSED)))
    missed, well = back[:cut], back[cut:]
    say(f"{len(well)} return with their sachet out in time, {len(missed)} with a miss ...")
    at = deadline - timedelta(seconds=30)
    shots = [press_shot(each, at, time.time()) for each in well]
    data: dict[str, object] = {"moment": "now-1", "outcome": "not_taken_out"}
    shots += [event_shot(each, deadline, "moment_closed", data, 1, sent=time.time()) for each in missed]
    _fire(scene, shots)
    heard = (
        "SELECT count(*) FROM alerting_alert AS a WHERE a.cause = 'not_out' AND EXISTS (SELECT FROM alerting_step AS s"
        " JOIN kernel_outboxmessage AS o ON o.id = s.id WHERE s.alert_id = a.id AND o.state = 1)"
    )
    wait_until(lambda: _count(scene, heard) >= len(missed), 60)
    ended = "SELECT count(*) FROM alerting_outageline AS l JOIN dispensing_moment AS m ON m.id = l.moment_id"
    return {
        "returned": len(back), "misses": len(missed), "misses_heard": _count(scene, heard),
        "real_outcomes": _count(scene, f"{ended} WHERE m.key = 'now-1' AND l.outcome IN ('in_time', 'not_out')"),
    }  # fmt: skip


def _late(scene: Scene) -> Figures:
    with superuser(scene.home) as admin:
        admin.execute(
            "UPDATE alerting_outageline SET deadline_at = now() WHERE id IN (SELECT l.id FROM alerting_outageline AS l"
            " JOIN dispensing_moment AS m ON m.id = l.moment_id"
            " WHERE m.key = 'now-1' AND l.outcome_at IS NULL LIMIT %s)",
            (LATE,),
        )
    due = _count(
        scene, "SELECT count(*) FROM alerting_outageline WHERE outcome_at IS NULL AND deadline_at <= now()"
    )
    told = "SELECT count(*) FROM alerting_alert WHERE reason = 'outage_unanswered'"
    wait_until(lambda: _count(scene, told) >= due, 20)
    return {"lines_late": due, "late_alerts": _count(scene, told)}


def _share_out(scene: Scene) -> Figures:
    """Several people take five at a time, all at once, until no line of the first moment is left."""
    with superuser(scene.home) as admin:
        row = admin.execute("SELECT id FROM alerting_outage WHERE merged_into IS NULL LIMIT 1").fetchone()
        clients = [
            each[0] for each in admin.execute("SELECT DISTINCT client_id FROM alerting_outageline").fetchall()
        ]
    if row is None:
        return {}

    def person(name: str) -> Callable[[], None]:
        def work() -> None:
            become(Role.WORKER)
            me = Person(account_id=new_id(clock.now()), name=name)
            for _ in range(40):
                mine = sharing.take(row[0], me, clients, clock.now())
                said = [Said(line_id=each, outcome="says_out", how="phone") for each in mine]
                sharing.tick(row[0], said, name, clients, clock.now(), of_team=True)
                if not mine:
                    return

        return work

    names = [f"person-{each}" for each in range(PEOPLE)]
    with scene.processes({each: person(each) for each in names}) as people:
        ended: set[str] = set()

        def all_done() -> bool:
            ended.update(people.ended())
            return len(ended) == PEOPLE

        wait_until(all_done, 180)
    ticked = "SELECT count(*) FROM alerting_outageline WHERE outcome = 'says_out'"
    other = f"{ticked} AND outcome_by <> owner"
    return {"people": PEOPLE, "shared_out": _count(scene, ticked), "taken_twice": _count(scene, other)}


def _sent(scene: Scene) -> Figures:
    types = Counter(
        json.loads(json.loads(line)["body"])["type"] for line in scene.arrivals().read_text().splitlines()
    )
    return {"messages": types["outage.note"], "alert_messages": types["alert.step"]}


def _fire(scene: Scene, shots: Sequence[object]) -> None:
    with scene.processes({"load": lambda: fire(scene.home, shots, most_per_s=2000)}) as load:  # type: ignore[arg-type]
        wait_until(lambda: bool(load.ended()), 120, every_s=0.1)


def _count(scene: Scene, query: str, *values: object) -> int:
    return reading.count(scene.home, query, *values)


def _claims() -> list[Claim]:
    zero = ("unlisted", "unlisted_after", "late_lines", "taken_twice", "alerts_in_outage", "processes_ended")
    return [
        *[Claim(f"{key} is 0", lambda f, key=key: number(f, key) == 0) for key in zero],  # type: ignore[misc]
        Claim("one incident is one outage", lambda f: number(f, "outages") == 1),
        Claim("every client is listed", lambda f: number(f, "listed") == number(f, "devices")),
        Claim("what is due soon is listed", lambda f: number(f, "listed_ahead") == number(f, "devices")),
        Claim(f"at most {MOST_MESSAGES} messages", lambda f: 1 <= number(f, "messages") <= MOST_MESSAGES),
        Claim("every miss is heard of", lambda f: number(f, "misses_heard") == number(f, "misses")),
        Claim(
            "who returns gets the real outcome", lambda f: number(f, "real_outcomes") == number(f, "returned")
        ),
        Claim("every late line is an alert", lambda f: number(f, "late_alerts") == number(f, "lines_late")),
        Claim("listed within 20 s", lambda f: number(f, "seconds") <= 20),
    ]
