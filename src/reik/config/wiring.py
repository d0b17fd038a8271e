"""THE table: which fact is handled by whom, and which interpreter reads which kind of raw message."""

from collections.abc import Mapping, Sequence

from reik.alerting import calls, closing, handling, operations
from reik.alerting import dispenser_findings as findings
from reik.alerting.facts import AlertClosed
from reik.dispensing import plan_keeping
from reik.dispensing.device_facts import (
    DeviceContested,
    DeviceFaulted,
    DispenserHeard,
    DispenserSilent,
    FaultCleared,
    HelpPressed,
    JournalLost,
    MainsLost,
    MainsRestored,
    PlanInForce,
    SachetOutTwice,
)
from reik.dispensing.facts import CommandAnswered, MomentEnded
from reik.dispensing.roll_facts import PlanMismatch, RollRefusedByDevice, WrongRoll
from reik.kernel.facts import Fact, Handler
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.medication.facts import (
    PlanChanged,
    PlanTouched,
    RollDelivered,
    RollLeft,
    RollLoaded,
    RollNearlyEmpty,
    RollRegistered,
)

HANDLERS: Mapping[type[Fact], Sequence[Handler]] = {
    MomentEnded: [operations.follow_moments],
    CommandAnswered: [plan_keeping.note_answers, findings.follow_commands],
    DeviceFaulted: [findings.follow_faults],
    FaultCleared: [findings.end_faults],
    MainsLost: [findings.follow_mains],
    MainsRestored: [findings.end_mains],
    HelpPressed: [findings.follow_help],
    WrongRoll: [findings.follow_wrong_rolls],
    RollRefusedByDevice: [findings.follow_refused_rolls],
    PlanMismatch: [findings.follow_mismatches],
    PlanInForce: [findings.end_mismatches],
    JournalLost: [findings.follow_lost_journals],
    DeviceContested: [findings.follow_contested],
    SachetOutTwice: [findings.follow_out_twice],
    AlertClosed: [closing.tell_closed],
    DispenserSilent: [findings.follow_silence],
    DispenserHeard: [findings.end_silence],
    RollNearlyEmpty: [findings.follow_nearly_empty],
    RollRegistered: [findings.end_nearly_empty],
    PlanTouched: [plan_keeping.take_turns],
    PlanChanged: [plan_keeping.follow],
    RollDelivered: [plan_keeping.follow, findings.end_nearly_empty],
    RollLoaded: [plan_keeping.follow, findings.end_roll_trouble],
    RollLeft: [plan_keeping.follow],
    MessageSent: [calls.note_sent, handling.note_accepted],
    MessageFailed: [calls.note_failed],
}
