"""The command: alerts over failing ways, and one text to a provider that drops all."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction

from reik.alerting.operations import agree_arrangement, follow_moments
from reik.alerting.policy import RouteStep
from reik.dispensing.facts import MomentEnded
from reik.dispensing.outcomes import Outcome
from reik.interop.sms import receipts
from reik.interop.sms.text import reference
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import add_destination
from reik.ops.bench import arrivals as reading
from reik.ops.bench import figures as fig
from reik.ops.bench.channels import provider
from reik.ops.bench.figures import Claim, Figures, number, percentile, say
from reik.ops.bench.lives.settled import settle_moments
from reik.ops.bench.scene import REAL, Scene, set_scene, wait_until
from reik.ops.bench.world import Device, Tenant, settle_devices, superuser
from reik.ops.engines.process import free_port

IN_TIME_S = 300.0
PLANTS = ("lose", "deaf")
GROUPS = 15
MINUTE = timedelta(minutes=1)
TIMEOUT_S = 15
"""How long a text is waited for: people who must be reached have `receipt=wait`."""

MAPPING = """
path = "/messages"
[headers]
Authorization = "Bearer {secret}"
[json]
to = "{to}"
from = "{sender}"
text = "{text}"
reference = "{ref}"
[taken]
path = "status"
values = ["queued"]
[check]
method = "GET"
path = "/balance"
[receipt]
id = "id"
path = "/messages/{id}"
state = "status"
arrived = ["delivered"]
lost = ["expired"]
"""

# Every message about one alert is lost, in the database.
LOSE = """
CREATE FUNCTION bench_lose() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF NEW.about = (SELECT min(id::text)::uuid FROM alerting_alert WHERE cause = 'not_out') THEN RETURN NULL; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bench_lose BEFORE INSERT ON kernel_outboxmessage FOR EACH ROW EXECUTE FUNCTION bench_lose();
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--alerts", type=fig.at_least_one, default=1500, help="(default: 1500)")
    parser.add_argument("--faults", type=float, default=0.2, help="share of tries that fail (default: 0.2)")
    parser.add_argument(
        "--patience",
        type=float,
        default=330.0,
        metavar="S",
        help="seconds until what is not out is lost (default: 330)",
    )
    parser.add_argument(
        "--skip-drops", action="store_true", help="leave out the provider that drops everything"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the faults (default: 1)")
    parser.add_argument("--plant", choices=PLANTS, help="plant a fault: the proof must fail")


def run(options: argparse.Namespace) -> int:
    if options.plant == "deaf":
        receipts.LATE_S = float("inf")  # before the processes are forked: nobody ever misses a receipt
    with set_scene() as scene:
        become(Role.WORKER)
        port, record = free_port(), scene.home.path / "provider.jsonl"
        record.touch()
        (scene.home.path / "sms").mkdir(exist_ok=True)
        (scene.home.path / "sms" / "proof.toml").write_text(MAPPING)
        if options.plant == "lose":
            with superuser(scene.home) as admin:
                admin.execute(LOSE)
        stage = Stage(scene, port, record, options)
        faulty = {"provider": lambda: provider.serve(port, record, options.faults, options.seed)}
        real = {name: REAL[name] for name in ("watch", "send")}
        with scene.processes(faulty), scene.processes(real) as processes:
            figures = stage.play()
            figures["processes_ended"] = len(processes.ended())
    return fig.report(figures, _claims(options))


@dataclass(slots=True)
class Out:
    """What truly arrived, by key, and what went wrong on the way."""

    arrived: dict[str, float]
    faults: Counter[str]
    void: float | None


class Stage:
    """Organisations with routes over the failing ways, one alert for each of `--alerts` clients."""

    def __init__(self, scene: Scene, port: int, record: Path, options: argparse.Namespace) -> None:
        self._scene, self._record, self._options = scene, record, options
        self._url = f"127.0.0.1:{port}"
        self._void, self._tenants = scene.tenants[0], scene.tenants[1:]
        now = clock.now()
        for each in self._tenants:
            self._arrange(each, now)
        self._arrange_void(now)
        # one in twenty of the devices is the void organisation's
        count = options.alerts * len(scene.tenants) // len(self._tenants) + len(scene.tenants)
        # One in so many is the client of the provider that drops.
        count = (options.alerts + 1) * len(scene.tenants) // len(self._tenants) + len(scene.tenants)
        self._devices = settle_devices(scene.home, scene.tenants, count, now)

    def play(self) -> Figures:
        """Open the alerts, wait until something about each arrived, and until the drop is noticed."""
        if not self._options.skip_drops:
            self._open([next(each for each in self._devices if each.tenant == 0)])
        others = [each for each in self._devices if each.tenant != 0][: self._options.alerts]
        say(f"{len(others)} alerts open, {self._options.faults:.0%} of all tries fail ...")
        for first in range(GROUPS):
            self._open(others[first::GROUPS])
            time.sleep(1)
        began = time.monotonic()
        wait_until(lambda: not self._still(), self._options.patience, every_s=2)
        left = max(0.0, self._options.patience - (time.monotonic() - began))
        if not self._options.skip_drops:
            say("waiting until the silent drop is noticed ...")
            wait_until(lambda: self._noticed() is not None, left, every_s=2)
        return self._figures()

    def _figures(self) -> Figures:
        out, first = self._out(), self._first()
        took = [at for at in first.values() if at is not None]
        alerts, noticed = len(first), self._noticed()
        return {
            "alerts": alerts, "faults": self._options.faults,
            "sent": len(took), "within_5min_share": round(sum(at <= IN_TIME_S for at in took) / alerts, 5),
            "lost": alerts - len(took),
            "dropped_noticed_s": round(noticed - out.void, 1) if noticed is not None and out.void else None,
            "first_p50_s": percentile(took, 0.5), "first_p99_s": percentile(took, 0.99),
            "first_max_s": percentile(took, 1.0),
            "messages": self._count("SELECT count(*) FROM kernel_outboxmessage WHERE about IS NOT NULL"),
            "arrived": len(out.arrived), "failed_tries": sum(out.faults.values()),
            "fallbacks": self._count("SELECT count(*) FROM alerting_step WHERE reason = 'fallback'"),
            **{f"tries_{kind}": out.faults[kind] for kind in provider.FAULTS},
        }  # fmt: skip

    def _arrange(self, tenant: Tenant, now: datetime) -> None:
        """A text to a person, over a webhook when that fails; then the centre; then the team until it answers."""
        text = self._way(
            tenant,
            "sms",
            f"http://{self._url}/?kind=sms&provider=proof&to=+31612345678&from=Reik&receipt=wait",
        )
        centre, team = (
            self._way(tenant, "webhook", f"http://{self._url}/hook/{name}") for name in ("centre", "team")
        )
        with superuser(self._scene.home) as admin:
            admin.execute("UPDATE kernel_destination SET timeout_s = %s WHERE id = %s", (TIMEOUT_S, text))
        self._agree(tenant, now, [
            RouteStep(
                action="phone_client", responder="carer", destination_id=text, wait=2 * MINUTE, fallback_id=centre
            ),
            RouteStep(action="phone_client", responder="centre", destination_id=centre, wait=2 * MINUTE),
            RouteStep(action="ask_team", responder="team", destination_id=team, wait=2 * MINUTE, repeat=MINUTE),
        ])  # fmt: skip

    def _arrange_void(self, now: datetime) -> None:
        """One text is all that ever goes there: a quiet provider, of which only receipts are counted."""
        where = f"http://void@{self._url}/void?kind=sms&provider=proof&to=+31612345679&from=Reik&receipt=note"
        void = self._way(self._void, "sms", where)
        last = RouteStep(
            action="ask_team", responder="void", destination_id=void, wait=120 * MINUTE, repeat=120 * MINUTE
        )
        self._agree(self._void, now, [last])

    def _way(self, tenant: Tenant, channel: str, address: str) -> UUID:
        made = add_destination(
            organisation_id=tenant.id, channel=channel, name="proof", address=address, now=clock.now(),
            secret=tenant.secret,
        )  # fmt: skip
        return made.id

    def _agree(self, tenant: Tenant, now: datetime, route: Sequence[RouteStep]) -> None:
        agree_arrangement(organisation_id=tenant.id, client_id=None, agreed_by="proof", now=now, route=route)

    def _open(self, devices: Sequence[Device]) -> None:
        now = clock.now()
        ended = [
            MomentEnded(
                moment_id=new_id(now), organisation_id=self._scene.tenants[each.tenant].id, client_id=each.client_id,
                dispenser_id=each.id, due_at=now - 45 * MINUTE, deadline_at=now, latest_at=now + 240 * MINUTE,
                criticality=1, outcome=Outcome.NOT_OUT, before=None, reason="device",
            )
            for each in devices
        ]  # fmt: skip
        settle_moments(self._scene.home, ended, over=True)
        with transaction.atomic():
            follow_moments(ended, now)

    def _out(self) -> Out:
        found = Out({}, Counter(), None)
        for what, key, at in map(json.loads, self._record.read_text().splitlines()):
            if what == "arrived":
                found.arrived.setdefault(key, at)
            elif what == "fault":
                found.faults[key] += 1
            elif found.void is None:
                found.void = at
        return found

    def _first(self) -> Mapping[UUID, float | None]:
        """Of each alert, after how many seconds something about it first arrived."""
        arrived = self._out().arrived
        with superuser(self._scene.home) as admin:
            alerts = admin.execute(
                "SELECT id, extract(epoch FROM opened_at)::float8 FROM alerting_alert WHERE organisation_id <> %s",
                (self._void.id,),
            ).fetchall()
            rows = admin.execute(
                "SELECT id, about FROM kernel_outboxmessage WHERE about IS NOT NULL"
            ).fetchall()
        at: dict[UUID, list[float]] = {}
        for id, about in rows:
            keys = (str(id), reference(str(id)))
            at.setdefault(about, []).extend(arrived[key] for key in keys if key in arrived)
        return {id: min(at[id]) - opened if at.get(id) else None for id, opened in alerts}

    def _still(self) -> bool:
        """Whether nothing has arrived of some alert."""
        return any(each is None for each in self._first().values())

    def _noticed(self) -> float | None:
        with superuser(self._scene.home) as admin:
            row = admin.execute(
                "SELECT extract(epoch FROM failing_since)::float8 FROM kernel_gatewayhealth"
                " WHERE organisation_id = %s AND gateway LIKE 'void@%%' AND failing_since IS NOT NULL",
                (self._void.id,),
            ).fetchone()
        return row[0] if row else None

    def _count(self, query: str) -> int:
        return reading.count(self._scene.home, query)


def _claims(options: argparse.Namespace) -> list[Claim]:
    claims = [
        Claim("every alert was counted", lambda f: number(f, "alerts") == options.alerts),
        Claim("99.9 % is out within 5 minutes", lambda f: 0.999 <= number(f, "within_5min_share") <= 1),
        Claim("lost is 0", lambda f: number(f, "lost") == 0),
        Claim("the faults happened", lambda f: number(f, "failed_tries") > 0 or options.faults == 0),
        Claim("no process ended by itself", lambda f: number(f, "processes_ended") == 0),
    ]
    if not options.skip_drops:
        claims.append(
            Claim(
                "a provider that drops is noticed within 5 minutes",
                lambda f: number(f, "dropped_noticed_s") <= IN_TIME_S,
            )
        )
    return claims
