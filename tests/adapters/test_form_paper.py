"""Forms and the card beside the dispenser on paper: words, tags, language, scripts, and that nothing is run."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from reik.interop.print.leaflet import NotComplete, card_pdf, form_pdf
from reik.pathway.forms import beside
from reik.pathway.forms.known import StepKnown
from tests.pure.test_forms import ANNIE, EVERY, filled

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


def pdf(form: str, language: str, *, demo: bool = False, **more: object) -> PdfReader:
    made = filled(form, language, replace(ANNIE, **more))  # type: ignore[arg-type]
    body = form_pdf(made, language, source="Tekst van Reik", made_at=NOW, zone=ZONE, demo=demo)
    return PdfReader(io.BytesIO(body))


def card(language: str, **more: object) -> PdfReader:
    known = replace(ANNIE, **more)  # type: ignore[arg-type]
    return PdfReader(io.BytesIO(card_pdf(beside.card_of(known, language), made_at=NOW)))


def text_of(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def is_universal(reader: PdfReader) -> bool:
    """Tagged, and says of itself that it is PDF/UA-1."""
    metadata = reader.xmp_metadata
    assert metadata is not None
    about = metadata.rdf_root.toxml()
    return bool(reader.root_object["/MarkInfo"]["/Marked"]) and "pdfuaid" in about  # type: ignore[index]


@pytest.mark.parametrize(("form", "language"), EVERY)
def test_every_form_is_a_tagged_pdf_in_its_language(form: str, language: str) -> None:
    reader = pdf(form, language)
    said = text_of(reader)
    assert "Mw. A. (Annie) de Boer" in said
    assert filled(form, language).title in said
    assert reader.root_object["/Lang"] == language
    assert is_universal(reader)
    assert "{" not in said
    assert f"Tekst van Reik · 23-11-2026 08:00 {'blad' if language == 'nl' else 'page'} 1" in said


def test_a_name_is_text_on_paper() -> None:
    name = '#evil $x$ \\ "q" *b* _i_ @r <k> `c`'
    assert name in text_of(pdf("selection", "nl", client=name))


def test_nothing_is_printed_while_something_is_missing() -> None:
    with pytest.raises(NotComplete) as refused:
        pdf("fault", "nl", care=None, fault=None)
    assert "phone_care" in refused.value.missing


def test_a_demo_is_marked() -> None:
    assert "DEMO" in text_of(pdf("loading", "nl", demo=True))
    assert "DEMO" not in text_of(pdf("loading", "nl"))


@pytest.mark.parametrize("language", beside.LANGUAGES)
def test_a_card_is_one_large_tagged_page_in_its_language(language: str) -> None:
    reader = card(language)
    said = text_of(reader)
    assert reader.root_object["/Lang"] == language
    assert is_universal(reader)
    assert len(reader.pages) == 1
    assert reader.pages[0].mediabox.width > reader.pages[0].mediabox.height
    for each in ("053 555 01 00", "08:00 · 20:00", "Zorgcentrale", "Petra", "Wijkteam Noord"):
        assert each in said, each
    assert reader.trailer["/Info"]["/Title"] == beside.card_of(ANNIE, language).title  # type: ignore[index]


@pytest.mark.parametrize("language", beside.LANGUAGES)
def test_nothing_on_a_card_is_smaller_than_24_points_but_the_line_that_says_when_it_was_made(
    language: str,
) -> None:
    sizes = sorted(sizes_of(card(language)))
    assert sizes[0] == pytest.approx(11)
    assert all(each >= 23.9 for each in sizes[1:]), sizes


def sizes_of(reader: PdfReader) -> set[float]:
    content = reader.pages[0].get_contents()
    assert content is not None
    stream = ContentStream(content, reader)
    return {float(values[1]) for values, operator in stream.operations if operator == b"Tf"}


def test_arabic_is_there_as_arabic_from_right_to_left_with_its_own_letters() -> None:
    reader = card("ar")
    raw = " ".join(page.extract_text() for page in reader.pages)
    letters = [each for each in raw if "\u0600" <= each <= "\u06ff" or "\ufb50" <= each <= "\ufeff"]
    assert len(letters) > 250
    fonts = {str(each["/BaseFont"]) for each in fonts_of(reader)}
    assert any("Arabic" in each for each in fonts), fonts
    assert "\ufffd" not in raw
    words = set(re.findall(r"[\u0600-\u06ff]+", raw))
    assert {"الكيس", "البطارية"} & words or {each[::-1] for each in ("الكيس", "البطارية")} & words, words


def fonts_of(reader: PdfReader) -> list[dict[str, object]]:
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    return [fonts[each].get_object() for each in fonts]


@pytest.mark.parametrize(("language", "letters"), [("tr", "İşğıçöü"), ("pl", "ąęłśżźćó")])
def test_turkish_and_polish_letters_come_through(language: str, letters: str) -> None:
    said = text_of(card(language))
    assert all(each in said for each in letters if each in str(beside.card_of(ANNIE, language)))


def test_a_long_route_goes_on_rather_than_shrinking() -> None:
    route = tuple(StepKnown("ask_team", f"Een heel lange naam van een dienst {n}", 5) for n in range(9))
    reader = card("nl", route=route)
    said = text_of(reader)
    assert all(f"dienst {n} wordt gebeld" in said for n in range(9))
    assert min(each for each in sizes_of(reader) if each > 12) >= 23.9
