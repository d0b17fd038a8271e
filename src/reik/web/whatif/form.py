"""A what-if as somebody fills it in: from the page to a question and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import QueryDict

from reik.value.planning.queries import FileSeen
from reik.value.tours.keeping import WhatIfRefused
from reik.value.tours.problem import TourRefused
from reik.value.tours.questions import Question
from reik.web.value.asked import NotANumber, language, number_of
from reik.web.value.shown import plain

ALL, PART, LIST = "alle", "deel", "lijst"
PERCENTS = {"share": "deel", "works": "werkt", "by_centre": "centrale_pct"}
WHOLE = {"roll_days": "roldagen", "loosened": "ruimer", "around": "schuiven", "seed": "trekking"}
MOST = {"roll_days": 366, "loosened": 480, "around": 240, "seed": 2**31}


def question_of(given: QueryDict, matrix: str) -> Question:
    """What was filled in. Raises WhatIfRefused with a code. `matrix`: the name of an own file of travel times."""
    values: dict[str, Any] = {"first": _day(given, "vanaf"), "last": _day(given, "tot")}
    try:
        for name, field in PERCENTS.items():
            if given.get(field, "").strip():
                values[name] = round(number_of(str(given[field])) / 100, 6)
        for name, field in WHOLE.items():
            if given.get(field, "").strip():
                values[name] = _whole(str(given[field]), MOST[name])
        values["stop_seconds"] = number_of(given.get("stop", "").strip() or "0")
    except NotANumber:
        raise WhatIfRefused("number", "Fill in numbers.") from None
    if any(not 0 <= values.get(name, 0) <= 1 for name in PERCENTS):
        raise WhatIfRefused("share", "Give percentages from 0 to 100.")
    values |= _group(given, values)
    return _checked(
        **values, teams=tuple(given.getlist("team")), centre=given.get("centrale") != "nee", matrix=matrix,
        loads=given.get("laden") != "anderen", mode=given.get("vervoer", "bike"), level=given.get("delen", "team"),
        effort=given.get("zoeken", "normal"),
    )  # fmt: skip


def _group(given: QueryDict, values: Mapping[str, Any]) -> dict[str, Any]:
    how = given.get("groep", ALL)
    if how == LIST:
        named = [each.strip() for each in given.get("lijst", "").splitlines()]
        return {"clients": tuple(dict.fromkeys(each for each in named if each)), "share": 1.0}
    return {"clients": None, "share": values.get("share", 1.0) if how == PART else 1.0}


def _checked(**values: Any) -> Question:
    try:
        question = Question(**values)
        question.asked()
        return question
    except TourRefused:
        raise WhatIfRefused(
            "bounds" if values["last"] >= values["first"] else "days", "Look again."
        ) from None


def _whole(text: str, most: int) -> int:
    value = number_of(text)
    if value != int(value) or not 0 <= value <= most:
        raise WhatIfRefused("bounds", "Whole numbers, within their limits.")
    return int(value)


def _day(given: QueryDict, name: str) -> date:
    try:
        return date.fromisoformat(given.get(name, ""))
    except ValueError:
        raise WhatIfRefused("days", "Choose a first and a last day.") from None


def first_shown(file: FileSeen) -> dict[str, Any]:
    """How the form stands when nothing was filled in: the first day, everybody."""
    first = file.first_day or file.created_at.date()
    mode = file.mapping.get("travel_mode") or "bike"
    return shown(Question(first=first, last=first, mode=mode), title="")


def shown(question: Question, *, title: str) -> dict[str, Any]:
    """A question as the form shows it."""
    said = language()
    how = LIST if question.clients is not None else PART if question.share < 1 else ALL
    fields = {field: plain(100 * getattr(question, name), said) for name, field in PERCENTS.items()}
    fields |= {field: str(getattr(question, name)) for name, field in WHOLE.items()}
    return fields | {
        "titel": title, "team": question.teams, "vanaf": question.first.isoformat(), "groep": how,
        "tot": question.last.isoformat(), "lijst": "\n".join(question.clients or ()),
        "centrale": "" if question.centre else "nee", "laden": "" if question.loads else "anderen",
        "vervoer": question.mode, "delen": question.level, "zoeken": question.effort,
        "stop": plain(question.stop_seconds, said),
    }  # fmt: skip


def typed(given: QueryDict, names: Sequence[str]) -> dict[str, Any]:
    """What was filled in, as it was, to be mended."""
    return {name: given.get(name, "") for name in names} | {"team": tuple(given.getlist("team"))}
