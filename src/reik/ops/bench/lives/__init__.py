"""`reik prove lives`: every life of an alert ends with a person, or with the device itself; every step is on time.

Random lives are played with the pure rules, on all cores, beside a reference that reckons them by other means; every
path of a few events is walked over small routes; and some lives are lived in the real database, which must agree.
"""

from __future__ import annotations

from reik.ops.bench.lives.command import add_arguments, run

__all__ = ["add_arguments", "run"]
