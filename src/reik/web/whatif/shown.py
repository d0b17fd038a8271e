"""A what-if's figures as pages show them: before, after and the difference, care and travel always apart (R65)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reik.value.case.toured import Offer, freed
from reik.value.report_tables import parameter_name
from reik.value.report_words import number
from reik.value.tours.seen import WhatIfSeen
from reik.web.value.shown import plain
from reik.web.whatif.words import effort_words, level_words, mode_words, state_words

Outcome = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure before and after; `more` has its sign. Empty `after`: not known."""

    key: str
    name: str
    before: str
    after: str
    more: str


def rows(outcome: Outcome, said: str) -> list[Row]:
    """The figures, in the order in which they are read."""
    figures, details = outcome["figures"], outcome["details"]
    peaks = (details["before"]["peak_per_nurse"], details["after"]["peak_per_nurse"])
    return [
        _row("visits", _("Bezoeken"), (figures["visits_before"], figures["visits_after"]), 0, said),
        _row("care_hours", _("Zorguren"), (figures["care_hours_before"], figures["care_hours_after"]), 1, said),
        _row("travel_hours", _("Reisuren"), (figures["travel_hours_before"], figures["travel_hours_after"]), 1, said),
        _row("km", _("Kilometers"), (details["before"]["km"], details["after"]["km"]), 0, said),
        _row("unassigned", _("Niet in te plannen"),
             (figures["unassigned_before"], figures["unassigned_after"]), 0, said),
        _row("peak", _("Bezoeken per medewerker van 7 tot 11 uur"), peaks, 1, said),
        _row(HEAVY, _("Zware zorg per route, deel van de bezoeken"), _heavy_shares(details), 1, said, "%"),
    ]  # fmt: skip


HEAVY = "heavy"


def _heavy_shares(details: Mapping[str, Any]) -> tuple[float | None, float | None]:
    found = details.get("heavy") or {"before": {}, "after": {}}
    return found["before"].get("share_of_visits_pct"), found["after"].get("share_of_visits_pct")


def told(found: Iterable[Row]) -> list[Row]:
    """Without heavy care where nobody said what that is: a line of dashes says nothing of one what-if."""
    return [each for each in found if each.key != HEAVY or each.before != UNKNOWN]


def heavy_of(outcome: Outcome, said: str) -> dict[str, Any]:
    """What heavy care on a route means for who drives it; empty: not known, or too few visits to say it."""
    before, after = _heavy_shares(outcome["details"])
    if before is None or after is None:
        return {}
    both = [outcome["details"]["heavy"][when] for when in ("before", "after")]
    return {
        "care": [f"{number(each['share_of_care_pct'], said, 1)} %" for each in both],
        "visits": [number(each["heavy_per_route"], said, 1) for each in both],
        "unknown": both[0]["visits_unknown"], "heavier": after > before,
    }  # fmt: skip


UNKNOWN = "–"


def _row(
    key: str, name: str, both: tuple[float | None, float | None], decimals: int, said: str, unit: str = ""
) -> Row:
    before, after = both
    if before is None or after is None:
        return Row(key=key, name=name, before=UNKNOWN, after=UNKNOWN, more=UNKNOWN)
    more = round(after - before, decimals)
    sign, mark = "+" if more > 0 else "", f"\N{NO-BREAK SPACE}{unit}" if unit else ""
    return Row(
        key=key, name=name, before=number(before, said, decimals) + mark, after=number(after, said, decimals) + mark,
        more=_("%(n)s procentpunt") % {"n": sign + number(more, said, decimals)} if unit
        else sign + number(more, said, decimals),
    )  # fmt: skip


def alike(outcome: Outcome) -> bool:
    """Whether both plans leave as many visits over: only then travel can be compared."""
    figures = outcome["figures"]
    return bool(figures["unassigned_before"] == figures["unassigned_after"])


def changes(outcome: Outcome) -> list[tuple[str, int]]:
    """What the dispensers did to the visits."""
    details = outcome["details"]
    words = {
        "lapsed": _("vervallen bezoeken"), "alerts": _("bezoeken na een melding"),
        "loading_visits": _("bezoeken om een rol te wisselen"), "loading_beside": _("rollen tijdens een ander bezoek"),
        "loosened": _("bezoeken die mogen schuiven"),
    }  # fmt: skip
    return [(name, details[key]) for key, name in words.items()]


def freed_words(outcome: Outcome, said: str) -> dict[str, str]:
    """Hours per client with a dispenser in a month; empty: nothing can be said."""
    return {key: "" if each is None else number(each, said, 1) for key, each in freed(outcome).items()}


def loads_of(found: Iterable[Mapping[str, Any]], said: str) -> list[dict[str, Any]]:
    """Per nurse, by name: visits, care and travel before → after."""
    return [
        {
            "nurse": each["nurse"],
            **{
                when: {
                    "visits": each[when]["visits"], "care": number(each[when]["care_hours"], said, 1),
                    "travel": number(each[when]["travel_hours"], said, 1),
                }
                for when in ("before", "after")
            },
        }
        for each in found
    ]  # fmt: skip


def choices_of(found: WhatIfSeen, said: str) -> list[tuple[str, str]]:
    """Every choice that was made, in words."""
    asked, outcome, published = found.question, found.outcome, _("gepubliceerde factoren")
    terms = [
        (_("Teams"), ", ".join(asked.teams) or _("alle")),
        (_("Dagen"), " – ".join(dict.fromkeys(date_format(each, "j F Y") for each in (asked.first, asked.last)))),
        (_("Wie krijgt een dispenser"), _group(found)),
        (_("Zorgcentrale"), _("met") if asked.centre else _("zonder")),
        (_("Rollen wisselen"), _("dit team") if asked.loads else _("anderen, buiten deze routes")),
        (_("Een rol duurt"), _("%(n)s dagen") % {"n": asked.roll_days}),
        (_("Momenten die vanzelf gaan"), f"{plain(100 * asked.works, said)} %"),
        (_("Meldingen die de centrale sluit"), f"{plain(100 * asked.by_centre, said)} %" if asked.centre else "–"),
        (_("Een bezoek mag nu schuiven"), _("%(n)s minuten") % {"n": asked.around}),
        (_("Een bezoek zonder medicatie mag schuiven"), _("%(n)s minuten") % {"n": asked.loosened}),
        (_("Wie deelt bezoeken"), level_words(asked.level)),
        (_("Reistijden"), asked.matrix or f"{mode_words(asked.mode)}, {published}"),
        (_("Erbij per stop"), _("%(n)s seconden") % {"n": plain(asked.stop_seconds, said)}),
        (_("Zoeken naar korte routes"), effort_words(asked.effort)),
        (_("Trekking"), str(asked.seed)),
    ]  # fmt: skip
    return terms if outcome else terms[:3]


def _group(found: WhatIfSeen) -> str:
    n = found.outcome.get("details", {}).get("chosen")
    if found.question.clients is not None:
        words = _("een gekozen lijst")
    elif found.question.share < 1:
        words = _("%(n)s %% van wie kan") % {"n": plain(100 * found.question.share, "nl")}
    else:
        words = _("iedereen met een bezoek alleen voor medicatie")
    return words if n is None else _("%(words)s: %(n)s cliënten") % {"words": words, "n": n}


def sources_of(outcome: Outcome) -> list[Mapping[str, str]]:
    """Where the usual values of the choices are from."""
    return [each for each in outcome["details"]["sources"].values() if each["date"]]


def offered(each: Offer, said: str) -> dict[str, Any]:
    """What an assumption would become, or how many cases there are of those needed."""
    low_high = () if each.range is None else (each.range.low, each.range.likely, each.range.high)
    return {
        "key": each.key, "name": parameter_name(each.key, said), "cases": each.cases, "needed": each.needed,
        "range": " – ".join(dict.fromkeys(plain(value, said) for value in low_high)),
        "source": each.range.source if each.range else "",
    }  # fmt: skip


def listed(found: WhatIfSeen, said: str) -> dict[str, Any]:
    """One line of the list."""
    by_key = {each.key: each for each in rows(found.outcome, said)} if found.outcome else {}
    return {"found": found, "state": state_words(found.state), "rows": by_key}


def compared(found: Sequence[WhatIfSeen], said: str) -> list[dict[str, Any]]:
    """Choices that differ, then the figures: a row each, a cell for every what-if."""
    made: list[dict[str, Any]] = []
    for line in zip(*(choices_of(each, said) for each in found), strict=True):
        cells = [value for _name, value in line]
        made.append({"name": line[0][0], "cells": cells, "choice": True, "differs": len(set(cells)) > 1})
    for figures in zip(*(rows(each.outcome, said) for each in found), strict=True):
        if figures[0].key == HEAVY and all(each.before == UNKNOWN for each in figures):
            continue
        cells = [f"{each.before} → {each.after}" for each in figures]
        made.append(
            {"name": figures[0].name, "cells": cells, "choice": False, "differs": len(set(cells)) > 1}
        )
    per_month = [freed_words(each.outcome, said) for each in found]
    names = {
        "care": _("Zorguren vrij per cliënt per maand"),
        "travel": _("Reisuren vrij per cliënt per maand"),
    }
    for key, name in names.items():
        cells = [each[key] or "–" for each in per_month]
        made.append({"name": name, "cells": cells, "choice": False, "differs": len(set(cells)) > 1})
    return made
