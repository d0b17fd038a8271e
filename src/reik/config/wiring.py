"""THE table: which fact is handled by whom, and which interpreter reads which kind of raw message."""

from collections.abc import Mapping, Sequence

from reik.alerting import (
    calls,
    change_findings,
    closing,
    gone,
    handling,
    house_access,
    operations,
    swaps,
    task_findings,
)
from reik.alerting import dispenser_findings as findings
from reik.alerting.arrangements import carer_left, trying
from reik.alerting.claims import joining
from reik.alerting.drills import answering as drills
from reik.alerting.facts import AlertClosed
from reik.alerting.forewarnings import gateways as ways_out
from reik.alerting.outages import notes
from reik.dispensing.away import keeping as away_keeping
from reik.dispensing.away import returning as away_returning
from reik.dispensing.by_hand import keeping as by_hand_keeping
from reik.dispensing.devices import swapping
from reik.dispensing.devices.facts import (
    AbsenceCovered,
    AbsenceExpired,
    DeviceContested,
    DeviceFaulted,
    DispenserFetched,
    DispenserHeard,
    DispenserSilent,
    DispenserSwapped,
    FaultCleared,
    HelpPressed,
    JournalLost,
    MainsLost,
    MainsRestored,
    PlanInForce,
    PossibleDouble,
    PressedWhileAway,
    SachetOutTwice,
)
from reik.dispensing.facts import AbsenceBegan, AbsenceEnded, CommandAnswered, MomentEnded, OldMomentChanged
from reik.dispensing.plans import keeping as plan_keeping
from reik.dispensing.rolls import abilities as roll_abilities
from reik.dispensing.rolls import at_home
from reik.dispensing.rolls.facts import PlanMismatch, RollRefusedByDevice, WrongRoll
from reik.dispensing.withholding import gap as gap_held
from reik.dispensing.withholding import holding as withholding
from reik.kernel.facts import Fact, Handler
from reik.kernel.outbox import GatewayDown, GatewayUp, MessageFailed, MessageSent
from reik.medication.agreed import unplannable
from reik.medication.changes import deciding as changing
from reik.medication.facts import (
    AgreementsReceived,
    ChangeHeld,
    ChangeNotHeld,
    ChangeSettled,
    ChangeUndecided,
    HoldLifted,
    PlanChanged,
    PlanTouched,
    RequestAnswered,
    RollDelivered,
    RollLeft,
    RollLoaded,
    RollNearlyEmpty,
    RollRegistered,
    RollsToCompare,
    SachetsToHold,
)
from reik.medication.outside import proposals as outside_proposals
from reik.medication.pharmacies import relocating
from reik.medication.requests import letters as request_letters
from reik.medication.rolls import supply as roll_supply
from reik.pathway import pausing as path_pausing
from reik.pathway.baseline import winding_down
from reik.pathway.enrolment import orders as dispenser_orders
from reik.pathway.facts import DutiesAllotted, PathMoved
from reik.pathway.selection import selecting
from reik.pathway.use import evaluating, loading
from reik.pathway.use import stopping as path_stopping
from reik.people.facts import CarerLeft, ClientMoved, PharmacyChanged
from reik.tasks.facts import TaskEnded, TaskOverdue
from reik.value.rollups import marking as day_marks

HANDLERS: Mapping[type[Fact], Sequence[Handler]] = {
    MomentEnded: [gap_held.follow_moments, withholding.after_moments, operations.follow_moments],
    OldMomentChanged: [day_marks.follow_changed],
    CommandAnswered: [
        plan_keeping.note_answers,
        withholding.note_answers,
        by_hand_keeping.note_answers,
        away_keeping.note_answers,
        away_returning.note_answers,
        findings.follow_commands,
    ],
    DeviceFaulted: [findings.follow_faults],
    FaultCleared: [findings.end_faults],
    MainsLost: [findings.follow_mains],
    MainsRestored: [findings.end_mains],
    HelpPressed: [findings.follow_help],
    WrongRoll: [findings.follow_wrong_rolls],
    RollRefusedByDevice: [findings.follow_refused_rolls],
    PlanMismatch: [findings.follow_mismatches],
    PlanInForce: [findings.end_mismatches],
    JournalLost: [findings.follow_lost_journals, swapping.follow_new_journals],
    DispenserSwapped: [swaps.follow],
    DispenserFetched: [swaps.follow_fetched, dispenser_orders.follow_fetched, path_stopping.follow_fetched],
    DeviceContested: [findings.follow_contested],
    SachetOutTwice: [findings.follow_out_twice],
    PossibleDouble: [findings.follow_doubles],
    PressedWhileAway: [findings.follow_presses],
    AbsenceBegan: [path_pausing.follow_begun],
    AbsenceEnded: [path_pausing.follow_ended],
    AbsenceExpired: [findings.follow_expired],
    AbsenceCovered: [findings.end_expired],
    AlertClosed: [gone.follow_closed, joining.follow_closed, closing.tell_closed],
    DispenserSilent: [findings.follow_silence],
    DispenserHeard: [findings.end_silence],
    AgreementsReceived: [at_home.follow, outside_proposals.follow, unplannable.follow],
    RollNearlyEmpty: [findings.follow_nearly_empty],
    RollRegistered: [roll_supply.follow, findings.end_nearly_empty],
    PlanTouched: [plan_keeping.take_turns],
    PlanChanged: [at_home.follow, plan_keeping.follow, roll_supply.follow],
    RollDelivered: [
        roll_supply.follow,
        at_home.follow,
        plan_keeping.follow,
        findings.end_nearly_empty,
        findings.end_roll_missing,
    ],
    RollLoaded: [
        roll_supply.follow,
        roll_supply.follow_loaded,
        changing.follow_loaded,
        at_home.follow,
        plan_keeping.follow,
        findings.end_roll_trouble,
        loading.follow_loaded,
    ],
    RollLeft: [roll_supply.follow, roll_abilities.follow_left, at_home.follow, plan_keeping.follow],
    RequestAnswered: [changing.follow_answers, roll_supply.follow_answers],
    RollsToCompare: [at_home.compare],
    SachetsToHold: [withholding.withhold],
    HoldLifted: [withholding.lift],
    ChangeUndecided: [change_findings.follow_undecided],
    ChangeNotHeld: [change_findings.follow_not_held],
    ChangeHeld: [change_findings.end_not_held],
    ChangeSettled: [change_findings.end_undecided],
    ClientMoved: [relocating.follow_moved, evaluating.follow_moved],
    PharmacyChanged: [relocating.follow_pharmacy, evaluating.follow_pharmacy],
    CarerLeft: [carer_left.follow_left, evaluating.follow_carer],
    TaskOverdue: [task_findings.follow_overdue],
    TaskEnded: [task_findings.end_overdue, roll_supply.follow_tasks, house_access.follow_tasks],
    GatewayDown: [ways_out.follow_down],
    GatewayUp: [ways_out.follow_up],
    PathMoved: [
        winding_down.follow_moved,
        dispenser_orders.follow_moved,
        evaluating.follow_paths,
        selecting.follow_over,
    ],
    DutiesAllotted: [loading.follow_duties],
    MessageSent: [
        calls.note_sent,
        trying.note_sent,
        handling.note_accepted,
        notes.note_accepted,
        drills.note_sent,
        dispenser_orders.note_sent,
    ],
    MessageFailed: [
        calls.note_failed,
        trying.note_failed,
        request_letters.note_failed,
        drills.note_failed,
        dispenser_orders.note_failed,
    ],
}
