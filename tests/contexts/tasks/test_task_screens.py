"""Tasks on the screens: who sees which, taking and ending one; one line per roll that differs."""

from __future__ import annotations

from functools import partial
from typing import Any

from reik.kernel.operations import open_account
from reik.medication.models import Finding
from reik.people.operations import add_carer
from reik.tasks.operations import finish_task
from reik.web.work.tasks import FIRST
from tests.contexts.changes.rolls_at_home import ALL_CAN
from tests.contexts.screens_town import statements
from tests.contexts.tasks.given import HOUR, MINUTE, opened, tasks_on, the
from tests.contexts.test_change_screens import plan, roll_at_home
from tests.contexts.work_house import House, house, log, page

__all__ = ["house"]


def test_a_team_sees_its_tasks_high_risk_first_with_where_they_are_done(house: House) -> None:
    opened(house, "roll_bring", detail={"at": "24-11 08:00"})
    opened(house, "moved", due_at=house.now + 24 * HOUR, high_risk=True)
    opened(house, "absence_return", client=house.south)
    opened(house, "unplannable", role="pharmacist", detail={"count": 2})
    shown = tasks_on(page(house.who("nurse").get("/werklijst")))
    assert shown.index("Verhuisd.") < shown.index("Breng de volgende rol")
    assert "hoog risico" in shown
    assert f'href="/clienten/{house.anna.id}/rollen"' in shown
    assert "nog van niemand" in shown
    assert "vóór 10:00" in shown
    assert "Cliënt is terug" not in shown  # of another team
    assert "Niet in te plannen" not in shown  # the pharmacy's
    assert "Cliënt is terug" in tasks_on(page(house.who("southerner").get("/werklijst")))
    assert tasks_on(page(house.who("stranger").get("/werklijst"))) == ""
    house.now += 3 * HOUR
    late = tasks_on(page(house.who("nurse").get("/werklijst?taken=telaat")))
    assert "te laat" in late
    assert "moest vóór 10:00" in late
    assert "Verhuisd." not in late


def test_a_pharmacist_finds_here_what_ends_by_her_word_and_her_inbox_leads_there(house: House) -> None:
    said = opened(house, "recall_check", role="pharmacist", high_risk=True, detail={"roll": "R-1"})
    opened(house, "leftovers_receive", role="pharmacist", detail={"roll": "R-1", "count": 3})
    shown = tasks_on(page(house.who("pharmacist").get("/werklijst")))
    assert "rol R-1 een teruggeroepen middel" in shown
    assert "teruggebrachte" not in shown
    inbox = page(house.who("pharmacist").get("/apotheek"))
    assert f"/werklijst#t-{said}" in inbox
    assert (
        house.who("pharmacist").post(f"/werklijst/taak/{said}/klaar", {"note": "rol bekeken"}).status_code
        == 302
    )
    assert the(house, said).ended_as == "done"


def test_the_list_is_filtered_by_client_and_folds(house: House) -> None:
    for number in range(FIRST + 3):
        due_at = house.now + 2 * HOUR + number * MINUTE
        opened(house, "roll_receive", key=str(number), due_at=due_at, detail={"roll": f"R-{number}"})
    browser = house.who("nurse")
    assert "Toon nog 3 taken" in page(browser.get("/werklijst"))
    assert tasks_on(page(browser.get("/werklijst?alle=1"))).count('class="task"') == FIRST + 3
    assert "Geen taken met deze keuze" in page(browser.get("/werklijst?taken=mijn"))
    of_anna = tasks_on(page(browser.get(f"/werklijst?client={house.anna.id}")))
    shown = [number for number in range(FIRST + 3) if f"Haal rol R-{number} " in of_anna]
    assert shown == list(range(FIRST))  # those that are due first
    assert "Haal rol" not in tasks_on(page(browser.get(f"/werklijst?client={house.south.id}")))


def test_no_page_asks_the_database_more_for_more_tasks(house: House) -> None:
    addresses = ("/werklijst", "/team", f"/clienten/{house.anna.id}")
    browser = house.who("nurse")
    opened(house, "moved")

    def asked(address: str) -> int:
        browser.get(address)  # what kind of installation this is, is looked up again every few seconds
        return statements(partial(browser.get, address))

    few = {each: asked(each) for each in addresses}
    for number in range(12):
        opened(house, "roll_receive", key=str(number), detail={"roll": f"R-{number}"})
    for address, before in few.items():
        assert asked(address) <= before, address


def test_her_file_and_the_board_say_how_many_and_lead_there(house: House) -> None:
    for number in range(6):
        opened(house, "roll_receive", key=str(number), detail={"roll": f"R-{number}"})
    file = page(house.who("nurse").get(f"/clienten/{house.anna.id}"))
    assert tasks_on(file).count('class="task"') == 5
    assert f'href="/werklijst?client={house.anna.id}"' in file
    board = page(house.who("nurse").get("/team"))
    assert "6 taken" in board
    assert f'href="/werklijst?client={house.anna.id}"' in board


def test_who_takes_a_task_owns_it_and_it_is_written_down(house: House) -> None:
    id = opened(house, "roll_bring", detail={"at": "24-11 08:00"})
    answer = house.who("second").post(f"/werklijst/taak/{id}/ik", {"back": f"/clienten/{house.anna.id}"})
    assert answer["Location"] == f"/clienten/{house.anna.id}"
    assert the(house, id).owner_name == "Second"
    assert "Second" in tasks_on(page(house.who("nurse").get("/werklijst")))
    assert "Breng" in tasks_on(page(house.who("second").get("/werklijst?taken=mijn")))
    assert "Breng" not in tasks_on(page(house.who("nurse").get("/werklijst?taken=mijn")))
    assert ("change", "task", "ok", "taken roll_bring") in log(house)


def test_back_leads_nowhere_else(house: House) -> None:
    id = opened(house, "moved")
    for wanted in ("//elsewhere.example", "https://elsewhere.example/", "\\\\elsewhere.example"):
        answer = house.who("nurse").post(f"/werklijst/taak/{id}/ik", {"back": wanted})
        assert answer["Location"] == "/werklijst"


def test_a_task_without_a_page_of_its_own_ends_by_a_persons_word(house: House) -> None:
    id = opened(house, "moved", high_risk=True)
    nurse = house.who("nurse")
    empty = nurse.post(f"/werklijst/taak/{id}/klaar", {"note": " "})
    assert empty.status_code == 422
    assert "Schrijf op wat u deed" in page(empty)
    assert nurse.post(f"/werklijst/taak/{id}/klaar", {"note": "sleutel bij buurvrouw"}).status_code == 302
    ended = the(house, id)
    assert (ended.ended_as, ended.ended_by, ended.ended_note) == ("done", "Nurse", "sleutel bij buurvrouw")
    assert "Verhuisd" not in page(nurse.get("/werklijst"))
    assert ("change", "task", "ok", "done moved") in log(house)


def test_a_task_that_ended_meanwhile_says_so_and_loses_nothing(house: House) -> None:
    id = opened(house, "moved")
    house.worker(lambda: finish_task(id, by="Joke Meijer", now=house.now, note="gedaan"))
    late = house.who("nurse").post(f"/werklijst/taak/{id}/klaar", {"note": "ik was er <ook>"})
    assert late.status_code == 409
    assert "al klaar (Joke Meijer)" in page(late)
    assert "ik was er &lt;ook&gt;" in page(late)
    assert house.who("second").post(f"/werklijst/taak/{id}/ik").status_code == 409
    assert the(house, id).ended_note == "gedaan"
    assert log(house).count(("refused", "task", "refused", "done moved")) == 1


def test_what_has_a_flow_of_its_own_is_ended_there_only(house: House) -> None:
    """A task of high risk about a change does not go away because somebody presses a button."""
    id = opened(house, "choose_change", high_risk=True)
    assert house.who("nurse").post(f"/werklijst/taak/{id}/klaar", {"note": "x"}).status_code == 404
    assert the(house, id).ended_at is None


def test_nobody_ends_or_takes_what_is_not_hers(house: House) -> None:
    of_team, of_pharmacy = opened(house, "moved"), opened(house, "recall", role="pharmacist")
    for who, id in (
        ("southerner", of_team), ("stranger", of_team), ("pharmacist", of_team), ("nurse", of_pharmacy),
        ("operator", of_team),
    ):  # fmt: skip
        for what in ("ik", "klaar"):
            answer = house.who(who).post(f"/werklijst/taak/{id}/{what}", {"note": "x"})
            assert answer.status_code == 404, (who, what)
    assert the(house, of_team).ended_at is None
    assert the(house, of_team).owner_name == ""


def test_an_informal_carer_sees_and_ends_her_own(house: House) -> None:
    def carer() -> Any:
        account = open_account(
            organisation_id=house.zorg, username="demo.eva", display_name="Eva", role="informal_carer", now=house.now
        )  # fmt: skip
        add_carer(
            organisation_id=house.zorg, client_id=house.anna.id, name="Eva", relation="dochter", now=house.now,
            account_id=account.id, consented=True,
        )  # fmt: skip
        return account

    house.accounts["carer"] = house.worker(carer)
    hers = opened(house, "roll_change", role="informal_carer", detail={"roll": "R-1", "next": "R-2"})
    teams = opened(house, "moved")
    eva = house.who("carer")
    shown = tasks_on(page(eva.get("/naaste")))
    assert "Wissel rol R-1 voor rol R-2" in shown
    assert "Verhuisd" not in shown
    assert "/rollen" not in shown
    assert eva.post(f"/naaste/taak/{teams}/klaar", {"note": "x"}).status_code == 404
    assert eva.post(f"/naaste/taak/{hers}/klaar", {"note": ""}).status_code == 422
    assert eva.post(f"/naaste/taak/{hers}/ik").status_code == 302
    assert the(house, hers).owner_name == "Eva"
    assert eva.post(f"/naaste/taak/{hers}/klaar", {"note": "gewisseld"}).status_code == 302
    assert the(house, hers).ended_by == "Eva"
    assert tasks_on(page(eva.get("/naaste"))) == ""
    assert eva.post(f"/naaste/taak/{hers}/klaar", {"note": "nog eens"}).status_code == 409


def test_differences_are_one_line_for_each_roll_and_lead_to_its_change(house: House) -> None:
    roll_at_home(house, ALL_CAN)
    house.worker(lambda: plan(house, "08:00"))
    open_findings = house.worker(lambda: Finding.objects.filter(settled_at=None).count())
    assert open_findings > 1
    shown = page(house.who("nurse").get("/werklijst")).split('id="verschillen"')[1].split("</section>")[0]
    assert shown.count("work-item") == 1
    assert f"{open_findings} verschillen" in shown
    assert "Er loopt een wijziging van deze rol: " in shown
    assert f'href="/clienten/{house.anna.id}/wijziging/' in shown
