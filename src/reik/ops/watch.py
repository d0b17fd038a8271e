"""`reik watch`: closes overdue moments, opens alerts, takes due steps of routes, renews devices' plans."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from reik.alerting.assurance.looking import look_at_routes
from reik.alerting.calls import take_due_steps
from reik.alerting.cut_plans import tell_uncut
from reik.alerting.drills.by_itself import look_around as look_at_drills
from reik.alerting.forewarnings import tell_due as tell_forewarnings
from reik.alerting.forewarnings.rosters import look_at_rosters
from reik.alerting.house_access import tell_checks_due
from reik.alerting.operations import take_ended_promises
from reik.alerting.outages.late import tell_late
from reik.alerting.outages.rounds import look_around as look_at_outages
from reik.dispensing.away.keeping import begin_due, tell_expired
from reik.dispensing.away.stopping import pause_the_stopped
from reik.dispensing.by_hand.lifting import lift_pauses
from reik.dispensing.devices.silence import SILENT_AFTER, Listening, announce_silent
from reik.dispensing.moments.overdue import PATIENCE, close_overdue
from reik.dispensing.plans.keeping import renew_plans
from reik.dispensing.rolls.abilities import HOME_SIDE
from reik.dispensing.withholding.gap import release_held
from reik.dispensing.withholding.holding import pause_due
from reik.ingest.partitions import received_through
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.looks import Look, look
from reik.kernel.operations import pace
from reik.kernel.pulse import Beating
from reik.medication.changes.due import tell_due as tell_changes
from reik.medication.operations import tell_rolls_due
from reik.medication.outside.tasks import tell_outside
from reik.medication.requests.operations import tell_unanswered
from reik.ops import wake
from reik.ops.running import run_rounds
from reik.pathway.asking import look_at_paths
from reik.pathway.forms.printing import look_at_papers
from reik.pathway.selection.ending import tell_ending
from reik.pathway.use.stopping import look_at_stops
from reik.people.homes_callers import index_missing
from reik.tasks.operations import tell_overdue

EVERY_S = 0.1
MOST = 500
RENEWED_EVERY_S = 60.0
HURRIED_FROM, HURRIED_PATIENCE = 10, timedelta(seconds=10)
HURRIED_SILENCE = timedelta(seconds=30)
RENEWED_AT_ONCE = 100
TRIED_WITHIN_S = 360.0  # `reik send` tries each gateway every five minutes

LOOKS: tuple[Look, ...] = (
    ("rolls", lambda now: tell_rolls_due(now, HOME_SIDE)),
    ("outside", tell_outside),
    ("away_begins", begin_due),
    ("away_ends", tell_expired),
    ("pause_the_stopped", pause_the_stopped),
    ("pauses", lift_pauses),
    ("held", release_held),
    ("tasks", tell_overdue),
    ("requests", tell_unanswered),
    ("cut_plans", tell_uncut),
    ("rosters", look_at_rosters),
    ("drills", look_at_drills),
    ("forewarnings", tell_forewarnings),
    ("house_access", tell_checks_due),
    ("callers", index_missing),
    ("care_paths", look_at_paths),
    ("path_stops", look_at_stops),
    ("indications", tell_ending),
    ("papers", look_at_papers),
)
"""What is looked at once a minute besides silence, outages, routes and plans, in this order, one a round."""


def run() -> None:
    """The process's entry: runs until SIGTERM. Any number may run; each claims rows that no other has."""
    become(Role.WORKER)
    wake.start_thread("watch")
    run_rounds(Watch().look_once, every_s=EVERY_S)


class Watch:
    """One watcher; what is due stands in rows, so it remembers nothing but when it last looked around, and since
    when it has listened."""

    def __init__(self) -> None:
        self._renew_at = 0.0
        self._to_look: deque[Sequence[Look]] = deque()
        self._listening = Listening()
        self._listening_for_outages = Listening()
        self._kept_patience: timedelta | None = None
        self._more = False
        self._begun = time.monotonic()
        self._pulse = Beating("watch")

    def _patience(self) -> timedelta:
        """How long a silent device is waited for; in a hurried demo a minute would outlast the window."""
        if self._kept_patience is None:  # a demo's pace changes at its start only
            self._kept_patience = HURRIED_PATIENCE if pace() >= HURRIED_FROM else PATIENCE
        return self._kept_patience

    def look_once(self) -> bool:
        """One look at what is due; says whether a full batch was found, so that more may be waiting."""
        now = clock.now()
        self._pulse.beat(now)
        with transaction.atomic():
            closed = close_overdue(
                received_through=received_through(), now=now, most=MOST, patience=self._patience()
            )
        with transaction.atomic():
            ended = take_ended_promises(now=now, most=MOST)
        with transaction.atomic():
            taken = take_due_steps(now=now, most=MOST)
        with transaction.atomic():
            late = tell_late(now, MOST)
        pause_due(now, most=MOST)
        changed = tell_changes(now, most=MOST)
        more = MOST in (closed, ended, taken, late, changed)
        return more or self._look_around(now)

    def _look_around(self, now: datetime) -> bool:
        """The next of what is looked at once a minute; whether there is more. A round of what is due lies between two
        of them, so that no deadline waits for longer than one look takes."""
        if not self._to_look and time.monotonic() >= self._renew_at:
            self._to_look.extend(self._looks())
            self._more = False
        if not self._to_look:
            return False
        look(self._to_look.popleft(), now)
        if self._to_look:
            return True
        self._renew_at = 0.0 if self._more else time.monotonic() + RENEWED_EVERY_S
        return self._more

    def _looks(self) -> Iterator[Sequence[Look]]:
        """Outages and silence belong together: who is part of an outage is not announced as silent (N4)."""
        yield ("outages", self._look_at_outages), ("silence", self._look_at_silence)
        yield from ([each] for each in LOOKS)
        yield [("routes", self._look_at_routes)]
        yield [("plans", self._renew_plans)]

    def _look_at_silence(self, now: datetime) -> None:
        after = self._silent_after()
        with transaction.atomic():
            heard = self._listening.heard_through(received_through(), now, after)
            silent = announce_silent(received_through=heard, now=now, silent_after=after, most=MOST)
        self._more |= silent == MOST

    def _look_at_routes(self, now: datetime) -> None:
        """Not before every gateway has had its turn: what nobody has tried yet would look like nobody to reach."""
        if time.monotonic() - self._begun >= TRIED_WITHIN_S:
            look_at_routes(now)

    def _renew_plans(self, now: datetime) -> None:
        with transaction.atomic():
            renewed = renew_plans(now, RENEWED_AT_ONCE)
        self._more |= renewed == RENEWED_AT_ONCE

    def _look_at_outages(self, now: datetime) -> None:
        """Before silent dispensers are announced: those of an outage are part of it (N4)."""
        through, quiet_after = received_through(), self._silent_after() / 2
        heard = self._listening_for_outages.heard_through(through, now, quiet_after)
        look_at_outages(heard=heard, received_through=through, now=now, quiet_after=quiet_after)

    def _silent_after(self) -> timedelta:
        """As with patience: in a hurried demo a quarter of an hour outlasts the story."""
        hurry = pace()
        return max(SILENT_AFTER / hurry, HURRIED_SILENCE) if hurry >= HURRIED_FROM else SILENT_AFTER
