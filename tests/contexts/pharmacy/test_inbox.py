"""The pharmacy's own screens: one inbox, answers, changes to confirm, clients taken on and given up."""

from __future__ import annotations

import re
from datetime import time, timedelta
from functools import partial
from uuid import UUID

from reik.medication.changes import deciding as changing
from reik.medication.changes.seen import change as one_change
from reik.medication.changes.seen import open_changes
from reik.medication.models import PharmacyRequest
from reik.medication.operations import deliver_roll
from reik.people.models import Client
from reik.people.operations import register_client
from reik.people.pharmacies import give_pharmacy, pharmacies_of
from reik.tasks.models import Task
from tests.contexts.pharmacy.shop import DAY, EVENING, MORNING, TODAY, Shop, sachet, words
from tests.contexts.screens_town import statements


def test_one_list_over_all_care_organisations_and_only_for_its_own_pharmacy(shop: Shop) -> None:
    def prepare() -> None:
        shop.ask(shop.anna)
        shop.ask(shop.bert, "late_time")

    shop.worker(prepare)
    said = words(shop.page("/apotheek"))
    assert "Anna Bakker" in said
    assert "Bert Linde" in said
    assert "Zorg aan Zee" in said
    assert "De Linde" in said
    one = words(shop.page(f"/apotheek?zorg={shop.linde}").partition('id="wacht"')[2])
    assert "Bert Linde" in one
    assert "Anna Bakker" not in one
    assert "Anna Bakker" not in words(shop.page("/apotheek", "other"))
    assert shop.who("nurse").get("/apotheek").status_code == 404
    assert shop.who("pharmacist").get(f"/apotheek/client/{shop.foreign.id}").status_code == 404


def test_what_is_sooner_stands_first_and_what_is_over_says_so(shop: Shop) -> None:
    def prepare() -> None:
        shop.ask(shop.bert)
        shop.plan(MORNING, EVENING)
        shop.roll(
            sachet(1, TODAY, time(8)), sachet(2, TODAY + DAY, time(8)), sachet(3, TODAY + DAY, time(20))
        )

    shop.worker(prepare)
    page = shop.page("/apotheek").partition('id="wacht"')[2]
    assert (
        page.index('id="g-now"')
        < page.index("Anna Bakker")
        < page.index('id="g-today"')
        < page.index("Bert Linde")
    )
    shop.now += timedelta(hours=7)
    page = shop.page("/apotheek").partition('id="wacht"')[2]
    assert "over tijd" in page
    assert page.index("Bert Linde") > page.index('id="g-now"')
    assert 'id="g-today"' not in page


def test_an_answer_has_a_name_and_is_given_once(shop: Shop) -> None:
    """R23: the question, who answers, and what follows; another pharmacy's question cannot be answered."""
    id = shop.worker(lambda: shop.ask(shop.anna, detail={"text": "Mag de avond eerder?"}))
    address = f"/apotheek/vraag/{id}"
    assert "Mag de avond eerder?" in words(shop.page(address))
    pharmacist = shop.who("pharmacist")
    assert pharmacist.post(address, {"answer": "answered", "text": ""}).status_code == 422
    assert shop.who("other").post(address, {"answer": "answered", "text": "ja"}).status_code == 404
    assert pharmacist.post(address, {"answer": "answered", "text": "Vanaf 18:00."}).status_code == 302
    kept = shop.worker(lambda: PharmacyRequest.objects.get(id=id))
    assert (kept.answered_by, kept.how, kept.text) == ("Pharmacist", "account", "Vanaf 18:00.")
    again = pharmacist.post(address, {"answer": "call_back", "text": "toch niet"})
    assert again.status_code == 422
    assert "al beantwoord" in again.content.decode()
    assert "Vanaf 18:00." in words(shop.page(f"/apotheek/client/{shop.anna.id}"))


def test_stopping_is_a_high_risk_task_and_the_pharmacy_stays_until_there_is_another(shop: Shop) -> None:
    """R14: nothing is dropped in silence; another that takes over is a high-risk task too."""
    address = f"/apotheek/client/{shop.anna.id}"
    pharmacist = shop.who("pharmacist")
    assert pharmacist.post(f"{address}/stoppen", {"last_day": "31-12-2026", "because": ""}).status_code == 422
    past = pharmacist.post(f"{address}/stoppen", {"last_day": "1-11-2026", "because": "verhuisd"})
    assert past.status_code == 422
    typed = {"last_day": "31-12-2026", "because": "wij leveren niet meer in deze wijk"}
    assert pharmacist.post(f"{address}/stoppen", typed).status_code == 302
    task = shop.worker(lambda: Task.objects.get(kind="pharmacy_stops"))
    assert (task.owner_role, task.high_risk, task.ended_at) == ("nurse", True, None)
    assert task.detail["day"] == "31-12-2026"
    assert "levert tot en met 31-12-2026" in words(shop.page(address))
    assert shop.worker(lambda: pharmacies_of([shop.anna.id])[shop.anna.id].name) == "De Vijzel"
    # Another pharmacy sees nothing of her before the care team gives it the client.
    assert shop.who("other").post(f"{address}/aannemen").status_code == 404
    assert shop.worker(lambda: Task.objects.get(kind="pharmacy_stops").ended_at) is None


def test_a_change_is_confirmed_beside_its_sachets_and_by_name(shop: Shop) -> None:
    """R22, R23: the affected sachets and what else is in them; without the tick for reading them it is no answer."""

    def prepare() -> UUID:
        shop.plan(MORNING, EVENING)
        roll_id = shop.roll()
        deliver_roll(roll_id, "Courier", shop.now)
        shop.now += timedelta(minutes=1)
        shop.plan(MORNING)
        (change,) = open_changes([shop.anna.id])
        changing.choose(change.id, "keep", "Sanne Vos", "de rol is morgen op", {}, shop.now)
        return change.id

    change_id = shop.worker(prepare)
    page = shop.page("/apotheek").partition('id="wacht"')[2]
    assert page.count("data-row") >= 1
    assert "Wijziging van de rol" in page
    (address,) = set(re.findall(r'href="(/apotheek/vraag/[^"]+)"', page))
    said = words(shop.page(address))
    assert "Sanne Vos koos:" in said
    assert "De rol zo laten" in said
    assert "op de rol, en niet meer gepland" in said
    pharmacist = shop.who("pharmacist")
    assert pharmacist.post(address, {"answer": "agreed", "text": ""}).status_code == 422
    assert pharmacist.post(address, {"answer": "agreed", "text": "", "read": "1"}).status_code == 302
    kept = shop.worker(lambda: one_change(change_id))
    assert kept is not None
    assert (kept.confirmed_by, kept.confirmed_how) == ("Pharmacist", "account")


def test_after_asking_to_be_phoned_a_change_can_still_be_confirmed_or_declined(shop: Shop) -> None:
    """R23: no answer leads into a dead end; what was declined waits for the team, no longer for the pharmacy."""

    def prepare() -> UUID:
        shop.plan(MORNING, EVENING)
        deliver_roll(shop.roll(), "Courier", shop.now)
        shop.plan(MORNING)
        (change,) = open_changes([shop.anna.id])
        changing.choose(change.id, "keep", "Sanne Vos", "", {}, shop.now)
        return change.id

    change_id = shop.worker(prepare)
    address = f"/apotheek/wijziging/{change_id}"
    pharmacist = shop.who("pharmacist")
    question = str(pharmacist.get(address)["Location"])
    assert question.startswith("/apotheek/vraag/")
    assert pharmacist.post(question, {"answer": "call_back", "text": ""}).status_code == 302
    assert address in shop.page("/apotheek")
    assert "De keuze van het team wacht op uw bevestiging." in words(shop.page(address))
    assert pharmacist.post(address, {"answer": "agreed"}).status_code == 422
    assert shop.who("other").post(address, {"answer": "agreed", "read": "1"}).status_code == 404
    assert pharmacist.post(address, {"answer": "refused", "text": "avond niet geven"}).status_code == 302
    kept = shop.worker(lambda: one_change(change_id))
    assert kept is not None
    assert (kept.declined_by, kept.declined_because) == ("Pharmacist", "avond niet geven")
    assert address not in shop.page("/apotheek")
    assert "Het team kiest nog." in words(shop.page(address))


def test_a_pharmacy_that_agrees_to_a_new_client_serves_her_from_then_on(shop: Shop) -> None:
    """R14, R23: the answer itself is the start; refusing needs a reason, and leaves a task for the team."""

    def prepare() -> UUID:
        Client.objects.filter(id=shop.anna.id).update(pharmacy=None)
        return shop.ask(shop.anna, "start_client", answers=("agreed", "refused"))

    id = shop.worker(prepare)
    address = f"/apotheek/vraag/{id}"
    assert address in shop.page("/apotheek")
    pharmacist = shop.who("other")
    assert pharmacist.post(address, {"answer": "refused", "text": ""}).status_code == 422
    assert pharmacist.post(address, {"answer": "agreed", "text": ""}).status_code == 302
    assert shop.worker(lambda: pharmacies_of([shop.anna.id])[shop.anna.id].name) == "De Ster"
    started = shop.worker(lambda: Task.objects.get(kind="pharmacy_started", ended_at=None))
    assert (started.owner_role, started.detail["pharmacy"]) == ("nurse", "De Ster")
    assert shop.worker(lambda: Task.objects.filter(kind="pharmacy_unknown", ended_at=None).count()) == 0


def test_the_list_costs_no_more_statements_with_more_clients(shop: Shop) -> None:
    def more(count: int) -> None:
        card = pharmacies_of([shop.anna.id])[shop.anna.id].id
        for number in range(count):
            client = register_client(organisation_id=shop.zorg, name=f"Cliënt {number}", now=shop.now)
            give_pharmacy(client.id, card)
            shop.ask(client)

    browser = shop.who("pharmacist")
    shop.worker(lambda: more(1))
    browser.get("/apotheek")
    few = statements(partial(browser.get, "/apotheek"))
    shop.worker(lambda: more(12))
    assert statements(partial(browser.get, "/apotheek")) <= few
