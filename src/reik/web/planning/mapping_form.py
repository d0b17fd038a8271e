"""The form in which a person says what the columns mean, and how the first visits are then understood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from reik.value.planning.guessing import judged
from reik.value.planning.mapping import (
    DATE_FORMATS,
    FIELDS,
    WORDS,
    MappingRefused,
    PlanningMap,
    as_json,
    check,
)
from reik.value.planning.reading import counted_parts, preview
from reik.value.planning.sheets import Sheet
from reik.web.planning.words import (
    field_words,
    heavy_words,
    judged_words,
    kind_words,
    reason_words,
    refused_words,
)

MOST_SHOWN = 60
MAIN = ("client", "date", "start", "end", "minutes", "activity", "worker", "team")


def posted(post: QueryDict, before: PlanningMap) -> PlanningMap:
    """As it was filled in. Raises MappingRefused for numbers that are none; columns are checked later."""
    parts = post.getlist("code")
    kinds = {part: post.get(f"soort-{n}", "ignored") for n, part in enumerate(parts)}
    same = post.get("als", "") == before.activity_as and post.get("was", "") == post.get("k-activity", "")
    return PlanningMap(
        columns={field: str(post[f"k-{field}"]) for field in FIELDS if post.get(f"k-{field}")},
        date_format=post.get("datum", before.date_format), decimal=post.get("teken", before.decimal),
        unit=post.get("eenheid", before.unit), activity_as=post.get("als", before.activity_as),
        activities={**before.activities, **kinds} if same else {},
        unique_minutes=_number(post.get("uniek", "")), overlap_minutes=_number(post.get("overlap", "")),
        travel_mode=post.get("reis", ""), client_system=post.get("systeem", "").strip()[:120], zone=before.zone,
    )  # fmt: skip


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise MappingRefused("bounds", "Give minutes as a number.") from None


def with_activities(
    mapping: PlanningMap, look: Mapping[str, Any]
) -> tuple[PlanningMap, list[tuple[str, int]]]:
    """The mapping with each activity that occurs judged, and the activities with how often they occur."""
    column = mapping.columns.get("activity", "")
    if not column or column not in look["header"]:
        return mapping.with_(activities={}), []
    if mapping.activity_as == WORDS and column == look["words_of"]:
        counted = dict(look["words"])
    else:
        texts = look["texts"].get(column)
        if texts is None:
            place = look["header"].index(column)
            texts = Counter(row[place] for row in look["rows"] if len(row) > place)
        counted = counted_parts(texts, mapping.activity_as)[1]
    known = mapping.activities
    kinds = {part: known.get(part) or judged(part, mapping.activity_as) for part in counted}
    return mapping.with_(activities={**known, **kinds}), list(counted.items())


def page_of(mapping: PlanningMap, look: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows; `error` when this cannot be read yet."""
    mapping, counted = with_activities(mapping, look)
    shown = sorted(counted, key=lambda each: (mapping.activities.get(each[0]) == "ignored", -each[1]))[
        :MOST_SHOWN
    ]
    rows = [_field(field, mapping, look["header"]) for field in FIELDS]
    page: dict[str, Any] = {
        "mapping": mapping, "look": look, "main": [each for each in rows if each["field"] in MAIN],
        "more": [each for each in rows if each["field"] not in MAIN],
        "more_open": any(each["column"] for each in rows if each["field"] not in MAIN),
        "codes": [(n, part, times, mapping.activities.get(part, "ignored")) for n, (part, times) in enumerate(shown)],
        "judged": judged_words(), "formats": list(DATE_FORMATS), "left": len(counted) - len(shown),
    }  # fmt: skip
    sheet = Sheet(header=tuple(look["header"]), lots=lambda: iter(()), said=look["said"])
    try:
        check(mapping, look["header"])
        visits, refused = preview(sheet, (look["lines"], look["rows"]), mapping)
    except MappingRefused as refusal:
        return page | {"error": refused_words(refusal.code, str(refusal)), "visits": [], "wrong": []}
    page["visits"] = [_visit(each) for each in visits]
    page["wrong"] = [(each.line, reason_words(each.reason), each.value) for each in refused[:5]]
    return page | {"wrong_n": len(refused), "sample": len(look["rows"])}


def _visit(each: dict[str, Any]) -> dict[str, Any]:
    return each | {"kind_word": kind_words(each["kind"]), "heavy_word": heavy_words(each["heavy"])}


def _field(field: str, mapping: PlanningMap, header: list[str]) -> dict[str, Any]:
    name, meant = field_words(field)
    return {
        "field": field,
        "name": name,
        "meant": meant,
        "column": mapping.columns.get(field, ""),
        "header": header,
    }


def guessed(look: Mapping[str, Any]) -> PlanningMap:
    given = look["guessed"]
    return PlanningMap(**given) if given else PlanningMap(columns={})


def fitting(kept: Mapping[str, PlanningMap], header: list[str]) -> list[str]:
    """The names of kept mappings of which every column is in this file."""
    return [name for name, each in kept.items() if set(each.columns.values()) <= set(header)]


__all__ = ["as_json", "fitting", "guessed", "page_of", "posted", "with_activities"]
