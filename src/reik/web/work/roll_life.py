"""What people do with a roll besides loading it: steps of its chain, what is agreed, and who has the order in hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from reik.dispensing.away.seen import open_absences
from reik.dispensing.rolls.abilities import abilities_of, expected_leftovers
from reik.kernel.tenancy import Actor
from reik.medication.rolls import life as roll_life
from reik.medication.rolls.custody import Step, possible
from reik.medication.rolls.life_seen import (
    ArrangementSeen,
    RollDue,
    RollSeen,
    arrangements_of,
    rolls_due,
    rolls_seen,
)
from reik.medication.rolls.steps import Hand
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of
from reik.web.work.roll_life_words import (
    chain_of,
    delivery_choices,
    delivery_words,
    due_words,
    fit_words,
    left_words,
    loader_choices,
    receiver_choices,
    step_words,
    unrecorded,
    window_words,
)
from reik.web.work.whose import is_pharmacy

PHARMACY_ONLY = frozenset({Step.PACKED, Step.CHECKED})
"""Nobody else can say that a roll was packed or checked."""
BY_FORM = frozenset({Step.LOADED})
"""Steps that have a form of their own on the page."""
NOT_YET_LOADED = frozenset({"", Step.PACKED, Step.CHECKED, Step.DELIVERED, Step.RECEIVED})


def life_of(seen: RollSeen, card: ClientCard, actor: Actor) -> dict[str, object]:
    """What a roll's page shows of its life."""
    zone, first = ZoneInfo(card.zone), first_step(seen, stopped=_is_stopped(card.id))
    steps = [
        each
        for each in possible(seen.custody)
        if each not in BY_FORM and (each not in PHARMACY_ONLY or is_pharmacy(actor)) and each.value != first
    ]  # fmt: skip
    counts = {"counted", "emptied", "taken_out"} & {first or "", seen.custody}
    offered = first if first not in PHARMACY_ONLY or is_pharmacy(actor) else None
    in_use = seen.state in ("loaded", "registered", "delivered")
    return {
        "seen": seen, "chain": chain_of(seen), "unrecorded": unrecorded(seen), "offered": offered,
        "window": window_words(seen.window, zone), "fit": fit_words(seen.fit), "fits": seen.fit.fit,
        "left": left_words(seen.days_left) if in_use and seen.last_sachet_at else "",
        "expected": expected_leftovers(card.id, seen.number) if counts else None,
        "receivers": receiver_choices(), "usual": USUAL.get(seen.arrangement.delivery, "client"),
        "others": [(each.value, step_words(each.value)) for each in steps],
        "way": delivery_words(seen.arrangement), "arranged": seen.arrangement,
        "recalled": sum(len(each.sequences) for each in seen.recalls),
    }  # fmt: skip


def first_step(seen: RollSeen, *, stopped: bool) -> str | None:
    """The step that is offered first. With who stopped a roll goes out of the dispenser, is counted, and goes back."""
    if not stopped or seen.state not in ("loaded", "delivered"):
        return seen.next_step
    if seen.custody == Step.LOADED:
        return Step.TAKEN_OUT.value
    return Step.COUNTED.value if seen.custody in NOT_YET_LOADED else seen.next_step


def _is_stopped(client_id: UUID) -> bool:
    one = open_absences([client_id]).get(client_id)
    return one is not None and one.state == "stopped"


USUAL = {"neighbour": "neighbour", "pick_up": "pick_up", "carer": "carer"}
"""To whom a roll goes by what was agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLife:
    """What the list of a client's rolls shows besides the rolls. `left`: by roll, how long it lasts."""

    due: RollDue | None
    due_words: str
    arranged: ArrangementSeen
    way: str
    day: str
    left: Mapping[UUID, str]
    deliveries: Sequence[tuple[str, str]]
    loaders: Sequence[tuple[str, str]]
    days: Sequence[tuple[str, str]]
    letterboxes: Sequence[tuple[str, str]]


def of_client(card: ClientCard, now: datetime, said: ArrangementSeen | None = None) -> ClientLife:
    """What runs out, and what is agreed; `said`: what was typed and refused."""
    due = next(iter(rolls_due([card.id], now)), None)
    agreed = arrangements_of([card.id]).get(card.id, ArrangementSeen())
    arranged = replace(said, set_by=agreed.set_by, set_at=agreed.set_at) if said else agreed
    seen = rolls_seen([card.id], now, abilities_of([card.id]))[card.id]
    return ClientLife(
        due=due, due_words=due_words(due, ZoneInfo(card.zone)) if due else "", arranged=arranged,
        way=delivery_words(agreed), day=str(arranged.change_day or ""), deliveries=delivery_choices(),
        loaders=loader_choices(), days=weekday_choices(), letterboxes=letterbox_choices(),
        left={each.id: left_words(each.days_left) for each in seen if each.state in ("loaded", "delivered")},
    )  # fmt: skip


def letterbox_choices() -> list[tuple[str, str]]:
    return [("not_asked", _("nog niet gevraagd")), ("fits", _("ja, gezien")), ("too_big", _("nee, te groot"))]


def weekday_choices() -> list[tuple[str, str]]:
    names = [
        _("maandag"),
        _("dinsdag"),
        _("woensdag"),
        _("donderdag"),
        _("vrijdag"),
        _("zaterdag"),
        _("zondag"),
    ]
    return [("", _("maakt niet uit")), *((str(number), name) for number, name in enumerate(names, 1))]


def take(
    request: ActingRequest, card: ClientCard, seen_id: UUID, number: str, step: str, now: datetime
) -> None:
    """One step as the form says it. Raises RollRefused; 404 for a step that this person does not take."""
    actor = actor_of(request)
    if step not in set(Step) or (step in PHARMACY_ONLY and not is_pharmacy(actor)):
        raise Http404
    text = request.POST
    expected = expected_leftovers(card.id, number) if step == Step.COUNTED else None
    hand = Hand(
        by=actor.name, role=actor.role, to_whom=text.get("to_whom", "client" if step == Step.DELIVERED else ""),
        place=text.get("place", "").strip()[:200], note=text.get("because", "").strip()[:1000],
        count=_count(text), expected=expected,
    )  # fmt: skip
    roll_life.take_step(seen_id, Step(step), hand, now)


def _count(data: QueryDict) -> int | None:
    """What is no number is no count: medication refuses it where it is asked."""
    text = data.get("count", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else None


def read_arrangement(data: QueryDict) -> ArrangementSeen:
    def whole(name: str) -> int | None:
        text = data.get(name, "").strip()
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None

    kept = {"yes": True, "no": False}.get(data.get("kept", ""))
    return ArrangementSeen(
        pharmacy_kept=kept, packer=data.get("packer", "").strip()[:120],
        roll_format=data.get("format", "").strip()[:64], weeks=whole("weeks") or 0,
        lead_days=whole("lead"), change_day=whole("day"),
        letterbox=data.get("letterbox", ""), delivery=data.get("delivery", ""),
        receiver=data.get("receiver", "").strip()[:120], loader_role=data.get("loader_role", ""),
        loader=data.get("loader", "").strip()[:120],
    )  # fmt: skip
