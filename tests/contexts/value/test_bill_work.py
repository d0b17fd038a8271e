"""A difference on a bill that is of no client: who settles it, before when, and where that person finds it (R83)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction

from reik.tasks.models import Task
from reik.value.bills.follow_up import NewFollowUp, take_on
from reik.value.bills.keeping import NewAnswer, NewBill, answer, take
from reik.value.bills.lines import START, BillLine, BillRefused
from reik.value.bills.seen import BillSeen, bill_of
from reik.value.bills.work import ACCEPTED, open_on_bills, work_on_bills
from reik.value.declaring.months import month_of
from reik.value.models import BillFollowUp
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, plain
from tests.contexts.value.test_declaring_screens import visits  # noqa: F401 a fixture

FIRST = date(2026, 10, 1)
REASON = "proefplaatsing"


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.managed_by("Manager", "Colleague")
    return made


def bill_with(house: UUID, devices: list[str], now: datetime) -> BillSeen:
    lines = [
        BillLine(line=n, device=each, order="", kind=START, since=FIRST, until=FIRST, cents=5000)
        for n, each in enumerate(devices, 2)
    ]
    new = NewBill(supplier="Voorbeeld Dispensers", number="17", month=month_of("2026-10"), lines=lines)
    return bill_of(take(house, new, by="Ria", now=now), house)


def settle(bill: BillSeen, line: int, now: datetime) -> None:
    new = NewAnswer(key=f"device_unknown:{line}", state=ACCEPTED, reason=REASON)
    answer(bill.id, bill.organisation_id, new, by="Ria", now=now)


def test_it_is_work_of_the_bill_until_the_last_answer(town: Town, now: datetime) -> None:
    house, manager = town.care.id, town.accounts["manager"].id
    bill = bill_with(house, ["X-1", "X-2"], now)
    assert not Task.objects.exists(), "a task is of a client"
    (work,) = work_on_bills(house, now)
    first = work.follow_up
    assert (work.count, first.owner, first.owner_id) == (2, "", None)
    assert first.due_on == (now + timedelta(days=14)).date()
    day = now.date() + timedelta(days=3)
    made = take_on(bill, NewFollowUp(owner_id=manager, due_on=day), by="Wim", now=now)
    (work,) = work_on_bills(house, now)
    assert (work.follow_up.id, work.follow_up.owner, work.follow_up.due_on) == (made, "Manager", day)
    assert not work.follow_up.is_late(day)
    assert work.follow_up.is_late(day + timedelta(days=1))
    settle(bill, 2, now)
    assert open_on_bills(house, now).work[0].count == 1
    settle(bill, 3, now + timedelta(minutes=1))
    found = open_on_bills(house, now)
    assert (found.count, found.work, work_on_bills(house, now)) == (0, [], [])
    assert [each.done for each in BillFollowUp.objects.order_by("created_at")] == [False, True]


def test_what_cannot_be_is_refused_and_nobody_writes_over_another(town: Town, now: datetime) -> None:
    house, today = town.care.id, now.date()
    bill = bill_with(house, ["X-1"], now)
    manager, nurse, stranger = (town.accounts[each].id for each in ("manager", "nurse", "stranger"))
    for wrong, code in (
        (NewFollowUp(owner_id=nurse, due_on=today), "owner"),
        (NewFollowUp(owner_id=stranger, due_on=today), "owner"),
        (NewFollowUp(owner_id=manager, due_on=today - timedelta(days=1)), "due"),
        (NewFollowUp(owner_id=manager, due_on=today + timedelta(days=400)), "due"),
        (NewFollowUp(owner_id=manager, due_on=today, seen=bill.id), "meanwhile"),
    ):
        with pytest.raises(BillRefused) as refused:
            take_on(bill, wrong, by="Wim", now=now)
        assert refused.value.code == code
    take_on(bill, NewFollowUp(owner_id=manager, due_on=today), by="Wim", now=now)
    with pytest.raises(BillRefused):
        take_on(bill, NewFollowUp(owner_id=None, due_on=today), by="Ria", now=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        BillFollowUp.objects.update(owner_name="X")


def test_it_stands_with_the_tasks_of_who_settles_it_and_a_late_one_is_marked(
    town: Town,
    visits: Visits,  # noqa: F811
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with as_worker():
        bill = bill_with(town.care.id, ["X-1"], now)
    address = f"/waarde/leveranciersnota/{bill.id}"
    page = plain(visits.text("manager", "/werklijst/taken"))
    assert "Nota's: verschillen zonder cliënt" in page.replace("&#x27;", "'")
    assert "1 open verschil" in page
    assert "nog van niemand" in page
    assert "Niets te doen." not in page
    assert "verschillen zonder" not in visits.text("nurse", "/werklijst/taken")
    assert "verschillen zonder" not in visits.text("manager", "/werklijst/taken?lijst=mijn")
    bad = visits.by("manager").post(address, {"wie": "x", "voor": "2020-01-01", "gezien": ""})
    assert bad.status_code == 422
    assert "Kies iemand uit de lijst" in plain(bad.content.decode())
    typed = {"wie": str(town.accounts["manager"].id), "voor": now.date().isoformat(), "gezien": ""}
    late = visits.by("manager").post(address, {**typed, "voor": "gisteren"})
    assert "Kies een dag van vandaag" in plain(late.content.decode())
    assert visits.by("manager").post(address, typed).status_code == 302
    assert ("create", "bill_follow_up") in {(row[0], row[1]) for row in logged()}
    assert "Manager zoekt dit uit, uiterlijk" in plain(visits.text("manager", address))
    assert "Voorbeeld Dispensers" in visits.text("manager", "/werklijst/taken?lijst=mijn")
    assert "Voorbeeld Dispensers" not in visits.text("colleague", "/werklijst/taken?lijst=mijn")
    assert "Voorbeeld Dispensers" not in visits.text("manager", "/werklijst/taken?lijst=telaat")
    assert "de dag voorbij" not in visits.text("manager", "/waarde")
    assert "1 taak van u" in plain(visits.text("manager", "/werklijst/taken/aantal"))
    assert "taak" not in visits.text("colleague", "/werklijst/taken/aantal")
    monkeypatch.setattr("reik.kernel.clock.now", lambda: now + timedelta(days=2))
    for where in ("/werklijst/taken?lijst=telaat", "/waarde/leveranciersnota", address):
        assert re.search(
            r"Voorbeeld Dispensers.*te laat", plain(visits.text("colleague", where)), re.DOTALL
        ), where
    assert "Van 1 nota is de dag voorbij" in plain(visits.text("colleague", "/waarde"))
    assert "1 taak te laat" in plain(visits.text("colleague", "/werklijst/taken/aantal"))
    assert "taak" not in visits.text("nurse", "/werklijst/taken/aantal")
