"""Where the questions of client selection stand in a form: they are those of the screen, never a text of its own. Pure.

The text of the form says only where they come: `{questions}` as a paragraph by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from reik.pathway.forms.catalogue import SELECTION
from reik.pathway.forms.fields import FIELDS, QUESTIONS
from reik.pathway.forms.markup import FIELD, PARAGRAPH, Block, Flaw, FormFlawed, fields_of, read


def read_form(form: str, body: str) -> tuple[Block, ...]:
    """The blocks of a text of this form. Raises FormFlawed, also when the questions are missing or out of place."""
    blocks = read(body, FIELDS)
    places = sum(map(_is_place, blocks))
    others = fields_of([each for each in blocks if not _is_place(each)])
    if places != (form == SELECTION) or QUESTIONS in others:
        raise FormFlawed([Flaw(1, "questions" if form == SELECTION else "no_questions", f"{{{QUESTIONS}}}")])
    return blocks


def placed(blocks: Sequence[Block], asked: Sequence[Block]) -> tuple[Block, ...]:
    """The same with the questions in their place."""
    return tuple(one for each in blocks for one in (asked if _is_place(each) else [each]))


def _is_place(block: Block) -> bool:
    pieces = block.pieces
    return (
        block.kind == PARAGRAPH
        and len(pieces) == 1
        and pieces[0].kind == FIELD
        and pieces[0].text == QUESTIONS
    )
