"""Many homes in virtual time with Reik beside them: from one due thing to the next, never by a fixed step.

Each home goes from one thing to the next that happens in it. Only when something happened of which a person may
have to hear does Reik take in what all homes have sent until then; the rest waits for the daily round. So a quiet
day of forty homes costs one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from reik.dispensing.devices.stream import PARTITIONS
from reik.dispensing.moments.overdue import close_overdue
from reik.dispensing.plans.keeping import renew_plans
from reik.dispensing.rolls.abilities import HOME_SIDE
from reik.ingest import commands
from reik.ingest.operations import Receiver
from reik.ingest.payloads import Arrived
from reik.medication.operations import tell_rolls_due
from reik.medication.times.schedule import instant_of
from reik.ops.history.answering import Staff
from reik.ops.history.calling import Calling
from reik.ops.history.due import Due
from reik.ops.history.lives import UNDER_WAY, Life

MOST = 400  # payloads that are taken in at once
ROUND_AT = time(14, 0)
"""Local time of the daily round: the pharmacy's driver, plans that are renewed, a look at what is overdue."""

Daily = Callable[[datetime], None]


class Street:
    """The homes and what is still to happen in them. `daily` is called once a day, at ROUND_AT."""

    def __init__(
        self,
        lives: Sequence[Life],
        *,
        organisations: Sequence[UUID],
        staff: Mapping[UUID, Staff],
        zone: ZoneInfo,
        seed: int = 0,
        daily: Daily | None = None,
    ) -> None:
        self.lives = list(lives)
        self._of_device = {each.device: each for each in lives}
        self._zone, self._daily = zone, daily
        self._receiver = Receiver("history")
        self._due = Due()
        self._calling = Calling(
            lives, self._due, organisations=organisations, staff=staff, seed=seed, changed=self._plan_stop
        )
        self._hears_at: datetime | None = None

    # -- time -----------------------------------------------------------------------------------------

    def live(
        self, since: datetime, until: datetime, *, each_day: Callable[[datetime], None] | None = None
    ) -> None:
        """Live from `since`, with a round at once, until `until`; a day is a transaction. Later things stay undone."""
        for at in [since, *self._rounds(since, until)]:
            with transaction.atomic():
                self._due.run_until(at)
                self._round(at)
            if each_day is not None:
                each_day(at)
        with transaction.atomic():
            self._due.run_until(until)
            self.settle(until)

    def settle(self, now: datetime) -> None:
        """Commands are carried out, and Reik holds and knows everything until now."""
        self._catch_up(now)
        self.exchange(now)

    def _rounds(self, since: datetime, until: datetime) -> Iterator[datetime]:
        day = since.astimezone(self._zone).date()
        while (at := instant_of(day, ROUND_AT, self._zone)) < until:
            if at > since:
                yield at
            day += timedelta(days=1)

    def _round(self, now: datetime) -> None:
        self._catch_up(now)
        if self._daily is not None:
            self._daily(now)
        tell_rolls_due(now, HOME_SIDE)
        with transaction.atomic():
            renew_plans(now)
        commands.expire(now)
        self.exchange(now)

    def _catch_up(self, now: datetime) -> None:
        """Every home has lived until now, says that it is there, and Reik holds it all and looks at what is due."""
        for life in self.lives:
            life.run(now - 2 * UNDER_WAY)
            life.hear_time()
            life.run(now - 2 * UNDER_WAY)
        self._hear(now, [life.heartbeat() for life in self.lives])
        with transaction.atomic():
            close_overdue(received_through=[now] * PARTITIONS, now=now)
        self._calling.go_on(now)

    # -- homes ----------------------------------------------------------------------------------------

    def _plan_stop(self, life: Life) -> None:
        """A home has one stop ahead; one that was planned before and is not it any more is passed over."""
        stop = life.home.next_at
        if stop is not None and stop != life.stop_at:
            self._due.put(stop, partial(self._stop, life))
        life.stop_at = stop

    def _stop(self, life: Life, now: datetime) -> None:
        if life.stop_at != now:
            return
        fresh = life.run(now)
        life.stop_at = None
        self._plan_stop(life)
        if life.needs_reik(fresh) and self._hears_at is None:
            self._hears_at = now + UNDER_WAY
            self._due.put(self._hears_at, self._hear_news)

    def _hear_news(self, now: datetime) -> None:
        self._hear(now)
        self._calling.go_on(now)

    def _hear(self, now: datetime, more: Sequence[Arrived] = ()) -> None:
        """What `reik receive` does with all that homes have sent until now."""
        self._hears_at = None
        arrived = [*(each for life in self.lives for each in life.payloads()), *more]
        arrived.sort(key=lambda each: each.at)
        for first in range(0, len(arrived), MOST):
            self._receiver.take_in(
                arrived[first : first + MOST], partitions=(), position=0, through=now, now=now
            )

    def exchange(self, now: datetime) -> None:
        """Commands go to the devices and their answers come back, until none is left to be sent."""
        while answers := commands.to_send(range(PARTITIONS), now):
            for each in answers:
                life = self._of_device.get(each.topic.split("/")[2])
                if life is None:
                    continue  # it lives elsewhere, and is asked again when it is heard
                life.run(now)
                life.obey(each.payload)
                life.run(now)
            self._hear(now)
        for life in self.lives:
            self._plan_stop(life)


def live(
    lives: Sequence[Life],
    since: datetime,
    until: datetime,
    *,
    organisations: Sequence[UUID],
    staff: Mapping[UUID, Staff],
    zone: ZoneInfo,
    seed: int = 0,
    daily: Daily | None = None,
) -> Street:
    """These homes live from `since` until `until`; gives the street, which may live on."""
    street = Street(lives, organisations=organisations, staff=staff, zone=zone, seed=seed, daily=daily)
    street.live(since, until)
    return street
