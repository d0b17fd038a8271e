"""THE table: which fact is handled by whom, and which interpreter reads which kind of raw message."""

from collections.abc import Mapping, Sequence

from reik.alerting import calls, operations
from reik.dispensing.facts import MomentEnded
from reik.kernel.facts import Fact, Handler
from reik.kernel.outbox import MessageFailed, MessageSent

HANDLERS: Mapping[type[Fact], Sequence[Handler]] = {
    MomentEnded: [operations.follow_moments],
    MessageSent: [calls.note_sent],
    MessageFailed: [calls.note_failed],
}
