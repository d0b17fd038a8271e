"""Which facts about dispensers, rolls, plans and commands open an alert, and which close it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from reik.alerting import causes, outages
from reik.alerting.cut_plans import OF_THE_PLAN, with_cut_plans
from reik.alerting.dispenser_alerts import Found, close_cleared, open_found
from reik.dispensing.devices.facts import (
    AbsenceCovered,
    AbsenceExpired,
    DeviceContested,
    DeviceFaulted,
    DispenserHeard,
    DispenserSilent,
    FaultCleared,
    HelpPressed,
    JournalFact,
    JournalLost,
    MainsLost,
    MainsRestored,
    PlanInForce,
    PossibleDouble,
    PressedWhileAway,
    SachetOutTwice,
)
from reik.dispensing.facts import CommandAnswered
from reik.dispensing.queries import dispensers_of
from reik.dispensing.rolls.facts import DeviceFact, PlanMismatch, RollRefusedByDevice, WrongRoll
from reik.kernel.rows import Columns, array
from reik.medication.facts import RollFact, RollLoaded, RollNearlyEmpty

_TOLD = Columns(dispenser_id="uuid", epoch="bigint", seq="bigint")
_NUMBERS = Columns(client_id="uuid", number="text")
_SUBJECTS = Columns(dispenser_id="uuid", subject="text")


def follow_faults(told: Sequence[DeviceFaulted], now: datetime) -> None:
    """Handler: a fault of the contract's list opens an alert until the device says that it is over.

    Of a plan that a change has cut a person knows already.
    """
    cut = with_cut_plans({each.dispenser_id for each in told if each.code in OF_THE_PLAN})
    open_found(
        [
            Found(
                dispenser_id=each.dispenser_id, cause=each.code, reason="device", fault=(each.epoch, each.seq)
            )
            for each in told
            if each.code not in OF_THE_PLAN or each.dispenser_id not in cut
        ],
        now,
    )


def end_faults(told: Sequence[FaultCleared], now: datetime) -> None:
    """Handler: these faults are over."""
    close_cleared(
        f"JOIN {_TOLD.unnest} AS n({_TOLD.names}) ON n.dispenser_id = a.dispenser_id AND n.epoch = a.fault_epoch"
        " AND n.seq = a.fault_seq WHERE a.cause <> 'mains_lost' AND a.cause <> 'help_pressed'",
        _TOLD.values((each.dispenser_id, each.epoch, each.seq) for each in told), "fault_cleared", now,
    )  # fmt: skip


def follow_mains(told: Sequence[MainsLost], now: datetime) -> None:
    """Handler (R39): someone is called before the battery is empty, at once where it is low or unknown."""
    open_found(
        [
            Found(
                dispenser_id=each.dispenser_id, cause=causes.MAINS_LOST, reason="device",
                fault=(each.epoch, each.seq),
                starts_at=causes.act_before(each.at, each.left, each.battery_pct, now),
            )
            for each in told
        ],
        now,
    )  # fmt: skip


def end_mains(told: Sequence[MainsRestored], now: datetime) -> None:
    """Handler: mains are back, after the loss that an alert is about."""
    close_cleared(
        f"JOIN {_TOLD.unnest} AS n({_TOLD.names}) ON n.dispenser_id = a.dispenser_id"
        " AND (n.epoch, n.seq) > (a.fault_epoch, a.fault_seq) WHERE a.cause = 'mains_lost'",
        _TOLD.values((each.dispenser_id, each.epoch, each.seq) for each in _newest(told)), "mains_restored", now,
    )  # fmt: skip


def _newest(told: Sequence[JournalFact]) -> list[JournalFact]:
    newest: dict[UUID, JournalFact] = {}
    for each in told:
        known = newest.get(each.dispenser_id)
        if known is None or (each.epoch, each.seq) > (known.epoch, known.seq):
            newest[each.dispenser_id] = each
    return list(newest.values())


def follow_help(told: Sequence[HelpPressed], now: datetime) -> None:
    """Handler: someone asks for help; pressing again is a line in the history."""
    open_found(
        [
            Found(
                dispenser_id=each.dispenser_id, cause=causes.HELP_PRESSED, reason="device",
                fault=(each.epoch, each.seq),
            )
            for each in told
        ],
        now,
    )  # fmt: skip


def follow_wrong_rolls(told: Sequence[WrongRoll], now: datetime) -> None:
    """Handler (R17): someone must go there before the next moment."""
    _open_each(told, causes.WRONG_ROLL, [(each.roll, each.reason) for each in told], now)


def follow_refused_rolls(told: Sequence[RollRefusedByDevice], now: datetime) -> None:
    """Handler: a roll that was meant to be loaded is not in the dispenser."""
    _open_each(told, causes.ROLL_REFUSED, [(each.roll, each.reason) for each in told], now)


def follow_mismatches(told: Sequence[PlanMismatch], now: datetime) -> None:
    """Handler (R41): the dispenser works by a plan that Reik did not give it."""
    _open_each(told, causes.PLAN_MISMATCH, [("", f"version {each.version}") for each in told], now)


def follow_lost_journals(told: Sequence[JournalLost], now: datetime) -> None:
    """Handler: a finding for the day team; each moment that is in doubt alerts by itself."""
    _open_each(told, causes.JOURNAL_LOST, [("", each.reason) for each in told], now)


def follow_contested(told: Sequence[DeviceContested], now: datetime) -> None:
    """Handler: two devices may speak under one name."""
    _open_each(told, causes.CONTESTED, [("", "two_bodies") for _ in told], now)


def follow_out_twice(told: Sequence[SachetOutTwice], now: datetime) -> None:
    """Handler (N6): the device counted one sachet twice, or handed out one too many."""
    _open_each(told, causes.OUT_TWICE, [(f"{each.moment} {each.k}", "device") for each in told], now)


def follow_doubles(told: Sequence[PossibleDouble], now: datetime) -> None:
    """Handler (R31, R34): one dose was handed out and given by hand too, as far as anyone knows."""
    _open_each(told, causes.POSSIBLE_DOUBLE, [(each.moment, "by_hand_and_out") for each in told], now)


def follow_presses(told: Sequence[PressedWhileAway], now: datetime) -> None:
    """Handler (R10): somebody is at the dispenser of a client who is said to be away."""
    _open_each(told, causes.PRESSED_WHILE_AWAY, [("", each.what) for each in told], now)


def follow_expired(told: Sequence[AbsenceExpired], now: datetime) -> None:
    """Handler (R10): the pause is over and nobody said so; the device may be silent, so Reik says it too."""
    _open_each(told, causes.PAUSE_ENDED, [("", "not_confirmed") for _ in told], now)


def end_expired(told: Sequence[AbsenceCovered], now: datetime) -> None:
    """Handler: a person said until when, or that the client is back."""
    _close_of(told, causes.PAUSE_ENDED, "absence_known", now)


def _open_each(
    told: Sequence[DeviceFact], cause: str, about: Sequence[tuple[str, str]], now: datetime
) -> None:
    open_found(
        [
            Found(dispenser_id=each.dispenser_id, cause=cause, subject=subject, reason=reason)
            for each, (subject, reason) in zip(told, about, strict=True)
        ],
        now,
    )


def end_mismatches(told: Sequence[PlanInForce], now: datetime) -> None:
    """Handler: these dispensers work by Reik's plan."""
    _close_of(told, causes.PLAN_MISMATCH, "plan_in_force", now)


def follow_silence(told: Sequence[DispenserSilent], now: datetime) -> None:
    """Handler (R37): as urgent as the moment that is near."""
    open_found(
        [
            Found(
                dispenser_id=each.dispenser_id, cause=causes.SILENT, reason=f"since {each.at:%Y-%m-%dT%H:%M}Z",
                priority=each.criticality,
            )
            for each in outages.take_silent(told)
        ],
        now,
    )  # fmt: skip


def end_silence(told: Sequence[DispenserHeard], now: datetime) -> None:
    """Handler: they are heard again."""
    _close_of(told, causes.SILENT, "heard_again", now)


def _close_of(told: Sequence[DeviceFact], cause: str, why: str, now: datetime) -> None:
    close_cleared(
        "WHERE a.dispenser_id = ANY(%s::uuid[]) AND a.cause = %s",
        [array("uuid", {each.dispenser_id for each in told}), cause], why, now,
    )  # fmt: skip


def follow_nearly_empty(told: Sequence[RollNearlyEmpty], now: datetime) -> None:
    """Handler (R20, R21): ordering is a task; from 72 working hours on a finding for the day team, and within 24
    hours or before the next moment somebody is called."""
    alarms = [each for each in told if each.stage != "order"]
    at_home = dispensers_of({each.client_id for each in alarms})
    open_found(
        [
            Found(
                dispenser_id=at_home[each.client_id].id, subject=each.number,
                cause=causes.ROLL_NEARLY_EMPTY if each.stage == "alarm_72" else causes.ROLL_MISSING,
                reason=f"until {each.ends_at:%Y-%m-%dT%H:%M}Z",
            )
            for each in alarms
            if each.client_id in at_home
        ],
        now,
    )  # fmt: skip


def end_nearly_empty(told: Sequence[RollFact], now: datetime) -> None:
    """Handler of a roll that is registered or delivered: another roll follows."""
    _close_of_another_roll(told, causes.ROLL_NEARLY_EMPTY, now)


def end_roll_missing(told: Sequence[RollFact], now: datetime) -> None:
    """Handler of a roll that is in the home: it can be loaded before the next moment."""
    _close_of_another_roll(told, causes.ROLL_MISSING, now)


def _close_of_another_roll(told: Sequence[RollFact], cause: str, now: datetime) -> None:
    close_cleared(
        f"JOIN {_NUMBERS.unnest} AS n({_NUMBERS.names}) ON n.client_id = a.client_id AND n.number <> a.subject"
        " WHERE a.cause = %s",
        [*_NUMBERS.values({(each.client_id, each.number) for each in told}), cause], "next_roll_known", now,
    )  # fmt: skip


def end_roll_trouble(told: Sequence[RollLoaded], now: datetime) -> None:
    """Handler: the client's own roll is in her dispenser."""
    close_cleared(
        "WHERE a.client_id = ANY(%s::uuid[]) AND a.cause IN ('wrong_roll', 'roll_refused', 'roll_empty')",
        [array("uuid", {each.client_id for each in told})], "right_roll_loaded", now,
    )  # fmt: skip
    end_nearly_empty(told, now)
    end_roll_missing(told, now)


def follow_commands(told: Sequence[CommandAnswered], now: datetime) -> None:
    """Handler (rule 9): a person knows of a command that was not, or perhaps not, carried out.

    A later one of the same type that the device confirms ends it.
    """
    about = [each for each in told if each.type in causes.AFFECTS_DELIVERY]
    open_found(
        [
            Found(
                dispenser_id=each.dispenser_id, cause=causes.COMMAND_NOT_DONE, subject=each.type,
                reason=f"{each.state}: {each.reason}" if each.reason else each.state,
            )
            for each in about
            if each.state in ("refused", "unknown", "expired")
        ],
        now,
    )  # fmt: skip
    done = {(each.dispenser_id, each.type) for each in about if each.state == "confirmed"}
    if done:
        close_cleared(
            f"JOIN {_SUBJECTS.unnest} AS n({_SUBJECTS.names}) ON n.dispenser_id = a.dispenser_id"
            " AND n.subject = a.subject WHERE a.cause = 'command_not_done'",
            _SUBJECTS.values(done), "confirmed", now,
        )  # fmt: skip
