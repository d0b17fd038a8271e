"""The care team's pages of a home and of whom to ring: kept, refused, logged, and never a word of house access."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import connection

from reik.alerting import protocols
from reik.alerting.claims.who import Who
from reik.alerting.models import Alert
from reik.alerting.operations import accept_alert
from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.people import homes, homes_numbers
from reik.people.models import HouseAccess
from reik.tasks.models import Task
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

NOW = datetime.fromisoformat("2026-11-24T21:47:00+01:00")
ANNA = "Anna de Boer"


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in(ANNA, town.north)
    town.misses(ANNA)
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


def test_the_team_keeps_what_who_phones_must_know(town: Town, visits: Visits) -> None:
    address = f"/clienten/{town.id(ANNA)}/thuis"
    nurse = visits.by("nurse")
    given = {"taal": "tr", "woont": "haar man", "video": "https://video.example/a"}
    assert nurse.post(f"{address}/kaart", given).status_code == 302
    page = visits.text("nurse", address)
    assert 'value="tr" selected' in page
    assert "haar man" in page
    refused = nurse.post(f"{address}/kaart", given | {"video": "javascript:alert(1)"}).content.decode()
    assert "begint met https" in refused
    with as_worker():
        assert homes.homes_of([town.id(ANNA)])[town.id(ANNA)].video_link == given["video"]


def test_house_access_is_kept_sealed_checked_and_shown_for_a_visit_only(town: Town, visits: Visits) -> None:
    address = f"/clienten/{town.id(ANNA)}/thuis"
    nurse = visits.by("nurse")
    assert "Kies hoe men binnenkomt" in nurse.post(f"{address}/toegang", {"hoe": "key_safe"}).content.decode()
    nurse.post(f"{address}/toegang", {"hoe": "key_safe", "woorden": "Links, code 4711"})
    page = visits.text("nurse", address)
    assert "leutelkluis" in page
    assert "4711" not in page
    nurse.post(f"{address}/gecontroleerd")
    with as_worker():
        row = HouseAccess.objects.get()
        assert (row.checked_by, row.checked_at) == ("nurse", NOW)
        assert Task.objects.get(kind="house_access_check").ended_as == "done"
        alert = Alert.objects.get()
    visit = f"/bezoek/{alert.id}/huistoegang"
    assert "4711" not in visits.text("nurse", visit)
    assert "Neem eerst de melding" in nurse.post(visit).content.decode()
    with as_worker():
        accept_alert(alert_id=alert.id, by=Who(town.accounts["nurse"].id, "nurse"), now=NOW, role="team")
    assert "code 4711" in nurse.post(visit).content.decode()
    assert "4711" not in visits.by("southerner").post(visit).content.decode()
    rows = [each for each in logged() if each[1] == "house_access" and each[0] in (Act.VIEW, Act.REFUSED)]
    assert sorted((each[0], each[4]) for each in rows) == [
        (Act.REFUSED, "nurse"), (Act.REFUSED, "southerner"), (Act.VIEW, "nurse"),
    ]  # fmt: skip
    known = visits.text("nurse", f"/bereikbaar?wie={town.accounts['nurse'].id}")
    assert "code wijzigen" in known
    assert ANNA in known


def test_numbers_and_protocols_are_kept_per_organisation(town: Town, visits: Visits) -> None:
    nurse = visits.by("nurse")
    given = {"soort": "gp_post", "naam": "De post", "nummer": "053 555 03 00", "dagen": ["1", "h"]}
    assert "heel nummer" in nurse.post("/bereikbaar/nummer", given | {"nummer": "12"}).content.decode()
    assert nurse.post("/bereikbaar/nummer", given | {"van": "17:00", "tot": "08:00"}).status_code == 302
    nurse.post("/bereikbaar/protocol", {"oorzaak": "", "stappen": "Bel\n\nVraag"})
    page = visits.text("nurse", "/bereikbaar")
    assert "ma 17:00–08:00, feestdag 17:00–08:00" in page
    assert "De post" not in visits.text("stranger", "/bereikbaar")
    with as_worker():
        (number,) = homes_numbers.numbers_of(town.care.id)
        (protocol,) = protocols.protocols_of(town.care.id)
        assert [each.text for each in protocol.lines] == ["Bel", "Vraag"]
    visits.by("stranger").post(f"/bereikbaar/nummer/{number.id}/weg")
    assert "De post" in visits.text("nurse", "/bereikbaar")
    nurse.post(f"/bereikbaar/nummer/{number.id}/weg")
    assert "De post" not in visits.text("nurse", "/bereikbaar")


@pytest.mark.parametrize("who", ["operator", "pharmacist", "daughter", "stranger"])
def test_others_find_nothing(town: Town, visits: Visits, who: str) -> None:
    assert visits.by(who).get(f"/clienten/{town.id(ANNA)}/thuis").status_code == 404
    assert (
        visits.by(who).post(f"/clienten/{town.id(ANNA)}/thuis/toegang", {"hoe": "key_safe"}).status_code
        == 404
    )
