"""The answer to a what-if as JSON: the agreed figures, what lies behind them, and both plans. Pure. Care and travel
are never added up (R65)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from reik.value.tours.asked import Answer, Asked
from reik.value.tours.dispensers import SOURCES
from reik.value.tours.heavy import as_details, carried
from reik.value.tours.matrices import Travels
from reik.value.tours.plans import Plan, PlanFigures, begins, travel_seconds
from reik.value.tours.plans import figures as figures_of_plan
from reik.value.tours.problem import HOUR, MINUTE, Day
from reik.value.tours.whatif import driven_now

PAIRS = ("visits", "care_hours", "travel_hours", "unassigned")
CHANGES = ("lapsed", "alerts", "loading_visits", "loading_beside", "loosened")


def figures(answer: Answer, seconds: float) -> dict[str, Any]:
    """The figures under the names that are fixed for `reik whatif --json`. `seconds`: how long it took."""
    outcome = answer.outcome
    found: dict[str, Any] = {
        "clients": len({(each.organisation, each.client) for each in answer.planned}),
        "nurses": len({_name(nurse.key) for day in outcome.days for nurse in day.nurses}),
    }
    for name in PAIRS:
        for when, of in (("before", outcome.before), ("after", outcome.after)):
            value = getattr(of, name)
            found[f"{name}_{when}"] = round(value, 2) if isinstance(value, float) else value
    return {**found, "seconds": round(seconds, 2)}


def details(answer: Answer, asked: Asked, *, skipped: int, travel_from: str) -> dict[str, Any]:
    """What lies behind the figures: sums, terms with their sources. `skipped`: lines that were left out."""
    outcome = answer.outcome
    going = {str(each.line): each.nurse for each in answer.planned}
    now = [driven_now(day, travel, going) for day, travel in zip(outcome.days, answer.travels, strict=True)]
    heavy = (
        carried(outcome.days, outcome.plans_before),
        carried([each.day for each in outcome.changed], outcome.plans_after),
    )
    return {
        "before": {**asdict(outcome.before), "peak_per_nurse": outcome.before.peak_per_nurse},
        "after": {**asdict(outcome.after), "peak_per_nurse": outcome.after.peak_per_nurse},
        **{name: sum(getattr(each, name) for each in outcome.changed) for name in CHANGES},
        "days": len(outcome.days), "lines_skipped": skipped, "seed": asked.seed, "effort": asked.effort,
        "chosen": len(answer.chosen),
        "travel_hours_between_clients_as_planned": None if None in now else round(sum(filter(None, now)), 2),
        "terms": asdict(asked.terms), "sources": {key: asdict(each) for key, each in SOURCES.items()},
        "travel_from": travel_from, "heavy": as_details(*heavy),
    }  # fmt: skip


def each_day(answer: Answer) -> list[dict[str, Any]]:
    """Per day: visits, hours and visits left over, before and after."""
    found = []
    for day, changed, before, after, travel in _rows(answer):
        was, now = figures_of_plan(day, travel, before), figures_of_plan(changed, travel, after)
        found.append({"day": day.name, "before": _short(was), "after": _short(now)})
    return found


def _short(of: PlanFigures) -> dict[str, Any]:
    return {
        "visits": of.visits, "care_hours": round(of.care_hours, 3), "travel_hours": round(of.travel_hours, 3),
        "km": round(of.km, 2), "unassigned": of.unassigned,
    }  # fmt: skip


def of_chosen(answer: Answer) -> dict[str, list[float]]:
    """Of each client with a dispenser, not by name: unique and combined visits a day, minutes of a unique one."""
    days = len({each.day for each in answer.planned})
    mine = [each for each in answer.planned if each.client in answer.chosen]
    unique = Counter(each.client for each in mine if each.kind == "unique")
    combined = Counter(each.client for each in mine if each.kind == "combined")
    inside: Counter[str] = Counter()
    for each in mine:
        if each.kind == "unique":
            inside[each.client] += each.seconds
    clients = sorted(answer.chosen)
    return {
        "unique_per_day": [round(unique[each] / days, 4) for each in clients],
        "combined_per_day": [round(combined[each] / days, 4) for each in clients],
        "care_minutes": [round(inside[each] / MINUTE / unique[each], 3) for each in clients if unique[each]],
    }


def rounds(answer: Answer) -> list[dict[str, Any]]:
    """Both plans of each day, to be drawn: per nurse her shift, her visits (begin, end, kind; seconds) and travel."""
    return [
        {"day": day.name, "before": _drawn(day, before, travel), "after": _drawn(changed, after, travel)}
        for day, changed, before, after, travel in _rows(answer)
    ]


def _drawn(day: Day, plan: Plan, travel: Travels) -> list[dict[str, Any]]:
    return [
        {
            "nurse": day.nurses[tour.nurse].key, "since": day.nurses[tour.nurse].since,
            "until": day.nurses[tour.nurse].until, "travel": travel_seconds(day, travel, tour),
            "visits": [
                [start, start + day.visits[each].seconds, day.visits[each].kind]
                for each, start in zip(tour.visits, begins(day, travel, tour), strict=True)
            ],
        }
        for tour in plan.tours
    ]  # fmt: skip


def loads(rounds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each nurse carries over all days: visits, hours inside and under way, before and after; by name."""
    found: dict[str, dict[str, Any]] = {}
    for day in rounds:
        for when in ("before", "after"):
            for tour in day[when]:
                mine = found.setdefault(_name(tour["nurse"]), {"before": [0, 0, 0], "after": [0, 0, 0]})[when]
                mine[0] += len(tour["visits"])
                mine[1] += sum(end - start for start, end, _ in tour["visits"])
                mine[2] += tour["travel"]
    return [
        {
            "nurse": name,
            **{when: _load(of) for when, of in both.items()},
        }
        for name, both in sorted(found.items())
    ]


def _load(of: list[int]) -> dict[str, Any]:
    return {"visits": of[0], "care_hours": round(of[1] / HOUR, 2), "travel_hours": round(of[2] / HOUR, 2)}


def plans(answer: Answer) -> list[dict[str, Any]]:
    """Both plans of each day with who is visited when (`--plans`)."""
    return [
        {"day": day.name, "before": _plan(day, before, travel), "after": _plan(changed, after, travel)}
        for day, changed, before, after, travel in _rows(answer)
    ]


def _plan(day: Day, plan: Plan, travel: Travels) -> dict[str, Any]:
    tours = [
        {
            "nurse": day.nurses[tour.nurse].key,
            "travel_minutes": round(travel_seconds(day, travel, tour) / MINUTE, 1),
            "visits": [
                {"visit": day.visits[each].key, "client": day.visits[each].client, "kind": day.visits[each].kind,
                 "begins": f"{start // 3600:02}:{start // 60 % 60:02}"}
                for each, start in zip(tour.visits, begins(day, travel, tour), strict=True)
            ],
        }
        for tour in plan.tours
    ]  # fmt: skip
    return {"tours": tours, "unassigned": [day.visits[each].key for each in plan.unassigned]}


def _rows(answer: Answer) -> list[tuple[Day, Day, Plan, Plan, Travels]]:
    found = answer.outcome
    return [
        (day, changed.day, before, after, travel)
        for day, changed, before, after, travel in zip(
            found.days, found.changed, found.plans_before, found.plans_after, answer.travels, strict=True
        )
    ]


def _name(key: str) -> str:
    """Of a shift's key the nurse: `anna (2)` is her second shift of that day."""
    return key.rpartition(" (")[0]
