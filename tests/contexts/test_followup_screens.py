"""Screens of follow-up arrangements: read in sentences, agreed anew, tried out; who may, and what is refused."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from urllib.parse import quote

import pytest

from reik.alerting.arrangements import seen
from reik.alerting.arrangements.choosing import OtherRoute, When
from reik.alerting.arrangements.responders import responders
from reik.alerting.models import Arrangement, CarerWay, DeliveryTest
from reik.alerting.operations import agree_arrangement
from reik.kernel import facts
from reik.kernel.database import Role, become
from reik.kernel.ids import new_id
from reik.kernel.models import Destination, OutboxMessage
from reik.kernel.operations import add_destination, open_account
from reik.kernel.outbox import MessageFailed, MessageSent
from reik.people.models import Roster
from reik.people.operations import join_team
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

ANNIE = "A. (Annie) de Boer"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(database: str, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = found_town(now, monkeypatch)
    made.move_in(ANNIE, made.north)
    for name, role in (("manager", "team_manager"), ("helper", "caregiver")):
        made.accounts[name] = open_account(
            organisation_id=made.care.id, username=name, display_name=name, role=role, now=now
        )
        join_team(
            organisation_id=made.care.id, team_id=made.north.id, account_id=made.accounts[name].id, now=now
        )
    mail = add_destination(
        organisation_id=made.care.id, channel="email", name="Wacht", now=now,
        address="smtp://127.0.0.1:25/?to=wacht@example.org&from=reik@example.org&tls=none",
    )  # fmt: skip
    add_destination(
        organisation_id=made.care.id, channel="sms", name="Wachttelefoon", now=now, secret="geheim",
        address="smpp://reik@127.0.0.1:2775/?to=%2B31612345678&from=Reik",
    )  # fmt: skip
    Roster.objects.create(
        id=new_id(now),
        organisation_id=made.care.id,
        name="Noord van dienst",
        last_resort=mail,
        created_at=now,
    )
    return made


@pytest.fixture
def visits(town: Town) -> Visits:
    become(Role.WEB)
    return Visits(town)


def page_of(town: Town, more: str = "") -> str:
    return f"/clienten/{town.id(ANNIE)}/opvolgafspraak{more}"


def desk(town: Town, name: str) -> str:
    with as_worker():
        return f"d.{Destination.objects.get(organisation_id=town.care.id, name=name).id}"


def roster(place: int = 1) -> str:
    with as_worker():
        return f"r.{Roster.objects.get().id}.{place}"


def form(town: Town, **more: str) -> dict[str, str]:
    """Two steps: the centre phones, then whoever is on duty."""
    return {
        "act": "save", "based_on": "0", "routes": "1", "steps-0": "2",
        "who-0-0": desk(town, "centre"), "does-0-0": "phone_client", "wait-0-0": "5",
        "who-0-1": roster(), "does-0-1": "ask", "wait-0-1": "10",
        "words": "Wij bellen u eerst zelf.", **more,
    }  # fmt: skip


def newest(town: Town) -> seen.VersionSeen:
    with as_worker():
        return seen.versions(town.care.id, town.id(ANNIE))[0]


def test_it_is_read_in_sentences_by_who_works_with_her(town: Town, visits: Visits) -> None:
    for who in ("nurse", "helper", "manager", "operator"):
        text = visits.text(who, page_of(town))
        assert "Dit is de standaard van de organisatie." in text
        assert "centre belt de cliënt." in text
        assert "Alleen van 08:00 tot 22:00; daarbuiten gaat het meteen verder." in text
        assert "Elke 5 minuten opnieuw, tot iemand het oppakt." in text
        assert ("/nieuw" in text) is (who in ("nurse", "manager"))
    assert any(each[0] == "view" and each[5].startswith("arrangement ") for each in logged())
    for who in ("southerner", "stranger", "daughter", "pharmacist"):
        assert visits.by(who).get(page_of(town)).status_code == 404
    for who in ("helper", "operator", "stranger", "southerner"):
        assert visits.by(who).get(page_of(town, "/nieuw")).status_code == 404
        assert visits.by(who).post(page_of(town, "/nieuw"), {}).status_code == 404


def test_a_nurse_agrees_a_version_and_the_next_says_what_changed(town: Town, visits: Visits) -> None:
    nurse = visits.by("nurse")
    assert nurse.post(page_of(town, "/nieuw"), form(town)).status_code == 302
    text = visits.text("nurse", page_of(town))
    assert "Versie 1, afgesproken door nurse" in text
    assert "Wij bellen u eerst zelf." in text
    assert "Wie dienst heeft in rooster Noord van dienst wordt gebeld" in text
    second = form(town, based_on="1", **{"wait-0-0": "8"})
    assert nurse.post(page_of(town, "/nieuw"), second).status_code == 302
    text = visits.text("nurse", page_of(town))
    assert re.search(r"Weg:</b> Gewone route, meteen: centre .* Wacht 5 minuten", text)
    assert re.search(r"Erbij:</b> Gewone route, meteen: centre .* Wacht 8 minuten", text)
    assert [each.version for each in [newest(town)]] == [2]
    assert ("change", "client", "ok", 1, "nurse", "arrangement version 2") in logged()


def test_who_began_from_an_older_version_loses_nothing_typed(town: Town, visits: Visits) -> None:
    nurse = visits.by("nurse")
    nurse.post(page_of(town, "/nieuw"), form(town))
    answer = nurse.post(page_of(town, "/nieuw"), form(town, words="Mijn woorden"))
    assert answer.status_code == 422
    assert "Iemand anders maakte intussen een nieuwe versie." in answer.content.decode()
    assert "Mijn woorden" in answer.content.decode()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"since-0-1": "08:00", "until-0-1": "18:00"}, "moet op elk uur bereikbaar zijn"),
        ({"since-0-0": "08:00", "until-0-0": ""}, "Schrijf beide uren"),
        ({"since-0-0": "08:00", "until-0-0": "08:00"}, "zijn leeg"),
        ({"who-0-1": ""}, "Kies wie er gevraagd wordt."),
        ({"who-0-1": "d.00000000-0000-0000-0000-000000000000"}, "Kies wie er gevraagd wordt."),
        ({"wait-0-0": "veel"}, "Wacht 1 tot 120 minuten"),
        ({"wait-0-1": "0"}, "Wacht 1 tot 120 minuten"),
        ({"steps-0": "0"}, "minstens één stap"),
    ],
)
def test_what_would_end_with_nobody_is_not_saved_and_stays_on_the_form(
    town: Town, visits: Visits, more: dict[str, str], sentence: str
) -> None:
    answer = visits.by("nurse").post(page_of(town, "/nieuw"), form(town, **more))
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert "Wij bellen u eerst zelf." in answer.content.decode()
    with as_worker():
        assert not Arrangement.objects.filter(client_id=town.id(ANNIE)).exists()


def test_other_routes_rows_and_presets_work_without_a_script(town: Town, visits: Visits) -> None:
    nurse = visits.by("nurse")
    new = page_of(town, "/nieuw")
    with_more = nurse.post(new, form(town, act="more-0")).content.decode()
    assert 'name="who-0-2"' in with_more
    with_route = nurse.post(new, form(town, act="route")).content.decode()
    assert 'name="who-1-1"' in with_route
    preset = {"act": "preset-centre_first", "p_centre": desk(town, "centre"), "p_team": roster()}
    text = nurse.post(new, form(town) | preset).content.decode()
    assert 'value="Tijdkritisch"' in text
    without = nurse.post(new, form(town) | preset | {"p_centre": ""})
    assert "Kies eerst welke zorgcentrale" in without.content.decode()
    assert nurse.post(new, form(town, act="nonsense")).status_code == 404
    night = {
        "routes": "2", "steps-1": "1", "who-1-0": roster(), "does-1-0": "ask", "wait-1-0": "5", "name-1": "Nacht",
        "day-1": "5", "crit-1": "1", "rfrom-1": "23:00", "runtil-1": "07:00", "moments-1": "",
    }  # fmt: skip
    assert nurse.post(new, form(town, **night)).status_code == 302
    assert newest(town).routes[1].when == When(
        weekdays=0b100000, hours=(time(23), time(7)), criticalities=0b010
    )
    text = visits.text("nurse", page_of(town))
    assert "Zaterdag, 23:00 tot 07:00, alleen bij momenten die gewoon zijn." in text
    never = nurse.post(new, form(town, **{**night, "based_on": "1", "day-1": ""}))
    assert "Nacht: Deze route geldt nooit" in never.content.decode()


def test_a_preset_can_be_agreed_as_it_is(town: Town, visits: Visits) -> None:
    """What the form shows after a preset is what it sends: taken from its own fields."""
    nurse, new = visits.by("nurse"), page_of(town, "/nieuw")
    preset = {"act": "preset-without_centre", "p_team": roster()}
    shown = nurse.post(new, form(town) | preset).content.decode()
    assert nurse.post(new, {**fields(shown), "act": "save"}).status_code == 302
    routes = newest(town).routes
    assert [each.action for each in routes[0].steps] == [
        "phone_client",
        "ask_team",
        "ask_team",
        "ask_team",
        "ask_team",
    ]
    assert routes[0].steps[-1].place == 2
    assert routes[1].name == "Tijdkritisch"


def fields(html: str) -> dict[str, list[str] | str]:
    """What a browser would send of this form."""
    found: dict[str, list[str] | str] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            known = found.setdefault(name[1], [])
            assert isinstance(known, list)
            known.append(value[1] if value else "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', html, re.S):
        found[name] = inner
    return found


def test_the_preview_goes_by_the_rules_of_a_real_alert(town: Town, visits: Visits) -> None:
    with as_worker():
        desks = {each.name: each for each in Destination.objects.filter(organisation_id=town.care.id)}
        steps = cast.three_steps(desks)
        agree_arrangement(
            organisation_id=town.care.id, client_id=town.id(ANNIE), route=steps, agreed_by="Jo", now=town.now,
            others=[OtherRoute(name="Nacht", when=When(hours=(time(23), time(7))), steps=(steps[2],))],
        )  # fmt: skip
    late = visits.text("nurse", page_of(town, f"?op={quote('2026-11-23T22:30')}&soort=1"))
    assert "overgeslagen: buiten de afgesproken uren 08:00-22:00" in late
    night = visits.text("nurse", page_of(town, f"?op={quote('2026-11-23T23:30')}&soort=1"))
    assert '<p class="b">Nacht</p>' in night
    assert visits.by("nurse").get(page_of(town, "?op=onzin&soort=9")).status_code == 200


class TestWays:
    """A wrong number is found by a delivery test at entry."""

    def add(self, town: Town, visits: Visits, channel: str, to: str, who: str = "nurse"):
        with as_worker():
            (carer,) = responders(town.care.id, town.id(ANNIE)).carers
        said = {"act": "add", "carer": str(carer.id), "channel": channel, "to": to}
        return visits.by(who).post(page_of(town, "/bereik"), said)

    def test_a_number_is_entered_and_tested_at_once(self, town: Town, visits: Visits) -> None:
        assert self.add(town, visits, "sms", "06 1234 5679").status_code == 302
        with as_worker():
            test = DeliveryTest.objects.get()
            assert OutboxMessage.objects.get(id=test.id).destination.channel == "sms"
            (carer,) = responders(town.care.id, town.id(ANNIE)).carers
            assert [(each.channel, each.shown) for each in carer.ways] == [("sms", "…5679")]
        text = visits.text("nurse", page_of(town, "/bereik"))
        assert "Proef onderweg" in text
        assert "0612345679" not in text
        assert "31612345679" not in text
        with as_worker():
            facts.publish([MessageFailed(message_id=test.id, error="unknown subscriber")], town.now)
        text = visits.text("nurse", page_of(town, "/bereik"))
        assert "Proef kwam niet aan" in text
        assert "unknown subscriber" in text
        code = f"c.{carer.id}.{test.destination_id}"
        answer = visits.by("nurse").post(
            page_of(town, "/nieuw"), form(town, **{"who-0-0": code, "does-0-0": "ask"})
        )
        assert (answer.status_code, "De proef kwam niet aan" in answer.content.decode()) == (422, True)
        again = {"act": "test", "destination": str(test.destination_id)}
        assert visits.by("nurse").post(page_of(town, "/bereik"), again).status_code == 302
        with as_worker():
            facts.publish([MessageSent(message_id=DeliveryTest.objects.latest("id").id)], town.now)
        assert "Proef verstuurd en aangenomen" in visits.text("nurse", page_of(town, "/bereik"))
        answer = visits.by("nurse").post(
            page_of(town, "/nieuw"), form(town, **{"who-0-0": code, "does-0-0": "ask"})
        )
        assert answer.status_code == 302
        assert newest(town).routes[0].steps[0].carer_id == carer.id

    def test_the_same_number_twice_is_one_way(self, town: Town, visits: Visits) -> None:
        for to in ("06-12345679", "+31 6 12345679", "0031612345679"):
            assert self.add(town, visits, "sms", to).status_code == 302
        with as_worker():
            assert (CarerWay.objects.count(), DeliveryTest.objects.count()) == (1, 3)

    @pytest.mark.parametrize(
        ("channel", "to", "sentence"),
        [
            ("sms", "12", "Dit is geen telefoonnummer."),
            ("sms", "061234567", "Dit is geen telefoonnummer."),
            ("email", "petra", "Dit is geen e-mailadres."),
            ("email", "a@b.nl&tls=none", "Dit is geen e-mailadres."),
            ("webpush", "", "nog geen account"),
        ],
    )
    def test_what_is_no_number_is_refused_and_nothing_is_made(
        self, town: Town, visits: Visits, channel: str, to: str, sentence: str
    ) -> None:
        answer = self.add(town, visits, channel, to)
        assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
        with as_worker():
            assert (CarerWay.objects.count(), DeliveryTest.objects.count()) == (0, 0)

    def test_nobody_else_may(self, town: Town, visits: Visits) -> None:
        for who in ("helper", "operator", "southerner", "stranger", "daughter"):
            assert self.add(town, visits, "sms", "0612345679", who).status_code == 404
        other = {"act": "test", "destination": "00000000-0000-0000-0000-000000000000"}
        assert visits.by("nurse").post(page_of(town, "/bereik"), other).status_code == 404


def test_the_organisations_default_has_its_own_page(town: Town, visits: Visits) -> None:
    text = visits.text("nurse", "/opvolgafspraak")
    assert "Standaard van uw organisatie" in text
    assert "/nieuw" not in text
    assert visits.by("nurse").get("/opvolgafspraak/nieuw").status_code == 404
    assert visits.by("operator").get("/opvolgafspraak").status_code == 404
    said = form(town, based_on="1")
    assert visits.by("manager").post("/opvolgafspraak/nieuw", said).status_code == 302
    assert "Versie 2, afgesproken door manager" in visits.text("manager", "/opvolgafspraak")
    assert "Petra" not in visits.text("manager", "/opvolgafspraak/bereik")
    test = {"act": "test", "destination": desk(town, "team").removeprefix("d.")}
    assert visits.by("manager").post("/opvolgafspraak/bereik", test).status_code == 302
    assert "Dit is de standaard van de organisatie." in visits.text("nurse", page_of(town))
