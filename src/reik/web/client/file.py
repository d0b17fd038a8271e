"""All that a client's file shows, from reads whose number does not grow with the client's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from reik.alerting.claims.who import Who
from reik.alerting.queries import arrangement_of, open_alerts
from reik.dispensing.devices.silence import silent_dispensers
from reik.dispensing.devices.timeline import plan_of
from reik.dispensing.queries import DispenserSeen, MomentSeen, dispensers_of, moments_between
from reik.dispensing.rolls import balance as ledger_balance
from reik.dispensing.rolls.balance import RollBalance
from reik.kernel.tenancy import Actor
from reik.medication.queries import open_findings
from reik.medication.seen.overview import (
    Agreed,
    Medicine,
    ScheduleShown,
    agreed_of,
    contents_of,
    rolls_shown,
    schedule_of,
)
from reik.medication.times.schedule import TimeLine
from reik.people.queries import ClientCard, carers_of
from reik.web.away.shown import banner_of
from reik.web.changes.shown import TO_DECIDE, waiting
from reik.web.client import timeline
from reik.web.client.chain import links_of
from reik.web.client.roll_way import way_of
from reik.web.client.state import alert_chip, clock_of, dispenser_words, roll_left
from reik.web.client.ways import ways_of
from reik.web.client.week import bounds, counts_of, in_words, monday_of, week_of
from reik.web.client.whose import weight, who_has_it
from reik.web.client.words import balance_words
from reik.web.frame import is_demo
from reik.web.pathway.shown import brief_of
from reik.web.rooms import who
from reik.web.words import evidence_words
from reik.web.work import tasks
from reik.web.work.whose import TEAM
from reik.web.work.words import days_of_finding, days_words, finding_words, latest_words, unplannable_words

LATELY = timedelta(days=3)
LINES = 8
BY_HAND_AHEAD = timedelta(hours=24)
GIVES_BY_HAND = TEAM
SEES_CARERS = ("nurse", "caregiver", "team_manager", "operator")
SEES_WORK = ("nurse", "caregiver", "team_manager", "pharmacist")
"""Roles that may open a client's schedule and rolls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShown:
    """One line of the schedule. `medicines` empty: contents not known."""

    line: TimeLine
    days: str
    latest: str
    medicines: Sequence[Medicine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A roll's ledger (N6). `terms`: what the loaded sachets went to: number (None: not known), word, tone."""

    balance: RollBalance
    terms: Sequence[tuple[int | None, str, str]]
    flaw: str


def of(card: ClientCard, actor: Actor, week: str, now: datetime) -> dict[str, Any]:
    """The context of the page."""
    zone = ZoneInfo(card.zone)
    today = now.astimezone(zone).date()
    monday = monday_of(week, today)
    dispenser = dispensers_of([card.id]).get(card.id)
    evidence = dispenser.evidence if dispenser else "removed"
    moments = moments_between([card.id], *bounds(monday, zone))[card.id]
    schedule = schedule_of(card.id, today)
    lines = schedule.lines if schedule else ()
    arrangement = arrangement_of(card.id)
    path = brief_of(card) if actor.role in TEAM else None
    return {
        "card": card, "age": card.age(today), "demo": is_demo(),
        "week": week_of(moments, monday, now, zone, evidence), "counts": counts_of(moments, now, evidence),
        "in_words": in_words(lines), "schedule": schedule, "today": today,
        "arrangement": arrangement, "links": links_of(arrangement, lines) if arrangement else [],
        "carers": carers_of([card.id]).get(card.id, []) if actor.role in SEES_CARERS else [],
        "sees_carers": actor.role in SEES_CARERS, "may_work": actor.role in SEES_WORK,
        "findings": _findings(card), "alerts": _alerts(card, who(actor), now, zone),
        "absence": banner_of(card.id), **_tasks(card, actor, now),
        "care_path": path, "ways": ways_of(actor.role, path),
        "by_hand": by_hand_of(moments, now, zone) if actor.role in GIVES_BY_HAND else [],
        "changes": waiting({card.id: card}, now, TO_DECIDE) if actor.role in SEES_WORK else [],
        "lines": timeline.happened(card.id, dispenser, now - LATELY, now, now, zone)[:LINES],
        **_medication(card, schedule, now, zone), **_device(card, actor, dispenser, now, zone),
    }  # fmt: skip


def _tasks(card: ClientCard, actor: Actor, now: datetime) -> dict[str, Any]:
    """What waits for this person about her: the first ones, and how many there are."""
    if actor.role not in SEES_WORK:
        return {"tasks": [], "tasks_total": 0}
    rows, total = tasks.of_client(card, actor, now)
    return {"tasks": rows, "tasks_total": total}


def by_hand_of(moments: Sequence[MomentSeen], now: datetime, zone: ZoneInfo) -> list[tuple[str, UUID]]:
    """The moments of the week shown that run or come within a day: when each is due, and its id."""
    return [
        (clock_of(each.due_at, now, zone), each.id)
        for each in moments
        if each.outcome is None and each.due_at < now + BY_HAND_AHEAD
    ]


def _alerts(card: ClientCard, by: Who, now: datetime, zone: ZoneInfo) -> list[dict[str, object]]:
    return [
        {"alert": each, "chip": alert_chip(each, now, zone), "whose": who_has_it(each, by, zone)}
        for each in sorted(open_alerts([card.id]), key=lambda each: weight(each, by))
    ]


def _findings(card: ClientCard) -> list[tuple[str, str]]:
    """What differs, in words, and on which days."""
    return [
        (
            finding_words(each.kind, each.key, each.sentence, of_roll=each.roll_id is not None),
            days_of_finding(each.first_day, each.days),
        )
        for each in open_findings(card.organisation_id, [card.id])
    ]


def _medication(
    card: ClientCard, schedule: ScheduleShown | None, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    today = now.astimezone(zone).date()
    agreed = agreed_of(card.id, today, zone)
    contents: Mapping[time, Sequence[Medicine]] = {**agreed.in_roll, **contents_of(card.id, today)}
    return {
        "times": [
            TimeShown(
                line=each, days=days_words(each.weekdays), latest=latest_words(each),
                medicines=contents.get(each.at, ()),
            )
            for each in (schedule.lines if schedule else ())
        ],
        "planned_by_agreements": sorted(agreed.in_roll.items()) if schedule is None else [],
        "agreed": agreed, **_outside(agreed),
    }  # fmt: skip


def _outside(agreed: Agreed) -> dict[str, Any]:
    return {
        "outside": [(at, each) for at, of in agreed.outside.items() for each in of],
        "as_needed": [need_words(each) for each in agreed.as_needed],
        "unplannable": [
            (
                agreed.names.get(str(each.get("agreement"))) or _("naam niet bekend"),
                str(each.get("text") or ""),
                unplannable_words(str(each.get("reason", ""))),
            )
            for each in agreed.unplannable
        ],
    }


def need_words(need: Mapping[str, Any]) -> tuple[str, str]:
    """A medicine that she may ask for: its name, and what the pharmacy wrote about it."""
    product = need.get("product") or {}
    name = str(product.get("display") or product.get("code") or _("naam niet bekend"))
    doses = dict.fromkeys(str(need[each]) for each in ("dose_low", "dose_high") if need.get(each))
    dose = " ".join(each for each in ("–".join(doses), str(need.get("unit") or "")) if each) if doses else ""
    said = [dose, *need.get("criteria", ()), str(need.get("text") or ""), _most(need.get("max_dose"))]
    return name, "; ".join(str(each) for each in said if each)


def _most(limit: Mapping[str, Any] | None) -> str:
    """The pharmacy's own limit, as it stands in the message."""
    if not limit or not limit.get("value"):
        return ""
    most = f"{limit['value']} {limit.get('unit') or ''}".strip()
    said = str(limit.get("per_unit") or "")
    unit = {"d": _("etmaal"), "h": _("uur"), "wk": _("week")}.get(said, said)
    per = limit.get("per") or 1
    return _("ten hoogste %(most)s per %(per)s %(unit)s") % {"most": most, "per": per, "unit": unit}


def _device(
    card: ClientCard, actor: Actor, dispenser: DispenserSeen | None, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    silent = {each.client_id: each for each in silent_dispensers(actor.organisations, now, most=5_000)}.get(
        card.id
    )
    rolls = rolls_shown([card.id], now).get(card.id, [])
    return {
        "dispenser": dispenser, "state": dispenser_words(dispenser, silent, now),
        "heard": clock_of(dispenser.heard_at, now, zone) if dispenser and dispenser.heard_at else "",
        "evidence": evidence_words(dispenser.evidence) if dispenser else "",
        "senses": dispenser is None or dispenser.evidence == "removed",
        "plan": plan_of(dispenser.id) if dispenser else None,
        "left": roll_left(rolls, now.astimezone(zone).date(), zone),
        "rolls": rolls, "counted": _counted(dispenser), "roll_way": way_of(card, dispenser, now),
    }  # fmt: skip


def _counted(dispenser: DispenserSeen | None) -> Counted | None:
    """The roll that is in the dispenser now, as the dispenser itself counts it; None where there is none."""
    found = ledger_balance.of_dispensers([dispenser.id]) if dispenser else []
    roll = next((each for each in found if each.in_device), None)
    if roll is None or dispenser is None:
        return None
    senses = dispenser.evidence == "removed"
    terms: list[tuple[int | None, str, str]] = [(roll.out, _("uitgenomen"), "t-uit")] if senses else []
    if not senses:
        terms.append((roll.out + roll.presented, evidence_words(dispenser.evidence), "t-uit"))
    elif roll.presented:
        terms.append((roll.presented, _("ligt in het bakje"), "t-sig"))
    terms += [
        (roll.retained, _("niet uit, achtergebleven"), "t-niet"),
        (roll.removed, _("met de hand verwijderd"), "t-hand"),
        (roll.remaining, _("nog in de rol"), ""),
    ]
    return Counted(balance=roll, terms=terms, flaw=balance_words(roll))
