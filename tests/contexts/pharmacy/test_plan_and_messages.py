"""The pharmacy's own screens: plan beside roll, limits, messages, one timeline."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.kernel.ids import new_id
from reik.medication.models import Finding, RollSupply
from reik.medication.operations import write_schedule
from reik.medication.times.limits import limits_of
from reik.people.access import actor_for
from reik.people.operations import register_client
from reik.tasks.operations import NewTask, open_tasks
from tests.cast import rows as sql
from tests.contexts.fhir_letters import ANNA, BOB, agreement, as_json, medication, message, patient, usual
from tests.contexts.pharmacy.shop import DAY, EVENING, MORNING, TODAY, Shop, sachet, words


def test_plan_stands_beside_roll_with_contents_and_a_difference_in_words(shop: Shop) -> None:
    """R15, R23: the missing evening is named; a day without a roll is no difference."""

    def prepare() -> None:
        shop.plan(MORNING, EVENING)
        shop.roll(
            sachet(1, TODAY, time(8), "metoprolol 50 mg"), sachet(2, TODAY + DAY, time(8)),
            sachet(3, TODAY + DAY, time(20), "simvastatine 40 mg"),
        )  # fmt: skip

    shop.worker(prepare)
    page = shop.page(f"/apotheek/client/{shop.anna.id}")
    said = words(page)
    assert "Plan en rol verschillen op 1 dag, het eerst op maandag 23 november." in said
    assert "1 × metoprolol 50 mg" in said
    first = page[page.index('id="dag-20261123"') : page.index('id="dag-20261124"')]
    assert "niet op de rol" in first
    second = page[page.index('id="dag-20261124"') : page.index('id="dag-20261125"')]
    assert "niet op de rol" not in second
    assert words(second).count("tijd en aantal gelijk") == 2  # no agreements: contents cannot be compared
    assert "nog geen rol" in words(page[page.index('id="dag-20261125"') : page.index('id="dag-20261126"')])
    assert page.count('id="dag-') == 28
    assert "ingenomen" not in page


def test_a_difference_that_the_pharmacy_accepted_counts_no_more(shop: Shop) -> None:
    def prepare() -> None:
        shop.plan(MORNING, EVENING)
        shop.roll(
            sachet(1, TODAY, time(8)), sachet(2, TODAY + DAY, time(8)), sachet(3, TODAY + DAY, time(20))
        )
        Finding.objects.update(settled_at=shop.now, settled_by="Ruud", settled_because="avond is gestopt")

    shop.worker(prepare)
    said = words(shop.page(f"/apotheek/client/{shop.anna.id}"))
    assert "Plan en rol verschillen op" not in said
    assert "niet op de rol, akkoord" in said
    assert "Ruud: avond is gestopt" in said


def test_limits_are_set_by_the_pharmacy_and_kept_with_their_history(shop: Shop) -> None:
    """R27, R29, R31: window, latest hand-out time and least interval; a fault keeps what was typed."""
    shop.worker(lambda: shop.plan(MORNING, EVENING))
    address = f"/apotheek/client/{shop.anna.id}/grens/2000"
    typed = {"window": "15", "latest": "22:30", "gap": "4:00", "critical": "1", "because": "insuline"}
    pharmacist = shop.who("pharmacist")
    refused = pharmacist.post(address, {**typed, "latest": "half elf"})
    assert refused.status_code == 422
    assert 'value="half elf"' in refused.content.decode()
    assert pharmacist.post(address, {**typed, "latest": "20:10"}).status_code == 422  # before the window ends
    assert shop.who("other").post(address, typed).status_code == 404  # she serves another's clients
    assert limits_of([shop.anna.id]) == {}
    assert pharmacist.post(address, typed).status_code == 302
    kept = shop.worker(lambda: limits_of([shop.anna.id])[shop.anna.id][time(20)])
    assert (kept.window_min, kept.late_min, kept.gap_min, kept.criticality) == (15, 150, 240, 0)
    assert (kept.set_by, kept.because) == ("Pharmacist", "insuline")
    said = words(shop.page(f"/apotheek/client/{shop.anna.id}"))
    assert "mag nog tot 22:30" in said
    assert (
        "Grenzen van 20:00: melding na 15 min, mag nog 2 uur 30 na de tijd, tussentijd 4 uur. Tijdkritisch."
        in said
    )
    assert shop.who("nurse").post(address, typed).status_code == 404


def test_looking_is_logged_and_a_refresh_is_no_new_row(shop: Shop) -> None:
    """Rule 11: one row for the list; the live refresh of it within a quarter is none."""
    shop.worker(lambda: shop.ask(shop.anna))
    browser = shop.who("pharmacist")
    browser.get("/apotheek")
    browser.get("/apotheek", headers={"X-Reik-Refresh": "1"})
    query = "SELECT detail FROM kernel_accessentry WHERE detail = 'pharmacy inbox'"
    assert len(shop.worker(lambda: sql(query))) == 1


def test_everything_that_was_done_stands_in_one_timeline_newest_first(shop: Shop) -> None:
    def prepare() -> None:
        shop.plan(MORNING, EVENING)
        shop.roll(
            sachet(1, TODAY, time(8)), sachet(2, TODAY + DAY, time(8)), sachet(3, TODAY + DAY, time(20))
        )
        shop.ask(shop.anna)

    shop.worker(prepare)
    address = f"/apotheek/client/{shop.anna.id}"
    said = words(shop.page(address)).partition("Wie wijzigde wat")[2]
    order = ["Vraag aan de apotheek", "Rol R-1 geregistreerd", "Schema 1 teruggelezen", "Schema 1 getypt"]
    places = [said.index(each) for each in order]
    assert places == sorted(places)
    assert "Packer" in said
    only = words(shop.page(f"{address}?over=schedule")).partition("Wie wijzigde wat")[2]
    assert "Schema 1 getypt" in only
    assert "geregistreerd" not in only.partition("Uw afspraken")[0]


def test_the_pharmacy_says_why_differences_may_be(shop: Shop) -> None:
    """R23: without a reason nothing is accepted."""

    def prepare() -> UUID:
        shop.plan(MORNING, EVENING)
        return shop.roll(
            sachet(1, TODAY, time(8)), sachet(2, TODAY + DAY, time(8)), sachet(3, TODAY + DAY, time(20))
        )

    roll_id = shop.worker(prepare)
    address = f"/apotheek/client/{shop.anna.id}/verschil/{roll_id}"
    pharmacist = shop.who("pharmacist")
    assert pharmacist.post(address, {"because": " "}).status_code == 422
    assert shop.worker(lambda: Finding.objects.filter(settled_at=None).count()) == 1
    assert pharmacist.post(address, {"because": "avond is met de hand gegeven"}).status_code == 302
    settled = shop.worker(lambda: Finding.objects.get())
    assert (settled.settled_by, settled.settled_because) == ("Pharmacist", "avond is met de hand gegeven")


def test_each_message_says_what_was_understood_and_who_goes_on(shop: Shop) -> None:
    """What was not understood names its place and the person who acts; others' messages are not shown."""

    def send(bundle: Any, now: datetime) -> None:
        actor = actor_for(shop.accounts["pharmacist"].id, shop.now)
        with suppress(Refused):
            port.take_in(as_json(bundle), actor=actor, organisation_id=shop.zorg, now=now)

    shop.anna = shop.worker(
        lambda: register_client(
            organisation_id=shop.zorg, name="Anna Boer", birth_date=date(1950, 2, 3), bsn=ANNA, now=shop.now
        )
    )
    vague = agreement("TA-2", times=("20:00:00",))
    del vague["dosageInstruction"][0]["timing"]
    send(message(agreement("TA-1"), vague, medication(), of=patient()), shop.now - timedelta(hours=3))
    send(usual(number="TA-9", of=patient(BOB)), shop.now - timedelta(hours=2))
    broken = usual(number="TA-7", of=patient())
    del broken["entry"][0]["resource"]["subject"]
    send(broken, shop.now - timedelta(hours=1))
    page = shop.page("/apotheek/berichten")
    said = words(page)
    assert "2 afspraken, 1 gepland" in said
    assert "er staat geen tijd bij" in said
    assert "Niemand heeft dit BSN." in said
    assert "Bundle.entry[0].resource.subject" in said
    assert "De afzender verbetert het bericht" in said
    assert ANNA not in page
    only = words(shop.page("/apotheek/berichten?zoek=anna+boer"))
    assert "deels begrepen" in only
    assert "Niemand heeft dit BSN." not in only
    assert "Anna Boer" in words(shop.page("/apotheek"))


def test_rolls_schedules_and_tasks_have_a_row_and_nothing_stands_there_twice(shop: Shop) -> None:
    """R15, R20: a roll that runs out, a draft, a task; the task of a question is the question's own row."""

    def prepare() -> None:
        now, due = shop.now, shop.now + 3 * DAY
        RollSupply.objects.create(
            id=new_id(now), organisation_id=shop.zorg, client_id=shop.anna.id, look_at=due, uncovered_at=due,
            covered_until=now + 2 * DAY, stage=2, told_at=now,
        )  # fmt: skip
        write_schedule(
            organisation_id=shop.linde, client_id=shop.bert.id, lines=[MORNING], by="Nurse", now=now
        )
        task = NewTask(
            organisation_id=shop.linde, client_id=shop.bert.id, kind="leftovers_receive", owner_role="pharmacist",
            due_at=due, by="Sanne Vos", detail={"count": 6, "roll": "R-0"},
        )  # fmt: skip
        open_tasks([task], now)
        shop.ask(shop.bert)

    shop.worker(prepare)
    said = words(shop.page("/apotheek").partition('id="wacht"')[2])
    assert "Rol is over 3 werkdagen op" in said
    assert "nog 2 dagen gedekt" in said
    assert "getypt door Nurse" in said
    assert "6 teruggebrachte zakjes van rol R-0" in said
    assert "Beantwoord de vraag" not in said
    assert shop.page("/apotheek").count("data-row") == 4
