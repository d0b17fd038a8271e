"""Indication, selection form, decision and baseline on their screens: kept, refused, logged, nothing typed lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from reik.kernel.access_log import Act
from reik.kernel.database import Role, become
from reik.pathway import queries
from reik.pathway.models import CarePath, Selection
from reik.pathway.selection import selection_seen
from reik.pathway.selection.questions import FITS, NOTE, QUESTIONS
from reik.people.models import Client
from tests.contexts.screens_town import Town, Visits, as_worker, found_town, logged

NOW = datetime.fromisoformat("2026-11-24T14:05:00+01:00")
ANNA = "Anna de Boer"


@pytest.fixture
def town(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    town = found_town(NOW, monkeypatch)
    town.move_in(ANNA, town.north)
    become(Role.WEB)
    yield town
    connection.close()
    become(Role.WORKER)


@pytest.fixture
def visits(town: Town) -> Visits:
    return Visits(town)


@pytest.fixture
def door(town: Town) -> str:
    return f"/clienten/{town.id(ANNA)}"


def indicate(visits: Visits, door: str, **more: str) -> None:
    given = {"basis": "zvw", "vanaf": "2026-11-24", "zorgplan": "1", **more}
    answer = visits.by("nurse").post(f"{door}/indicatie", given)
    assert (answer.status_code, answer["Location"]) == (302, f"{door}/selectie")


def answer_all(visits: Visits, door: str, **otherwise: str) -> None:
    for each in QUESTIONS:
        if not each.answers or each.after or each.wanted:
            continue
        good = next(one.code for one in each.answers if one.means in (FITS, NOTE))
        given = {"antwoord": otherwise.get(each.code, good), "zag": f"zag {each.code}", "wie": "zus"}
        answer = visits.by("nurse").post(f"{door}/selectie/{each.code}", given)
        assert answer.status_code == 302, (each.code, answer.content.decode()[-2000:])


def path(town: Town) -> CarePath:
    return CarePath.objects.get(client_id=town.id(ANNA), ended_at=None)


def test_an_indication_opens_the_form_and_each_answer_is_saved(town: Town, visits: Visits, door: str) -> None:
    assert "Bewaar, en open het formulier" in visits.text("nurse", f"{door}/indicatie")
    refused = visits.by("nurse").post(f"{door}/indicatie", {"basis": "zvw", "vanaf": "gisteren"})
    assert (refused.status_code, "Vul de dag in" in refused.content.decode()) == (422, True)
    indicate(visits, door)
    nurse = visits.by("nurse")
    assert nurse.get(f"{door}/selectie")["Location"] == f"{door}/selectie/manages"
    page = visits.text("nurse", f"{door}/selectie/tablets")
    assert "Pakt mevrouw het open zakje" in page
    saved = nurse.post(
        f"{door}/selectie/takes", {"antwoord": "when_told", "zag": ""}, headers={"HX-Request": "true"}
    )
    assert "Opgeslagen" in saved.content.decode()
    assert "Ja, na een seintje" in visits.text("nurse", f"{door}/selectie/tablets")
    none = nurse.post(f"{door}/selectie/swallows", {"zag": "hoest"})
    assert none.status_code == 422
    assert "Kies een antwoord" in none.content.decode()
    assert "hoest" in none.content.decode()
    assert nurse.get(f"{door}/selectie/nonsense").status_code == 404
    assert visits.by("stranger").get(f"{door}/selectie/takes").status_code == 404
    assert visits.by("southerner").get(f"{door}/indicatie").status_code == 404
    assert visits.by("operator").get(f"{door}/indicatie").status_code == 404


def test_the_medication_list_speaks_for_what_fits_on_the_roll(town: Town, visits: Visits, door: str) -> None:
    indicate(visits, door)
    page = visits.text("nurse", f"{door}/selectie/packable")
    assert "Uit de medicijnlijst" in page
    assert "Op de rol: 7 momenten" in page
    assert re.search(r'value="all"\s+checked', page)


def test_from_form_to_signature_to_yes(town: Town, visits: Visits, door: str) -> None:
    indicate(visits, door)
    answer_all(visits, door, senses="hears_badly", other_dispenser="yes")
    page = visits.text("nurse", f"{door}/selectie/overzicht")
    assert "Zet het volume hoog" in page
    nurse = visits.by("nurse")
    bare = nurse.post(f"{door}/selectie/overzicht", {"uitkomst": "not_now"})
    assert bare.status_code == 422
    assert "Vul in waarom" in bare.content.decode()
    given = {
        "uitkomst": "with_measures",
        "opgeslagen": re.search(r'name="opgeslagen" value="([^"]+)"', page)[1],
    }  # type: ignore[index]
    for each in ("louder_signal", "tell_apart"):
        given |= {f"wie-{each}": "caregiver", f"dag-{each}": "2026-12-01"}
    assert (
        nurse.post(f"{door}/selectie/overzicht", given)["Location"] == f"{door}/selectie/versies?getekend=1"
    )
    assert "Past, met maatregelen" in visits.text("nurse", f"{door}/selectie/versies")
    page = visits.text("nurse", f"{door}/besluit")
    assert "U hoeft niet te zeggen waarom" in page
    doubt = nurse.post(f"{door}/besluit", {"keuze": "yes", "beslist": "doubtful", "woorden": "Graag"})
    assert doubt.status_code == 422
    assert "Graag" in doubt.content.decode()
    assert (
        nurse.post(f"{door}/besluit", {"keuze": "yes", "beslist": "able", "woorden": "Graag"}).status_code
        == 302
    )
    with as_worker():
        assert path(town).state == "enrolling"
        assert Selection.objects.get().author == "nurse"
    paper = nurse.get(f"{door}/besluit.pdf")
    assert paper.content.startswith(b"%PDF")
    assert {(each[0], each[1]) for each in logged()} >= {
        (Act.CREATE, "indication"), (Act.CHANGE, "selection"), (Act.CREATE, "selection"), (Act.CREATE, "decision"),
        (Act.PRINT, "client"),
    }  # fmt: skip


def test_two_versions_stand_beside_each_other_with_what_changed(
    town: Town, visits: Visits, door: str
) -> None:
    indicate(visits, door)
    answer_all(visits, door, signal="never")
    later = {
        "uitkomst": "not_now", "waarom": "Eerst oefenen.", "opnieuw": "2027-01-15",
        "wie-practise_signal": "caregiver", "dag-practise_signal": "2026-12-01",
    }  # fmt: skip
    nurse = visits.by("nurse")
    assert nurse.post(f"{door}/selectie/overzicht", later).status_code == 302
    page = visits.text("nurse", f"{door}/indicatie")
    assert "Nu niet: Eerst oefenen." in page
    assert "15 januari 2027" in page
    with as_worker():
        was = selection_seen.draft_of(path(town).id)
        assert was is None
    assert nurse.post(f"{door}/selectie/signal", {"antwoord": "at_once", "zag": "nu wel"}).status_code == 302
    assert nurse.post(f"{door}/selectie/overzicht", {"uitkomst": "suitable"}).status_code == 302
    page = visits.text("nurse", f"{door}/selectie/versies")
    assert page.count('class="otherwise"') == 1
    assert "nu wel" in page


def test_who_does_not_want_it_says_so_without_a_reason(town: Town, visits: Visits, door: str) -> None:
    indicate(visits, door)
    assert f"{door}/besluit?keuze=no" in visits.text("nurse", f"{door}/selectie/takes")
    assert re.search(r'value="no"\s+checked', visits.text("nurse", f"{door}/besluit?keuze=no"))
    assert visits.by("nurse").post(f"{door}/besluit", {"keuze": "no"}).status_code == 302
    page = visits.text("nurse", f"{door}/indicatie")
    assert "De cliënt wil geen dispenser." in page
    assert visits.by("nurse").post(f"{door}/indicatie/opnieuw").status_code == 302
    with as_worker():
        assert path(town).state == "selecting"


def test_not_filling_in_the_form_is_written_down_with_a_reason(town: Town, visits: Visits, door: str) -> None:
    indicate(visits, door)
    nurse = visits.by("nurse")
    assert "fout=because" in nurse.post(f"{door}/selectie/overslaan", {"waarom": " "})["Location"]
    nurse.post(f"{door}/selectie/overslaan", {"waarom": "Tijdelijk opgenomen"})
    assert "Het formulier is niet ingevuld: Tijdelijk opgenomen" in visits.text("nurse", f"{door}/indicatie")


def moment(n: int, at: str, **more: object) -> dict[str, object]:
    return {
        f"tijd-{n}": at, f"dagen-{n}": ["0", "1", "2", "3", "4", "5", "6"], f"soort-{n}": "uniek",
        f"zorg-{n}": "12,5", f"reis-{n}": "5", f"wie-{n}": "caregiver", **more,
    }  # fmt: skip


def test_the_baseline_is_prefilled_kept_and_each_visit_gets_its_end(
    town: Town, visits: Visits, door: str
) -> None:
    indicate(visits, door)
    page = visits.text("nurse", f"{door}/nulmeting")
    assert 'value="08:00"' in page
    assert "geen meting" in page
    nurse = visits.by("nurse")
    twice = {**moment(0, "08:00"), **moment(1, "08:00"), "administratie": "15", "gezien": ""}
    refused = nurse.post(f"{door}/nulmeting", twice)
    assert refused.status_code == 422
    assert "2: Deze tijd staat er al" in refused.content.decode()
    more = nurse.post(f"{door}/nulmeting", {**moment(0, "08:00"), "act": "row", "administratie": "15"})
    assert 'name="tijd-1"' in more.content.decode()
    good = {**moment(0, "08:00"), "administratie": "15", "gezien": ""}
    assert nurse.post(f"{door}/nulmeting", good).status_code == 302
    stale = nurse.post(f"{door}/nulmeting", good)
    assert "intussen" in stale.content.decode()
    with as_worker():
        CarePath.objects.update(state="in_use")
        (visit,) = selection_seen.newest_baselines([town.id(ANNA)])[town.id(ANNA)].visits
    page = visits.text("nurse", f"{door}/nulmeting")
    assert "1 bezoek loopt door naast de dispenser." in page
    assert "1 bezoek loopt door naast de dispenser." in visits.text("nurse", f"{door}/zorgpad")
    assert "137,5" in page  # 7 times 12,5 of care, 7 times 5 of travel, 15 of administration
    back = nurse.post(f"{door}/nulmeting/bezoek/{visit.id}", {"staat": "kept", "waarom": ""})
    assert "fout=because" in back["Location"]
    assert nurse.post(f"{door}/nulmeting/bezoek/{UUID(int=1)}", {"staat": "runs"}).status_code == 404
    nurse.post(f"{door}/nulmeting/afbouwen", {"dag": "2026-12-01"})
    page = visits.text("nurse", f"{door}/nulmeting")
    assert "stopt op 1 december 2026" in page
    assert "loopt door naast" not in page


def test_a_list_is_shown_before_it_is_kept(town: Town, visits: Visits, door: str) -> None:
    with as_worker():
        town.move_in("Bert Bos", town.south)
    text = (
        "naam;geboortedatum;basis;vanaf;tot;zorgplan\n"
        "Bert Bos;01-01-1940;zvw;01-12-2026;;ja\nNiemand;01-01-1940;zvw;01-12-2026;;\n"
    )
    nurse = visits.by("nurse")
    file = SimpleUploadedFile("lijst.csv", text.encode())
    page = nurse.post("/indicaties/lijst", {"file": file}).content.decode()
    assert "2 regels kunnen niet" in page
    with as_worker():
        Client.objects.filter(name=ANNA).update(birth_date="1940-12-31")
    text = (
        f"naam;geboortedatum;basis;vanaf\n{ANNA};31-12-1940;wlz;01-12-2026\n{ANNA};31-12-1940;zvw;01-12-2026\n"
        f"{ANNA};31-12-1940;aow;01-12-2026\n;;zvw;01-12-2026\n"
    )
    page = nurse.post(
        "/indicaties/lijst", {"file": SimpleUploadedFile("lijst.csv", text.encode())}
    ).content.decode()
    assert "1 regel is goed" in page
    for said in ("staat al hoger", "De basis is", "Zeg wie"):
        assert said in page
    with as_worker():
        assert not CarePath.objects.exists()
    rule = re.search(r'name="regel" value="([^"]+)"', page)
    assert rule
    stranger = visits.by("stranger").post("/indicaties/lijst", {"act": "keep", "regel": rule[1]})
    assert "0 indicaties" in stranger.content.decode()
    kept = nurse.post("/indicaties/lijst", {"act": "keep", "regel": rule[1]}).content.decode()
    assert "1 indicatie gelezen" in kept
    with as_worker():
        seen = queries.path_of(town.id(ANNA))
        assert seen is not None
        assert (seen.setting, seen.state) == ("wlz_home", "selecting")
    wrong = nurse.post("/indicaties/lijst", {"file": SimpleUploadedFile("x.csv", b"a;b\n1;2\n")})
    assert wrong.status_code == 422
