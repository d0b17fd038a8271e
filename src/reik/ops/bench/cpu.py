"""Processor time of processes with all their children, from /proc."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Clocks:
    """Starts counting when it is made."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._before = self._now()

    def passed(self) -> dict[str, float]:
        """Seconds of processor time by name since the start, the busiest first."""
        now = self._now()
        passed = {name: round(now[name] - before, 2) for name, before in self._before.items() if name in now}
        return dict(sorted(passed.items(), key=lambda item: -item[1]))

    def _now(self) -> dict[str, float]:
        children: defaultdict[int, list[int]] = defaultdict(list)
        used: dict[int, float] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    children[int(fields[1])].append(int(folder.name))
                    # its own, and that of children it has buried
                    used[int(folder.name)] = sum(map(int, fields[11:15])) / _TICKS
        return {name: self._sum(pid, children, used) for name, pid in self._pids.items() if pid in used}

    def _sum(self, pid: int, children: Mapping[int, list[int]], used: Mapping[int, float]) -> float:
        return used.get(pid, 0) + sum(self._sum(each, children, used) for each in children.get(pid, ()))
