"""Every sentence of the screens exists in Dutch and in English."""

from __future__ import annotations

import re

import pytest

from tests import wording

FAMILIES = [wording.SHARED, *wording.families_on_disk()]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_sentence_has_its_english(family: str) -> None:
    known = wording.read(family)
    lacking = []
    for message in wording.words_of(family):
        found = known.get(message[0] if isinstance(message, tuple) else message)
        said = found.string if found is not None else ""
        if not said or (isinstance(said, tuple) and not all(said)):
            lacking.append(message)
    assert not lacking, f"python -m tests.wording {family}, then fill in {wording.po_of(family)}"


@pytest.mark.parametrize("family", FAMILIES)
def test_no_english_is_kept_for_what_nobody_says_any_more(family: str) -> None:
    said = {each[0] if isinstance(each, tuple) else each for each in wording.words_of(family)}
    kept = {m.id[0] if isinstance(m.id, tuple) else m.id for m in wording.read(family) if m.id}
    assert kept <= said


@pytest.mark.parametrize("family", FAMILIES)
def test_both_languages_fill_in_the_same_values(family: str) -> None:
    for message in wording.read(family):
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            names = {name for each in ids for name in re.findall(r"%\((\w+)\)", each)}
            for each in said:
                assert set(re.findall(r"%\((\w+)\)", each)) <= names, message.id


def test_one_sentence_has_one_english() -> None:
    """All families share one catalogue: of two translations only one would be seen, and in whose room by chance."""
    said: dict[object, set[object]] = {}
    for family in FAMILIES:
        for message in wording.read(family):
            if message.id and message.string:
                said.setdefault((message.context, message.id), set()).add(message.string)
    assert {key: each for key, each in said.items() if len(each) > 1} == {}


def test_the_compiled_catalogue_is_that_of_the_files() -> None:
    assert wording.MO.read_bytes() == wording.compiled(), "run python -m tests.wording"


def test_a_missing_sentence_is_noticed() -> None:
    assert "Pak het zakje" in set(wording._of_template('{% translate "Pak het zakje" %}'))
    assert ("één", "%(n)s zakjes") in set(
        wording._of_template(
            "{% blocktranslate count n=n %}één{% plural %}{{ n }} zakjes{% endblocktranslate %}"
        )
    )
    assert "Druk" in set(wording._of_python('x = _("Druk")'))
