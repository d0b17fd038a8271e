"""The screens and reports of value: who may see them, own assumptions, terms, figures with their rows, files."""

from __future__ import annotations

import csv
import io
import re

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from reik.value.case.assumptions import NewRange, assume, history_of
from reik.value.case.funding import agreed_of
from reik.value.case.keeping import kept_cases
from reik.value.report_charts import CHARTS
from reik.value.report_words import figures_said
from tests.contexts.screens_town import Town, Visits, as_worker, logged, plain
from tests.contexts.value.manager_town import ANNIE, BRAM
from tests.contexts.value_rows import MONEY

PAGES = (
    "",
    "/omzet",
    "/aannames",
    "/afspraken",
    "/reproductie",
    "/meetplan",
    "/aannames/wage_hour_eur",
    "/cijfer/net",
)


def fill_in(town: Town) -> None:
    with as_worker():
        for key, value in MONEY.items():
            assume(
                town.care.id,
                NewRange(
                    key=key,
                    low=value,
                    likely=value,
                    high=value,
                    source="contract",
                    source_date=town.now.date(),
                ),
                by="controller",
                now=town.now,
            )


def test_only_a_team_manager_finds_the_room(town: Town, visits: Visits) -> None:
    for page in PAGES:
        assert visits.by("manager").get(f"/waarde{page}").status_code == 200, page
        for who in ("nurse", "nurse2", "operator", "pharmacist", "daughter", "stranger"):
            assert visits.by(who).get(f"/waarde{page}").status_code == 404, (who, page)
    assert 'href="/waarde"' in visits.text("manager", "/waarde")
    assert visits.by("manager").get("/waarde/cijfer/none").status_code == 404
    assert visits.by("manager").get("/waarde/aannames/none").status_code == 404
    assert visits.by("manager").get("/waarde/meetplan/none").status_code == 404


def test_without_prices_hours_are_there_and_money_asks_for_yours(town: Town, visits: Visits) -> None:
    page = visits.text("manager", "/waarde?dispensers=50")
    words = plain(page)
    assert "50 actieve dispensers maken" in words
    assert "Nog 18 aannames in te vullen" in words
    assert 'href="/waarde/aannames/wage_hour_eur"' in page
    assert "nog niet te zeggen" in words
    assert not re.search(r"€ [\d−]", words)
    assert "uur zorgtijd" in words
    assert "uur reistijd" in words
    assert not re.search(r"style=|<script>", page)


def test_with_prices_three_lines_stand_apart_and_every_figure_opens(town: Town, visits: Visits) -> None:
    fill_in(town)
    words = plain(visits.text("manager", "/waarde?dispensers=50"))
    for line in ("Voor de samenleving", "Voor de zorgverzekeraar", "Voor uw organisatie"):
        assert re.search(rf"{line} € [\d.−]+", words), line
    assert "nog niet te zeggen" not in words
    for key in figures_said():
        figure = plain(visits.text("manager", f"/waarde/cijfer/{key}?dispensers=50"))
        assert figures_said()[key].what["nl"] in figure, key
    net = visits.text("manager", "/waarde/cijfer/net_care?dispensers=50")
    assert 'href="/waarde/aannames/care_minutes"' in net
    assert "Minuten binnen" in net
    assert "€ −" in plain(visits.text("manager", "/waarde/cijfer/lapsed?dispensers=50")), "euros, not visits"
    turnover = plain(visits.text("manager", "/waarde/omzet?dispensers=50&jaren=2"))
    assert "Jaar 2" in turnover
    assert "Jaar 3" not in turnover


def test_a_denominator_opens_to_its_clients_and_that_is_logged(town: Town, visits: Visits) -> None:
    active = visits.text("manager", "/waarde/cijfer/active")
    installed = visits.text("manager", "/waarde/cijfer/installed")
    assert '<p class="vl-big num">1</p>' in active
    assert '<p class="vl-big num">2</p>' in installed
    assert ANNIE in active
    assert ANNIE in installed
    assert BRAM not in installed, "of another team"
    assert "1 hoort bij een cliënt van een ander team" in plain(installed)
    assert "ander team" not in active
    rows = [row for row in logged() if row[5].startswith("value ")]
    assert [(row[0], row[1], row[3]) for row in rows] == [("view", "client", 1)] * 2


def test_an_own_assumption_needs_an_order_a_source_and_a_date(town: Town, visits: Visits) -> None:
    address, today = "/waarde/aannames/wage_hour_eur", town.now.date().isoformat()
    good = {"laag": "38,50", "waarschijnlijk": "42", "hoog": "50,25", "bron": "cao", "datum": today}
    for wrong, said in (
        ({"laag": "50"}, "Laag is niet meer dan waarschijnlijk"), ({"bron": " "}, "Zeg waar het vandaan komt"),
        ({"datum": ""}, "De bron is van vandaag of eerder"), ({"datum": "2999-01-01"}, "van vandaag of eerder"),
        ({"waarschijnlijk": "veel"}, "Vul getallen in"), ({"hoog": "1.250,5"}, "Geef een waarde van 0 tot en met 500"),
    ):  # fmt: skip
        answer = visits.by("manager").post(address, {**good, **wrong})
        assert answer.status_code == 422, wrong
        assert said in plain(answer.content.decode())
        assert 'value="cao"' in answer.content.decode() or "bron" in wrong
    answer = visits.by("manager").post(address, good)
    assert answer["Location"] == "/waarde/aannames?klaar=wage_hour_eur#wage_hour_eur"
    assert "38,5 – 42 – 50,25" in plain(visits.text("manager", address))
    assert visits.by("nurse").post(address, good).status_code == 404
    with as_worker():
        assert [
            (each.new.low, each.new.high, each.by) for each in history_of(town.care.id, "wage_hour_eur")
        ] == [(38.5, 50.25, "manager")]
    assert ("create", "assumption", "ok") in [row[:3] for row in logged()]


def test_terms_are_kept_per_insurer_and_year(town: Town, visits: Visits) -> None:
    typed = {
        "verzekeraar": "Zorgfonds", "jaar": "2026", "betaling": "hour", "tariff_hour_eur": "66,40", "bron": "contract",
    }  # fmt: skip
    for wrong, said in (
        ({"verzekeraar": ""}, "Noem de verzekeraar"), ({"tariff_hour_eur": ""}, "ten minste één afspraak"),
        ({"tariff_hour_eur": "x"}, "Vul getallen in"), ({"declarable_pct": "101"}, "tot en met 100"),
        ({"jaar": "26"}, "Noem de verzekeraar"),
    ):  # fmt: skip
        answer = visits.by("manager").post("/waarde/afspraken", {**typed, **wrong})
        assert answer.status_code == 422, wrong
        assert said in plain(answer.content.decode()), wrong
    assert visits.by("manager").post("/waarde/afspraken", typed).status_code == 302
    page = plain(visits.text("manager", "/waarde/afspraken"))
    assert "Zorgfonds, 2026" in page
    assert "€ 66,40 per uur" in page
    with as_worker():
        assert [each.terms.values for each in agreed_of(town.care.id)] == [{"tariff_hour_eur": 66.4}]


def test_what_cannot_be_asked_is_said_and_the_usual_is_shown(town: Town, visits: Visits) -> None:
    for query, said in (
        ("dispensers=veel", "Vul getallen in"), ("dispensers=-1", "Geef 0 of meer"), ("jaren=9", "Kies 1 tot en met 5"),
        ("per_maand=0", "meer dan 0"),
    ):  # fmt: skip
        page = plain(visits.text("manager", f"/waarde?{query}"))
        assert said in page, query
        assert "De noemer" in page
        assert visits.by("manager").get(f"/waarde/rapport.pdf?{query}").status_code == 404


def test_reproduction_names_device_year_and_why(town: Town, visits: Visits) -> None:
    page = plain(visits.text("manager", "/waarde/reproductie"))
    for said in (
        "Medido",
        "niet na te rekenen",
        "25.000",
        "10,1",
        "uit het buitenland",
        "alleen een titel bekend",
    ):
        assert said in page, said


def test_the_plan_says_too_few_and_keeps_notes(town: Town, visits: Visits) -> None:
    page = visits.text("manager", "/waarde/meetplan")
    assert "niet gemeten" in page
    assert "Betaalbaarheid" in page
    key = re.findall(r'href="/waarde/meetplan/(?!eigen)(\w+)"', page)[0]
    address = f"/waarde/meetplan/{key}"
    note = {"wat": "notitie", "fase": "plan", "tekst": "Elk team meet een week", "wie": "", "wanneer": ""}
    refused = visits.by("manager").post(address, note)
    assert refused.status_code == 422
    assert "Zeg wie dit doet" in refused.content.decode()
    assert "Elk team meet een week" in refused.content.decode()
    kept = {**note, "wie": "Joke", "wanneer": "2026-12-01"}
    assert visits.by("manager").post(address, kept).status_code == 302
    assert "Elk team meet een week" in visits.text("manager", address)
    before = {
        "wat": "waarde",
        "wanneer_gemeten": "voor",
        "van": "2026-01-01",
        "tot": "2026-01-31",
        "teller": "3",
        "noemer": "0",
    }
    assert visits.by("manager").post(address, before).status_code == 422
    assert visits.by("manager").post(address, {**before, "noemer": "4"}).status_code == 302
    assert "te weinig gevallen" in visits.text("manager", address)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_reports_say_the_same_in_every_form(town: Town, visits: Visits, language: str) -> None:
    fill_in(town)
    manager = visits.by("manager")
    manager.cookies["reik_taal"] = language
    word = {"nl": "Voor de zorgverzekeraar", "en": "For the insurer"}[language]
    pdf = PdfReader(io.BytesIO(manager.get("/waarde/rapport.pdf?dispensers=50").content))
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert word in re.sub(r"\s+", " ", text)
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == language
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(manager.get("/waarde/rapport.xlsx?dispensers=50").content)
    )
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert {"nl": "Definities", "en": "Definitions"}[language] in sheets
    amounts = [
        row
        for rows in sheets.values()
        for row in rows
        if row and row[0] == word and isinstance(row[1], float)
    ]
    rows = list(csv.reader(io.StringIO(manager.get("/waarde/rapport.csv?dispensers=50").content.decode())))
    written = [row for row in rows if row and row[0] == word and len(row) > 2]
    assert float(written[0][1]) == amounts[0][1]
    assert all(cell[:1] not in "=@" for row in rows for cell in row if cell)
    assert {"print", "export"} <= {row[0] for row in logged()}


def test_an_insurer_reads_no_wages_and_no_purchase_prices(town: Town, visits: Visits) -> None:
    fill_in(town)
    manager = visits.by("manager")
    own, others = (
        manager.get(f"/waarde/rapport.csv?dispensers=50&voor={who}").content.decode()
        for who in ("bestuur", "verzekeraar")
    )
    for private in ("Loonkosten per uur,", "Dispenser en dienst,", "Bespaard loon,"):
        assert re.search(rf"^{private}.*\d", own, re.M), private
        assert not re.search(rf"^{private}.*\d{{2}}", others, re.M), private
    assert manager.get("/waarde/rapport.csv?voor=iedereen").status_code == 404
    assert manager.get("/waarde/rapport.doc").status_code == 404
    assert visits.by("nurse").get("/waarde/rapport.pdf").status_code == 404


def test_charts_are_plain_svg_and_a_kept_case_stays(town: Town, visits: Visits) -> None:
    fill_in(town)
    for name in CHARTS:
        answer = visits.by("manager").get(f"/waarde/grafiek/{name}.svg?dispensers=50")
        assert answer["Content-Type"] == "image/svg+xml"
        assert not re.search(r"<script|style=|NaN|inf", answer.content.decode()), name
    assert visits.by("manager").get("/waarde/grafiek/x.svg").status_code == 404
    kept = visits.by("manager").post("/waarde/bewaar", {"titel": "Voorjaar", "dispensers": "50"})
    assert kept["Location"].startswith("/waarde?dispensers=50")
    assert "Voorjaar" in visits.text("manager", "/waarde")
    with as_worker():
        assert [each.outcome["setting"]["dispensers"] for each in kept_cases([town.care.id])] == [50]
