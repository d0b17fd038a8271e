"""What a pharmacy reads before it answers: everything that who asks has put into the question (R22, R23)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from django.utils import timezone, translation

from reik.medication.changes.sachets import AffectedSachet, affected_json
from reik.web.answer.change_words import whole_sachets, whole_sentences
from reik.web.frame import ZONE

DUE = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
AFFECTED = AffectedSachet(
    key="2026-11-24 08:00", kind="other_contents", day=date(2026, 11, 24), at=time(8), due_at=DUE, until_at=DUE,
    sequences=(12, 13), planned=2, found=2, contents=("metoprolol 50 mg, 1", "simvastatine 20 mg, 1"),
    more=("metoprolol 100 mg, 1",), less=("metoprolol 50 mg, 1",), others=("simvastatine 20 mg, 1",),
)  # fmt: skip
CHANGE = {
    "choice": "hold", "because": "andere dosis.", "roll": "V003-02", "first_at": DUE.isoformat(),
    "affected": affected_json([AFFECTED]), "others_by": {"2026-11-24 08:00": "Joke Meijer"},
}  # fmt: skip


def test_a_change_is_told_whole() -> None:
    with translation.override("nl"):
        said = whole_sentences("confirm_change", CHANGE)
        (sachet,) = whole_sachets(CHANGE)
    assert said == [
        "Het zorgteam koos: Deze zakjes vasthouden. Gaat u akkoord?", "Rol V003-02.", "Reden: andere dosis.",
    ]  # fmt: skip
    assert (sachet.when, sachet.numbers) == ("dinsdag 24 november 08:00", "12, 13")
    assert list(sachet.contents) == ["metoprolol 50 mg, 1", "simvastatine 20 mg, 1"]
    for part in (
        "Er zit iets anders in", "Komt erbij: metoprolol 100 mg, 1.", "Gaat eraf: metoprolol 50 mg, 1.",
        "Verder zit erin: simvastatine 20 mg, 1.", "Dat geeft Joke Meijer.",
    ):  # fmt: skip
        assert part in sachet.note


def test_what_was_said_by_telephone_is_told_with_what_was_asked() -> None:
    said = {
        "kind": "confirm_change", "asked": CHANGE, "answer": "agreed", "text": "mits morgen", "by": "Ruud Blok",
        "read_back_by": "Anja", "at": DUE.isoformat(),
    }  # fmt: skip
    with translation.override("nl"):
        text = " ".join(whole_sentences("confirm_in_writing", said))
        assert len(whole_sachets(said)) == 1
    for part in (
        "Ruud Blok zei",
        "Akkoord",
        "mits morgen",
        "Anja las het terug",
        "Rol V003-02",
        "koos: Deze zakjes",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("kind", "detail", "parts"),
    [
        ("recall", {"roll": "V1", "sachets": [3, 4], "because": "verkeerde sterkte"},
         ("Rol V1.", "Zakjes: 3, 4.", "Reden: verkeerde sterkte.")),
        ("roll_needed", {"roll": "V1", "needed_at": DUE.isoformat(), "stage": "order"},
         ("Rol V1.", "24 november 08:00")),
        ("leftovers", {"why": "absence", "sachets": ["V1 12", "V1 13"]}, ("was weg", "V1 12, V1 13")),
        ("stop_client", {"why": "died"}, ("overleden",)),
        ("question", {"text": "Mag het?", "lines": ["Zij slaapt lang."]}, ("Mag het?", "Zij slaapt lang.")),
    ],
)  # fmt: skip
def test_every_kind_says_what_it_is_about(
    kind: str, detail: dict[str, object], parts: tuple[str, ...]
) -> None:
    with translation.override("nl"), timezone.override(ZONE):
        text = " ".join(whole_sentences(kind, detail))
    for part in parts:
        assert part in text
