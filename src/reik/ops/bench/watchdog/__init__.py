"""`reik prove watchdog`: a guard on another host notices within 90 s what is stuck, gone, time-shifted or silent.

The guard is the real `reik guard --outside`, in an environment of its own: it knows no database, only the address of
the platform, and calls by a webhook of its own. Each case is one fault in Reik's real processes, one after another.
"""

from __future__ import annotations

from reik.ops.bench.watchdog.command import add_arguments, run

__all__ = ["add_arguments", "run"]
