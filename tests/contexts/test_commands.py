"""Rule 9 and device contract, section 5: commands are numbered, go one by one, repeat, and are never assumed done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reik.dispensing.commands import giving as commands
from reik.dispensing.models import DeviceCommand, Dispenser
from reik_dispenser.messages import CommandType, Event, Heartbeat
from tests import cast

ALL = list(range(16))
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anna(database, now):
    """A client with her dispenser."""
    organisation = cast.gather(now).zorg
    return cast.beside(cast.welcome(organisation, "Anna", now), "ANNA-1", now)


def give(anna, type, now, **data):
    return commands.give(
        organisation_id=anna.organisation_id, dispenser_id=anna.id, type=type, data=data, by="test", now=now
    )


def due(now):
    return [(each.command.command, each.command.type) for each in commands.take_due(partitions=ALL, now=now)]


def say(anna, now, *elements):
    return cast.tell(anna, *elements, at=now)


def answer(seq, number, result, now, **more):
    return Event(
        epoch=1, seq=seq, at=now, type="command_result", data={"command": number, "result": result, **more}
    )


def test_a_command_is_numbered_at_first_sending_and_repeated_every_minute_until_answered(anna, now):
    give(anna, CommandType.SETTINGS, now, volume=50)
    assert due(now) == [(1, "settings")]
    assert due(now + timedelta(seconds=59)) == []
    assert due(now + MINUTE) == [(1, "settings")]
    say(anna, now + MINUTE, answer(1, 1, "confirmed", now))
    assert due(now + 5 * MINUTE) == []
    assert DeviceCommand.objects.get().state == "confirmed"


def test_one_permitting_command_at_a_time_but_withholding_is_never_held_back(anna, now):
    give(anna, CommandType.SET_PLAN, now, version=1)
    give(anna, CommandType.RELEASE_SACHETS, now + timedelta(seconds=1), roll="R", sachets=[1])
    give(anna, CommandType.HOLD_SACHETS, now + timedelta(seconds=2), roll="R", sachets=[2])
    later = now + timedelta(seconds=3)
    assert due(later) == [(1, "set_plan"), (2, "hold_sachets")]
    say(anna, later, answer(1, 1, "refused", later, reason="sha256"))
    assert due(later) == [(3, "release_sachets")]


def test_a_newer_plan_replaces_one_that_was_not_sent(anna, now):
    give(anna, CommandType.SET_PLAN, now, version=1)
    give(anna, CommandType.SET_PLAN, now, version=2)
    assert due(now) == [(1, "set_plan")]
    assert set(DeviceCommand.objects.values_list("state", flat=True)) == {"replaced", "sent"}


def test_unanswered_past_its_time_it_is_unknown_and_a_late_answer_still_counts(anna, now):
    give(anna, CommandType.PRESENT_NOW, now, moments=["m"])
    due(now)
    day = now + timedelta(hours=24)
    assert commands.expire(day - timedelta(seconds=1)) == 0
    assert commands.expire(day) == 1
    assert DeviceCommand.objects.get().state == "unknown"
    say(anna, day, answer(1, 1, "confirmed", day))
    assert DeviceCommand.objects.get().state == "confirmed"


def test_a_command_that_never_left_is_expired_and_not_unknown(anna, now):
    give(anna, CommandType.IDENTIFY, now)
    commands.expire(now + timedelta(days=8))
    assert DeviceCommand.objects.get().state == "expired"


def test_a_heartbeat_has_the_unanswered_sent_at_once(anna, now):
    give(anna, CommandType.SETTINGS, now)
    due(now)
    soon = now + timedelta(seconds=20)
    say(anna, soon, Heartbeat(epoch=1, at=soon, beat=1, last_seq=0))
    assert due(soon) == [(1, "settings")]
    # but not what was sent a moment ago
    say(anna, soon, Heartbeat(epoch=1, at=soon, beat=2, last_seq=0))
    assert due(soon) == []


def test_a_device_that_knows_a_higher_number_is_believed(anna, now):
    started = {"reason": "power", "highest_command": 41, "session": "0123456789abcdef", "evidence": "pressed"}
    say(anna, now, Event(epoch=1, seq=1, at=now, type="started", data=started))
    give(anna, CommandType.SETTINGS, now)
    (sent,) = commands.take_due(partitions=ALL, now=now)
    assert (sent.command.command, sent.command.session) == (42, "0123456789abcdef")
    assert Dispenser.objects.get(id=anna.id).evidence == "pressed"


def test_what_the_device_has_lost_is_written_off_and_the_receipt_goes_on(anna, now):
    say(anna, now, Event(epoch=1, seq=1, at=now, type="help_pressed", data={}))
    lost = {"epoch": 1, "from": 2, "to": 4, "reason": "full"}
    held = say(anna, now, Event(epoch=1, seq=5, at=now, type="events_lost", data=lost))
    assert [(each.epoch, each.upto) for each in held] == [(1, 5)]
    assert Dispenser.objects.get(id=anna.id).epoch_since == now


def test_a_clock_that_runs_ahead_is_reckoned_with(anna, now):
    """Device contract, section 3: the instant is `at` minus the median difference, nothing when it is ≤ 2 s."""
    ahead = timedelta(minutes=10)
    for beat in range(1, 4):
        at = now + timedelta(seconds=beat)
        say(anna, at, Heartbeat(epoch=1, at=at + ahead, beat=beat, last_seq=0, clock="ntp"))
    device = Dispenser.objects.get(id=anna.id)
    assert device.beat_at == now + timedelta(seconds=3)
    assert device.offsets == [600.0, 600.0, 600.0]
