"""Rolls: expected, inserted, refused, removed, and sachets that a person takes out (sections 3 and 5; R15 to R19)."""

from dataclasses import replace

from reik_dispenser.canonical import read_at
from reik_dispenser.inputs import RemovedByHand, RollInserted, RollRemoved
from reik_dispenser.messages import Command, CommandRefusal, EventType, FaultCode, RollRefusal
from reik_dispenser.outputs import Lock, Screen, Show
from reik_dispenser.presenting import stop, used_with
from reik_dispenser.roll import ExpectedRoll, Fate, Roll, Sachet
from reik_dispenser.state import Device, Stage
from reik_dispenser.turn import Turn

MAX_EXPECTED = 2
_OVER_WITH_A_NEW_ROLL = (
    FaultCode.ROLL_EMPTY, FaultCode.WRONG_ROLL, FaultCode.WRONG_SEQUENCE, FaultCode.WRONG_SACHET,
    FaultCode.SACHET_UNREADABLE,
)  # fmt: skip


def expect(turn: Turn, command: Command) -> CommandRefusal | None:
    """`expect_roll`: two may be expected. A third takes the place of the oldest that is not loaded."""
    expected = _read_expected(command)
    if expected is None:
        return CommandRefusal.NOT_SUPPORTED
    known = [each for each in turn.device.expected if each.roll != expected.roll]
    loaded = turn.device.roll.roll if turn.device.roll else None
    if len(known) >= MAX_EXPECTED:
        known.remove(next(each for each in known if each.roll != loaded))
    turn.change(expected=(*known, expected))
    return None


def _read_expected(command: Command) -> ExpectedRoll | None:
    data = command.data
    roll, sha256 = data.get("roll"), data.get("sha256")
    numbers = [data.get(name) for name in ("first", "last", "count")]
    since, until = read_at(data.get("from")), read_at(data.get("until"))
    if not isinstance(roll, str) or not roll or (sha256 is not None and not isinstance(sha256, str)):
        return None
    if (data.get("from") is not None and since is None) or (data.get("until") is not None and until is None):
        return None
    first, last, count = (number if type(number) is int else -1 for number in numbers)
    if not 0 <= first <= last or not 1 <= count <= last - first + 1:
        return None
    return ExpectedRoll(
        roll=roll, first=first, last=last, count=count, since=since, until=until, sha256=sha256
    )


def insert(turn: Turn, found: RollInserted) -> None:
    """A roll is taken in, or refused and not one sachet of it given."""
    why = _why_refused(turn, found)
    loading = None if why else _as_loaded(turn.device, found)
    if loading is None:
        why = why or RollRefusal.NOT_EXPECTED
        turn.record(EventType.ROLL_REFUSED, {"roll": found.roll, "reason": why.value})
        turn.show(Show(Screen.ROLL_REFUSED, {"reason": why.value}))
        return
    _leave_old(turn, loading, found.by)
    turn.change(roll=loading, stays=loading.stay)
    turn.record(EventType.ROLL_LOADED, _roll_data(loading, loading.count, found.by))
    for code in _OVER_WITH_A_NEW_ROLL:
        turn.clear_fault(code)
    turn.show(Show(Screen.ROLL_LOADED, {"count": loading.count}))


def _why_refused(turn: Turn, found: RollInserted) -> RollRefusal | None:
    device, expected = turn.device, _expected(turn.device, found.roll)
    label = device.plan.client_label if device.plan else ""
    old = device.roll
    for here, why in (
        (found.roll is None, RollRefusal.UNREADABLE),
        (not found.known_format, RollRefusal.FORMAT),
        (bool(label and found.client_label and label != found.client_label), RollRefusal.OTHER_CLIENT),
        (expected is None or device.wiping or bool(device.announced), RollRefusal.NOT_EXPECTED),
        (_is_past(turn, expected), RollRefusal.OTHER_PERIOD),
        (expected is not None and not _fits(found, expected), RollRefusal.NOT_EXPECTED),
        (device.unlocked is None and old is not None and old.remaining > 0, RollRefusal.NOT_EMPTY),
    ):
        if here:
            return why
    return None


def _expected(device: Device, roll: str | None) -> ExpectedRoll | None:
    return next((each for each in device.expected if each.roll == roll), None)


def _is_past(turn: Turn, expected: ExpectedRoll | None) -> bool:
    if expected is None or expected.until is None or not turn.device.clock.may_present:
        return False
    return turn.now >= expected.until


def _fits(found: RollInserted, expected: ExpectedRoll) -> bool:
    return expected.first <= found.first <= found.last <= expected.last and 1 <= found.count <= expected.count


def _as_loaded(device: Device, found: RollInserted) -> Roll | None:
    """The stay that begins; what an earlier stay used is not on the roll any more. None when nothing is left."""
    gone = device.used.get(found.roll or "", frozenset())
    left = [number for number in range(found.first, found.last + 1) if number not in gone]
    if not left or found.roll is None:
        return None
    return Roll(
        roll=found.roll, first=left[0], last=found.last, count=min(found.count, len(left)), gone=gone,
        stay=device.stays + 1,
    )  # fmt: skip


def _leave_old(turn: Turn, loading: Roll, by: str) -> None:
    """What was in before leaves: empty, or of unknown count after an unlocking."""
    old, unlocked = turn.device.roll, turn.device.unlocked
    if unlocked is not None:
        turn.record(EventType.LOCKED, {"reason": unlocked.value})
        turn.change(unlocked=None)
        turn.put(Lock())
    if old is not None and (old.countable or old.roll != loading.roll):
        turn.record(EventType.ROLL_REMOVED, _roll_data(old, old.remaining if old.countable else None, by))


def _roll_data(roll: Roll, count: int | None, by: str) -> dict[str, object]:
    left = [number for number in range(roll.first, roll.last + 1) if roll.has(number)]
    first, last = (left[0], left[-1]) if left else (roll.first, roll.last)
    return {"roll": roll.roll, "first": first, "last": last, "count": count, "by": by}


def remove(turn: Turn, found: RollRemoved) -> None:
    """The roll leaves with all that remains on it."""
    roll = turn.device.roll
    if roll is None:
        return
    stop(turn)
    roll = turn.device.roll or roll
    turn.change(roll=None)
    turn.record(
        EventType.ROLL_REMOVED, _roll_data(roll, roll.remaining if roll.countable else None, found.by)
    )
    turn.clear_fault(FaultCode.ROLL_EMPTY)


def take_by_hand(turn: Turn, found: RemovedByHand) -> None:
    """A person took a sachet from the roll or the bin: it will not be presented (R34)."""
    device, roll = turn.device, turn.device.roll
    if roll is None or not roll.countable:
        return
    if not roll.has(found.number) and roll.fates.get(found.number) is not Fate.RETAINED:
        return
    sachet = Sachet(roll.roll, found.number)
    if device.hand_over is not None and device.hand_over.sachet == sachet:
        if device.stage is Stage.CUTTING:
            return
        stop(turn)
    turn.set_fate(sachet, roll.stay, Fate.REMOVED)
    turn.change(used=used_with(turn.device, sachet))
    data = {"roll": roll.roll, "sachet": found.number, "by": found.by, "reason": found.reason}
    turn.record(EventType.SACHET_REMOVED, data)


def pass_roll(turn: Turn) -> None:
    """A roll without sachets is an episode until another is in."""
    roll = turn.device.roll
    if roll is None or not roll.countable:
        return
    if roll.remaining <= 0:
        turn.raise_fault(FaultCode.ROLL_EMPTY)
    else:
        turn.clear_fault(FaultCode.ROLL_EMPTY)


def lose_count(turn: Turn) -> None:
    """Unlocked: sachets may be torn off by hand, so nobody knows any more what is left."""
    roll = turn.device.roll
    if roll is not None:
        turn.change(roll=replace(roll, countable=False))
