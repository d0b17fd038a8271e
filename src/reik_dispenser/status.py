"""What a heartbeat says of the device (section 3)."""

from datetime import UTC, datetime

from reik_dispenser.messages import DeviceState, Heartbeat
from reik_dispenser.obstacles import Obstacle, obstacle
from reik_dispenser.roll import Sachet
from reik_dispenser.state import Device, Stage


def word(device: Device) -> DeviceState:
    """The one word for the state, the most serious first."""
    moving = device.stage in (Stage.ADVANCING, Stage.CUTTING, Stage.TRAY)
    no_plan = device.plan is None or not device.plan.moments
    over = device.last_now is not None and _plan_is_over(device, device.last_now)
    empty = device.roll is None or device.roll.remaining <= 0
    for here, state in (
        (device.unlocked is not None, DeviceState.UNLOCKED),
        (device.blocked, DeviceState.FAULT),
        (device.pause is not None, DeviceState.PAUSED),
        (moving, DeviceState.PRESENTING),
        (no_plan or over, DeviceState.NO_PLAN),
        (empty, DeviceState.EMPTY),
        (_is_held(device), DeviceState.HELD),
        (any(each.attempt for each in device.open_moments), DeviceState.SIGNALLING),
    ):
        if here:
            return state
    return DeviceState.READY


def _plan_is_over(device: Device, now: datetime) -> bool:
    ends = device.plan.ends if device.plan else None
    return ends is not None and now > ends


def _is_held(device: Device) -> bool:
    """Whether the open moment has nothing but held sachets left."""
    opened = device.open_moments
    if not opened:
        return False
    moment = opened[0].moment
    held = any(Sachet(moment.roll, number) in device.holds for number in moment.sachets)
    return held and obstacle(device, moment, moment.at, granted=True) is Obstacle.HELD


def summary(device: Device) -> tuple[object, ...]:
    """What makes an extra heartbeat worth sending when it changes."""
    return (
        device.powered, word(device), _moment(device), device.mains, device.clock.source,
        device.plan.version if device.plan else None, device.roll.roll if device.roll else None,
    )  # fmt: skip


def _moment(device: Device) -> str | None:
    if device.hand_over is not None:
        return device.hand_over.moment
    opened = device.open_moments
    return opened[0].moment.moment if opened else None


def heartbeat(device: Device, beat: int, now: datetime) -> Heartbeat:
    """A sign of life; `remaining` is None while nobody knows."""
    roll = device.roll
    return Heartbeat(
        epoch=device.epoch,
        at=now.astimezone(UTC),
        beat=beat,
        last_seq=device.seq,
        state=word(device).value,
        moment=_moment(device),
        mains=device.mains,
        battery_pct=device.battery_pct,
        signal_dbm=device.signal_dbm,
        plan_version=device.plan.version if device.plan else None,
        roll=roll.roll if roll else None,
        remaining=roll.remaining if roll and roll.countable else None,
        clock=device.clock.source.value,
    )
