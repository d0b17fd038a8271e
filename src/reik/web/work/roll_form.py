"""The form of a roll: period, number, and the sachets of the plan or as counted by hand (R15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from secrets import token_hex
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from reik.dispensing.rolls.abilities import abilities_of
from reik.kernel.tenancy import Actor
from reik.medication import queries as medication
from reik.medication.operations import register_roll
from reik.medication.rolls.sachets import sachets_for
from reik.medication.times.schedule import PlannedDose, instant_of, local_day
from reik.people.queries import ClientCard
from reik.web.work.clients import date_of
from reik.web.work.rows import clock_of

DAYS, MOST_DAYS = 14, 31
FIELDS = (
    "number", "day", "time", "days", "how", "first", "last", "count", "barcode", "packer", "gap", "format", "expires",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class RollForm:
    """The form as typed, what is wrong by field, and what medication refused."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    ask_gap: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    numbers: dict[str, int] = field(default_factory=dict)


def begin(card: ClientCard, rolls: Sequence[Any], now: datetime, *, demo: bool) -> RollForm:
    """From the end of the roll before, else from now on, for two weeks."""
    zone = ZoneInfo(card.zone)
    live = [
        each.ends_at
        for each in rolls
        if each.state in ("registered", "delivered", "loaded") and each.ends_at > now
    ]
    since = max(live, default=now).astimezone(zone)
    values = dict.fromkeys(FIELDS, "")
    values |= {
        "day": f"{since:%d-%m-%Y}", "time": f"{since:%H:%M}", "days": str(DAYS), "how": "plan", "first": "1",
        "number": f"DEMO-{token_hex(3).upper()}" if demo else "",
    }  # fmt: skip
    return RollForm(values=values)


def read(data: QueryDict, card: ClientCard) -> RollForm:
    form = RollForm(values={name: data.get(name, "").strip()[:200] for name in FIELDS})
    values, errors, zone = form.values, form.errors, ZoneInfo(card.zone)
    if not values["number"]:
        errors["number"] = _("Vul het nummer in dat op het etiket van de rol staat.")
    day, at = date_of(values["day"]), clock_of(values["time"] or "0")
    if day is None:
        errors["day"] = _("Vul de eerste dag in, zoals 31-12-2026.")
    if at is None:
        errors["time"] = _("Een tijd is uren en minuten: 08:00.")
    if values["expires"] and date_of(values["expires"]) is None:
        errors["expires"] = _("Vul de laatste gebruiksdag in, zoals 31-12-2026, of laat hem leeg.")
    days = _number(form, "days", _("Vul in voor hoeveel dagen de rol is: 1 tot 31."), 1, MOST_DAYS)
    _number(form, "first", _("Vul het nummer van het eerste zakje in."), 0, 99_999)
    if values["how"] == "counted":
        _number(form, "last", _("Vul het nummer van het laatste zakje in."), 0, 99_999)
        _number(form, "count", _("Vul in hoeveel zakjes u telde."), 1, 9_999)
    if not errors and day and at and days:
        form.starts_at = instant_of(day, at, zone)
        form.ends_at = _end(day, at, days, zone)
    return form


def _end(day: date, at: time, days: int, zone: ZoneInfo) -> datetime:
    """After so many local days, the first counted whole: a roll from 10:15 ends at a midnight."""
    until = day + timedelta(days=days) if at == time() else day + timedelta(days=days + 1)
    return instant_of(until, time(), zone)


def _number(form: RollForm, name: str, error: str, least: int, most: int) -> int | None:
    text = form.values[name]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None
    if number is None or not least <= number <= most:
        form.errors[name] = error
        return None
    form.numbers[name] = number
    return number


def register(form: RollForm, card: ClientCard, actor: Actor, now: datetime) -> UUID:
    """The roll's id. Raises RollRefused."""
    assert form.starts_at is not None
    assert form.ends_at is not None
    counted, sachets, numbers = None, None, form.numbers
    if form.values["how"] == "counted":
        counted = (numbers["first"], numbers["last"], numbers["count"])
    else:
        sachets = sachets_for(planned(card, form.starts_at, form.ends_at), numbers["first"])
    return register_roll(
        organisation_id=card.organisation_id, client_id=card.id, number=form.values["number"],
        starts_at=form.starts_at, ends_at=form.ends_at, by=actor.name, now=now, sachets=sachets, counted=counted,
        packer=form.values["packer"], barcode=form.values["barcode"], gap_because=form.values["gap"],
        roll_format=form.values["format"], expires_on=date_of(form.values["expires"]),
        device=abilities_of([card.id]).get(card.id),
    )  # fmt: skip


def planned(card: ClientCard, starts_at: datetime, ends_at: datetime) -> list[PlannedDose]:
    """What is planned in this period."""
    zone = ZoneInfo(card.zone)
    first, until = local_day(starts_at, zone), local_day(ends_at, zone) + timedelta(days=1)
    doses = medication.planned_doses([card.id], first, until)[card.id]
    return [each for each in doses if starts_at <= each.due_at < ends_at]
