"""A line outside the roll as it is typed: nothing typed is lost, and every flaw has a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.http import QueryDict
from django.utils.translation import gettext as _

from reik.medication.outside.lines import WINDOW_MIN, LooseWords
from reik.medication.times.schedule import EVERY_DAY
from reik.web.work.words import day_names

KEPT = (
    "product", "code", "amount", "times", "every_days", "max_per_day", "criteria", "window_min", "gap_min",
    "starts_on", "last_on", "responsible", "responsible_name", "because",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LineForm:
    """What stands in the fields. `says` None: it cannot be read; `errors` by field then say why."""

    values: Mapping[str, str]
    weekdays: frozenset[int]
    as_needed: bool
    second_person: bool
    says: LooseWords | None
    errors: Mapping[str, str]

    @property
    def days(self) -> list[tuple[int, str, bool]]:
        return [(number, name, number in self.weekdays) for number, name in day_names()]


def shown(says: LooseWords) -> LineForm:
    """A line that is there, or proposed, as fields."""
    number = {
        "every_days": says.every_days if says.every_days > 1 else "", "max_per_day": says.max_per_day or "",
        "window_min": says.window_min, "gap_min": says.gap_min or "",
    }  # fmt: skip
    return LineForm(
        values={
            "product": says.product, "code": says.code, "amount": says.amount, "criteria": says.criteria,
            "times": ", ".join(f"{at:%H:%M}" for at in says.times), "starts_on": f"{says.starts_on:%d-%m-%Y}",
            "last_on": f"{says.last_on:%d-%m-%Y}" if says.last_on else "", "responsible": says.responsible,
            "responsible_name": says.responsible_name, **{name: str(value) for name, value in number.items()},
        },
        weekdays=says.weekdays, as_needed=says.as_needed, second_person=says.second_person, says=says, errors={},
    )  # fmt: skip


def empty(today: date) -> LineForm:
    return shown(LooseWords(product="", amount="", starts_on=today))


def typed(post: QueryDict, today: date) -> LineForm:
    """What somebody typed."""
    values = {name: post.get(name, "").strip()[:300] for name in KEPT}
    errors: dict[str, str] = {}
    as_needed = post.get("kind") == "need"
    weekdays = frozenset(int(each) for each in post.getlist("day") if each in "1234567" and each)
    every = _number(values, "every_days", 1, errors)
    starts, last = _date(values, "starts_on", today, errors), _date(values, "last_on", None, errors)
    says = LooseWords(
        product=values["product"], code=values["code"], amount=values["amount"], as_needed=as_needed,
        times=() if as_needed else _times(values, errors), criteria=values["criteria"],
        weekdays=EVERY_DAY if as_needed or every > 1 else weekdays, every_days=every,
        max_per_day=(_number(values, "max_per_day", 0, errors) or None) if as_needed else None,
        window_min=_number(values, "window_min", WINDOW_MIN, errors), gap_min=_number(values, "gap_min", 0, errors),
        starts_on=starts or today, last_on=last, responsible=values["responsible"],
        responsible_name=values["responsible_name"], second_person="second_person" in post,
    )  # fmt: skip
    return LineForm(
        values=values, weekdays=weekdays, as_needed=as_needed, second_person=says.second_person,
        says=None if errors else says, errors=errors,
    )  # fmt: skip


def _times(values: Mapping[str, str], errors: dict[str, str]) -> tuple[time, ...]:
    found = []
    for each in values["times"].replace(",", " ").replace(";", " ").split():
        try:
            found.append(datetime.strptime(each.replace(".", ":"), "%H:%M").time())  # noqa: DTZ007 - a wall clock
        except ValueError:
            errors["times"] = _("Een tijd is uren en minuten: 08:00.")
    return tuple(sorted(found))


def _number(values: Mapping[str, str], name: str, otherwise: int, errors: dict[str, str]) -> int:
    text = values[name]
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        errors[name] = _("Dit is een heel getal.")
        return otherwise
    return int(text)


def _date(
    values: Mapping[str, str], name: str, otherwise: date | None, errors: dict[str, str]
) -> date | None:
    if not values[name]:
        return otherwise
    for form in ("%d-%m-%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(values[name], form).date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            continue
    errors[name] = _("Schrijf een dag als 31-12-2026.")
    return otherwise
