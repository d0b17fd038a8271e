"""Own indicators with their versions, kept cases then and now, and the rows behind the denominators (R66, C17)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from reik.dispensing.devices.in_use import ended_in_use, in_use, rows_in_use
from reik.dispensing.models import Dispenser
from reik.value.case.assumptions import NewRange, assume
from reik.value.case.keeping import kept_cases
from reik.value.indicators.own import own_indicators, versions_of
from tests import cast
from tests.contexts.screens_town import Town, Visits, as_worker, logged, plain
from tests.contexts.value.manager_town import ANNIE, BRAM

DAY = timedelta(days=1)
SLEEP = {
    "naam": "Doorslapen", "domein": "quality", "gewicht": "must", "teller": "Nachten zonder bel", "noemer": "Nachten",
    "bron": "Eigen telling", "eenheid": "%", "soort": "share", "per": "1000", "beter": "high",
}  # fmt: skip


def test_an_own_indicator_is_added_changed_measured_and_ended(town: Town, visits: Visits) -> None:
    manager, address = visits.by("manager"), "/waarde/meetplan/eigen"
    assert f'href="{address}"' in visits.text("manager", "/waarde/meetplan")
    for wrong, said in (
        ({"teller": " "}, "Vul naam, teller, noemer"), ({"soort": "rate", "per": "0"}, "Per zoveel is 1 of meer"),
        ({"domein": "x"}, "Kies een domein"), ({"beter": "x"}, "welke kant beter is"),
    ):  # fmt: skip
        refused = manager.post(address, {**SLEEP, **wrong})
        assert refused.status_code == 422, wrong
        assert said in plain(refused.content.decode()), wrong
        assert 'value="Eigen telling"' in refused.content.decode()
    assert manager.post(address, SLEEP)["Location"] == "/waarde/meetplan/doorslapen?klaar=ja"
    assert manager.post(address, SLEEP)["Location"] == "/waarde/meetplan/doorslapen_2?klaar=ja"
    value = {
        "wat": "waarde", "wanneer_gemeten": "nu", "van": "2026-11-01", "tot": "2026-11-22", "teller": "45",
        "noemer": "60", "toelichting": "Wacht op de nachtlijst",
    }  # fmt: skip
    assert manager.post("/waarde/meetplan/doorslapen", value).status_code == 302
    unchanged = manager.post(f"{address}?wijzig=doorslapen", SLEEP)
    assert "Er is niets veranderd" in unchanged.content.decode()
    assert 'value="Nachten zonder bel"' in visits.text("manager", f"{address}?wijzig=doorslapen")
    assert (
        manager.post(f"{address}?wijzig=doorslapen", {**SLEEP, "noemer": "Alle nachten"}).status_code == 302
    )
    page = plain(visits.text("manager", "/waarde/meetplan/doorslapen"))
    for said in (
        "75 %",
        "45 / 60",
        "Wacht op de nachtlijst",
        "Versies van de definitie",
        "Alle nachten",
        "hoger is beter",
    ):
        assert said in page, said
    assert manager.post("/waarde/meetplan/doorslapen/einde").status_code == 302
    assert manager.post("/waarde/meetplan/doorslapen/einde").status_code == 404
    assert manager.get("/waarde/meetplan/doorslapen").status_code == 404
    assert "Uit het meetplan gehaald" in visits.text("manager", address)
    assert visits.by("nurse").post(address, SLEEP).status_code == 404
    assert visits.by("nurse").post("/waarde/meetplan/doorslapen_2/einde").status_code == 404
    with as_worker():
        assert [each.key for each in own_indicators(town.care.id)] == ["doorslapen_2"]
        assert len(versions_of(town.care.id, "doorslapen")) == 2
    assert ("change", "indicator", "ok") in [row[:3] for row in logged()]


def test_a_kept_case_opens_with_what_it_stood_on_then(town: Town, visits: Visits) -> None:
    def minutes(value: float, source: str, at: datetime) -> None:
        with as_worker():
            new = NewRange(
                key="care_minutes",
                low=value,
                likely=value,
                high=value,
                source=source,
                source_date=at.date(),
            )
            assume(town.care.id, new, by="controller", now=at)

    minutes(11, "eerste meting", town.now - DAY)
    visits.by("manager").post("/waarde/bewaar", {"titel": "Voorjaar", "dispensers": "50", "jaren": "2"})
    with as_worker():
        (kept,) = kept_cases([town.care.id])
    address = f"/waarde/bewaard/{kept.id}"
    assert f'href="{address}"' in visits.text("manager", "/waarde")
    same = plain(visits.text("manager", address))
    assert "50 dispensers, 2 jaar" in same
    assert "Alle zijn nu nog zo" in same
    minutes(7, "tweede meting", town.now)
    page = plain(visits.text("manager", address))
    assert "1 is nu anders" in page
    assert "eerste meting tweede meting" in page
    hours = re.search(
        r"Zorgtijd vrij, netto uur per cliënt per maand ([\d,]+) [\d,]+ – [\d,]+ ([\d,]+)", page
    )
    assert hours
    then, today = (float(each.replace(",", ".")) for each in hours.groups())
    assert then > today, "fewer minutes now, so fewer hours freed"
    for who in ("nurse", "operator", "stranger"):
        assert visits.by(who).get(address).status_code == 404, who
    assert visits.by("manager").get(f"/waarde/bewaard/{town.care.id}").status_code == 404


def test_denominators_open_to_their_dispensers_and_days(town: Town, visits: Visits) -> None:
    with as_worker():
        voice = town.voices[ANNIE]
        for at in range(1, 4):
            due = town.now - at * DAY
            cast.plan(voice, f"d-{at}", due, now=due - DAY)
            if at < 3:
                cast.tell(voice, voice.out(f"d-{at}", due), at=due + timedelta(hours=1))
        rows = {each.device: each for each in rows_in_use(town.care.id, town.now)}
        counted = in_use(town.care.id, town.now - 30 * DAY, town.now)
    mine = next(each for each in rows.values() if each.client_id == town.id(ANNIE))
    assert (mine.how, mine.days_planned, mine.days_out, mine.every_day) == ("active", 4, 3, False)
    assert sum(each.how == "active" for each in rows.values()) == counted.active == 1
    assert len(rows) == counted.issued == 2
    issued = plain(visits.text("manager", "/waarde/cijfer/issued"))
    assert "3 van 4 dagen" in issued
    assert BRAM not in issued
    active = plain(visits.text("manager", "/waarde/cijfer/active"))
    assert "Daarvan elke dag 0" in active


def test_who_ended_opens_to_her_last_moment(town: Town, visits: Visits) -> None:
    with as_worker():
        Dispenser.objects.filter(client_id=town.id(ANNIE)).update(client_id=None)
        assert list(ended_in_use(town.care.id)) == [town.id(ANNIE)]
        assert [each.how for each in rows_in_use(town.care.id, town.now)].count("") == 1
    page = plain(visits.text("manager", "/waarde/cijfer/ended"))
    assert ANNIE in page
    assert "laatste moment gepland op" in page
    issued = plain(visits.text("manager", "/waarde/cijfer/issued"))
    assert "staat bij niemand" in issued
    assert ANNIE not in issued
