"""The same lives in the real database: alerting's own operations with `now` handed in must answer as the memory does.

Lives go side by side along one clock: `watch` looks at all of them at once, as it does in an installation. Every
other event is one operation on one alert; after it, both must have allowed it or refused it, and in the end both
must have called the same people at the same instants and left the same claims behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.alerting import operations
from reik.alerting.calls import take_due_steps
from reik.alerting.handling import AlertRefused
from reik.alerting.policy import RouteStep
from reik.dispensing.facts import MomentEnded
from reik.dispensing.outcomes import Outcome
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import add_destination
from reik.ops.bench.figures import Figures, say
from reik.ops.bench.lives.cases import CHANGES, MINUTE, Case, draw_route
from reik.ops.bench.lives.play import Input, Player
from reik.ops.bench.lives.settled import settle_moments
from reik.ops.bench.lives.stored_rows import (
    alerts_of,
    by_hand,
    by_wire,
    called,
    claimed,
    how_it_ended,
    key_of,
    step_of,
)
from reik.ops.bench.scene import Scene, set_scene
from reik.ops.bench.world import Device, Tenant, settle_devices

AT_ONCE = 500
LOOKS_EVERY = timedelta(seconds=4)
BATCHES = (datetime(2027, 6, 1, 18, tzinfo=CHANGES[0].tzinfo), *CHANGES[2:])
WAYS = 4
ZONE = ZoneInfo("Europe/Amsterdam")


def compare(lives: int, seed: int) -> Figures:
    """Live `lives` alerts in a throw-away database and in memory; how many differ."""
    random = Random(f"{seed} stored")
    figures = {"stored": 0, "stored_calls": 0, "stored_events": 0, "stored_differing": 0}
    with set_scene() as scene:
        become(Role.WORKER)
        ways = {each.id: _ways(each, scene.sink_url) for each in scene.tenants}
        devices = settle_devices(scene.home, scene.tenants, lives, clock.now())
        for number, first in enumerate(range(0, lives, AT_ONCE)):
            these = devices[first : first + AT_ONCE]
            # Later batches lie later: what an earlier one left behind is over by then.
            begin = BATCHES[number % len(BATCHES)] + number // len(BATCHES) * timedelta(days=400)
            batch = Batch(scene, these, ways, begin, random)
            batch.live()
            for key, value in batch.figures().items():
                figures[key] += value
    return dict(figures)


def _ways(tenant: Tenant, url: str) -> list[UUID]:
    now = clock.now()
    return [
        add_destination(
            organisation_id=tenant.id, channel="webhook", name=f"way {each}", address=url, now=now, secret=tenant.secret
        ).id
        for each in range(WAYS)
    ]  # fmt: skip


class Batch:
    """Lives that go side by side."""

    def __init__(
        self, scene: Scene, devices: Sequence[Device], ways: dict[UUID, list[UUID]], begin: datetime, random: Random
    ) -> None:  # fmt: skip
        self._devices, self._differing, self._events = devices, set[int](), 0
        routes = [_agree(each, ways[each.id], begin, random) for each in scene.tenants]
        self._players = []
        for each in devices:
            route, emergency = routes[each.tenant]
            opened_at = begin + random.randint(0, 8) * 15 * MINUTE
            case = Case(
                route=route, emergency=emergency, zone=ZONE, opened_at=opened_at, starts_at=opened_at,
                priority=random.choice((0, 1, 1, 2)), latest_at=opened_at + random.randint(0, 240) * MINUTE,
            )  # fmt: skip
            self._players.append(Player(case, random, stops=False))
        self._moments = [new_id(begin) for _ in devices]
        self._tenants = scene.tenants
        settle_moments(scene.home, self._facts(range(len(devices)), Outcome.NOT_OUT, None))

    def live(self) -> None:
        """Until all are over."""
        for opened_at in sorted({each.life.case.opened_at for each in self._players}):
            these = [n for n, p in enumerate(self._players) if p.life.case.opened_at == opened_at]
            self._go_to(opened_at)
            with transaction.atomic():
                operations.follow_moments(self._facts(these, Outcome.NOT_OUT, None), opened_at)
            for each in these:
                self._players[each].begin()
            self._alerts = alerts_of(self._moments)
        self._go_to(None)

    def _go_to(self, end: datetime | None) -> None:
        begun = [n for n, p in enumerate(self._players) if p.life.told]
        due = {n: self._next(n) for n in begun}
        while due and (end is None or min(due.values()) < end):
            number = min(due, key=lambda n: due[n])
            at, player = due[number], self._players[number]
            if player.ahead() == at:
                touched = [number]
                self._one(number, player.take())
            else:
                touched = [n for n in begun if self._is_due(n, at)]
                self._look(touched, at)
            due |= {n: self._next(n) for n in touched}
            due = {n: next_at for n, next_at in due.items() if next_at < FOREVER}

    def _next(self, number: int) -> datetime:
        player = self._players[number]
        due = player.life.alert.due()
        look = _look_at(max(due, player.life.told[-1][0].at)) if due else FOREVER
        return min(player.ahead() or FOREVER, look)

    def _is_due(self, number: int, at: datetime) -> bool:
        due = self._players[number].life.alert.due()
        return due is not None and due <= at

    def _look(self, numbers: Sequence[int], at: datetime) -> None:
        for each in numbers:
            self._players[each].do(Input(at, "tick"))
        self._events += len(numbers)
        with transaction.atomic():
            operations.take_ended_promises(now=at)
            while take_due_steps(now=at):
                pass

    def _one(self, number: int, it: Input) -> None:
        player = self._players[number]
        calls = player.life.alert.calls
        about = (calls[it.number].position, calls[it.number].round) if calls else (0, 0)
        player.do(it)
        allowed = player.life.told[-1][1]
        self._events += 1
        if it.kind == "doubt" and not allowed:
            return  # what came out is not in doubt, as it never came out: no device says so
        if self._stored(number, it, about) != allowed:
            self._differs(number, f"{it} is {'allowed' if allowed else 'refused'} in memory only")

    def _stored(self, number: int, it: Input, about: tuple[int, int]) -> bool:
        alert, now = self._alerts[self._moments[number]], it.at
        try:
            with transaction.atomic():
                if it.kind in ("sent", "failed", "key"):
                    return by_wire(it, step_of(alert, *about))
                if it.kind in ("press", "doubt"):
                    out, missed = Outcome.LATE, Outcome.NOT_OUT
                    became = (out, missed) if it.kind == "press" else (missed, out)
                    operations.follow_moments(self._facts([number], *became), now)
                    return True
                return by_hand(alert, it)
        except AlertRefused:
            return False

    def _facts(self, numbers: Sequence[int], outcome: Outcome, before: Outcome | None) -> list[MomentEnded]:
        made = []
        for each in numbers:
            device, case = self._devices[each], self._players[each].life.case
            assert case.latest_at is not None
            made.append(
                MomentEnded(
                    moment_id=self._moments[each], organisation_id=self._tenants[device.tenant].id,
                    client_id=device.client_id, dispenser_id=device.id, due_at=case.opened_at - 45 * MINUTE,
                    deadline_at=case.opened_at, latest_at=case.latest_at, criticality=case.priority, outcome=outcome,
                    before=before, reason="device",
                )
            )  # fmt: skip
        return made

    def _differs(self, number: int, words: str) -> None:
        self._differing.add(number)
        if len(self._differing) <= 5:
            say(f"stored life {number}: {words}")

    def figures(self) -> dict[str, int]:
        """How they compare now that all are over."""
        calls = 0
        for number, player in enumerate(self._players):
            alert = player.end().alert
            calls += len(alert.calls)
            id = self._alerts[self._moments[number]]
            should = sorted((c.at, c.position, str(c.destination_id)) for c in alert.calls)
            for what, stored, memory in (
                ("called", called(id), should),
                (
                    "claims",
                    claimed(id),
                    sorted((key_of(by), c.at, c.until) for by, c in alert.claims.items()),
                ),
                ("end", how_it_ended(id), [(alert.state, alert.closed_as)]),
            ):
                if stored != memory:
                    self._differs(number, f"{what} {stored}; in memory {memory}")
        return {
            "stored": len(self._players), "stored_calls": calls, "stored_events": self._events,
            "stored_differing": len(self._differing),
        }  # fmt: skip


FOREVER = datetime.max.replace(tzinfo=CHANGES[0].tzinfo)


def _look_at(due: datetime) -> datetime:
    """When `watch` looks next; every few seconds for all alerts together."""
    rest = (due - CHANGES[0]) % LOOKS_EVERY
    return due + (LOOKS_EVERY - rest if rest else timedelta(0))


def _agree(
    tenant: Tenant, ways: Sequence[UUID], now: datetime, random: Random
) -> tuple[tuple[RouteStep, ...], UUID | None]:
    """A route for a whole organisation, over its own ways."""

    def way(drawn: UUID) -> UUID:
        return ways[drawn.int % WAYS]

    route = tuple(
        replace(
            each, carer_id=None, destination_id=way(each.destination_id),
            fallback_id=way(each.fallback_id) if each.fallback_id else None,
        )
        for each in draw_route(random)
    )  # fmt: skip
    emergency = random.choice((None, random.choice(ways)))
    operations.agree_arrangement(
        organisation_id=tenant.id, client_id=None, agreed_by="proof", now=now, route=route,
        emergency=operations.EmergencyPath(destination_id=emergency),
    )  # fmt: skip
    return route, emergency
