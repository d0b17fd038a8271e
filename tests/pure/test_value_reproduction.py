"""The published figures beside the model: what is on the page is what was agreed to be there, and none is fitted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reik.value.reproduce import figures, reproduction

GOLDEN = Path(__file__).parent / "fixtures" / "value_reproduction.json"
PUBLISHED = {
    "unique_moments": [60.0, 93.0], "hours_two_moments": 10.1, "hours_more_moments": 10.1, "closed_by_centre": 70.0,
    "omring": 2.5, "zuyderland_issued": 24.0, "zuyderland_active": 24.0, "finland_visits": [89.4, 92.4],
    "finland_minutes": 19.3, "rivas": 25000.0, "ten_minutes": 10.0, "fifty_five": 55.0,
}  # fmt: skip


def test_the_page_is_the_one_that_was_looked_at() -> None:
    """A change of a formula or a default shows here; look at it, then write the new page to the file."""
    assert reproduction() == json.loads(GOLDEN.read_text("utf-8"))


def test_every_headline_figure_is_there_as_it_was_published() -> None:
    assert {each["figure"]: each["published"] for each in reproduction()} == PUBLISHED


def test_each_says_what_it_is_compared_with_and_why_it_differs() -> None:
    for each in reproduction():
        assert {"figure", "source", "published", "model", "difference"} <= set(each)
        assert each["source"]["url"].startswith("https://")
        assert each["source"]["date"]
        for language in ("nl", "en"):
            assert len(each["why"][language]) > 40
            assert "{" not in each["why"][language]
        assert (each["model"] is None) == (each["difference"] is None)
        assert each["model"] is None or each["inputs"]


def test_the_difference_is_the_model_less_what_was_published() -> None:
    for each in reproduction():
        if each["model"] is not None:
            ours, theirs, apart = map(_pair, (each["model"], each["published"], each["difference"]))
            assert all(abs(a - b - c) < 0.051 for a, b, c in zip(ours, theirs, apart, strict=True)), each[
                "figure"
            ]


def _pair(number: Any) -> list[float]:
    return number if isinstance(number, list) else [number, number]


def test_accepted_evidence_names_its_device_and_year() -> None:
    accepted = [each for each in figures() if each.evidence == "accepted"]
    assert accepted
    assert all(each.device == "Medido" and each.year for each in accepted)


def test_of_a_title_nothing_is_computed() -> None:
    rivas = next(each for each in reproduction() if each["figure"] == "rivas")
    assert rivas["model"] is None
    assert "titel" in rivas["why"]["nl"]
