"""`/clienten/<uuid>/instructie`: what the client and her informal carers were shown and showed back (step 6, R75)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.pathway.enrolment import instructing
from reik.pathway.enrolment.teach_back import CARER, CLIENT, HOW, ITEMS, Session, weak
from reik.pathway.evidence import Shown
from reik.pathway.path import State
from reik.people.queries import carers_of
from reik.web.acting import ActingRequest
from reik.web.enrolment.reading import Around, Page, Typed, answer
from reik.web.enrolment.words import how_words, item_words
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM


@require_http_methods(["GET", "POST"])
@never_cache
@room_for(*TEAM)
def teach(request: ActingRequest, client_id: UUID) -> HttpResponse:
    return answer(request, client_id, PAGE)


def _session(around: Around) -> str:
    whom = around.said("whom")
    carers = {
        str(each.id): each for each in carers_of([around.card.id]).get(around.card.id, [])
    }  # fmt: skip
    if whom != CLIENT and whom not in carers:
        raise Typed("who")
    who = CLIENT if whom == CLIENT else CARER
    session = Session(
        who=who, name=around.card.name if who == CLIENT else carers[whom].name,
        items={each: around.said(f"{each}") for each in ITEMS[who]}, practised=bool(around.said("practised")),
        repeat_on=around.day("repeat_on"), note=around.said("note"),
    )  # fmt: skip
    enough = instructing.instruct(
        around.path.id, session, carer_id=carers[whom].id if who == CARER else None, by=around.actor.name,
        role=around.actor.role, now=around.now, zone=around.zone,
    )  # fmt: skip
    return "understood" if enough else "again"


def _values(around: Around, _shown: Mapping[str, Shown]) -> Mapping[str, object]:
    carers = carers_of([around.card.id]).get(around.card.id, [])
    sessions = instructing.sessions_of([around.path.id]).get(around.path.id, [])
    return {
        "people": [
            (CLIENT, around.card.display, "", _form(around, CLIENT, CLIENT)),
            *[
                (str(each.id), each.name, each.relation, _form(around, CARER, str(each.id)))
                for each in carers
            ],
        ],
        "sessions": [
            (each, [item_words(item) for item in weak(each.who, each.items)]) for each in reversed(sessions)
        ],
        "hows": [(each, how_words(each)) for each in HOW],
        "whom": around.said("whom") or CLIENT,
        "there": State(around.path.state) in instructing.TAUGHT_FROM,
        "after": around.path.state == State.STARTING,
    }


def _form(around: Around, who: str, whom: str) -> list[tuple[str, str, str]]:
    """The parts of the form with what was typed for this person, when it comes back."""
    mine = around.said("whom") == whom
    return [(each, item_words(each), around.said(each) if mine else "") for each in ITEMS[who]]


PAGE = Page(
    name="instructie",
    template="enrolment/teach.html",
    kinds=("instruction_client", "instruction_carer"),
    values=_values,
    acts={"session": _session},
)
