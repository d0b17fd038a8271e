"""The pharmacy's agreements: kept per message, planned, and every difference to the schedule shown (MP9)."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError

from reik.kernel import facts
from reik.medication import queries
from reik.medication.agreed.agreements import (
    Agreement,
    Amount,
    AsNeeded,
    Block,
    Dosage,
    Period,
    Product,
    Reference,
    Stop,
    StopKind,
    Timing,
)
from reik.medication.facts import AgreementsReceived, PlanChanged
from reik.medication.models import AgreementMessage, Finding
from reik.medication.operations import (
    agreements_received,
    confirm_schedule,
    settle_finding,
    write_schedule,
)
from reik.medication.times.schedule import EVERY_DAY, TimeLine
from tests import cast

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
def anna(database, now):
    return cast.welcome(cast.gather(now).zorg, "Anna", now)


@pytest.fixture
def said(monkeypatch):
    """The facts that were published."""
    heard: list = []
    publish = facts.publish
    monkeypatch.setattr(facts, "publish", lambda found, now: (heard.extend(found), publish(found, now)))
    return heard


def agreement(id="urn:oid:1|TA1", *times, packable=True, **more) -> Agreement:
    timing = Timing(repeats=True, times=times, period=Decimal(1), unit="d") if times else Timing()
    dosage = Dosage(timing=timing, dose=Amount(value=Decimal(1), unit="stuk"))
    given = {"dosages": (dosage,), "period": Period(start="2026-11-01"), "treatment": "urn:oid:2|MBH"} | more
    return Agreement(
        block=Block.TA, id=id, registered="2026-11-01T10:00:00+01:00",
        product=Product(code="1", display="Middel"), packable=packable, **given,
    )  # fmt: skip


def receive(client, *agreements, message="m1", now):
    return agreements_received(
        organisation_id=client.organisation_id, client_id=client.id, agreements=agreements, message_id=message,
        now=now,
    )  # fmt: skip


def schedule(client, now, *lines):
    id = write_schedule(
        organisation_id=client.organisation_id, client_id=client.id, lines=lines, by="a", now=now
    )
    confirm_schedule(id, "b", now)


def line(at, sachets=1):
    return TimeLine(weekdays=EVERY_DAY, at=time.fromisoformat(at), sachets=sachets)


def keys(client):
    return [each.key for each in queries.planned_doses([client.id], MONDAY, MONDAY + DAY)[client.id]]


def findings(client):
    return [
        (each.kind, each.days, each.sentence)
        for each in queries.open_findings(client.organisation_id, [client.id])
    ]


def test_what_can_be_planned_is_planned_and_the_rest_is_kept_for_people(anna, now, said):
    need = Dosage(as_needed=AsNeeded(criteria=("Bij pijn",)))
    assert receive(
        anna,
        agreement("urn:oid:1|TA1", "08:00", "20:00"),
        agreement("urn:oid:1|TA2", treatment="urn:oid:2|M2", dosages=(need,)),
        agreement("urn:oid:1|TA3", treatment="urn:oid:2|M3"),
        now=now,
    )
    assert keys(anna) == ["m-20261123-0800", "m-20261123-2000"]
    newest = queries.newest_agreements(anna.id)
    assert [each["criteria"] for each in newest.as_needed] == [["Bij pijn"]]
    assert [(each["agreement"], each["reason"]) for each in newest.unplannable] == [
        ("urn:oid:1|TA3", "no-timing")
    ]
    assert [type(each) for each in said] == [AgreementsReceived, PlanChanged]
    assert (said[0].unplannable, said[0].differences) == (1, 0)


def test_what_is_not_packed_does_not_come_from_the_dispenser(anna, now):
    receive(anna, agreement("urn:oid:1|TA1", "08:00", packable=False), now=now)
    assert keys(anna) == []


def test_the_same_delivery_twice_changes_nothing(anna, now, said):
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now)
    before = list(said)
    assert not receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now + timedelta(hours=1))
    assert AgreementMessage.objects.count() == 1
    assert said == before


def test_a_message_adds_to_what_was_known_and_a_stop_ends_it(anna, now, said):
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now)
    stop = agreement(
        "urn:oid:1|TA9", stop=Stop(kind=StopKind.ENDED), acts_on=Reference(written="urn:oid:1|TA1"), dosages=(),
        period=Period(start="2026-11-01", end="2026-11-22T23:59:59"),
    )  # fmt: skip
    receive(anna, stop, message="m2", now=now)
    assert keys(anna) == []
    newest = queries.newest_agreements(anna.id)
    assert (newest.version, newest.stopped[0]["agreement"]) == (2, "urn:oid:1|TA1")
    assert sum(isinstance(each, PlanChanged) for each in said) == 2


def test_the_same_agreements_in_another_message_change_no_plan(anna, now, said):
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now)
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), message="m2", now=now)
    assert sum(isinstance(each, PlanChanged) for each in said) == 1


def test_agreements_enrich_the_schedule_and_never_correct_it(anna, now):
    """Issue 2, item 3: MP9 shows every difference; the confirmed schedule goes on."""
    schedule(anna, now, line("08:00"), line("12:00"), line("17:00", 3))
    receive(anna, agreement("urn:oid:1|TA1", "08:00", "13:00", "17:00", "22:00"), now=now)
    assert keys(anna) == ["m-20261123-0800", "m-20261123-1200", "m-20261123-1700"]
    assert findings(anna) == [
        ("missing", 28, "22:00 is in the pharmacy's agreements and not in the schedule."),
        ("other_number", 28, "17:00 has 3 sachets in the schedule, but 1 pieces are agreed."),
        ("other_time", 28, "13:00 in the pharmacy's agreements stands at 12:00 in the schedule."),
    ]


def test_a_difference_that_is_gone_has_settled_itself_and_a_person_may_settle_one(anna, now):
    schedule(anna, now, line("08:00"), line("20:00"))
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now)
    (finding,) = queries.open_findings(anna.organisation_id)
    settle_finding(finding.id, "pharmacist", "packed from another agreement", now)
    assert findings(anna) == []
    schedule(anna, now, line("08:00"), line("12:00"))
    assert [kind for kind, *_ in findings(anna)] == ["extra"]
    schedule(anna, now, line("08:00"))
    assert findings(anna) == []
    assert set(Finding.objects.values_list("settled_because", flat=True)) == {
        "packed from another agreement",
        "no longer found",
    }


def test_what_was_received_is_never_edited(anna, now):
    receive(anna, agreement("urn:oid:1|TA1", "08:00"), now=now)
    with pytest.raises(DatabaseError):
        AgreementMessage.objects.update(message_id="x")
