"""Forms: the little Markdown, its fields, Reik's own texts, and what may be said of a type of dispenser (R26, R35)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reik.pathway.forms import beside
from reik.pathway.forms.asked import placed, read_form
from reik.pathway.forms.catalogue import FORMS, LANGUAGES, own_text
from reik.pathway.forms.fields import FIELDS, MISSING, Filled, fill, plain
from reik.pathway.forms.known import Known, Number, StepKnown, TypeKnown
from reik.pathway.forms.markup import (
    FIELD,
    OPTIONAL,
    PARAGRAPH,
    WORDS,
    Block,
    Flaw,
    FormFlawed,
    Piece,
    fields_of,
    lines_of,
    read,
)
from reik.pathway.forms.sentences import values_of

GOLDEN = Path(__file__).parent / "forms"
TYPE = TypeKnown(
    device="REIK-00007", evidence="removed", sound=("tone",), battery_hours=24.0, unlocks=True,
    roll_change="any_time", early=True,
)  # fmt: skip
ANNIE = Known(
    client="Mw. A. (Annie) de Boer", today=date(2026, 11, 23), born=date(1941, 2, 3), organisation="Zorg aan Zee",
    team="Noord", pharmacy="Apotheek Noord", pharmacy_phone="053 555 02 00",
    care=Number("Wijkteam Noord", "053 555 01 00"), fault=Number("Dispenserdienst", "053 555 03 00"),
    doses=((time(8), 45), (time(20), 60)), otherwise=True, type=TYPE,
    route=(
        StepKnown("phone_client", "Zorgcentrale", 5),
        StepKnown("ask_carer", "Petra", 10, (time(8), time(22))),
        StepKnown("ask_team", "Wijkteam Noord", 5),
    ),
)  # fmt: skip
ASKED = (Block(kind=PARAGRAPH, pieces=(Piece(WORDS, "?"),)),)
EVERY = [(form, language) for form in FORMS for language in LANGUAGES]


def filled(form: str, language: str, known: Known = ANNIE) -> Filled:
    blocks = placed(read_form(form, own_text(form, language).body), ASKED)
    return fill(blocks, values_of(known, language))


def text_of(blocks: tuple[Block, ...]) -> str:
    """As lines of words, for reading beside the golden file."""
    return "\n".join(line for block in blocks for line in _lines(block)) + "\n"


def _lines(block: Block) -> Iterator[str]:
    if block.kind in ("title", "heading"):
        yield f"\n{'#' * block.level} {plain(block.pieces)}"
    elif block.kind == "paragraph":
        yield f"\n{plain(block.pieces)}"
    for number, each in enumerate(block.items, start=1):
        mark = "[ ]" if each.tick else f"{number}." if block.kind == "numbers" else "-"
        yield f"{mark} {plain(each.pieces)}"
    for row in block.rows:
        yield "| " + " | ".join(plain(cell) for cell in row) + " |"


@pytest.mark.parametrize(("form", "language"), EVERY)
def test_every_form_reads_as_it_was_agreed(form: str, language: str) -> None:
    made = filled(form, language)
    assert made.missing == ()
    assert text_of(made.blocks) == (GOLDEN / f"{form}.{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "language"), EVERY)
def test_reiks_own_texts_say_you_and_never_that_a_sachet_was_swallowed(form: str, language: str) -> None:
    said = own_text(form, language).body.lower()
    assert not re.search(r"ingenomen|vergeten|therapieontrouw|\bjij\b|\bje\b|\bjouw\b|alarm", said)
    assert not re.search(r"\btaken\b(?! out)|dispensed|forgot", said)
    assert fields_of(read(own_text(form, language).body, FIELDS)) == fields_of(
        read(own_text(form, "nl").body, FIELDS)
    )


NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="{}"), min_size=1, max_size=40
)
KNOWN = st.builds(
    Known,
    client=NAMES, today=st.dates(), born=st.none() | st.dates(), organisation=NAMES, team=NAMES, pharmacy=NAMES,
    pharmacy_phone=NAMES, care=st.none() | st.builds(Number, NAMES, NAMES),
    fault=st.none() | st.builds(Number, NAMES, NAMES), otherwise=st.booleans(),
    doses=st.lists(st.tuples(st.times(), st.integers(1, 240)), max_size=5),
    route=st.lists(
        st.builds(
            StepKnown, st.sampled_from(["phone_client", "ask_carer", "ask_team", "emergency", "else"]), NAMES,
            st.integers(0, 120), st.none() | st.tuples(st.times(), st.times()),
        ),
        max_size=4,
    ),
    type=st.none() | st.builds(
        TypeKnown, device=NAMES, evidence=st.sampled_from(["pressed", "handed_out", "removed", "weighed"]),
        sound=st.none() | st.lists(st.sampled_from(["tone", "voice", "smell"])).map(tuple),
        battery_hours=st.none() | st.floats(0, 100), unlocks=st.none() | st.booleans(),
        roll_change=st.none() | st.sampled_from(["any_time", "after_last_sachet", "later_word"]),
        early=st.none() | st.booleans(),
    ),
)  # fmt: skip


@given(known=KNOWN, where=st.sampled_from(EVERY))
def test_no_field_is_left_in_any_rendering(known: Known, where: tuple[str, str]) -> None:
    made = filled(*where, known)
    pieces = [each for line in lines_of(made.blocks) for each in line]
    assert not [each for each in pieces if each.kind in (FIELD, OPTIONAL)]
    assert {each.text for each in pieces if each.kind == MISSING} == set(made.missing)
    assert "{" not in text_of(made.blocks)
    for name in made.missing:
        assert FIELDS[name] or name in ("client", "organisation"), (
            "what is missing can be filled in somewhere"
        )


def test_what_a_person_typed_is_words_and_never_markup() -> None:
    name = "**{born}** <b>x</b> | # [ ] ____"
    made = filled("selection", "nl", replace(ANNIE, client=name))
    assert f"Cliënt: {name}, geboren 3 februari 1941" in text_of(made.blocks)


def test_a_missing_number_is_named_and_never_guessed() -> None:
    made = filled("fault", "nl", replace(ANNIE, care=None, fault=None))
    assert set(made.missing) == {"who_care", "phone_care", "who_fault", "phone_fault"}
    only_care = filled("fault", "nl", replace(ANNIE, fault=None))
    assert "anders storingen oplost: Wijkteam Noord, 053 555 01 00" in text_of(only_care.blocks)
    assert only_care.missing == ()


def test_an_optional_field_leaves_a_line_to_write_on() -> None:
    made = filled("enrolment", "nl", replace(ANNIE, doses=()))
    assert made.missing == ()
    assert "| Gewenste tijden | ____ |" in text_of(made.blocks)


@pytest.mark.parametrize(
    ("type", "says", "never"),
    [
        (None, "is van dit type precies merkt", "zakje is uitgenomen"),
        (replace(TYPE, evidence="pressed"), "weet alleen dat er op OK is gedrukt", "zakje is uitgenomen"),
        (replace(TYPE, evidence="handed_out"), "weet dat het zakje is uitgegeven", "zakje is uitgenomen"),
        (TYPE, "merkt dat het zakje is uitgenomen", "op OK is gedrukt"),
    ],
)
def test_a_form_says_no_more_than_the_evidence_of_the_type(
    type: TypeKnown | None, says: str, never: str
) -> None:
    said = text_of(filled("fault", "nl", replace(ANNIE, type=type)).blocks)
    assert (says if type else "Wat dit type precies merkt, is niet bekend") in said
    assert never not in said


@pytest.mark.parametrize(
    ("hours", "says"),
    [(None, "is niet bekend. Bel daarom meteen"), (0.0, "heeft geen accu"), (4.5, "nog 4,5 uur op de accu")],
)
def test_battery_hours_are_those_of_the_type_or_not_known(hours: float | None, says: str) -> None:
    known = replace(ANNIE, type=replace(TYPE, battery_hours=hours, unlocks=None))
    said = text_of(filled("power_cut", "nl", known).blocks)
    assert says in said
    assert "van het slot" not in said


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("Hallo", 1, "no_title"),
        ("# A\n# B", 2, "second_title"),
        ("# A\n\n#### B", 3, "heading"),
        ("# A\n#B", 2, "heading"),
        ("# A\n### B", 2, "heading_jump"),
        ("# A\n\nHoi {naam}", 3, "field"),
        ("# A\n\nHoi {client", 3, "brace"),
        ("# A\n\nHoi client}", 3, "brace"),
        ("# A\n\nEen **vet woord", 3, "bold"),
        ("# A\n\n<script>x</script>", 3, "html"),
        ("# A\n- [kijk](https://example.org)", 2, "link"),
        ("# A\n![x](y)", 2, "link"),
        ("# A\n```\nx", 2, "code"),
        ("# A\nx\x00y", 2, "letter"),
        ("# A\nx\u202ey", 2, "letter"),
        ("# A\n| a | b |\n| c | d |", 2, "table"),
        ("# A\n| a | b |\n|---|---|\n| c |", 4, "columns"),
        ("# A\n" + "x" * 20_001, 1, "too_long"),
        ("", 1, "no_title"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, code: str) -> None:
    with pytest.raises(FormFlawed) as flawed:
        read(text, FIELDS)
    assert (line, code) in [(each.line, each.code) for each in flawed.value.flaws]


@given(text=st.text(st.sampled_from("#-*| \n{}[]_1.ab<"), max_size=60) | st.text(max_size=60))
def test_any_text_is_read_or_refused_with_its_lines(text: str) -> None:
    flaws: tuple[Flaw, ...] = ()
    try:
        assert read(text, FIELDS)[0].kind == "title"
    except FormFlawed as flawed:
        flaws = flawed.flaws
    assert all(1 <= each.line <= text.count("\n") + 1 for each in flaws)


def test_boxes_and_bullets_keep_their_order() -> None:
    blocks = read("# A\n- een\n- [ ] twee\n- drie", FIELDS)
    assert [[plain(each.pieces) for each in block.items] for block in blocks[1:]] == [
        ["een"],
        ["twee"],
        ["drie"],
    ]


@pytest.mark.parametrize("language", beside.LANGUAGES)
def test_a_card_says_the_same_in_every_language(language: str) -> None:
    card = beside.card_of(ANNIE, language)
    said = " ".join(line for part in card.parts for line in (part.head, *part.lines, part.note))
    for each in ("Zorgcentrale", "Petra", "Wijkteam Noord", "08:00", "22:00", "45", "24"):
        assert each in said, each
    assert "{" not in said
    assert card.phone == "053 555 01 00"
    assert len(card.parts) == 5
    assert [len(each.lines) for each in card.parts] == [2, 3, 2, 1, 1]


@pytest.mark.parametrize("language", beside.LANGUAGES)
@given(known=KNOWN)
def test_a_card_is_whole_or_names_what_is_missing(language: str, known: Known) -> None:
    missing = beside.missing_for(known)
    if missing:
        assert all(FIELDS[each] or each == "client" for each in missing)
        with pytest.raises(ValueError, match="not everything"):
            beside.card_of(known, language)
        return
    card = beside.card_of(known, language)
    lines = [line for part in card.parts for line in (part.head, *part.lines)]
    assert all(each.strip() and "{" not in each for each in [card.title, card.made, *lines])


def test_a_card_does_not_say_how_it_sounds_or_lasts_when_that_is_not_known() -> None:
    unknown = TypeKnown(device="X", evidence="pressed")
    card = beside.card_of(replace(ANNIE, type=unknown, otherwise=False), "nl")
    assert card.parts[0].lines[0] == "De verpleegkundige laat u horen hoe het klinkt."
    assert card.parts[2].lines[0] == "Hoe lang hij dan werkt, is niet bekend."
    assert card.parts[1].note == ""
