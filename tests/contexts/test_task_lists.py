"""Work lists, the round of the day, handing over, the calendar of one's own tasks, and speed with 10,000 open tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Visitor
from icalendar import Calendar

from reik.kernel.crypto import vault
from reik.kernel.database import Role, become
from reik.kernel.models import Account
from reik.kernel.operations import open_account
from reik.kernel.tenancy import acting_for
from reik.pathway.lists import task_feed
from reik.pathway.lists.task_feed import initials_of
from reik.people.models import Client
from reik.people.operations import join_team, register_client
from reik.people.rosters.calendars import actor_of_token
from reik.tasks.models import Task
from reik.tasks.operations import NewTask, TaskRefused, give_task, open_tasks, take_task
from reik.web.tasks.groups import AT_HOME, GROUPS, OTHER, group_of
from reik.web.work.task_links import WAYS
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged, statements
from tests.pure.test_task_links import opened as opened_in_source

HOUR = timedelta(hours=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    for name, team in (("A. de Boer", made.north), ("B. Bakker", made.north), ("Z. Zuid", made.south)):
        made.move_in(name, team)
    for who in ("colleague",):
        account = open_account(
            organisation_id=made.care.id, username=who, display_name="Joke Meijer", role="caregiver", now=now
        )
        join_team(organisation_id=made.care.id, team_id=made.north.id, account_id=account.id, now=now)
        made.accounts[who] = account
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def opens(town: Town, kind: str, name: str = "A. de Boer", **more: Any) -> UUID:
    with as_worker():
        new = NewTask(
            organisation_id=town.care.id, client_id=town.id(name), kind=kind, by="reik",
            **{"due_at": town.now + 2 * HOUR, "owner_role": "nurse"} | more,
        )  # fmt: skip
        open_tasks([new], town.now)
        return Task.objects.get(client_id=town.id(name), kind=kind, key=more.get("key", "")).id


def the(id: UUID) -> Task:
    with as_worker():
        return Task.objects.get(id=id)


# Kinds


def test_every_kind_that_is_opened_belongs_to_a_group() -> None:
    for kind in opened_in_source() | set(WAYS):
        assert group_of(kind) in GROUPS
        assert group_of(kind) != OTHER, kind
    assert group_of("of a later version") == OTHER
    assert AT_HOME - set(WAYS) == set()


# Lists


def test_the_lists_show_whose_it_is_and_what_is_late(town: Town, visits: Visits) -> None:
    mine = opens(town, "moved")
    opens(town, "absence_return", "B. Bakker", due_at=town.now - HOUR)
    opens(town, "moved", "Z. Zuid")
    opens(town, "unplannable", owner_role="pharmacist", detail={"count": 1})
    all_of_team = visits.text("nurse", "/werklijst/taken")
    assert "2 taken open." in all_of_team
    assert "Z. Zuid" not in all_of_team
    assert "Niet in te plannen" not in all_of_team
    visits.by("nurse").post(f"/werklijst/taken/{mine}/ik", {"back": "/werklijst/taken?lijst=mijn"})
    hers = visits.text("nurse", "/werklijst/taken?lijst=mijn")
    assert "Verhuisd" in hers
    assert "Cliënt is terug" not in hers
    town.now += HOUR / 2
    late = visits.text("nurse", "/werklijst/taken?lijst=telaat")
    assert "Cliënt is terug" in late
    assert "Verhuisd" not in late
    assert "Verhuisd" not in visits.text("nurse", "/werklijst/taken?soort=afwezig")
    badge = visits.text("nurse", "/werklijst/taken/aantal")
    assert "1 taak te laat" in badge
    assert visits.text("pharmacist", "/werklijst/taken/aantal") == ""
    assert ("view", "client", "ok", 2, "nurse", "tasks") in logged()


def test_whose_team_it_is_not_finds_nothing(town: Town, visits: Visits) -> None:
    id = opens(town, "moved")
    for who in ("southerner", "stranger"):
        assert "Verhuisd" not in visits.text(who, "/werklijst/taken")
        for what in ("ik", "klaar"):
            assert visits.by(who).post(f"/werklijst/taken/{id}/{what}", {"note": "x"}).status_code == 404
        assert visits.by(who).get(f"/werklijst/taken/{id}/geef").status_code == 404
    assert visits.by("nurse").get(f"/werklijst/taken?team={town.south.id}").status_code == 404
    for who in ("operator", "daughter", "pharmacist"):
        assert visits.by(who).get("/werklijst/taken").status_code == 404
    assert the(id).owner_name == ""


def test_a_task_that_a_person_ends_asks_for_a_note_and_loses_nothing(town: Town, visits: Visits) -> None:
    id = opens(town, "moved")
    empty = visits.by("nurse").post(f"/werklijst/taken/{id}/klaar", {"note": ""})
    assert empty.status_code == 422
    assert "Schrijf op wat u deed" in empty.content.decode()
    done = visits.by("nurse").post(
        f"/werklijst/taken/{id}/klaar", {"note": "gebeld", "back": "//elders.example"}
    )
    assert done["Location"] == "/werklijst/taken"
    assert (the(id).ended_as, the(id).ended_note) == ("done", "gebeld")
    late = visits.by("nurse").post(f"/werklijst/taken/{id}/klaar", {"note": "ik <ook>"})
    assert late.status_code == 409
    assert "ik &lt;ook&gt;" in late.content.decode()


def test_a_task_is_handed_over_and_back(town: Town, visits: Visits) -> None:
    id = opens(town, "moved")
    address, to = f"/werklijst/taken/{id}/geef", str(town.accounts["colleague"].id)
    page = visits.text("nurse", address)
    assert "Joke Meijer" in page
    assert "southerner" not in page
    assert visits.by("nurse").post(address, {"to": "", "seen": ""}).status_code == 422
    assert visits.by("nurse").post(address, {"to": to, "seen": ""}).status_code == 302
    assert the(id).owner_name == "Joke Meijer"
    stale = visits.by("nurse").post(address, {"to": str(town.accounts["nurse"].id), "seen": ""})
    assert stale.status_code == 422
    assert "Iemand anders nam deze taak" in stale.content.decode()
    assert the(id).owner_name == "Joke Meijer"
    assert visits.by("nurse").post(address, {"to": "niemand", "seen": to}).status_code == 302
    assert (the(id).owner_id, the(id).owner_name, the(id).owned_at) == (None, "", None)
    assert [each[5] for each in logged() if each[0] == "change"] == ["given moved", "given moved"]


def test_what_ended_is_not_handed_over(town: Town, now: datetime) -> None:
    id = opens(town, "moved")
    Task.objects.filter(id=id).update(ended_at=now, ended_as="done", ended_by="x")
    with pytest.raises(TaskRefused):
        give_task(id, seen_owner_id=None, account_id=town.accounts["nurse"].id, name="x", now=now)


def test_the_round_of_today_goes_by_address_with_what_is_done_at_each_home(
    town: Town, visits: Visits
) -> None:
    with as_worker():
        for name, address in (("A. de Boer", "Weg 20, 7621 AB Borne"), ("B. Bakker", "Weg 3, 7621 AB Borne")):
            client = Client.objects.get(id=town.id(name))
            client.address = vault().seal_text(town.care.id, address)
            client.save()
    opens(town, "leftovers_count", detail={"roll": "R-1"})
    opens(town, "house_access_check")
    opens(town, "leftovers_count", "B. Bakker", detail={"roll": "R-2"})
    opens(town, "absence_call")  # by phone
    opens(town, "roll_change", "B. Bakker", key="later", due_at=town.now + 40 * HOUR)
    page = visits.text("nurse", "/werklijst/taken?lijst=route")
    assert page.index("1. <a") < page.index("B. Bakker") < page.index("2. <a") < page.index("A. de Boer")
    assert page.count('class="task"') == 3
    assert "Weg 3, 7621 AB Borne" in page


@pytest.mark.slow
def test_ten_thousand_open_tasks_are_paged(town: Town, visits: Visits) -> None:
    with as_worker():
        clients = [
            register_client(organisation_id=town.care.id, name=f"C. {n}", team_id=town.north.id, now=town.now)
            for n in range(200)
        ]
        for part in range(5):
            open_tasks(
                [
                    NewTask(
                        organisation_id=town.care.id, client_id=client.id, kind="moved", key=f"{part}-{n}",
                        owner_role="nurse", by="reik", due_at=town.now + timedelta(minutes=n),
                    )
                    for client in clients
                    for n in range(10)
                ],
                town.now,
            )  # fmt: skip
    page = visits.text("nurse", "/werklijst/taken")
    assert "10.000 taken open." in page or "10000 taken open." in page
    assert page.count('class="task"') == 50
    assert "blz=2" in page
    assert visits.text("nurse", "/werklijst/taken?blz=200").count('class="task"') == 50
    assert visits.text("nurse", "/werklijst/taken?blz=201").count('class="task"') == 0
    few = statements(lambda: visits.by("nurse").get("/werklijst/taken?blz=3"))
    assert few <= 20


# In a calendar


def read(town: Town, token: str, now: datetime) -> bytes | None:
    actor = actor_of_token(token)
    assert actor is not None
    with acting_for(actor):
        return task_feed.feed(token, now, title="Taken", word="Taak %(who)s", door="https://reik.example/#t-")


def test_a_calendar_has_initials_and_a_link_and_nothing_else(town: Town, visits: Visits) -> None:
    nurse = town.accounts["nurse"]
    id = opens(town, "moved", "A. de Boer")
    opens(town, "leftovers_count", "B. Bakker", detail={"roll": "R-1"})  # nobody's
    with as_worker():
        take_task(id, account_id=nurse.id, name="nurse", now=town.now)
    made = visits.by("nurse").post("/werklijst/agenda", {"act": "maak"}).content.decode()
    address = made.split("/taken/")[-1].split(".ics")[0]
    answer = Visitor(headers={"host": "localhost"}).get(f"/taken/{address}.ics")  # as nobody
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Boer" not in text
    assert "Verhuisd" not in text
    assert "moved" not in text
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["SUMMARY"] == "Taak A. de B."
    assert str(id) in event["URL"]
    assert event.decoded("DTEND") == the(id).due_at
    assert visits.by("nurse").post("/werklijst/agenda", {"act": "stop"}).status_code == 302
    assert visits.by("nurse").get(f"/taken/{address}.ics").status_code == 404
    assert visits.by("nurse").get("/taken/nonsense.ics").status_code == 404
    kinds = sorted(each[0] for each in logged() if each[1] == "task feed")
    assert kinds == ["change", "export"]


def test_a_new_address_ends_the_old_one_and_an_account_that_closed_has_none(
    town: Town, now: datetime
) -> None:
    nurse = town.accounts["nurse"]
    first = task_feed.open_feed(nurse.id, town.care.id, now)
    second = task_feed.open_feed(nurse.id, town.care.id, now)
    assert task_feed.feed_since(nurse.id) == now
    become(Role.WEB)
    assert read(town, first, now) is None
    assert read(town, second, now) is not None
    with as_worker():
        Account.objects.filter(id=nurse.id).update(is_active=False)
    assert read(town, second, now) is None


@pytest.mark.parametrize(
    ("name", "initials"), [("A. (Annie) de Boer", "A. de B."), ("Fatma Yılmaz", "F. Y."), ("", "")]
)
def test_initials(name: str, initials: str) -> None:
    assert initials_of(name) == initials
