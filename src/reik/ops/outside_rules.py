"""What a guard elsewhere concludes of an installation: stuck, gone, time-shifted, silent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STUCK_S, GONE_S, SILENT_S = 40.0, 20.0, 20.0
"""Seconds after which: a process that beats no more stands still; one that left the list is gone; no answer is
silence. A restart by `reik up` takes less."""
SHIFTED_S, OFF_S = 15.0, 30.0
"""By so many seconds a process's clock may differ from its server's, and the platform's from the guard's."""
BEAT_S = 75.0
"""So long after the last heartbeat, which comes every 30 s, something inside is found to be wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said. `error`: it said nothing usable, and why."""

    error: str = ""
    now: float = 0.0
    processes: Sequence[Mapping[str, object]] = ()


@dataclass(slots=True)
class Watched:
    """One installation, as seen from elsewhere. All times are seconds of the guard's own clock."""

    expected: Sequence[str]
    began: float
    silent_since: float | None = None
    gone_since: dict[str, float] = field(default_factory=dict)
    last_beat: float | None = None  # None: no heartbeats are listened for

    def look(self, answer: Answer, at: float, wall: float) -> dict[str, str]:
        """What is wrong, by a short name, in words. `at`: monotonic; `wall`: since 1970."""
        found = {} if answer.error else self._processes(answer, at)
        if answer.error:
            self.silent_since = at if self.silent_since is None else self.silent_since
            if at - self.silent_since >= SILENT_S:
                found["silent"] = f"Reik does not answer ({answer.error})."
        else:
            self.silent_since = None
            if abs(answer.now - wall) > OFF_S:
                found["clock"] = (
                    f"The clock of the platform is {answer.now - wall:+.0f} s off the clock here."
                )
        if self.last_beat is not None and at - self.last_beat > BEAT_S:
            found["heartbeat"] = "The guard inside is silent: it found something wrong, or it stands still."
        return found

    def _processes(self, answer: Answer, at: float) -> dict[str, str]:
        found = {}
        there = set()
        for each in answer.processes:
            name, age, ahead = (
                str(each["process"]),
                float(str(each["age_s"])),
                float(str(each["ahead_s"])),
            )
            there.add(name)
            if age > STUCK_S:
                found[f"{name} stuck"] = f"`{name}` stands still, for {age:.0f} s now."
            if abs(ahead) > SHIFTED_S:
                found[f"{name} shifted"] = f"The clock of `{name}` is {ahead:+.0f} s off its server's."
        for name in self.expected:
            if name in there:
                self.gone_since.pop(name, None)
            elif at - self.gone_since.setdefault(name, at) >= GONE_S:
                found[f"{name} gone"] = f"`{name}` does not run."
        return found
