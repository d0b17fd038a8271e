"""The whole device: machine, disk, link and hardware. What the machine decides is durable before it is done."""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from reik_dispenser.inputs import (
    AllReceipted,
    Booted,
    CommandReceived,
    EventsGone,
    FaultFound,
    FaultGone,
    Input,
    JournalLevel,
    NetworkChanged,
    Ticked,
    TimeHeard,
)
from reik_dispenser.machine import power_lost, step
from reik_dispenser.memory import differs
from reik_dispenser.messages import (
    Clock,
    Command,
    FaultCode,
    Receipt,
    RefusedPayload,
    Resend,
    StartReason,
    UnreadableCommand,
)
from reik_dispenser.outputs import (
    HeartbeatWanted,
    Output,
    Reboot,
    Record,
    Refused,
    Screen,
    SetClock,
    Show,
    Wipe,
)
from reik_dispenser.runtime.client import Client, Door, Heard, Link
from reik_dispenser.runtime.delivery import Delivery
from reik_dispenser.runtime.enrolment import Enrolment
from reik_dispenser.runtime.hardware import Hardware, Make, OwnClock
from reik_dispenser.runtime.journal import Kept
from reik_dispenser.runtime.store import Store
from reik_dispenser.state import Device
from reik_dispenser.status import heartbeat
from reik_dispenser.wire import heartbeat_body

log = logging.getLogger("reik.dispenser")

YOUNG = timedelta(hours=2)
NETWORK_PATIENCE_S = 1_800.0
LONGEST_SLEEP_S = 60.0


class Dispenser:
    """One device. `put` is for its hardware; `run` keeps it connected; cancel `run` to switch it off."""

    def __init__(
        self,
        *,
        enrolment: Enrolment,
        store: Store,
        hardware: Hardware,
        clock: OwnClock,
        random: Random,
        open_link: Callable[[Callable[[str, bytes], None]], Link],
        door: Door | None = None,
        make: Make | None = None,
        span_s: float = 60.0,
        heartbeat_s: float = 300.0,
    ) -> None:
        self.state: Device = store.device
        self.clock = clock
        self.connected = False
        self._store = store
        self._hardware = hardware
        self._make = make or Make()
        self._inbox: deque[Input] = deque()
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._network_timer: asyncio.TimerHandle | None = None
        self._reik_said: datetime | None = None
        self._delivery = Delivery(store.journal, random, lambda: bool(self.state.open_moments))
        self._client = Client(
            device=enrolment.device, key=enrolment.key, delivery=self._delivery, owner=self, open_link=open_link,
            random=random, door=door, span_s=span_s, heartbeat_s=heartbeat_s,
        )  # fmt: skip

    # -- the machine ----------------------------------------------------------------------------------

    def boot(self, reason: StartReason = StartReason.POWER) -> None:
        """Start; the first input of all."""
        make, store = self._make, self._store
        known = {
            name: value
            for name, value in self._hardware.state_at_boot().items()
            if name in ("mains", "battery_pct", "lid_open", "tray_occupied")
        }
        self.put(
            Booted(
                epoch=store.epoch, last_seq=store.last_seq, highest_command=store.highest_command,
                session=secrets.token_hex(8), reason=reason, firmware=make.firmware,
                model=make.model, evidence=make.capabilities.evidence or "pressed",
                unlocks_at_battery_end=bool(make.capabilities.unlocks_at_battery_end),
                capabilities=make.capabilities.to_data(), **known,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    def put(self, input: Input) -> None:
        """Something happened. What it leads to is done before this returns, unless called from within."""
        self._inbox.append(input)
        if self._busy:
            return
        self._busy = True
        try:
            while self._inbox:
                self._take(self._inbox.popleft())
        finally:
            self._busy = False
        self._look_at_journal()
        self._set_timer()

    def _take(self, input: Input) -> None:
        before = self.state
        after, outputs = step(before, input, self.clock.now())
        events = [output.event for output in outputs if isinstance(output, Record)]
        if events or differs(before, after):
            try:
                kept = self._store.commit(after, events)
            except OSError:
                # What cannot be remembered is not done: a sachet could come twice.
                log.exception("the disk takes nothing any more")
                self._hardware.carry_out(Show(Screen.FAULT))
                return
            self._recorded(after, kept)
        self.state = after
        for output in outputs:
            self._carry_out(output)

    def _recorded(self, after: Device, kept: list[Kept]) -> None:
        self.state = after
        if kept:
            self._delivery.recorded(kept)
            self._client.wake()

    def _carry_out(self, output: Output) -> None:
        if isinstance(output, HeartbeatWanted):
            self._client.want_heartbeat()
        elif isinstance(output, SetClock):
            self.clock.set(output.to)
        elif isinstance(output, Wipe):
            self._store.wipe()
            self.state = self._store.device
            self.boot(StartReason.WIPE)
        elif isinstance(output, Reboot):
            self._hardware.carry_out(output)
            self.state = power_lost(self.state)
            self.boot()
        elif isinstance(output, Refused):
            log.debug("%s in phase %s means nothing", output.input, output.phase)
        elif not isinstance(output, Record):
            self._hardware.carry_out(output)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # driven by hand
        wait = LONGEST_SLEEP_S
        if self.state.wake_at is not None:
            wait = min(wait, max(0.0, (self.state.wake_at - self.clock.now()).total_seconds()))
        self._timer = loop.call_later(wait, self.put, Ticked())

    def _look_at_journal(self) -> None:
        """80 %, room again after events were lost, and a wipe that waits for the last receipt."""
        if self._busy or not self.state.powered:
            return
        journal, device = self._store.journal, self.state
        if journal.has_ease if device.journal_full else journal.is_full:
            self.put(JournalLevel(not device.journal_full))
        elif self._store.lost and journal.has_room and not journal.is_full:
            start, end = self._store.lost.pop(0)
            self.put(EventsGone(self._store.epoch, start, end, "journal full"))
        elif device.wiping and not len(journal):
            self.put(AllReceipted())

    # -- the link -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Stay connected until cancelled."""
        self._watch_network(False)
        try:
            await self._client.run()
        finally:
            for timer in (self._timer, self._network_timer):
                if timer is not None:
                    timer.cancel()

    def heartbeat(self) -> bytes:
        """See client.Owner."""
        return heartbeat_body(heartbeat(self.state, self._store.next_beat(), self.clock.now()))

    def is_urgent(self) -> bool:
        """See client.Owner."""
        newest = self._store.journal.newest_waiting()
        young = newest is not None and self.clock.now() - newest.at < YOUNG
        return young or bool(self.state.open_moments)

    def link_changed(self, up: bool) -> None:
        """See client.Owner."""
        self.connected = up
        self._watch_network(up)
        if up:
            self.put(NetworkChanged(True))

    def _watch_network(self, up: bool) -> None:
        """A link that is away for half an hour is a fault; a shorter one is life."""
        if self._network_timer is not None:
            self._network_timer.cancel()
            self._network_timer = None
        if not up:
            loop = asyncio.get_running_loop()
            self._network_timer = loop.call_later(NETWORK_PATIENCE_S, self.put, NetworkChanged(False))

    def hear(self, message: Heard) -> None:
        """See client.Owner."""
        if isinstance(message, Receipt | Resend | Command):
            self._hear_time(message.now)
        if isinstance(message, Command | UnreadableCommand):
            self.put(CommandReceived(message))
        elif isinstance(message, Receipt):
            self._receipted(message)
        elif isinstance(message, Resend):
            self._resend(message)
        elif isinstance(message, RefusedPayload):
            self._refused(message)

    def _refused(self, refused: RefusedPayload) -> None:
        log.warning("a payload was refused: %s", refused.code)
        with suppress(OSError):  # on a full disk it is tried again with the next refusal
            self._delivery.refused()

    def _hear_time(self, says: datetime) -> None:
        """Reik's `now` counts when it is new: a message that comes again tells an old time."""
        if self._reik_said is None or says > self._reik_said:
            self._reik_said = says
            self.put(TimeHeard(Clock.REIK, says))

    def _receipted(self, receipt: Receipt) -> None:
        if self._store.journal.receipt(receipt.epoch, receipt.upto, self.clock.now()):
            if FaultCode.OTHER in self.state.faults:
                self.put(FaultGone(FaultCode.OTHER))
        else:
            self.put(FaultFound(FaultCode.OTHER, f"receipt {receipt.epoch} {receipt.upto}"))
        self._look_at_journal()

    def _resend(self, resend: Resend) -> None:
        known = self._store.journal.last_seq(resend.epoch)
        if not known or resend.resend_to > known or resend.resend_from > resend.resend_to:
            self.put(
                FaultFound(FaultCode.OTHER, f"resend {resend.epoch} {resend.resend_from}-{resend.resend_to}")
            )
            return
        for start, end in self._delivery.resend(resend.epoch, resend.resend_from, resend.resend_to):
            self.put(EventsGone(resend.epoch, start, end, "no longer kept"))
