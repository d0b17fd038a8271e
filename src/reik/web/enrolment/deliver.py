"""`/clienten/<uuid>/levering`: the order, the delivery and the visit at which the dispenser gets its place (step 5)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.dispensing.queries import dispensers_of
from reik.interop.orders.mapping import body
from reik.pathway.enrolment import enrolling, installing, orders, orders_seen
from reik.pathway.enrolment.ordering import (
    VOLUMES,
    Answer,
    OrderRefused,
    OrderState,
    Wanted,
    answers_from,
    may_be_ordered,
)
from reik.pathway.enrolment.room_rules import (
    HIGHEST_VOLUME,
    LOWEST_VOLUME,
    ROOMS,
    RoomTried,
    coverage,
    lacking,
)
from reik.pathway.enrolment.suppliers import suppliers_of
from reik.pathway.evidence import Shown
from reik.pathway.path import Event, State
from reik.pathway.queries import evidence_of
from reik.people.homes_access import accesses_of
from reik.web.acting import ActingRequest
from reik.web.enrolment.reading import Around, Page, Typed, answer, moves
from reik.web.enrolment.words import (
    answer_words,
    channel_words,
    coverage_words,
    order_state_words,
    refusal_words,
    room_words,
    volume_words,
)
from reik.web.home_words import entry_words
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM

OTHER = "other"
ONLY_NURSE = ("nurse", "team_manager")


@require_http_methods(["GET", "POST"])
@never_cache
@room_for(*TEAM)
def deliver(request: ActingRequest, client_id: UUID) -> HttpResponse:
    return answer(request, client_id, PAGE)


def _order(around: Around) -> str:
    supplier, _space, model = around.said("what").partition(" ")
    wanted_on, times = around.day("wanted_on"), around.said("times")
    if wanted_on is None:
        raise Typed("wanted_on")
    wanted = Wanted(
        model=model, wanted_on=wanted_on, times_per_day=int(times[:3]) if times.isdecimal() else 0,
        volume=around.said("volume"), extra_signal=bool(around.said("extra_signal")), note=around.said("note"),
        taken_by=around.said("taken_by"),
    )  # fmt: skip
    orders.place_order(
        around.path.id, _uuid(supplier, "supplier"), wanted, card=around.card, write=body, by=around.actor.name,
        now=around.now,
    )  # fmt: skip
    return "ordered"


def _answered(around: Around) -> str:
    try:
        told = Answer(around.said("answer"))
        seen = OrderState(around.said("seen"))
    except ValueError:
        raise Typed("not_from_here") from None
    id = _uuid(around.said("order"), "not_from_here")
    if id not in {each.id for each in orders_seen.orders_of([around.path.id]).get(around.path.id, [])}:
        raise Typed("not_from_here")
    orders.answer_order(
        id,
        orders.Told(
            answer=told, seen=seen, their_number=around.said("their_number"), device=around.said("device"),
            note=around.said("note"),
        ),
        by=around.actor.name, now=around.now,
    )  # fmt: skip
    return "answered"


def _uuid(said: str, code: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise Typed(code) from None


def _room(around: Around) -> str:
    room, volume = around.said("room"), around.said("room_volume")
    if room not in (*ROOMS, OTHER):
        raise Typed("room")
    tried = RoomTried(
        room=around.said("room_name") if room == OTHER else room, heard=bool(around.said("heard")),
        seen=bool(around.said("seen_there")), volume=int(volume[:2]) if volume.isdecimal() else None,
        measure=around.said("measure"),
    )  # fmt: skip
    installing.try_room(around.path.id, tried, by=around.actor.name, now=around.now)
    return "room"


def _coverage(around: Around) -> str:
    installing.confirm_coverage(
        around.path.id, measure=around.said("coverage_measure"), by=around.actor.name, role=around.actor.role,
        now=around.now,
    )  # fmt: skip
    return "coverage"


def _power(around: Around) -> str:
    installing.confirm_power(around.path.id, by=around.actor.name, role=around.actor.role, now=around.now)
    return "power"


def _fallback(around: Around) -> str:
    installing.agree_fallback(
        around.path.id, words=around.said("fallback"), by=around.actor.name, role=around.actor.role, now=around.now
    )  # fmt: skip
    return "fallback"


def _access(around: Around) -> str:
    installing.try_access(around.path.id, by=around.actor.name, now=around.now)
    return "access"


def _values(around: Around, shown: Mapping[str, Shown]) -> Mapping[str, object]:
    return {**_of_order(around, shown), **_of_visit(around)}


def _of_order(around: Around, shown: Mapping[str, Shown]) -> dict[str, object]:
    path = around.path
    known = orders_seen.orders_of([path.id]).get(path.id, [])
    running = next((each for each in known if each.runs), None)
    refusal = ""
    try:
        may_be_ordered(State(path.state), list(shown))
    except OrderRefused as refused:
        refusal = refusal_words(refused.code)
    times = len(enrolling.times_wanted(path.id, around.card.id))
    return {
        "running": running, "refusal": refusal, "times": times or "",
        "orders": [(each, order_state_words(each.state), channel_words(each.channel)) for each in known],
        "answers": [
            (each, answer_words(each))
            for each in answers_from(running.state if running else OrderState.CANCELLED)
        ],
        "last": next((each for each in known if each.state == OrderState.DELIVERED), None),
        "suppliers": [(each, channel_words(each.channel)) for each in suppliers_of(around.card.organisation_id)],
        "volumes": [(each, volume_words(each)) for each in VOLUMES],
        "by_phone": any(each.channel == "phone" for each in suppliers_of(around.card.organisation_id)),
    }  # fmt: skip


def _of_visit(around: Around) -> dict[str, object]:
    path, card = around.path, around.card
    rooms = installing.rooms_of([path.id]).get(path.id, {})
    dispenser = dispensers_of([card.id]).get(card.id)
    access = accesses_of([card.id]).get(card.id)
    agreed = [each for each in evidence_of([path.id], ["fallback_agreed"]) if each.taken_back_at is None]
    return {
        "rooms": [(each, room_words(each.room)) for each in rooms.values()],
        "asked_rooms": [room_words(each) for each in lacking(rooms)],
        "choices": [(each, room_words(each)) for each in ROOMS],
        "volumes_of_room": range(LOWEST_VOLUME, HIGHEST_VOLUME + 1),
        "dispenser": dispenser,
        "coverage": coverage_words(coverage(dispenser.signal_dbm if dispenser else None)),
        "coverage_good": coverage(dispenser.signal_dbm if dispenser else None) == "good",
        "access": access, "entry": entry_words(access.how) if access else "",
        "fallback": agreed[-1] if agreed else None,
        "there": State(path.state) in installing.AT_HOME,
        "next": str(Event.INSTALLED) if path.state == State.DELIVERING else "",
        "after": path.state == State.STARTING,
    }  # fmt: skip


PAGE = Page(
    name="levering",
    template="enrolment/deliver.html",
    kinds=(
        "device_ordered", "device_delivered", "device_linked", "signal_tested", "coverage_tested", "power_tested",
        "fallback_agreed", "house_access_tried",
    ),
    values=_values,
    acts={
        "order": _order, "answer": _answered, "room": _room, "coverage": _coverage, "power": _power,
        "fallback": _fallback, "access": _access, "move": moves(Event.INSTALLED),
    },
    only={"order": ONLY_NURSE, "fallback": ONLY_NURSE},
)  # fmt: skip
