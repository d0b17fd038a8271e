"""`set_plan` and `present_now`: what Reik permits the device to hand out, and when (section 5; R40, R41)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite

from reik_dispenser.canonical import plan_sha256, read_at
from reik_dispenser.messages import Command, CommandRefusal, EventType, FaultCode, How, PresentReason
from reik_dispenser.obstacles import REFUSED_AS, obstacle
from reik_dispenser.presenting import grant, known_moment
from reik_dispenser.roll import Moment
from reik_dispenser.state import Grant, Plan
from reik_dispenser.timekeeping import trust
from reik_dispenser.turn import Turn

MAX_MOMENTS = 240
MAX_SPAN = timedelta(days=28)
MAX_LABEL = 20
MAX_MINUTES = 60 * 24 * 28
GRANT_LASTS = timedelta(minutes=15)


def set_plan(turn: Turn, command: Command) -> CommandRefusal | None:
    """Replaces every moment not yet begun; holds, pause and what is under way stay as they are."""
    plan = read_plan(command.data, turn.now)
    if isinstance(plan, CommandRefusal):
        return plan
    old = turn.device.plan
    if old is not None and (
        plan.version < old.version or (plan.version == old.version and plan.sha256 != old.sha256)
    ):
        return CommandRefusal.VERSION
    turn.change(plan=plan)
    turn.record(EventType.PLAN_APPLIED, {"version": plan.version, "sha256": plan.sha256})
    turn.clear_fault(FaultCode.NO_PLAN)
    turn.clear_fault(FaultCode.PLAN_ENDING)
    trust(turn)
    return None


def read_plan(data: Mapping[str, object], now: datetime) -> Plan | CommandRefusal:
    """The plan of a `set_plan`, or why it cannot be taken on."""
    version, moments, roll = data.get("version"), data.get("moments"), data.get("roll")
    label, zone = data.get("client_label") or "", data.get("zone") or ""
    if type(version) is not int or not isinstance(moments, list):
        return CommandRefusal.NOT_SUPPORTED
    if not isinstance(label, str) or len(label) > MAX_LABEL or not isinstance(zone, str):
        return CommandRefusal.NOT_SUPPORTED
    if roll is not None and not isinstance(roll, str):
        return CommandRefusal.NOT_SUPPORTED
    if len(moments) > MAX_MOMENTS:
        return CommandRefusal.TOO_BIG
    sha256 = plan_sha256(moments)
    if data.get("sha256") != sha256:
        return CommandRefusal.SHA256
    read = [_read_moment(each, roll) for each in moments]
    good = tuple(each for each in read if each is not None)
    flaw = CommandRefusal.NOT_SUPPORTED if len(good) < len(read) else _flaw(good)
    if flaw:
        return flaw
    return Plan(
        version=version, sha256=sha256, moments=good, applied_at=now, client_label=label, zone=zone, roll=roll
    )


def _flaw(moments: tuple[Moment, ...]) -> CommandRefusal | None:
    """What is wrong with the moments together: a name or a sachet twice, the order, or too long a time."""
    sachets = [(moment.roll, number) for moment in moments for number in moment.sachets]
    if len({moment.moment for moment in moments}) < len(moments) or len(set(sachets)) < len(sachets):
        return CommandRefusal.NOT_SUPPORTED
    if any(later.at < moment.at for moment, later in pairwise(moments)):
        return CommandRefusal.NOT_SUPPORTED
    if moments and moments[-1].at - moments[0].at > MAX_SPAN:
        return CommandRefusal.TOO_BIG
    return None


def _read_moment(value: object, roll: str | None) -> Moment | None:
    if not isinstance(value, dict):
        return None
    name, at, local = value.get("moment"), read_at(value.get("at")), value.get("local") or ""
    own, sachets, whole = value.get("roll"), value.get("sachets"), value.get("whole", False)
    own = roll if own is None else own
    if not isinstance(name, str) or not 1 <= len(name) <= 64 or at is None or not isinstance(local, str):
        return None
    if not isinstance(own, str) or type(whole) is not bool or not isinstance(sachets, list) or not sachets:
        return None
    if any(type(number) is not int for number in sachets) or len(set(sachets)) < len(sachets):
        return None
    minutes = [_minutes(value.get(key, 0)) for key in ("early_min", "window_min", "late_min", "gap_min")]
    signals = _signals(value.get("signals", []))
    early, window, late, gap = minutes
    if early is None or window is None or late is None or gap is None or signals is None or late < window:
        return None
    return Moment(
        moment=name, at=at, roll=own, sachets=tuple(sachets), local=local, signals=signals, early_min=early,
        window_min=window, late_min=late, gap_min=gap, whole=whole,
    )  # fmt: skip


def _minutes(value: object) -> float | None:
    """Minutes, whole or not; None for anything else."""
    if type(value) not in (int, float) or not isinstance(value, int | float):
        return None
    return value if isfinite(value) and 0 <= value <= MAX_MINUTES else None


def _signals(value: object) -> tuple[float, ...] | None:
    if not isinstance(value, list):
        return None
    minutes = [_minutes(each) for each in value]
    good = tuple(each for each in minutes if each is not None)
    rising = all(earlier < later for earlier, later in pairwise(good))
    return good if len(good) == len(minutes) and rising else None


def present_now(turn: Turn, command: Command) -> CommandRefusal | None:
    """`present_now` replaces `early_min` and `gap_min`, nothing else. All its moments can be given, or none is."""
    device = turn.device
    names, by = command.data.get("moments"), command.data.get("by")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        return CommandRefusal.NOT_SUPPORTED
    if device.hand_over is not None:
        return CommandRefusal.BUSY
    for name in names:
        if name in device.ended:
            return CommandRefusal.ALREADY_OUT if turn.now <= device.ended[name] else CommandRefusal.TOO_LATE
        moment = known_moment(device, name)
        if moment is None:
            return CommandRefusal.UNKNOWN_MOMENT
        why = obstacle(device, moment, turn.now, granted=True)
        if why is not None:
            return REFUSED_AS[why]
    staff = command.data.get("reason") == PresentReason.STAFF
    grant(
        turn,
        Grant(
            moments=tuple(dict.fromkeys(names)),
            how=How.ASSISTED if staff else How.TAKE_ALONG,
            by=by if isinstance(by, str) else None,
            until=turn.now + GRANT_LASTS,
        ),
    )
    return None
