"""A whole list of schedules as CSV: each line taken or refused with its number; all of them drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reik.kernel import clock, queries
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication import operations
from reik.medication.operations import Draft
from reik.medication.times import lists as schedule_list
from reik.medication.times import written
from reik.medication.times.lists import ListRefused
from reik.medication.times.schedule import ScheduleRefused
from reik.people.queries import cards
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.flaws import schedule_flaw
from reik.web.work.rows import as_kept
from reik.web.work.whose import EVERYONE, is_pharmacy

EXAMPLE = "naam;geboortedatum;dagen;tijd;zakjes;venster\nA. Voorbeeld;31-12-1940;dagelijks;08:00;2;45\n"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of a list: how many drafts, and by line why not."""

    drafts: int = 0
    error: str = ""
    refused: list[tuple[int, str]] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
def upload(request: ActingRequest) -> HttpResponse:
    """`/werklijst/lijst`. All clients of whom every line is good, or (without the tick) all of it or nothing."""
    actor, now = actor_of(request), clock.now()
    houses = queries.organisation_names(
        actor.organisations if is_pharmacy(actor) else [actor.organisation_id]
    )
    if is_pharmacy(actor):
        houses.pop(actor.organisation_id, None)
    outcome = _take(request, actor, houses, now) if request.method == "POST" else None
    values = {
        "outcome": outcome, "houses": sorted(houses.items(), key=lambda each: each[1]), "example": EXAMPLE,
        "only_good": "only_good" in request.POST,
    }  # fmt: skip
    failed = outcome is not None and not outcome.drafts
    return render(request, "work/upload.html", values, status=422 if failed else 200)


def _take(request: ActingRequest, actor: Actor, houses: Mapping[UUID, str], now: datetime) -> Outcome:
    house = next((id for id in houses if str(id) == request.POST.get("house", "")), None)
    if len(houses) == 1:
        house = next(iter(houses))
    file = request.FILES.get("file")
    if house is None:
        return Outcome(error=_("Kies van welke zorgorganisatie deze cliënten zijn."))
    if file is None or file.size is None:
        return Outcome(error=_("Kies een bestand."))
    if file.size > schedule_list.MOST_BYTES:
        return Outcome(error=_("Dit bestand is groter dan 5 MB: splits de lijst."))
    try:
        asked, refused = schedule_list.read(schedule_list.decoded(file.read()))
    except ListRefused as why:
        return Outcome(error=schedule_flaw(str(why)))
    among = [id for id, card in cards(actor).items() if card.organisation_id == house]
    clients, nobody = schedule_list.find_clients(house, asked, among=among)
    refused |= nobody
    drafts = schedule_list.drafts_of(asked, clients, refused, only_good="only_good" in request.POST)
    return _write(request, actor, house, _kept(drafts, actor), refused, now)


def _kept(drafts: Sequence[Draft], actor: Actor) -> list[Draft]:
    """A team sets no latest hand-out times: what the pharmacy set stays, the list's column does not count (R29)."""
    newest = written.newest([each.client_id for each in drafts])
    return [
        replace(
            each,
            lines=as_kept(
                each.lines,
                newest[each.client_id].lines if each.client_id in newest else (),
                by_pharmacy=is_pharmacy(actor),
            ),
        )
        for each in drafts
    ]


def _write(
    request: ActingRequest, actor: Actor, house: UUID, drafts: Sequence[Draft], refused: Mapping[int, str],
    now: datetime,
) -> Outcome:  # fmt: skip
    said = [(number, schedule_flaw(refused[number])) for number in sorted(refused)]
    if not drafts:
        return Outcome(refused=said, error=_("Er is niets overgenomen."))
    try:
        made = operations.write_schedules(organisation_id=house, drafts=drafts, by=actor.name, now=now)
    except ScheduleRefused as why:
        return Outcome(refused=said, error=schedule_flaw(str(why)))
    ids = [*made, *(each.client_id for each in drafts)]
    acted(request, Act.CREATE, "schedule", ids, now, organisation_id=house, detail="list")
    return Outcome(drafts=len(made), refused=said)
