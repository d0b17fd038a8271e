"""A monitoring centre's system hears that an alert is over, unless somebody takes that back within the minute."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from reik.alerting.models import Alert, Step
from reik.alerting.operations import accept_alert, handle_alert, undo_handling
from reik.kernel.models import Destination, OutboxMessage
from tests.cast import WINDOW, Voice, tell

SECOND = timedelta(seconds=1)


@pytest.fixture
def at(now: datetime) -> datetime:
    return now + WINDOW


@pytest.fixture
def alert(anna: Voice, at: datetime) -> Alert:
    """The centre was called over SCAIP; the others have not been."""
    tell(anna, anna.closed("m", "not_taken_out", at), at=at)
    found = Alert.objects.get()
    first = Step.objects.get(alert=found, position=1)
    Destination.objects.filter(id=first.destination_id).update(channel="scaip")
    OutboxMessage.objects.filter(id=first.id).update(attempts=1, state=1, ended_at=at)
    return found


def over() -> list[OutboxMessage]:
    rows = OutboxMessage.objects.filter(state=0).order_by("created_at")
    return [each for each in rows if json.loads(each.body)["type"] == "alert.closed"]


def test_who_was_called_by_a_machine_hears_that_a_late_press_ended_it(
    anna: Voice, alert: Alert, at: datetime
) -> None:
    tell(anna, anna.out("m", at + SECOND), at=at + SECOND)
    (message,) = over()
    said = json.loads(message.body)["data"]
    assert (said["alert"], said["outcome"]) == (str(alert.id), "out_after_all")
    assert said["calls"] == [str(Step.objects.get(alert=alert, position=1).id)]
    assert message.available_at == at + SECOND + timedelta(seconds=15)
    assert message.gives_up_at == message.available_at + timedelta(minutes=15)
    assert "Anna" not in message.body


def test_what_a_person_closed_waits_for_the_minute_in_which_she_may_undo_it(
    alert: Alert, at: datetime
) -> None:
    accept_alert(alert_id=alert.id, by="Sanne", now=at)
    handle_alert(alert_id=alert.id, by="Sanne", outcome="false_notice", cause="x", remote=True, now=at)
    (message,) = over()
    assert message.available_at == at + timedelta(seconds=60)
    undo_handling(alert_id=alert.id, by="Sanne", now=at + 30 * SECOND)
    assert over() == []


def test_who_was_never_called_hears_nothing(anna: Voice, alert: Alert, at: datetime) -> None:
    OutboxMessage.objects.update(attempts=0)
    tell(anna, anna.out("m", at + SECOND), at=at + SECOND)
    assert over() == []


def test_an_alert_that_opens_again_is_not_cleared_at_the_centre(
    anna: Voice, alert: Alert, at: datetime
) -> None:
    taken = anna.out("m", at + SECOND)
    tell(anna, taken, at=at + SECOND)
    assert len(over()) == 1
    tell(anna, type(taken)(**{**vars_of(taken), "data": {**taken.data, "sachet": 99}}), at=at + 2 * SECOND)
    alert.refresh_from_db()
    assert alert.state == "open"
    assert over() == []


def vars_of(event: object) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__}  # type: ignore[attr-defined]
