"""`reik prove channels`: with a fifth of all tries failing, everything is out in minutes, and a silent drop is noticed.

Real `watch` and `send` processes call over text messages and webhooks. The provider on this machine refuses, hangs,
answers an error, answers late or by half, and takes texts that it then drops. What counts is what truly arrived.
"""

from __future__ import annotations

from reik.ops.bench.channels.command import add_arguments, run

__all__ = ["add_arguments", "run"]
