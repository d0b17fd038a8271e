"""The questions of client selection on paper: the same questions, help and answers as on the screen (R4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import override

from reik.pathway.forms.markup import (
    BLANK,
    BULLETS,
    HEADING,
    PARAGRAPH,
    WORDS,
    Block,
    Item,
    Line,
    Piece,
)
from reik.pathway.selection.measures import OUTCOMES, SUITABLE, WITH_MEASURES
from reik.pathway.selection.questions import FORM, QUESTIONS, Question
from reik.web.selection.question_words import Words, answer_words, words_of
from reik.web.selection.words import outcome_words

_SPACE, _ROOM = Piece(WORDS, " "), Piece(BLANK)


def question_blocks(language: str, wants: Collection[str]) -> tuple[Block, ...]:
    """Every question that this organisation may ask, with room to write. `wants`: what it asks besides."""
    with override(language):
        asked = [each for each in QUESTIONS if not each.wanted or each.wanted in wants]
        blocks = [_heading(2, _("De vragen")), _words(_("Vragenlijst %(version)s.") % {"version": FORM})]
        for number, each in enumerate(asked, start=1):
            blocks += _question(number, each)
        return (*blocks, *_outcome())


def _question(number: int, asked: Question) -> Iterator[Block]:
    words, who = words_of(asked.code), {"who": _("de cliënt")}
    yield _heading(3, f"{number}. {words.ask % who}")
    if asked.after:
        yield _words(_after(asked))
    if words.help:
        yield _words(words.help % who)
    if asked.many:
        yield _words(_("Meer dan één antwoord mag."))
    if asked.answers:
        yield Block(kind=BULLETS, items=tuple(Item(each, True) for each in _answers(asked, words)))
    yield Block(kind=PARAGRAPH, pieces=(Piece(WORDS, _("Wat zag of hoorde u?")), _SPACE, _ROOM))


def _after(asked: Question) -> str:
    """Only for whom another question was answered so."""
    said = [
        f"{words_of(other).short}: {', '.join(answer_words(other, each) for each in codes)}"
        for other, codes in asked.after.items()
    ]
    return _("Alleen bij: %(what)s.") % {"what": "; ".join(said)}


def _answers(asked: Question, words: Words) -> Iterator[Line]:
    who = {"who": _("de cliënt")}
    for each in asked.answers:
        label, more = words.answers.get(each.code, (each.code, ""))
        line: list[Piece] = [Piece(WORDS, label % who, bold=True)]
        if more:
            line.append(Piece(WORDS, f". {more % who}"))
        if each.code in asked.named:
            line += [Piece(WORDS, ". " + _("Wie:") + " "), _ROOM]
        if each.code in asked.dated:
            line += [Piece(WORDS, ". " + _("Op welke dag:") + " "), _ROOM]
        yield tuple(line)


def _outcome() -> Iterator[Block]:
    yield _heading(2, _("Uitkomst"))
    items = []
    for each in OUTCOMES:
        line: list[Piece] = [Piece(WORDS, outcome_words(each), bold=True)]
        if each == WITH_MEASURES:
            line += [Piece(WORDS, ". " + _("Welke, wie doet het, en vóór welke dag:") + " "), _ROOM]
        elif each != SUITABLE:
            line += [Piece(WORDS, ". " + _("Waarom, en wanneer kijkt u opnieuw:") + " "), _ROOM]
        items.append(Item(tuple(line), True))
    yield Block(kind=BULLETS, items=tuple(items))


def _heading(level: int, words: str) -> Block:
    return Block(kind=HEADING, level=level, pieces=(Piece(WORDS, words),))


def _words(words: str) -> Block:
    return Block(kind=PARAGRAPH, pieces=(Piece(WORDS, words),))
