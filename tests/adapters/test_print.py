"""Cards on paper: what they say, in both languages, and that a name is never markup (R5, R82)."""

from __future__ import annotations

import io
import re
import time as clock
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from string import Formatter
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from reik.interop.print import plain
from reik.interop.print.mapping import Paper, Person, Whose, day_paper, pack_paper, week_paper
from reik.interop.print.port import pdf_of
from reik.interop.print.words import COLUMNS, WORDS
from reik.medication.cards.daycard import CardLine, CardNeed, Content, DayCard, DeviceWay, Warned

ZONE = ZoneInfo("Europe/Amsterdam")
DAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
DUTCH = Paper(language="nl", made_at=NOW, zone=ZONE)
ANNIE = Whose(name="Mw. A. (Annie) de Boer", born=date(1940, 1, 2), phone="053 555 01 42")


def due(hour: int) -> datetime:
    return datetime.combine(DAY, time(hour), ZONE).astimezone(UTC)


BY_DISPENSER = CardLine(
    at=time(8), due_at=due(8), latest_at=due(10), way="dispenser", who="dispenser", sachets=2, roll="R-77",
    contents=(Content(text="Metoprolol 50 mg", amount="1 tablet"),), contents_from="roll", stands="in_time",
    stands_at=due(8) + timedelta(minutes=4),
)  # fmt: skip
DROPS = CardLine(
    at=time(9), due_at=due(9), latest_at=due(10), way="hand", who="carer", who_name="Petra", loose=True,
    second_person=True, line=UUID(int=1), contents=(Content(text="Timolol", amount="1 druppel"),),
    contents_from="line", stands="no_word",
)  # fmt: skip
BACK = CardLine(
    at=time(20),
    due_at=due(20),
    latest_at=due(21),
    way="hand",
    who="team",
    why="paused",
    sachets=1,
    roll="R-77",
)
PAIN = CardNeed(
    line=UUID(int=3), content=Content(text="Paracetamol", amount="1 tablet"), criteria="bij pijn", max_per_day=4,
    gap_min=240, who="client", who_name="", second_person=False, given_today=0, last_at=None,
)  # fmt: skip
CARD = DayCard(
    client_id=UUID(int=9), day=DAY, zone="Europe/Amsterdam", made_at=NOW,
    device=DeviceWay(name="REIK-1", evidence="removed", since=date(2026, 9, 1), state="ready", heard_at=NOW),
    lines=(BY_DISPENSER, DROPS, BACK), needs=(PAIN,), warnings=(Warned(code="undecided", detail="Zalf"),),
)  # fmt: skip


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_a_day_card_says_what_goes_by_dispenser_and_what_a_person_gives() -> None:
    said = flat(text_of(pdf_of(day_paper(ANNIE, [CARD], DUTCH), NOW)))
    for words in (
        "Mw. A. (Annie) de Boer", "geboren 2 januari 1940", "maandag 23 november 2026",
        "Rol via dispenser REIK-1 sinds 1 september 2026", "niet of het is geslikt",
        "Metoprolol 50 mg · 1 tablet", "Via dispenser uitgenomen 08:04", "via dispenser: niet aftekenen als gegeven",
        "Timolol · 1 druppel", "Met de hand Petra; niets opgeschreven", "paraaf tweede persoon",
        "inhoud niet bekend", "dispenser staat op pauze", "Paracetamol · 1 tablet", "ten hoogste 4 keer per dag",
        "ten minste 4 uur na de vorige keer", "Buiten de rol, nog niet beslist wie dit geeft: Zalf",
        "Gemaakt 23-11-2026 08:00, geldig tot 24-11-2026 00:00", "Reik tekent voor niemand af", "blad 1 van 1",
    ):  # fmt: skip
        assert words in said, words
    assert "DEMO" not in said
    assert "ingenomen" not in said.lower()


@pytest.mark.parametrize(
    ("evidence", "words"),
    [("removed", "taken out 08:04"), ("handed_out", "handed out 08:04"), ("pressed", "OK pressed 08:04")],
)
def test_paper_says_no_more_than_the_evidence_of_the_dispenser(evidence: str, words: str) -> None:
    assert CARD.device is not None
    card = replace(CARD, device=replace(CARD.device, evidence=evidence))
    said = flat(text_of(pdf_of(day_paper(ANNIE, [card], replace(DUTCH, language="en")), NOW)))
    assert f"By dispenser {words}" in said
    assert ("taken out" in said) == (evidence == "removed")


def test_a_week_card_has_a_place_to_sign_only_where_a_person_gives() -> None:
    cards = [replace(CARD, day=DAY + timedelta(days=number)) for number in range(7)]
    made = pdf_of(week_paper(ANNIE, cards, DUTCH), NOW)
    said = flat(text_of(made))
    assert said.count("Via dispenser") == 7
    assert said.count("paraaf, tijd") == 14
    page = PdfReader(io.BytesIO(made)).pages[0]
    assert page.mediabox.width > page.mediabox.height


def test_a_demo_is_marked_on_every_page_and_pages_are_numbered() -> None:
    many = tuple(replace(DROPS, line=UUID(int=each)) for each in range(60))
    paper = replace(DUTCH, demo=True, large=True)
    pages = PdfReader(io.BytesIO(pdf_of(day_paper(ANNIE, [replace(CARD, lines=many)], paper), NOW))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        said = flat(page.extract_text())
        assert "DEMO: verzonnen mensen en gegevens" in said
        assert f"blad {number} van {len(pages)}" in said


def test_a_card_is_tagged_has_a_language_and_carries_its_fonts() -> None:
    made = PdfReader(io.BytesIO(pdf_of(day_paper(ANNIE, [CARD], DUTCH), NOW)))
    assert made.root_object["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf has a kind of its own
    assert made.root_object["/Lang"] == "nl"
    assert made.metadata is not None
    assert made.metadata.title == "Dagkaart"
    fonts = made.pages[0]["/Resources"]["/Font"].values()
    names = {font.get_object()["/BaseFont"] for font in fonts}
    assert all("AtkinsonHyperlegibleNext" in name for name in names), names
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


NASTY = (
    '#panic("x")', "#read(\"/etc/passwd\")", "$1 + 1$", "\\", "a\\nb", '"', "'", "*vet* _schuin_", "= kop", "<b>&amp;",
    "@bron", "`code`", "[x]{y}", "//geen opmerking", "/* ook niet */", "~", "Ł. Żółć", "{detail}", "%(x)s",
)  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_a_name_is_text_and_never_markup(name: str) -> None:
    card = replace(
        CARD, warnings=(Warned(code="undecided", detail=name),),
        lines=(replace(DROPS, contents=(Content(text=name, amount=name),), who_name=name),),
    )  # fmt: skip
    said = text_of(pdf_of(day_paper(replace(ANNIE, name=name), [card], DUTCH), NOW))
    assert re.sub(r"\s", "", said).count(re.sub(r"\s", "", name)) >= 5


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_a_card(name: str, medicine: str) -> None:
    lines = (replace(DROPS, contents=(Content(text=medicine, amount=""),), who_name=medicine),)
    whose = replace(ANNIE, name=name, people=[Person(who=name, name=medicine, phone="")])
    assert pdf_of(day_paper(whose, [replace(CARD, lines=lines)], DUTCH), NOW).startswith(b"%PDF")
    page = plain.html_of(pack_paper(name, [(whose, [CARD])], DUTCH))
    assert "<script" not in page.replace("&lt;script", "")
    plain.csv_of(name, [(whose, [CARD])], DUTCH)


@pytest.mark.parametrize("zone", [UTC, ZONE, timezone(timedelta(hours=-3))])
def test_it_is_made_at_any_instant_that_a_clock_can_give(zone: tzinfo) -> None:
    at = datetime(2026, 10, 25, 2, 30, 0, 123_456, tzinfo=zone, fold=1)
    assert pdf_of(day_paper(ANNIE, [CARD], replace(DUTCH, made_at=at)), at).startswith(b"%PDF")


def test_a_card_is_made_within_a_second() -> None:
    pdf_of(day_paper(ANNIE, [CARD], DUTCH), NOW)  # fonts are read once
    begin = clock.monotonic()
    pdf_of(day_paper(ANNIE, [CARD] * 7, DUTCH), NOW)
    assert clock.monotonic() - begin < 1


def test_a_pack_can_be_read_without_reik_in_three_forms() -> None:
    whose = replace(ANNIE, people=[Person(who="naaste: dochter", name="Petra", phone="06 555 01 07")])
    clients = [(whose, [CARD, replace(CARD, day=DAY + timedelta(days=1))])]
    document = pack_paper("Noord", clients, DUTCH)
    pdf, page = flat(text_of(pdf_of(document, NOW))), flat(plain.html_of(document))
    for words in (
        "Uitvalpakket Noord", "Team Noord", "053 555 01 42", "06 555 01 07", "dinsdag 24 november 2026",
        "Metoprolol 50 mg", "inhoud niet bekend",
    ):  # fmt: skip
        assert words in pdf, words
        assert words in page, words
    rows = plain.csv_of("Noord", clients, DUTCH).splitlines()
    assert len(rows) == 1 + 2 * 3 + 2
    assert "053 555 01 42" in rows[1]


def test_a_cell_of_the_csv_is_never_a_formula() -> None:
    whose = replace(ANNIE, name="=HYPERLINK(1)")
    rows = plain.csv_of("Noord", [(whose, [CARD])], DUTCH).splitlines()
    assert rows[1].startswith("'=HYPERLINK(1)")


def test_every_sentence_has_both_languages_with_the_same_values() -> None:
    for key, (dutch, english) in WORDS.items():
        names = [
            {field for _text, field, _spec, _kind in Formatter().parse(each)} for each in (dutch, english)
        ]
        assert names[0] == names[1], key
        assert "ingenomen" not in dutch.lower()
    assert all(len(dutch) == len(english) for dutch, english in COLUMNS.values())
