"""`/clienten/<id>/zorgpad/wie`: who orders, installs, loads, sets times, responds first, changes rolls, takes back."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.pathway.allotments import Duty, allot, duties_of, proposed
from reik.pathway.path import DUTIES, WHO, PathRefused
from reik.people.queries import carers_of
from reik.web.acting import ActingRequest
from reik.web.pathway.reading import Around, around, attempted, looked
from reik.web.pathway.shown import address_of
from reik.web.pathway.words import duty_words, who_words
from reik.web.rooms import room_for
from reik.web.work.whose import TEAM

CARER = "carer"


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def who_does_what(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """One choice for each duty; none stays empty."""
    one = around(request, client_id)
    if request.method != "POST":
        looked(one, "duties")
        return _page(one)
    return attempted(one, lambda: _allot(one), "duties", _page, address_of(client_id))


def _allot(one: Around) -> None:
    allot(one.the_path().id, _typed(one), by=one.actor.name, now=one.now)


def _typed(one: Around) -> dict[str, Duty]:
    """What was chosen; a carer is chosen by her id."""
    found = {}
    for duty in DUTIES:
        chosen = one.said(duty)
        who, _, carer = chosen.partition(" ")
        if chosen:
            found[duty] = Duty(who=who, carer_id=_id(carer), name=one.said(f"{duty}_name"))
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise PathRefused("carer", "Choose which informal carer.") from None


def _page(one: Around, *, error: str = "", status: int = 200) -> HttpResponse:
    rows: list[Mapping[str, object]] = []
    if one.path is not None:
        ids = [each for each in (one.path.id, one.path.before_id) if each]
        held = duties_of(ids)
        mine = held.get(one.path.id, {})
        cells = proposed(one.path, mine or held.get(one.path.before_id or one.path.id))
        carers = [(each.id, each.name) for each in carers_of([one.card.id]).get(one.card.id, [])]
        rows = [_row(one, duty, cells[duty], mine.get(duty), carers) for duty in DUTIES]
    page = {
        "card": one.card, "path": one.path, "address": address_of(one.card.id), "error": error, "rows": rows,
    }  # fmt: skip
    with timezone.override(one.zone):
        return render(one.request, "pathway/duties.html", page, status=status)


def _row(
    one: Around, duty: str, cell: Duty, held: Duty | None, carers: list[tuple[UUID, str]]
) -> Mapping[str, object]:
    chosen = f"{cell.who} {cell.carer_id}" if cell.carer_id else cell.who
    options = [(who, who_words(who)) for who in WHO[duty] if who != CARER]
    if CARER in WHO[duty]:
        options += [(f"{CARER} {id}", name) for id, name in carers]
    return {
        "duty": duty, "words": duty_words(duty), "options": options, "held": held,
        "chosen": one.said(duty) or chosen, "name": one.said(f"{duty}_name") or cell.name,
    }  # fmt: skip
