"""Alerts about changes in the middle of a roll: undecided at the moment, or not confirmed as withheld (N5, R22)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reik.alerting import causes
from reik.alerting.dispenser_alerts import Found, close_cleared, open_found
from reik.dispensing.queries import dispensers_of
from reik.kernel.rows import array
from reik.medication.facts import ChangeFact, ChangeHeld, ChangeNotHeld, ChangeSettled, ChangeUndecided


def follow_undecided(told: Sequence[ChangeUndecided], now: datetime) -> None:
    """Handler: the first affected moment is there and nobody has decided; somebody is called at once."""
    _open(told, causes.CHANGE_UNDECIDED, ["held"] * len(told), now)


def follow_not_held(told: Sequence[ChangeNotHeld], now: datetime) -> None:
    """Handler: the moment is near, and the dispenser may hand out what it must not."""
    _open(told, causes.CHANGE_NOT_HELD, [each.device_state or "none" for each in told], now)


def _open(told: Sequence[ChangeFact], cause: str, reasons: Sequence[str], now: datetime) -> None:
    at_home = dispensers_of({each.client_id for each in told})
    open_found(
        [
            Found(
                dispenser_id=at_home[each.client_id].id,
                cause=cause,
                subject=str(each.change_id),
                reason=reason,
            )
            for each, reason in zip(told, reasons, strict=True)
            if each.client_id in at_home
        ],
        now,
    )


def end_undecided(told: Sequence[ChangeSettled], now: datetime) -> None:
    """Handler: it is decided, or nothing differs any more."""
    _close(told, causes.CHANGE_UNDECIDED, "decided", now)
    _close([each for each in told if each.over], causes.CHANGE_NOT_HELD, "decided", now)


def end_not_held(told: Sequence[ChangeHeld], now: datetime) -> None:
    """Handler: nothing of it can come out."""
    _close(told, causes.CHANGE_NOT_HELD, "confirmed", now)


def _close(told: Sequence[ChangeFact], cause: str, why: str, now: datetime) -> None:
    if told:
        close_cleared(
            "WHERE a.client_id = ANY(%s::uuid[]) AND a.cause = %s AND a.subject = ANY(%s)",
            [array("uuid", {each.client_id for each in told}), cause, [str(each.change_id) for each in told]],
            why, now,
        )  # fmt: skip
