"""Commands: numbered, answered once, the same number always alike (section 5; R41, R42)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from reik_dispenser.holds import Held, hold, pause, release, resume
from reik_dispenser.inputs import CommandReceived
from reik_dispenser.loading import expect
from reik_dispenser.messages import (
    PERMITTING,
    Clock,
    Command,
    CommandOutcome,
    CommandRefusal,
    CommandType,
    EventType,
    UnlockReason,
    UnreadableCommand,
)
from reik_dispenser.outputs import Reboot, Screen, Show, Signal, Wipe
from reik_dispenser.plan import present_now, set_plan
from reik_dispenser.power import set_settings, unlock
from reik_dispenser.state import Announced, Answer, Device, Stage
from reik_dispenser.turn import Turn

KEPT_ANSWERS = 32
SHOWN_FIRST = timedelta(seconds=10)


def receive(turn: Turn, received: CommandReceived) -> None:
    """Judge the number first, then do what is asked and answer."""
    command = received.command
    number, device = command.command, turn.device
    known = next((answer for answer in device.answers if answer.command == number), None)
    if known is not None:
        _record(turn, known)
        return
    if any(each.command == number for each in device.announced):
        return  # shown on the device now; the answer follows
    if device.highest is None:
        if isinstance(command, UnreadableCommand) or command.session != device.session:
            return  # obeys nothing until Reik names this session
    elif number <= device.highest:
        _answer(turn, number, CommandRefusal.OUT_OF_ORDER)
        return
    turn.change(highest=number)
    _obey(turn, command)


def _obey(turn: Turn, command: Command | UnreadableCommand) -> None:
    if isinstance(command, UnreadableCommand):
        _answer(turn, command.command, command.reason)
        return
    why = _may_not(turn, command)
    if why is not None:
        _answer(turn, command.command, why)
    elif command.type in (CommandType.UNLOCK, CommandType.WIPE):
        _announce(turn, command)
    elif command.type in (CommandType.HOLD_SACHETS, CommandType.RELEASE_SACHETS):
        do: Callable[[Turn, Command], Held] = hold if command.type == CommandType.HOLD_SACHETS else release
        why, sachets = do(turn, command)
        _answer(turn, command.command, why, sachets)
    else:
        _answer(turn, command.command, _SIMPLE[CommandType(command.type)](turn, command))
        if command.type == CommandType.REBOOT and turn.device.stage not in (Stage.ADVANCING, Stage.CUTTING):
            turn.put(Reboot())


def trusts_clock(device: Device) -> bool:
    """Whether a time limit can be judged: a valid time since boot, from a source heard lately."""
    return device.clock.valid and device.clock.source is not Clock.FREE


def _may_not(turn: Turn, command: Command) -> CommandRefusal | None:
    if command.type not in CommandType._value2member_map_:
        return CommandRefusal.UNKNOWN_TYPE
    type = CommandType(command.type)
    if not trusts_clock(turn.device):
        return CommandRefusal.CLOCK if type in PERMITTING or type is CommandType.UNLOCK else None
    return CommandRefusal.EXPIRED if turn.now > command.expires else None


def _answer(
    turn: Turn, number: int, why: CommandRefusal | None, sachets: tuple[int, ...] | None = None
) -> None:
    result = CommandOutcome.REFUSED if why else CommandOutcome.CONFIRMED
    answer = Answer(
        command=number, result=result.value, reason=why.value if why else None, sachets=sachets or None
    )
    turn.change(answers=(*turn.device.answers, answer)[-KEPT_ANSWERS:])
    _record(turn, answer)


def _record(turn: Turn, answer: Answer) -> None:
    data: dict[str, object] = {"command": answer.command, "result": answer.result}
    if answer.reason is not None:
        data["reason"] = answer.reason
    if answer.sachets is not None:
        data["sachets"] = list(answer.sachets)
    turn.record(EventType.COMMAND_RESULT, data)


def _settings(turn: Turn, command: Command) -> CommandRefusal | None:
    return None if set_settings(turn, dict(command.data)) else CommandRefusal.NOT_SUPPORTED


def _identify(turn: Turn, command: Command) -> CommandRefusal | None:
    turn.put(Signal(moment="", attempt=0, sound=turn.device.settings.volume, light=100))
    turn.show(Show(Screen.IDENTIFY, {"by": command.data.get("by")}))
    return None


def _reboot(turn: Turn, _command: Command) -> CommandRefusal | None:
    busy = turn.device.stage in (Stage.ADVANCING, Stage.CUTTING)
    return CommandRefusal.BUSY if busy else None


_SIMPLE: dict[CommandType, Callable[[Turn, Command], CommandRefusal | None]] = {
    CommandType.SET_PLAN: set_plan,
    CommandType.PRESENT_NOW: present_now,
    CommandType.PAUSE: pause,
    CommandType.RESUME: resume,
    CommandType.EXPECT_ROLL: expect,
    CommandType.SETTINGS: _settings,
    CommandType.IDENTIFY: _identify,
    CommandType.REBOOT: _reboot,
}


def _announce(turn: Turn, command: Command) -> None:
    """`unlock` and `wipe` are shown for 10 s before they are done and answered."""
    device = turn.device
    if command.type == CommandType.WIPE and device.roll is not None:
        _answer(turn, command.command, CommandRefusal.BUSY)
        return
    announced = Announced(type=command.type, command=command.command, since=turn.now)
    turn.change(announced=(*device.announced, announced))
    wipe = command.type == CommandType.WIPE
    turn.show(Show(Screen.WIPING if wipe else Screen.UNLOCKING, {"by": command.data.get("by")}))


def pass_announced(turn: Turn) -> None:
    """Do what was shown for long enough; an unlocking waits until nothing moves."""
    if turn.device.stage in (Stage.ADVANCING, Stage.CUTTING):
        return
    for each in turn.device.announced:
        if turn.now < each.since + SHOWN_FIRST:
            continue
        turn.change(announced=tuple(other for other in turn.device.announced if other != each))
        if each.type == CommandType.UNLOCK:
            unlock(turn, UnlockReason.COMMAND)
        else:
            turn.change(wiping=True)
        _answer(turn, each.command, None)


def wipe_when_receipted(turn: Turn) -> None:
    """Reik holds every event, the answer included: only now may all be forgotten."""
    if turn.device.wiping:
        turn.change(wiping=False)
        turn.put(Wipe())


def restart_announcements(turn: Turn) -> None:
    """After a reboot the 10 s begin again: the screen was dark."""
    turn.change(announced=tuple(replace(each, since=turn.now) for each in turn.device.announced))
