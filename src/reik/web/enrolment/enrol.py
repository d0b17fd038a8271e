"""`/clienten/<uuid>/aanmelden`: the pharmacy, its answer, and the roll that it promises (steps 3 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.medication.requests.rules import RequestRefused
from reik.medication.seen.overview import rolls_shown
from reik.pathway.enrolment import enrolling
from reik.pathway.enrolment.enrolling import Asked, Promise
from reik.pathway.evidence import Shown
from reik.pathway.path import Event, State
from reik.pathway.queries import evidence_of
from reik.people.pharmacies import pharmacies_of
from reik.web.acting import ActingRequest
from reik.web.enrolment.reading import Around, Page, Typed, answer, moves
from reik.web.enrolment.words import request_words
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM

FIELDS = 4
"""Fields for times at first; two more than there are times."""
ONLY_NURSE = ("nurse", "team_manager")


@require_http_methods(["GET", "POST"])
@never_cache
@room_for(*TEAM)
def enrol(request: ActingRequest, client_id: UUID) -> HttpResponse:
    return answer(request, client_id, PAGE)


def _ask(around: Around) -> str:
    starts_on = around.day("starts_on")
    if starts_on is None:
        raise Typed("starts_on")
    try:
        times = [time.fromisoformat(each) for each in around.request.POST.getlist("time") if each.strip()]
    except ValueError:
        raise Typed("times") from None
    asked = Asked(starts_on=starts_on, times=times, text=around.said("text"), soon=bool(around.said("soon")))
    try:
        enrolling.ask_pharmacy(
            around.path.id, asked, by=around.actor.name, now=around.now, zone=around.zone
        )  # fmt: skip
    except RequestRefused:
        raise Typed("answers") from None
    return "asked"


def _promise(around: Around) -> str:
    first, last = around.day("first_day"), around.day("last_day")
    if first is None or last is None:
        raise Typed("days")
    made = Promise(
        first_day=first, last_day=last, told_by=around.said("told_by"), packer=around.said("packer")
    )
    enrolling.promise_roll(
        around.path.id, made, by=around.actor.name, role=around.actor.role, now=around.now, zone=around.zone
    )
    return "promised"


def _values(around: Around, _shown: Mapping[str, Shown]) -> Mapping[str, object]:
    card, path = around.card, around.path
    asked = enrolling.asked_of(path.id)
    typed = around.request.POST.getlist("time")
    times = typed or [f"{each:%H:%M}" for each in enrolling.times_wanted(path.id, card.id)]
    state = State(path.state)
    return {
        "pharmacy": pharmacies_of([card.id]).get(card.id),
        "asked": [(each, request_words(each.state, each.answer)) for each in asked],
        "times": [*times, *[""] * max(2, FIELDS - len(times))],
        "rolls": rolls_shown([card.id], around.now).get(card.id, []),
        "promises": [
            (each, *(date.fromisoformat(str(each.detail[name])) for name in ("first_day", "last_day")))
            for each in reversed(evidence_of([path.id], ["roll_confirmed"]))
            if each.taken_back_at is None and "first_day" in each.detail
        ],
        "may_ask": state in enrolling.ASKED_FROM,
        "next": {
            State.ENROLLING: str(Event.ENROLLED),
            State.ROLL: str(Event.ROLL_ARRANGED),
        }.get(state, ""),
        "after": state in (State.DELIVERING, State.STARTING, State.IN_USE, State.PAUSED),
    }


PAGE = Page(
    name="aanmelden",
    template="enrolment/enrol.html",
    kinds=("allotment", "pharmacy_asked", "pharmacy_agreed", "roll_confirmed", "times_confirmed"),
    values=_values,
    acts={"ask": _ask, "promise": _promise, "move": moves(Event.ENROLLED, Event.ROLL_ARRANGED)},
    only={"ask": ONLY_NURSE, "promise": ONLY_NURSE, "move": ONLY_NURSE},
)
