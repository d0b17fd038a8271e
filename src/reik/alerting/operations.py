"""Writes of alerting. Arrangements are agreed here; what people and devices do to alerts is given on from here."""

from __future__ import annotations

from reik.alerting.arrangements.agreeing import EmergencyPath, agree_arrangement
from reik.alerting.arrangements.trying import try_destination
from reik.alerting.claims.codes import CodeRefused
from reik.alerting.claims.emergency_path import emergency
from reik.alerting.claims.judging import ask_evaluation, evaluate
from reik.alerting.claims.mute_rules import MuteRefused
from reik.alerting.claims.muting import lengthen_mute, mute, unmute
from reik.alerting.claims.own_codes import add_code, retire_code
from reik.alerting.claims.visits import VisitRefused, ask_visit, decide_visit, take_back_visit
from reik.alerting.handling import (
    AlertRefused,
    ClaimUsed,
    accept_alert,
    handle_alert,
    open_on_screen,
    release_alert,
    undo_handling,
)
from reik.alerting.history import remark
from reik.alerting.moment_alerts import follow_moments
from reik.alerting.outcomes import HANDLED_AS, Effect
from reik.alerting.resuming import take_ended_promises

__all__ = [
    "HANDLED_AS",
    "AlertRefused",
    "ClaimUsed",
    "CodeRefused",
    "Effect",
    "EmergencyPath",
    "MuteRefused",
    "VisitRefused",
    "accept_alert",
    "add_code",
    "agree_arrangement",
    "ask_evaluation",
    "ask_visit",
    "decide_visit",
    "emergency",
    "evaluate",
    "follow_moments",
    "handle_alert",
    "lengthen_mute",
    "mute",
    "open_on_screen",
    "release_alert",
    "remark",
    "retire_code",
    "take_back_visit",
    "take_ended_promises",
    "try_destination",
    "undo_handling",
    "unmute",
]
