"""One device with its household in virtual time, and its line to Reik: payloads up, commands down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from reik.ingest.payloads import Arrived
from reik_dispenser.inputs import ButtonPressed, CommandReceived, TimeHeard
from reik_dispenser.messages import Clock, Event, EventType, Outcome
from reik_dispenser.status import heartbeat
from reik_dispenser.wire import down_topic, event_body, heartbeat_body, read_down, sign, up_topic, verify
from reik_simulator.home import Home
from reik_simulator.household import Coming

UNDER_WAY = timedelta(milliseconds=300)
"""From the device to the stream."""
ONE_PAYLOAD = timedelta(seconds=20)
"""Events nearer to each other than this leave in one payload, as after a short break of the link."""
MOST_EVENTS = 50
NEEDS_NOBODY = frozenset({Outcome.COMPLETE, Outcome.PAUSED})
TOLD_AT_ONCE = frozenset(
    {
        EventType.FAULT, EventType.FAULT_CLEARED, EventType.MAINS_LOST, EventType.MAINS_RESTORED,
        EventType.HELP_PRESSED, EventType.ROLL_LOADED, EventType.ROLL_REMOVED, EventType.ROLL_REFUSED,
    }
)  # fmt: skip
WAITED_FOR = frozenset({EventType.SACHET_TAKEN_OUT, EventType.MOMENT_CLOSED})


@dataclass(slots=True, kw_only=True)
class Life:
    """A home with its device's name and key. `anxious_until`: until then someone waits for a sachet to be out."""

    device: str
    key: bytes = field(repr=False)
    client_id: UUID
    home: Home
    anxious_until: datetime | None = None
    stop_at: datetime | None = None
    beats: int = 0
    _told: int = 0
    _unsent: list[Event] = field(default_factory=list)

    def switch_on(self, now: datetime) -> None:
        """The device stands in the home and gets power for the first time."""
        self.home.now = now
        self.home.start()

    def owe(self, events: Sequence[Event]) -> None:
        """What its disk holds from before that Reik has not said to have: it goes first."""
        self._unsent += events

    def run(self, until: datetime) -> list[Event]:
        """Let it live until then; gives what it recorded meanwhile, which waits for `payloads`."""
        if until >= self.home.now:
            self.home.run_until(until)
        fresh = self.home.events[self._told :]
        self._told += len(fresh)
        self._unsent += fresh
        return fresh

    def hear_time(self) -> None:
        """The network tells the time, as it does every ten minutes; once a day is enough to be trusted."""
        self.home.put(TimeHeard(Clock.NTP, self.home.now))

    def press_at(self, when: datetime) -> None:
        """Someone has been reminded, and presses then."""
        self.home.expect([Coming(max(when, self.home.now), ButtonPressed())])

    def obey(self, payload: bytes) -> None:
        """A command arrives: verified, read and put to the device's core."""
        body = verify(self.key, down_topic(self.device).encode(), payload)
        assert body is not None, f"{self.device}: a command with a wrong MAC"
        self.home.put(CommandReceived(read_down(body)))

    def needs_reik(self, fresh: Sequence[Event]) -> bool:
        """Whether a person may have to hear of this at once: what waits for nobody can wait for the next batch."""
        return any(self._is_urgent(each) for each in fresh)

    def _is_urgent(self, event: Event) -> bool:
        if event.type in TOLD_AT_ONCE:
            return True
        if event.type == EventType.MOMENT_CLOSED and event.data["outcome"] not in NEEDS_NOBODY:
            return True
        anxious = self.anxious_until is not None and event.at <= self.anxious_until
        return anxious and event.type in WAITED_FOR

    def payloads(self) -> Iterator[Arrived]:
        """What has not been sent yet, as the device would have sent it, at the times at which it arrives."""
        unsent, self._unsent = self._unsent, []
        together: list[Event] = []
        for event in unsent:
            if together and not _leave_together(together, event):
                yield self._payload(together)
                together = []
            together.append(event)
        if together:
            yield self._payload(together)

    def _payload(self, events: Sequence[Event]) -> Arrived:
        body = event_body(events if len(events) > 1 else events[0])
        return Arrived(self.device, self._signed(body), events[-1].at + UNDER_WAY)

    def heartbeat(self) -> Arrived:
        """A sign of life, as of the home's own time."""
        self.beats += 1
        beat = heartbeat(self.home.device, self.beats, self.home.now)
        return Arrived(self.device, self._signed(heartbeat_body(beat)), self.home.now + UNDER_WAY)

    def _signed(self, body: bytes) -> bytes:
        return sign(self.key, up_topic(self.device), body)


def _leave_together(events: Sequence[Event], event: Event) -> bool:
    """Whether one payload can hold this event too: what an older epoch left goes on its own."""
    first = events[0]
    near = event.at - first.at <= ONE_PAYLOAD
    return near and event.epoch == first.epoch and len(events) < MOST_EVENTS
