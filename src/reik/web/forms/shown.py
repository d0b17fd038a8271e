"""A filled form as a template shows it: what is missing says what it is, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from reik.pathway.forms.asked import placed
from reik.pathway.forms.fields import MISSING, QUESTIONS, Filled, fill
from reik.pathway.forms.known import Known
from reik.pathway.forms.markup import Block, Line, fields_of
from reik.pathway.forms.sentences import values_of
from reik.web.forms.words import field_words
from reik.web.selection.on_paper import question_blocks


def filled_for(blocks: Sequence[Block], known: Known, language: str, wants: Collection[str] = ()) -> Filled:
    """A text with what is known of one client. `wants`: what her organisation asks besides at client selection."""
    if QUESTIONS in fields_of(blocks):
        blocks = placed(blocks, question_blocks(language, wants))
    return fill(blocks, values_of(known, language))


def on_screen(filled: Filled) -> list[Block]:
    """The blocks after the title."""
    return [_block(each) for each in filled.blocks[1:]]


def _block(block: Block) -> Block:
    return replace(
        block,
        pieces=_line(block.pieces),
        items=tuple(replace(each, pieces=_line(each.pieces)) for each in block.items),
        rows=tuple(tuple(_line(cell) for cell in row) for row in block.rows),
    )


def _line(line: Line) -> Line:
    return tuple(
        replace(each, text=field_words(each.text)) if each.kind == MISSING else each for each in line
    )
