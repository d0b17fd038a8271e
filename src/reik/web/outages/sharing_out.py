"""Taking five lines, handing five over, ticking off: each a post that goes back to the page."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from reik.alerting.outages import outages_seen, sharing, undoing
from reik.alerting.outages.sharing import OutageRefused, Said
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.access import actor_for
from reik.web.acting import ActingRequest
from reik.web.outages.reading import TEAM, find, ids, person, visible
from reik.web.outages.views import room
from reik.web.rooms import actor_of
from reik.web.seen import acted


@room
@require_POST
def take(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """The next five that nobody has."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    taken = sharing.take(seen.id, person(actor), ids(actor), now)
    note(request, actor, seen.id, taken, "taken")
    return back(seen.id, klaar=f"neem-{len(taken)}")


@room
@require_POST
def hand_over(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """Five of one's own to a colleague, of clients whom both may see."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    colleagues = outages_seen.colleagues(actor.account_id, actor.organisation_id, actor.role)
    to = next((each for each in colleagues if str(each) == request.POST.get("aan")), None)
    if to is None:
        return back(seen.id, fout="collega")
    both = set(ids(actor)) & set(ids(actor_for(to, now)))
    over = sharing.hand_over(seen.id, person(actor), person(actor, to, colleagues[to]), both, now)
    note(request, actor, seen.id, over, "handed over")
    return back(seen.id, klaar=f"over-{len(over)}")


@room
@require_POST
def give_back(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """All of one's own are the team's again."""
    actor = actor_of(request)
    seen = find(actor, outage_id)
    given = sharing.give_back(seen.id, person(actor))
    return back(seen.id, klaar=f"terug-{given}")


@room
@require_POST
def tick(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """What was found of one line."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    try:
        line = UUID(request.POST.get("regel", ""))
    except ValueError:
        raise Http404 from None
    said = Said(
        line_id=line, outcome=request.POST.get("gevonden", ""), how=request.POST.get("hoe", ""),
        note=request.POST.get("notitie", "")[:1000],
    )  # fmt: skip
    try:
        ticked = tick_off(request, actor, seen.id, [said])
    except OutageRefused:
        return back(seen.id, fout="gezien" if said.outcome in sharing.BESIDE_HER else "kies")
    return back(seen.id, klaar=f"af-{len(ticked)}", at=now.strftime("%H%M%S"))


@room
@require_POST
def undo(request: ActingRequest, outage_id: UUID) -> HttpResponse:
    """What she ticked off within the last minute: one line, or all that the form names."""
    now, actor = clock.now(), actor_of(request)
    seen = find(actor, outage_id)
    try:
        lines = [UUID(each) for each in request.POST.getlist("regel")]
        back_again = undoing.undo(lines, person(actor), ids(actor), now)
    except OutageRefused:
        return back(seen.id, fout="te-laat")
    except ValueError:
        raise Http404 from None
    note(request, actor, seen.id, back_again, "tick undone")
    return back(seen.id, klaar=f"weer-{len(back_again)}")


def tick_off(request: ActingRequest, actor: Actor, outage_id: UUID, said: list[Said]) -> list[UUID]:
    """Tick these lines off, and log it. Raises OutageRefused."""
    ticked = sharing.tick(
        outage_id,
        said,
        person(actor).name,
        ids(actor),
        clock.now(),
        of_team=actor.role in TEAM,
        by_id=actor.account_id,
    )
    note(request, actor, outage_id, ticked, "ticked off")
    return ticked


def note(request: ActingRequest, actor: Actor, outage_id: UUID, lines: list[UUID], what: str) -> None:
    """One row of the access log for each organisation whose lines were changed."""
    found = outages_seen.clients_of(outage_id, lines, visible(actor))
    for organisation_id, clients in found.items():
        acted(
            request, Act.CHANGE, "client", clients, clock.now(), organisation_id=organisation_id,
            detail=f"outage {outage_id} {what}",
        )  # fmt: skip


def back(outage_id: UUID, **said: str) -> HttpResponse:
    return HttpResponseRedirect(f"/storing/{outage_id}?{urlencode(said)}")
