"""History by running the devices and Reik's operations in one process, with `now` handed in (architecture, rule 1).

The devices are the device's own core, the operations are those of `reik receive`, `watch` and the screens, with
the same interpreters and the same wiring. What is left out: MQTT, NATS and the channels; what the outbox holds
counts as sent at once. Nothing reads the clock, and the same seeds live the same lives.

    lives = [Life(device="TWE-0001", key=…, client_id=…, home=home(since, "ordinary", seed=1)), …]
    street = live(lives, since=…, until=…, seed=1, daily=pharmacy.round)

Call it where no other Reik process works on these rows meanwhile: to `reik watch` every deadline of the past is
overdue.
"""

from reik.ops.history.answering import Staff
from reik.ops.history.lives import Life
from reik.ops.history.street import Street, live

__all__ = ["Life", "Staff", "Street", "live"]
