"""THE table: which fact is handled by whom, and which interpreter reads which kind of raw message."""

from collections.abc import Mapping, Sequence

from reik.alerting import calls, operations
from reik.dispensing import plan_keeping
from reik.dispensing.facts import CommandAnswered, MomentEnded
from reik.kernel.facts import Fact, Handler
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.medication.facts import PlanChanged, PlanTouched, RollDelivered, RollLeft, RollLoaded

HANDLERS: Mapping[type[Fact], Sequence[Handler]] = {
    MomentEnded: [operations.follow_moments],
    CommandAnswered: [plan_keeping.note_answers],
    PlanTouched: [plan_keeping.take_turns],
    PlanChanged: [plan_keeping.follow],
    RollDelivered: [plan_keeping.follow],
    RollLoaded: [plan_keeping.follow],
    RollLeft: [plan_keeping.follow],
    MessageSent: [calls.note_sent],
    MessageFailed: [calls.note_failed],
}
