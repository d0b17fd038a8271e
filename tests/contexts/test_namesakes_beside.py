"""Two people of one name, also beside an alert: who is a second person of a mute, and who waits to be rung."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from reik.alerting import operations, queries, telling
from reik.alerting.claims.mute_rules import MuteRefused
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert, Mute
from reik.dispensing.moments.planned import plan_moments
from reik.tasks.models import Task
from tests.cast import WINDOW, Voice, beside, gather, planned, tell, welcome

pytestmark = pytest.mark.usefixtures("database")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ONE, OTHER = Who(UUID(int=1), "Jo Smit"), Who(UUID(int=2), "Jo Smit")


@pytest.fixture
def anna(now: datetime) -> Voice:
    voice = beside(welcome(gather(now).zorg, "Anna de Vries", now), "REIK-ANNA", now)
    plan_moments([planned(voice, key, now + at * HOUR) for key, at in (("a", 3), ("b", 5))], now)
    return voice


def muted(anna: Voice, now: datetime, **more: object) -> UUID:
    values = {
        "client_id": anna.client_id, "cause": "jam", "until": now + 2 * HOUR, "by": ONE, "owner": "Els",
        "reason": "monteur komt", "now": now, **more,
    }  # fmt: skip
    return operations.mute(**values)  # type: ignore[arg-type]


def test_a_namesake_is_a_second_person_and_she_herself_by_another_name_is_not(
    anna: Voice, now: datetime
) -> None:
    mute_id = muted(anna, now)
    for herself in (ONE, Who(ONE.key, "Jo de Wit-Smit"), "Jo Smit"):
        with pytest.raises(MuteRefused, match="somebody else"):
            operations.lengthen_mute(mute_id=mute_id, until=now + 6 * HOUR, second=herself, now=now)
    operations.lengthen_mute(mute_id=mute_id, until=now + 6 * HOUR, second=OTHER, now=now)
    (seen,) = queries.mutes_of([anna.client_id], now)
    assert (seen.by_key, seen.second) == (ONE.key, "Jo Smit")
    assert Mute.objects.get().second_key == OTHER.key
    with pytest.raises(IntegrityError), transaction.atomic():
        Mute.objects.update(second_key=ONE.key)


def test_a_long_mute_at_once_asks_for_another_account(anna: Voice, now: datetime) -> None:
    with pytest.raises(MuteRefused, match="somebody else"):
        muted(anna, now, until=now + 6 * HOUR, second=Who(ONE.key, "Iemand"))
    muted(anna, now, until=now + 6 * HOUR, second=OTHER)
    assert Mute.objects.get().second_key == OTHER.key


def test_each_waits_for_her_own_call(anna: Voice, now: datetime) -> None:
    plan_moments([planned(anna, "m", now)], now)
    tell(anna, anna.closed("m", "not_taken_out", now + WINDOW), at=now + WINDOW)
    alert = Alert.objects.get()
    for who in (ONE, OTHER, ONE):
        telling.ask_call_back(alert_id=alert.id, by=who, now=now + WINDOW)
    assert [each.key for each in telling.call_backs([alert.id])] == [ONE.key, OTHER.key]
    assert telling.called_back(alert_id=alert.id, key=ONE.key, by="Els", now=now + WINDOW + MINUTE)
    assert not telling.called_back(alert_id=alert.id, key=ONE.key, by="Els", now=now + WINDOW + MINUTE)
    assert [each.key for each in telling.call_backs([alert.id])] == [OTHER.key]
    assert not telling.take_back_call(alert_id=alert.id, by=ONE, now=now + WINDOW + MINUTE)
    assert telling.take_back_call(alert_id=alert.id, by=OTHER, now=now + WINDOW + MINUTE)
    assert sorted(Task.objects.values_list("ended_as", flat=True)) == ["done", "dropped"]
