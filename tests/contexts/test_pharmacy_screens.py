"""The pharmacy's own screens: one inbox, plan beside roll, limits, messages, answers, accepting and stopping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from reik.interop.fhir import port
from reik.interop.fhir.outcome import Refused
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.operations import found_organisation, open_account
from reik.medication.changes import deciding as changing
from reik.medication.changes.seen import change as one_change
from reik.medication.changes.seen import open_changes
from reik.medication.models import Finding, PharmacyRequest, RollSupply
from reik.medication.operations import confirm_schedule, deliver_roll, register_roll, write_schedule
from reik.medication.requests.operations import NewRequest, ask
from reik.medication.rolls.check import Content, SachetOnRoll
from reik.medication.times.limits import limits_of
from reik.medication.times.schedule import TimeLine, whole_days
from reik.people.access import actor_for
from reik.people.models import Client
from reik.people.operations import agree_partnership, register_client
from reik.people.pharmacies import give_pharmacy, pharmacies_of, register_pharmacy
from reik.tasks.models import Task
from reik.tasks.operations import NewTask, open_tasks
from tests import cast
from tests.cast import rows as sql
from tests.contexts.fhir_letters import ANNA, BOB, agreement, as_json, medication, message, patient, usual

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(1, 8))
TODAY = date(2026, 11, 23)


@dataclass(kw_only=True)
class Shop:
    """Two care organisations with a client each, their pharmacy, another pharmacy, and a third house."""

    zorg: UUID
    linde: UUID
    anna: Client
    bert: Client
    foreign: Client
    pharmacy: UUID
    now: datetime
    accounts: dict[str, Any] = field(default_factory=dict)

    def who(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.accounts[name])
        return browser

    def page(self, address: str, who: str = "pharmacist") -> str:
        answer = self.who(who).get(address)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())

    def worker(self, what: Any) -> Any:
        become(Role.WORKER)
        found = what()
        become(Role.WEB)
        return found

    def plan(self, *lines: TimeLine) -> None:
        """Anna's confirmed schedule."""
        id = write_schedule(
            organisation_id=self.zorg, client_id=self.anna.id, lines=lines, by="Nurse", now=self.now - DAY
        )
        confirm_schedule(id, "Second", self.now - DAY)

    def roll(self, *sachets: SachetOnRoll, days: int = 2) -> UUID:
        starts_at, ends_at = whole_days(TODAY, TODAY + days * DAY, _zone())
        return register_roll(
            organisation_id=self.zorg, client_id=self.anna.id, number="R-1", starts_at=starts_at, ends_at=ends_at,
            by="Packer", now=self.now - timedelta(hours=8), sachets=sachets or None,
        )  # fmt: skip

    def ask(self, client: Client, kind: str = "question", **more: Any) -> UUID:
        new = NewRequest(
            organisation_id=client.organisation_id, client_id=client.id, kind=kind, urgency="today",
            answer_by=self.now + timedelta(hours=6), by="Sanne Vos", **more,
        )  # fmt: skip
        return ask([new], self.now)[0]


def _zone() -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def shop(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    company = cast.gather(now - DAY)
    linde = found_organisation(name="De Linde", kind="care", now=now)
    ours, other = (
        found_organisation(name=name, kind="pharmacy", now=now) for name in ("De Vijzel", "De Ster")
    )
    for house in (company.zorg.id, linde.id):
        for each in (ours, other):
            agree_partnership(organisation_id=house, partner_id=each.id, purpose="medication", now=now - DAY)
    anna = register_client(
        organisation_id=company.zorg.id, name="Anna Bakker", birth_date=date(1950, 2, 3), now=now
    )
    bert = register_client(organisation_id=linde.id, name="Bert Linde", now=now)
    made = Shop(
        zorg=company.zorg.id, linde=linde.id, anna=anna, bert=bert, now=now, pharmacy=ours.id,
        foreign=register_client(organisation_id=company.eva.id, name="Eva's cliënt", now=now),
    )  # fmt: skip
    for client in (anna, bert):
        card = register_pharmacy(
            organisation_id=client.organisation_id, name="De Vijzel", partner_id=ours.id, now=now
        )
        give_pharmacy(client.id, card)
    for name, role, home in (
        ("pharmacist", "pharmacist", ours), ("other", "pharmacist", other), ("nurse", "nurse", company.zorg),
    ):  # fmt: skip
        made.accounts[name] = open_account(
            organisation_id=home.id, username=f"demo.{name}", display_name=name.title(), role=role, now=now
        )
    monkeypatch.setattr(clock, "now", lambda: made.now)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield made
    become(Role.WORKER)


def words(page: str) -> str:
    """What a person reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


MORNING = TimeLine(weekdays=EVERY_DAY, at=time(8), sachets=1)
EVENING = TimeLine(weekdays=EVERY_DAY, at=time(20), sachets=1)


def sachet(number: int, day: date, at: time, *contents: str) -> SachetOnRoll:
    said = tuple(Content(code="1", text=each, amount="1") for each in contents) or None
    return SachetOnRoll(sequence=number, day=day, at=at, contents=said)


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


def test_looking_is_logged_and_a_refresh_is_no_new_row(shop: Shop) -> None:
    """Rule 11: one row for the list; the live refresh of it within a quarter is none."""
    shop.worker(lambda: shop.ask(shop.anna))
    browser = shop.who("pharmacist")
    browser.get("/apotheek")
    browser.get("/apotheek", headers={"X-Reik-Refresh": "1"})
    query = "SELECT detail FROM kernel_accessentry WHERE detail = 'pharmacy inbox'"
    assert len(shop.worker(lambda: sql(query))) == 1


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

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            browser.get("/apotheek")
        return len(captured)

    browser = shop.who("pharmacist")
    shop.worker(lambda: more(1))
    statements()
    few = statements()
    shop.worker(lambda: more(12))
    assert statements() <= few


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
