"""What is known of the calls of one server: which run, who took them, and what has not been told yet.

Kept in memory, bounded, by the reference of the process. Indications come twice, late and in any order: a person who
took it counts whenever she is heard; a "no" counts once, and only when nobody took it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from reik.interop import Accepted, Failed, Late, Result
from reik.interop.espax import mapping
from reik.interop.espax.documents import Said

KEPT_S = 7200.0
MOST_KEPT = 20_000
MOST_UNTOLD = 1000  # of strangers


@dataclass(slots=True)
class Process:
    """One call. `until`: the loop's time until which somebody waits for an answer, or is on the way to another."""

    ref: str
    message_id: str
    at: float
    one: bool = False
    until: float = 0.0
    runs: bool = False  # the server said so, in whatever way
    ended: bool = False
    stopped: bool = False  # by us
    why_not: str = ""
    answer: Accepted | Failed | None = None
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    waited_for: int = 0  # deliveries that wait for it, and tell what they hear
    recalled: bool = False
    waited_enough: bool = False


class Processes:
    """The calls of one server, known in this process."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._known: OrderedDict[str, Process] = OrderedDict()
        self._untold: list[Late] = []

    def begin(self, ref: str, message_id: str, *, one: bool) -> Process:
        """The process of a message; the one that is known already when it is sent again, unless it was lost."""
        now = asyncio.get_running_loop().time()
        process = self._known.get(ref)
        if process is None or (isinstance(process.answer, Failed) and not process.answer.permanent):
            process = self._keep(Process(ref, message_id, now))
        process.one, process.recalled, process.waited_enough = one, False, False
        process.waited_for += 1
        return process

    def ends(self, process: Process, result: Result | None) -> None:
        """A delivery of it ends with this; an answer that it did not give is told late."""
        process.waited_for -= 1
        if process.answer is not None and result != process.answer and not process.waited_for:
            self._untold.append(Late(process.message_id, process.answer))

    def _keep(self, process: Process) -> Process:
        self._known[process.ref] = process
        while len(self._known) > MOST_KEPT or next(iter(self._known.values())).at < process.at - KEPT_S:
            self._known.popitem(last=False)
        return process

    def stopping(self, ref: str) -> None:
        """We end it: what the server says of its end is no answer."""
        if process := self._known.get(ref):
            process.stopped = True

    def under_way(self) -> list[Process]:
        """Those that a delivery waits for, the oldest first."""
        return [each for each in self._known.values() if each.waited_for]

    def open(self) -> list[Process]:
        """Those that run, as far as is known, and that somebody still counts on."""
        return [
            each for each in self._known.values()
            if each.runs and not (each.ended or each.stopped or each.answer) and self._counts(each)
        ]  # fmt: skip

    def hear(self, said: Said) -> None:
        """One indication."""
        process = self._known.get(said.ref)
        if said.kind == "IND.P-EVENT":
            self._event(said, process)
        elif said.kind == "IND.P-ENDED":
            self._ended(said, process)
        elif said.kind in ("IND.P-STARTED", "IND.P-STATUS") and process is not None:
            process.runs = not process.ended
            process.heard.set()

    def fail(self, process: Process, failed: Failed) -> None:
        """Nobody will take it any more, for a reason of ours."""
        if process.answer is None and not process.stopped:
            self._answer(process, failed)

    def told(self) -> list[Late]:
        """What became known of calls that nobody waits for here; each once."""
        untold, self._untold = self._untold, []
        return untold

    def _event(self, said: Said, process: Process | None) -> None:
        answer = mapping.event(said)
        if process is None:
            return self._stranger(said, answer)
        process.runs = not process.ended
        process.heard.set()
        if isinstance(answer, Accepted):
            self._answer(process, answer)
        elif answer is not None:
            process.why_not = answer.error
            if process.one and not process.stopped:
                self._answer(process, answer)

    def _ended(self, said: Said, process: Process | None) -> None:
        if process is None:
            return self._stranger(said, mapping.ended(said))
        answer = mapping.ended(said, process.why_not)
        process.ended, process.runs = True, False
        process.heard.set()
        if isinstance(answer, Accepted) or (answer is not None and not process.stopped):
            self._answer(process, answer)

    def _answer(self, process: Process, answer: Accepted | Failed) -> None:
        if isinstance(process.answer, Accepted) or (process.answer and isinstance(answer, Failed)):
            return
        if isinstance(answer, Failed) and not process.waited_for and not self._counts(process):
            return
        process.answer = answer
        process.heard.set()
        if not process.waited_for:
            self._untold.append(Late(process.message_id, answer))

    @staticmethod
    def _counts(process: Process) -> bool:
        """Whether a "no" is news: after its time the next person was called anyway."""
        return asyncio.get_running_loop().time() < process.until

    def _stranger(self, said: Said, answer: Accepted | Failed | None) -> None:
        """A process of before a restart, or of another Reik: a person who took it is told, if the message was ours."""
        message_id = mapping.message_of(said.ref)
        if message_id and isinstance(answer, Accepted) and len(self._untold) < MOST_UNTOLD:
            now = asyncio.get_running_loop().time()
            self._keep(Process(said.ref, message_id, now, runs=True, answer=answer))
            self._untold.append(Late(message_id, answer, self._gateway))
