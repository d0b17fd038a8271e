"""What must be closed when a client stops: each point with what is known of it, and where it is done (R13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from reik.alerting.queries import open_alerts
from reik.dispensing.queries import dispensers_of
from reik.medication.queries import rolls_of
from reik.medication.seen.overview import still_at_home
from reik.pathway.allotments import duties_of
from reik.pathway.elsewhere import LEFTOVERS
from reik.pathway.enrolment.orders_seen import OrderSeen, orders_of
from reik.pathway.evidence import KINDS, Shown
from reik.pathway.path import Event, conditions
from reik.pathway.queries import PathSeen
from reik.pathway.readiness import shown
from reik.pathway.use import stopping
from reik.people.carers import taking_part
from reik.people.homes_access import accesses_of
from reik.people.queries import ClientCard
from reik.tasks.queries import open_tasks_of
from reik.web.inuse import words
from reik.web.pathway.words import who_words
from reik.web.task_words import task_words
from reik.web.words import cause_words
from reik.web.work.task_links import address_of

DAYS: Mapping[str, int] = {"all": 0b1111111, "week": 0b0011111, "weekend": 0b1100000}


def closing_of(card: ClientCard, path: PathSeen, role: str, now: datetime) -> dict[str, Any]:
    """What the page shows after the decision. `role`: of who looks, for the pages that she may open."""
    end = stopping.ends_of([path.id]).get(path.id, {})
    holds = shown([path.id], now)[path.id]
    if path.ended_at is not None:  # all of it held then, whatever came after
        holds = {kind: Shown(at=path.ended_at) for kind in KINDS} | holds
    kinds = [each.kind for each in conditions(Event.STOPPED, path.setting)]
    last_at = datetime.fromisoformat(str(end["last_at"])) if end.get("last_at") else None
    return {
        "end": end, "reason": words.stop_words(str(end.get("because", path.because))),
        "last_at": last_at, "hands_out": last_at is not None and last_at > now,
        "instead": [care_words(each) for each in end.get("instead", [])],
        "points": [(kind, *point_words(kind), holds.get(kind)) for kind in kinds],
        "whole": all(kind in holds for kind in kinds), "carers": taking_part(card.id, now),
        "house": accesses_of([card.id]).get(card.id), "device": dispensers_of([card.id]).get(card.id),
        "alerts": [(each.id, cause_words(each.cause), each.opened_at) for each in open_alerts([card.id])],
        "started_at": path.started_at,
        **_rolls(card, role, now), **_back(path),
    }  # fmt: skip


def _rolls(card: ClientCard, role: str, now: datetime) -> dict[str, Any]:
    """Rolls in the home, each with its page; and what somebody still has to count or bring."""
    numbers = still_at_home([card.id], now).get(card.id, [])
    waits = [each for each in open_tasks_of([card.id]) if each.kind in LEFTOVERS]
    return {
        "rolls": list(rolls_of(card.id).filter(number__in=numbers)),
        "waits": [
            (task_words(each.kind, each.detail), address_of(each, role), each.due_at, each.owner_role)
            for each in waits
        ],
    }


def _back(path: PathSeen) -> dict[str, Any]:
    """Who agreed to bring the dispenser back, and the order that it came with."""
    duty = duties_of([path.id]).get(path.id, {}).get("take_back")
    orders = orders_of([path.id]).get(path.id, [])
    order: OrderSeen | None = next((each for each in orders if each.state in ("delivered", "returned")), None)
    return {"fetches": (duty.name or who_words(duty.who)) if duty else "", "order": order}


def care_words(each: Mapping[str, Any]) -> dict[str, Any]:
    """One line of the care that comes instead."""
    days = {value: name for name, value in DAYS.items()}.get(int(each["weekdays"]), "")
    said = {"all": _("elke dag"), "week": _("maandag tot en met vrijdag"), "weekend": _("in het weekend")}
    return {
        "who": words.instead_words(str(each["who"])), "name": each["name"], "at": each["at"],
        "from": date.fromisoformat(str(each["from_on"])), "days": said.get(days, ""),
    }  # fmt: skip


def point_words(kind: str) -> tuple[str, str]:
    """What must be closed, and what that means."""
    return {
        "routes_closed": (
            _("Meldingen zijn dicht"),
            _("Dit gaat vanzelf als de dispenser is opgehaald en geen melding meer openstaat."),
        ),
        "access_closed": (
            _("Toegang is dicht"),
            _("Sleutel of code, en wie alleen voor de dispenser meekeek."),
        ),
        "billing_told": (_("Declaratie is gestopt"), _("De administratie weet de laatste dag.")),
        "device_back": (
            _("Dispenser is terug"),
            _("Haal hem op als de rol eruit is, en zeg het hier."),
        ),
        "leftovers_back": (
            _("Restmedicatie is terug bij de apotheek"),
            _("Haal de rol eruit, tel wat over is, en breng het terug. De apotheek telt het na."),
        ),
        "care_instead": (_("Andere zorg is geregeld"), _("Wie de medicijnen nu geeft, zonder gat ertussen.")),
    }.get(kind, (kind, ""))
