"""`/werklijst/taken/<id>/geef`: handing a task over to a colleague, or back to everybody."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.colleagues import Colleague, who_may_read_back
from reik.people.queries import cards
from reik.tasks.operations import TaskRefused, give_task
from reik.tasks.queries import TaskSeen, task
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.tasks.views import back_to
from reik.web.work.task_links import TEAM
from reik.web.work.tasks import row_of

NOBODY = "niemand"


@room_for(*TEAM)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def give(request: ActingRequest, task_id: UUID) -> HttpResponse:
    """Whom of her own team; the task as it was seen: who took it meanwhile keeps it."""
    actor, now = actor_of(request), clock.now()
    found = task(task_id)
    card = cards(actor, [found.client_id]).get(found.client_id) if found else None
    if found is None or card is None or found.owner_role not in TEAM:
        raise Http404
    people = [each for each in who_may_read_back(card.id, now) if each.role in TEAM]
    error, status = "", 200
    if request.method == "POST":
        error = _give(request, found, people)
        if not error:
            return HttpResponseRedirect(back_to(request))
        status = 409 if found.ended_at else 422
    viewed(request, f"task {task_id}", {card.organisation_id: [card.id]}, now)
    page = {
        "row": row_of(found, card, actor, now), "people": people, "found": found, "error": error,
        "chosen": request.POST.get("to", ""), "back": request.POST.get("back") or request.GET.get("back", ""),
        "ended": found.ended_at is not None,
    }  # fmt: skip
    return render(request, "tasks/give.html", page, status=status)


def _give(request: ActingRequest, found: TaskSeen, people: list[Colleague]) -> str:
    """Gives the sentence of what was wrong; empty: it is done."""
    now, wanted = clock.now(), request.POST.get("to", "")
    to = next((each for each in people if str(each.account_id) == wanted), None)
    if to is None and wanted != NOBODY:
        return _("Kies wie het doet.")
    seen = request.POST.get("seen", "")
    if seen != str(found.owner_id or ""):
        return _("Iemand anders nam deze taak intussen. Kijk opnieuw wie hem heeft.")
    try:
        give_task(
            found.id, seen_owner_id=found.owner_id, account_id=to.account_id if to else None,
            name=to.name if to else "", now=now,
        )  # fmt: skip
    except TaskRefused:
        return _("Deze taak is intussen klaar of door een ander genomen. Er is niets veranderd.")
    acted(
        request, Act.CHANGE, "task", [found.id, found.client_id], now, organisation_id=found.organisation_id,
        detail=f"given {found.kind}",
    )  # fmt: skip
    return ""
