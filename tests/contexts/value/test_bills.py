"""A supplier's bill from the database, with the tasks that follow from it (R83)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from reik.dispensing.models import Absence, AbsenceLine, Dispenser
from reik.kernel.ids import new_id
from reik.tasks.models import Task
from reik.value.bills.follow_up import waiting
from reik.value.bills.keeping import NewAnswer, NewBill, answer, take
from reik.value.bills.lines import MONTH, START, BillLine, BillRefused
from reik.value.bills.seen import answers_of, bill_of, differences_of
from reik.value.bills.work import ACCEPTED, ASKED, CREDITED, TASK, look_again, work_on_bills
from reik.value.models import BillAnswer, BillFollowUp
from tests.contexts.value.declared import FIRST, LAST, NOW, OCTOBER, client_with


@pytest.fixture
def now(database: str) -> datetime:
    return NOW


def billed(n: int, device: str, kind: str = MONTH, cents: int = 3100) -> BillLine:
    until = LAST if kind == MONTH else FIRST
    return BillLine(line=n, device=device, order="", kind=kind, since=FIRST, until=until, cents=cents)


def test_a_bill_is_taken_once_and_its_differences_stay_with_somebody(house: UUID, now: datetime) -> None:
    annie = client_with(house, "T-1", now)
    bram = client_with(house, "T-2", now)
    back = datetime(2026, 10, 20, 10, tzinfo=UTC)
    Dispenser.objects.filter(client_id=bram.client_id).update(client_id=None)
    absence = Absence.objects.create(
        id=new_id(now), organisation_id=house, client_id=bram.client_id, reason="use_stopped", state="ended",
        starts_at=back, confirmed_at=now, said_by="Joke", noted_by="Joke", created_at=now, ended_at=back,
        dispenser_id=Dispenser.objects.get(device="T-2").id,
    )  # fmt: skip
    AbsenceLine.objects.create(
        id=new_id(now), organisation_id=house, absence=absence, at=back, kind="device_returned", by="Joke"
    )
    lines = [billed(2, "T-1"), billed(3, "T-1"), billed(4, "T-2"), billed(5, "X-9", START, 5000)]
    new = NewBill(supplier="Voorbeeld Dispensers", number="2026-10", month=OCTOBER, lines=lines)
    id = take(house, new, by="Ria", now=now)
    bill = bill_of(id, house)
    found = {each.code: each for each in differences_of(bill, now)}
    assert {code: (each.days, each.cents) for code, each in found.items()} == {
        "double_month": (31, 3100), "after_return": (11, 1100), "device_unknown": (0, 5000), "stop_missing": (0, 0),
    }  # fmt: skip
    tasks = {each.client_id: each for each in Task.objects.filter(kind=TASK, ended_at=None)}
    assert tasks.keys() == {annie.client_id, bram.client_id}
    assert tasks[bram.client_id].detail["count"] == 2
    for again in (new, NewBill(supplier="Anders", number="", month=OCTOBER, lines=lines[::-1])):
        with pytest.raises(BillRefused) as twice:
            take(house, again, by="Ria", now=now)
        assert twice.value.code == "twice"
    key = found["double_month"].key
    asked = answer(id, house, NewAnswer(key=key, state=ASKED), by="Ria", now=now)
    assert Task.objects.filter(client_id=annie.client_id, kind=TASK, ended_at=None).exists()
    for wrong in (
        NewAnswer(key=key, state=CREDITED, cents=9999, seen=asked), NewAnswer(key=key, state=ACCEPTED, seen=asked),
        NewAnswer(key=key, state=CREDITED, cents=1), NewAnswer(key="none", state=ASKED),
    ):  # fmt: skip
        with pytest.raises(BillRefused):
            answer(id, house, wrong, by="Ria", now=now)
    later = now + timedelta(minutes=1)
    answer(id, house, NewAnswer(key=key, state=CREDITED, cents=3100, seen=asked), by="Wim", now=later)
    assert answers_of(id)[key].by == "Wim"
    assert not Task.objects.filter(client_id=annie.client_id, kind=TASK, ended_at=None).exists()
    assert BillAnswer.objects.count() == 2


def test_what_is_known_later_ends_the_work_of_a_bill_and_makes_it(house: UUID, now: datetime) -> None:
    client_with(house, "T-1", now)
    lines = [billed(2, "T-1"), billed(3, "X-9"), billed(4, "T-7", START, 5000)]
    id = take(house, NewBill(supplier="Anders", number="1", month=OCTOBER, lines=lines), by="Ria", now=now)
    assert not Task.objects.filter(kind=TASK).exists()
    assert [each.done for each in waiting(house)] == [False]
    key = next(each.key for each in differences_of(bill_of(id, house), now) if each.line == 4)
    answer(id, house, NewAnswer(key=key, state=ACCEPTED, reason="proef"), by="Ria", now=now)
    assert len(waiting(house)) == 1, "X-9 is still of no client"
    bram = client_with(house, "X-9", now, started=datetime(2026, 10, 11, 7, tzinfo=UTC))
    hour = now + timedelta(hours=1)
    look_again(hour)
    (task,) = Task.objects.filter(kind=TASK)
    assert (task.client_id, task.ended_at, task.opened_by) == (bram.client_id, None, "reik")
    assert (work_on_bills(house, hour), waiting(house)) == ([], [])
    written = (BillFollowUp.objects.count(), task.due_at)
    look_again(hour + timedelta(hours=1))
    assert (BillFollowUp.objects.count(), Task.objects.get(kind=TASK).due_at) == written, "written once"


def test_a_later_bill_ends_what_was_not_billed_on_an_earlier(house: UUID, now: datetime) -> None:
    annie, bram = client_with(house, "T-1", now), client_with(house, "T-2", now)
    Dispenser.objects.update(supplier="Anders")

    def bill(number: str, *lines: BillLine) -> UUID:
        new = NewBill(supplier="Anders", number=number, month=OCTOBER, lines=lines)
        return take(house, new, by="Ria", now=now)

    first = bill("1", billed(2, "T-1"))
    (task,) = Task.objects.filter(kind=TASK)
    assert (task.client_id, task.about, task.ended_at) == (bram.client_id, first, None)
    bill("2", billed(2, "T-2"))
    task.refresh_from_db()
    assert (task.ended_as, task.ended_by) == ("done", "Ria")
    assert not Task.objects.filter(client_id=annie.client_id, kind=TASK).exists()
