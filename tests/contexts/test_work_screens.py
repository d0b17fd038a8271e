"""Typing, reading back, rolls, linking: roles, tenancy, second person, nothing lost, sentences (R15 to R29)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.test import override_settings

from reik.dispensing.devices.shares import region_of
from reik.dispensing.models import DeviceSecret, Dispenser, Moment
from reik.ingest import letters
from reik.interop.fhir import port
from reik.kernel import clock
from reik.kernel.database import Role, become
from reik.kernel.operations import found_organisation, mark_installation, open_account
from reik.medication.models import AgreementMessage, Finding, Roll, Sachet, Schedule
from reik.medication.operations import register_roll
from reik.medication.rolls.check import Refusal
from reik.medication.rolls.sachets import SachetOnRoll
from reik.medication.times.schedule import instant_of
from reik.people.access import actor_for
from reik.people.models import Client
from reik.people.operations import agree_partnership, form_team, join_team, register_client
from reik.web import frame
from reik.web.work import words
from reik.web.work.flaws import schedule_flaw
from tests import cast
from tests.cast import rows as sql
from tests.contexts.fhir_letters import as_json, patient, usual

DAY = timedelta(days=1)


@dataclass(kw_only=True)
class House:
    """Two teams, a pharmacy that serves the organisation, and another organisation."""

    zorg: UUID
    anna: Client
    south: Client
    foreign: Client
    now: datetime
    accounts: dict[str, Any] = field(default_factory=dict)

    def who(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.accounts[name])
        return browser

    def worker(self, what: Any) -> Any:
        become(Role.WORKER)
        found = what()
        become(Role.WEB)
        return found


@pytest.fixture
def house(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    company = cast.gather(now - DAY)
    zorg, eva = company.zorg, company.eva
    pharmacy = found_organisation(name="Apotheek", kind="pharmacy", now=now)
    agree_partnership(organisation_id=zorg.id, partner_id=pharmacy.id, purpose="medication", now=now - DAY)
    north, south = (form_team(organisation_id=zorg.id, name=name, now=now) for name in ("Noord", "Zuid"))
    anna = register_client(
        organisation_id=zorg.id, name="Anna Bakker", birth_date=date(1950, 2, 3), team_id=north.id, now=now
    )
    made = House(
        zorg=zorg.id, anna=anna, now=now,
        south=register_client(organisation_id=zorg.id, name="Zuster van Zuid", team_id=south.id, now=now),
        foreign=register_client(organisation_id=eva.id, name="Eva's cliënt", now=now),
    )  # fmt: skip
    for name, role, home, team in (
        ("nurse", "nurse", zorg, north), ("second", "caregiver", zorg, north), ("southerner", "nurse", zorg, south),
        ("pharmacist", "pharmacist", pharmacy, None), ("operator", "operator", company.centre, None),
        ("stranger", "nurse", eva, None),
    ):  # fmt: skip
        made.accounts[name] = open_account(
            organisation_id=home.id, username=f"demo.{name}", display_name=name.title(), role=role, now=now
        )
        if team is not None:
            join_team(organisation_id=home.id, team_id=team.id, account_id=made.accounts[name].id, now=now)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    become(Role.WEB)
    with override_settings(ALLOWED_HOSTS=["*"]):
        yield made
    become(Role.WORKER)


def rows_of(*typed: dict[str, str]) -> dict[str, str]:
    """The form as a browser sends it."""
    sent = {"rows": str(len(typed)), "act": "save"}
    for number, row in enumerate(typed):
        whole = {"at": "", "n": "1", "days": "all", "win": "45", **row}
        sent |= {f"{name}-{number}": value for name, value in whole.items()}
    return sent


def write(house: House, who: str = "nurse", *typed: dict[str, str]) -> str:
    """A draft; gives the address where it is read back."""
    answer = house.who(who).post(
        f"/clienten/{house.anna.id}/schema", rows_of(*(typed or ({"at": "8", "n": "2"}, {"at": "2000"})))
    )
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def confirmed(house: House) -> None:
    house.who("second").post(write(house) + "/klopt")


def log(house: House) -> list[tuple[Any, ...]]:
    query = "SELECT act, object_kind, outcome, detail FROM kernel_accessentry ORDER BY recorded_at, id"
    return list(house.worker(lambda: sql(query)))


def page(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# Who may come in


def test_each_role_finds_its_rooms_and_outsiders_nothing(house: House) -> None:
    base = f"/clienten/{house.anna.id}"
    addresses = [
        "/werklijst",
        "/werklijst/lijst",
        *(f"{base}/{each}" for each in ("werk", "schema", "rollen", "dispenser")),
    ]
    for name in ("nurse", "pharmacist"):
        assert {house.who(name).get(each).status_code for each in addresses} == {200}
    for name in ("southerner", "stranger"):
        assert {house.who(name).get(each).status_code for each in addresses[2:]} == {404}
    assert {house.who("operator").get(each).status_code for each in addresses} == {404}
    assert Browser().get("/werklijst")["Location"].startswith("/inloggen")
    assert house.who("nurse").get("/clienten/nieuw").status_code == 200
    assert house.who("pharmacist").get("/clienten/nieuw").status_code == 404


def test_what_another_team_wrote_is_not_there(house: House) -> None:
    draft = write(house)
    for name in ("southerner", "stranger"):
        assert house.who(name).get(draft).status_code == 404
        assert house.who(name).post(draft + "/klopt").status_code == 404
    assert house.worker(lambda: Schedule.objects.get().confirmed_at) is None


def test_every_view_and_act_stands_in_the_access_log(house: House) -> None:
    draft = write(house)
    house.who("nurse").post(draft + "/klopt")  # her own: refused
    house.who("second").get(draft)
    house.who("second").post(draft + "/klopt")
    said = log(house)
    assert ("create", "schedule", "ok", "draft") in said
    assert ("refused", "schedule", "refused", "confirm") in said
    assert ("change", "schedule", "ok", "read back") in said
    assert any(act == "view" and detail.startswith("schedule ") for act, _kind, _outcome, detail in said)


# A client typed by hand


def test_a_client_is_typed_and_the_times_come_next(house: House) -> None:
    typed = {
        "salutation": "Mw.",
        "name": "B. (Bea) Nieuw",
        "birth_date": "3-4-1941",
        "phone": "053 555 01 01",
        "team": "",
    }
    typed["team"] = str(house.anna.team_id)
    answer = house.who("nurse").post("/clienten/nieuw", typed)
    made = house.worker(lambda: Client.objects.get(name="B. (Bea) Nieuw"))
    assert answer["Location"] == f"/clienten/{made.id}/schema"
    assert (made.organisation_id, made.birth_date, made.team_id) == (
        house.zorg,
        date(1941, 4, 3),
        house.anna.team_id,
    )
    assert ("create", "client", "ok", "typed by hand") in log(house)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"birth_date": "31-2-1940"}, "Vul de geboortedatum in"),
        ({"phone": "geen"}, "Dit is geen telefoonnummer"),
        ({"bsn": "999990018"}, "Dit is geen geldig BSN"),
        ({"team": "00000000-0000-7000-8000-000000000001"}, "Kies het team."),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(
    house: House, wrong: dict[str, str], says: str
) -> None:
    typed = {
        "name": "Bea Nieuw", "birth_date": "3-4-1941", "phone": "053 555 01 01", "address": "Voorbeeldstraat 7, Losser",
        "caller_note": "hoort slecht", "bsn": "", "team": str(house.anna.team_id), **wrong,
    }  # fmt: skip
    answer = house.who("nurse").post("/clienten/nieuw", typed)
    said = page(answer)
    assert answer.status_code == 422
    assert said.count(says) == 2  # in the summary and at the field
    for name in ("name", "birth_date", "phone", "address", "caller_note", "bsn"):
        if typed[name]:
            assert f'value="{typed[name]}"' in said
    assert house.worker(Client.objects.count) == 3


def test_in_a_demo_a_bsn_is_made_up_and_somebody_twice_is_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.worker(lambda: mark_installation("demo", house.now))
    typed = {
        "name": "Anna Bakker",
        "birth_date": "03-02-1950",
        "team": str(house.anna.team_id),
        "bsn": "111222333",
    }
    twin = house.who("nurse").post("/clienten/nieuw", typed)
    assert "Deze cliënt lijkt er al te zijn" in page(twin)
    assert "gebruik een BSN dat met 9999 begint" in page(
        house.who("nurse").post("/clienten/nieuw", {**typed, "anyway": "1"})
    )
    answer = house.who("nurse").post("/clienten/nieuw", {**typed, "anyway": "1", "bsn": "999990019"})
    assert answer.status_code == 302
    again = house.who("nurse").post("/clienten/nieuw", {**typed, "name": "Ander", "bsn": "999990019"})
    assert "Dit BSN is al van een andere cliënt" in page(again)


# A schedule


def test_times_as_people_type_them_become_a_draft_that_plans_nothing(house: House) -> None:
    write(
        house, "nurse", {"at": "8", "n": "2"}, {"at": "20.30", "days": "week", "win": "75"}, {},
        {"at": "1315", "days": "own", "day": "3", "win": "15"},
    )  # fmt: skip
    schedule = house.worker(lambda: Schedule.objects.prefetch_related("lines").get())
    lines = sorted(
        (f"{x.at:%H:%M}", x.sachets, x.weekdays, x.window_min, x.criticality) for x in schedule.lines.all()
    )
    assert lines == [("08:00", 2, 127, 45, 1), ("13:15", 1, 4, 15, 1), ("20:30", 1, 31, 75, 2)]
    assert (schedule.written_by, schedule.confirmed_at) == ("Nurse", None)
    assert house.worker(Moment.objects.count) == 0


def test_a_wrong_row_keeps_all_that_was_typed(house: House) -> None:
    sent = rows_of({"at": "8", "n": "2"}, {"at": "25:00", "n": "0", "days": "own"})
    answer = house.who("nurse").post(f"/clienten/{house.anna.id}/schema", sent)
    said = page(answer)
    assert answer.status_code == 422
    for words_of_error in (
        "Een tijd is uren en minuten",
        "Een moment heeft 1 tot 30",
        "Kies ten minste één dag",
    ):
        assert said.count(words_of_error) == 2
    assert 'value="25:00"' in said
    assert 'name="n-0" value="2"' in said
    assert not house.worker(Schedule.objects.exists)


def test_without_script_a_row_comes_and_goes_by_the_server(house: House) -> None:
    browser, address = house.who("nurse"), f"/clienten/{house.anna.id}/schema"
    more = page(browser.post(address, {**rows_of({"at": "8", "n": "3"}), "act": "row"}))
    assert 'name="at-1"' in more
    assert 'name="n-0" value="3"' in more
    less = page(browser.post(address, {**rows_of({"at": "8"}, {"at": "9"}), "act": "less-0"}))
    assert 'name="at-0" value="9"' in less


def test_time_critical_and_the_latest_time_are_the_pharmacys(house: House) -> None:
    """R27, R29: a team neither sets nor loses them."""
    address = f"/clienten/{house.anna.id}/schema"
    refused = house.who("nurse").post(address, rows_of({"at": "8", "win": "15c"}))
    assert "Tijdkritisch kiest alleen de voorschrijver of de apotheek" in page(refused)
    write(house, "nurse", {"at": "8", "late": "11:00"})
    draft = write(
        house, "pharmacist", {"at": "8", "win": "15c", "late": "9:30"}, {"at": "23:30", "late": "0:45"}
    )
    house.who("nurse").post(draft + "/klopt")
    write(house, "nurse", {"at": "8", "n": "2", "win": "75", "late": ""}, {"at": "23:30"}, {"at": "12"})
    versions = house.worker(lambda: list(Schedule.objects.prefetch_related("lines").order_by("version")))
    found = [
        {f"{x.at:%H:%M}": (x.window_min, x.late_min, x.criticality) for x in each.lines.all()}
        for each in versions
    ]
    assert found[0] == {"08:00": (45, None, 1)}  # what the nurse typed there does not count
    assert found[1] == {"08:00": (15, 90, 0), "23:30": (45, 75, 1)}
    assert found[2] == {"08:00": (15, 90, 0), "23:30": (45, 75, 1), "12:00": (45, None, 1)}


def test_the_writer_cannot_read_back_and_is_told_who_can(house: House) -> None:
    draft = write(house)
    own = page(house.who("nurse").get(draft))
    assert "U typte dit zelf" in own
    assert "Second" in own and "Pharmacist" in own  # noqa: PT018
    assert "Southerner" not in own
    assert draft + "/klopt" not in own
    answer = house.who("nurse").post(draft + "/klopt")
    assert "vraag een collega" in page(answer)
    assert house.worker(lambda: Schedule.objects.get().confirmed_at) is None
    assert house.who("second").post(draft + "/klopt")["Location"] == f"/clienten/{house.anna.id}/rollen"
    assert house.worker(lambda: Schedule.objects.get().confirmed_by) == "Second"


def test_what_is_not_right_goes_back_and_a_new_draft_takes_its_place(house: House) -> None:
    draft = write(house)
    assert "Schrijf op wat er niet klopt" in page(
        house.who("second").post(draft + "/klopt-niet", {"because": " "})
    )
    house.who("second").post(draft + "/klopt-niet", {"because": "20:00 moet 21:00 zijn"})
    assert "20:00 moet 21:00 zijn" in page(house.who("nurse").get("/werklijst"))
    form = page(house.who("nurse").get(f"/clienten/{house.anna.id}/schema"))
    assert "20:00 moet 21:00 zijn" in form
    assert 'value="20:00"' in form
    assert "ging terug naar de schrijver" in page(house.who("pharmacist").post(draft + "/klopt"))
    newer = write(house, "nurse", {"at": "8"}, {"at": "21"})
    assert "Er is een nieuwere versie" in page(house.who("second").get(draft))
    assert house.who("pharmacist").post(newer + "/klopt").status_code == 302


def test_reading_back_shows_sentences_and_what_changes(house: House) -> None:
    confirmed(house)
    said = page(house.who("second").get(write(house, "nurse", {"at": "8", "n": "3"}, {"at": "12"})))
    assert "Elke dag om 08:00: 3 zakjes." in said
    assert "was: 08:00, elke dag, 2 zakjes" in said
    assert re.search(r"<b>Nieuw</b> 12:00", said)
    assert re.search(r"<b>Vervalt</b> 20:00", said)
    assert said.count('class="strip"') == 8  # seven days and the axis


def test_a_list_is_all_or_nothing_and_knows_own_clients_only(house: House) -> None:
    header = "naam;geboortedatum;dagen;tijd;zakjes;venster;uiterlijk\n"
    anna = "Anna Bakker;3-2-1950;ma-vr;08:00;2;45;120\n"
    stranger = "Zuster van Zuid;1-1-1940;dagelijks;08:00;1;45;\n"

    def send(text: str, **more: str) -> str:
        file = SimpleUploadedFile("lijst.csv", text.encode(), "text/csv")
        return page(house.who("nurse").post("/werklijst/lijst", {"file": file, **more}))

    refused = send(header + anna + stranger)
    assert "regel 3: deze cliënt is niet gevonden." in refused
    assert not house.worker(Schedule.objects.exists)
    assert "1 schema staat klaar" in send(header + anna + stranger, only_good="1")
    (line,) = house.worker(lambda: list(Schedule.objects.get().lines.all()))
    assert (line.sachets, line.late_min) == (2, None)  # a team sets no latest hand-out time
    assert "De eerste regel noemt de kolommen" in send("dit is geen lijst\n")


# Rolls


ROLL = {"number": "26-0418", "day": "24-11-2026", "time": "00:00", "days": "7", "how": "plan", "first": "1"}


def register(house: House, who: str = "pharmacist", **changes: str) -> Any:
    return house.who(who).post(f"/clienten/{house.anna.id}/rollen", {**ROLL, **changes})


def test_from_the_plan_to_the_home_and_into_the_dispenser_by_hand(house: House) -> None:
    confirmed(house)
    address = register(house, first="11")["Location"]
    roll = house.worker(lambda: Roll.objects.get())
    assert (roll.first, roll.last, roll.count, roll.registered_by) == (11, 31, 21, "Pharmacist")
    said = page(house.who("nurse").get(address))
    assert said.count("inhoud niet bekend") == 21
    assert "2 van 2" in said
    assert (
        house.who("nurse").post(address + "/bezorgen")["Location"] == f"/clienten/{house.anna.id}/dispenser"
    )
    wrong = page(house.who("nurse").post(address + "/laden", {"first": "11", "last": "31", "count": "20"}))
    assert "De rol heeft 21 zakjes, van 11 tot en met 31: tel opnieuw." in wrong
    assert 'value="20"' in wrong
    house.who("nurse").post(address + "/laden", {"first": "11", "last": "31", "count": "21"})
    assert "Schrijf op waarom." in page(house.who("nurse").post(address + "/terug", {"because": ""}))
    assert house.worker(lambda: Roll.objects.get().state) == "loaded"
    house.who("nurse").post(address + "/terug", {"because": "andere dosering"})
    assert house.worker(lambda: Roll.objects.get().left_reason) == "andere dosering"
    assert ("refused", "roll", "refused", "laden") in log(house)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"how": "counted", "last": "21", "count": "20"},
            "Van 1 tot en met 21 zijn 21 zakjes, niet 20: tel opnieuw.",
        ),
        (
            {"how": "counted", "last": "20", "count": "20"},
            "Het schema heeft in deze periode 21 zakjes en de rol 20",
        ),
        ({"day": "2-11-2026"}, "De periode van deze rol is voorbij."),
        ({"number": ""}, "Vul het nummer in"),
        ({"days": "x"}, "voor hoeveel dagen"),
    ],
)
def test_each_refusal_is_said_in_dutch_with_all_that_was_typed(
    house: House, changes: dict[str, str], says: str
) -> None:
    confirmed(house)
    answer = register(house, **changes)
    assert answer.status_code == 422
    assert says in page(answer)
    for name, value in {**ROLL, **changes}.items():
        if name != "how" and value:
            assert f'name="{name}" value="{value}"' in page(answer)
    assert not house.worker(Roll.objects.exists)


def test_overlap_and_gap_are_named_and_a_gap_may_be_explained(house: House) -> None:
    confirmed(house)
    register(house)
    assert "De periode overlapt met rol 26-0418" in page(register(house, number="26-0419", day="25-11-2026"))
    gap = page(register(house, number="26-0419", day="3-12-2026"))
    assert "hebben 4 momenten geen zakje; het eerste op 01-12-2026 om 08:00" in gap
    assert 'name="gap"' in gap
    assert register(house, number="26-0419", day="3-12-2026", gap="opgenomen").status_code == 302


def test_a_difference_waits_for_the_pharmacy_and_her_reason(house: House) -> None:
    confirmed(house)
    begin, end = (instant_of(date(2026, 11, day), time(), frame.ZONE) for day in (24, 25))
    sachet = SachetOnRoll(sequence=1, day=date(2026, 11, 24), at=time(8))
    id = house.worker(lambda: register_roll(
        organisation_id=house.zorg, client_id=house.anna.id, number="26-1", starts_at=begin, ends_at=end, by="packer",
        now=house.now, sachets=[sachet],
    ))  # fmt: skip
    address = f"/clienten/{house.anna.id}/rollen/{id}"
    said = page(house.who("nurse").get(address))
    assert "di 24 november 08:00: 2 gepland, 1 op de rol." in said
    assert "di 24 november 20:00: 1 gepland, 0 op de rol." in said
    assert "akkoord" not in said.lower()
    assert "De apotheek moet eerst naar deze rol kijken:" in page(
        house.who("nurse").post(address + "/bezorgen")
    )
    assert house.who("nurse").post(address + "/akkoord", {"because": "mag"}).status_code == 404
    finding = house.worker(lambda: Finding.objects.order_by("key").first())
    settle = f"/werklijst/verschil/{finding.id}"
    assert house.who("nurse").post(settle, {"because": "mag"}).status_code == 404
    assert "Schrijf op waarom dit verschil mag." in page(
        house.who("pharmacist").post(settle, {"because": ""})
    )
    house.who("pharmacist").post(settle, {"because": "eerste dag half"})
    house.who("pharmacist").post(address + "/akkoord", {"because": "eerste dag half"})
    assert set(house.worker(lambda: list(Finding.objects.values_list("settled_because", flat=True)))) == {
        "eerste dag half"
    }
    assert house.who("nurse").post(address + "/bezorgen").status_code == 302


def test_no_sentence_of_a_refusal_stays_english_and_what_is_unknown_keeps_its_own() -> None:
    known = [
        Refusal("number", "A roll has a number"), Refusal("wrong_period", "Sachet 3 lies outside the period."),
        Refusal("state", "This roll is returned: it cannot be used like this."),
        Refusal("differs", "24-11-2026 08:00: planned at this time, on the roll at 09:00."),
    ]  # fmt: skip
    assert [words.refusal_words(each) for each in known] == [
        "Een rol heeft een nummer van ten hoogste 64 tekens: kijk op het etiket.",
        "Zakje 3 valt buiten de periode van de rol.",
        "Deze rol is teruggestuurd: zo kan hij niet worden gebruikt.",
        "di 24 november 08:00: zo gepland, op de rol om 09:00.",
    ]
    assert words.refusal_words(Refusal("new", "Something new.")) == "Something new."
    assert schedule_flaw("Line 3: name the days of the week.") == "Kies ten minste één dag."
    assert schedule_flaw("Something new.") == "Something new."


# Messages


def send(house: House, bundle: Any) -> None:
    account = house.accounts["pharmacist"]
    become(Role.WEB)
    actor = actor_for(account.id, house.now)
    port.take_in(as_json(bundle), actor=actor, organisation_id=house.zorg, now=house.now)


def test_a_message_is_linked_to_a_client_or_refused_with_a_reason(house: House) -> None:
    send(house, usual(of=patient(None, number="A-1")))
    listed = page(house.who("nurse").get("/werklijst"))
    (to_link,) = re.findall(r"/koppelen/([0-9a-f-]{36})", listed)
    assert "A. Bakker" in listed
    assert house.who("stranger").get(f"/koppelen/{to_link}").status_code == 404
    shown = page(house.who("nurse").get(f"/koppelen/{to_link}"))
    assert "zelfde geboortedatum" in shown
    assert "A-1" not in shown
    assert "Kies een cliënt." in page(house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": ""}))
    assert (
        house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.south.id)}).status_code
        == 404
    )
    assert "Schrijf op waarom" in page(
        house.who("nurse").post(f"/koppelen/{to_link}/weiger", {"because": ""})
    )
    answer = house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.anna.id)})
    assert answer["Location"] == f"/clienten/{house.anna.id}/werk"
    assert house.worker(AgreementMessage.objects.count) == 1
    assert "1 afspraak" in page(house.who("nurse").get(answer["Location"]))
    assert ("change", "to link", "ok", "linked") in log(house)
    assert "Laatste bericht van de apotheek" in page(house.who("nurse").get("/werklijst"))


def test_what_cannot_be_planned_and_what_differs_is_said_in_words(house: House) -> None:
    send(house, usual(of=patient(None, number="A-1")))
    (to_link,) = re.findall(r"/koppelen/([0-9a-f-]{36})", page(house.who("nurse").get("/werklijst")))
    house.who("nurse").post(f"/koppelen/{to_link}/koppel", {"client": str(house.anna.id)})
    vague = usual(number="TA-2", of=patient(None, number="A-1"))
    next(
        each["resource"]
        for each in vague["entry"]
        if each["resource"]["resourceType"] == "MedicationDispense"
    )["dosageInstruction"] = [{"text": "volgens afspraak"}]
    house.now += timedelta(minutes=1)
    send(house, vague)
    confirmed(house)
    listed = page(house.who("pharmacist").get("/werklijst"))
    assert "er staat geen tijd bij" in listed
    assert "20:00 staat in het schema en niet in de afspraken van de apotheek." in listed


def test_a_device_message_that_was_not_understood_is_shown_by_its_number_only(house: House) -> None:
    def park(client: Client, device: str) -> UUID:
        cast.beside(client, device, house.now)
        letter = letters.keep(
            organisation_id=house.zorg, interpreter="device/1", peer=device, body=b"het geheim", now=house.now
        )
        letters.settle(letter, letters.Fate.PARKED, "poison")
        return letter.id

    ours, theirs = (
        house.worker(lambda: park(house.anna, "REIK-1")),
        house.worker(lambda: park(house.south, "REIK-2")),
    )
    listed = page(house.who("nurse").get("/werklijst"))
    assert str(ours) in listed
    assert str(theirs) not in listed
    assert "geheim" not in listed
    assert str(theirs) in page(house.who("pharmacist").get("/werklijst"))
    assert str(ours) not in page(house.who("stranger").get("/werklijst"))


def test_nothing_to_do_says_what_was_looked_at(house: House) -> None:
    said = page(house.who("nurse").get("/werklijst"))
    assert "Niets te doen." in said
    assert "Nog geen bericht van de apotheek." in said
    assert "Nagekeken om 08:00: 1 cliënt." in said


# Dispensers


def test_a_real_device_shows_its_document_once(house: House) -> None:
    address = f"/clienten/{house.anna.id}/dispenser"
    assert "3 tot 32 hoofdletters" in page(house.who("nurse").post(address, {"label": "é"}))
    answer = house.who("nurse").post(address, {"label": "reik-0001"})
    said = answer.content.decode()
    document = json.loads(re.search(r"<pre[^>]*>(.*?)</pre>", said, re.S)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert document["device"] == "REIK-0001"
    assert set(document) == {"device", "password", "key", "mqtt", "https", "ca"}
    assert "no-store" in answer["Cache-Control"]
    assert document["password"] not in page(house.who("nurse").get(address))
    assert "heeft al een dispenser" in page(house.who("nurse").post(address, {"label": "REIK-0001"}))
    assert house.worker(DeviceSecret.objects.count) == 1
    house.who("nurse").post(address, {"label": "REIK-0001", "again": "1"})
    assert house.worker(DeviceSecret.objects.count) == 2


def test_what_a_dispenser_belongs_to_is_set_where_it_is_linked_and_on_its_page(house: House) -> None:
    address, nurse = f"/clienten/{house.anna.id}/dispenser", house.who("nurse")
    refused = nurse.post(address, {"label": "REIK-0001", "network": "x" * 61})
    assert "ten hoogste 60 letters" in page(refused)
    assert house.worker(DeviceSecret.objects.count) == 0
    nurse.post(address, {"label": "REIK-0001", "network": " KPN  mobiel ", "region": "Twente"})

    def shared() -> tuple[str, ...]:
        return house.worker(
            lambda: Dispenser.objects.values_list("network", "supplier", "region").get(device="REIK-0001")
        )

    assert shared() == ("KPN mobiel", "", "Twente")
    assert 'value="KPN mobiel"' in page(nurse.get(address))
    nurse.post(f"{address}/hoort-bij", {"network": "kpn MOBIEL", "supplier": "Doos BV", "region": ""})
    assert shared() == ("KPN mobiel", "Doos BV", "")  # one spelling: by that an outage is known
    assert "ten hoogste 60 letters" in page(nurse.post(f"{address}/hoort-bij", {"network": "a" * 61}))
    assert house.who("southerner").post(f"{address}/hoort-bij", {"network": "x"}).status_code == 404
    assert shared()[0] == "KPN mobiel"


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("Voorbeeldstraat 1, 7622 AB Borne", "postcode 76"), ("Weg 1234, 1011ab Amsterdam", "postcode 10"),
        ("Voorbeeldstraat 1, Borne", ""), ("", ""), ("Laan 0123 AB", ""),
    ],
)  # fmt: skip
def test_the_region_is_proposed_from_the_postcode(address: str, region: str) -> None:
    assert region_of(address) == region


def test_on_a_real_installation_nothing_of_a_demo_is_offered(house: House) -> None:
    form = page(house.who("nurse").get(f"/clienten/{house.anna.id}/schema"))
    assert "Over 2 minuten" not in form
    soon = page(
        house.who("nurse").post(f"/clienten/{house.anna.id}/schema", {**rows_of({"at": "8"}), "act": "soon"})
    )
    assert 'name="at-0" value="8"' in soon
    assert "Lees terug als" not in page(house.who("nurse").get(write(house)))
    assert "virtuele" not in page(house.who("nurse").get(f"/clienten/{house.anna.id}/dispenser"))
    assert house.worker(Sachet.objects.count) == 0
