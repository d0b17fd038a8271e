"""`/belasting`: load and fatigue with the rows behind each figure, as CSV, and what the figures propose."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting.figures import proposals
from reik.alerting.figures.callers import SHIFTS, calls_of
from reik.alerting.figures.counting import REFERENCE_PCT, Group, figures, grouped, rows_behind
from reik.alerting.figures.lived import CONDITIONS, Period
from reik.alerting.figures.proposals import ProposalRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.shares import FEWEST
from reik.kernel.tenancy import Actor
from reik.people.queries import cards
from reik.web.acting import ActingRequest
from reik.web.load import shown
from reik.web.load.evidence import evidence_of
from reik.web.load.shown import GROUPS, LENGTHS, Asked, asked_of, whom
from reik.web.load.words import figure_words, length_words, proposal_words, shift_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.words import cause_words, outcome_words

ROLES = ("team_manager", "nurse", "operator")
DECIDES = ("team_manager", "nurse")
SHOWN = 200
room = room_for(*ROLES)


def _period(actor: Actor, asked: Asked) -> Period:
    now = clock.now()
    return Period(client_ids=whom(actor), since=asked.since(now), until=now)


@room
@require_safe
@never_cache
def page(request: ActingRequest) -> HttpResponse:
    """The figures of the clients whom she may see, with their denominators."""
    actor, now, asked = actor_of(request), clock.now(), asked_of(request.GET.dict())
    period = _period(actor, asked)
    counted = figures(period, actor.organisations)
    groups = grouped(period, GROUPS[asked.by])
    seen = {
        "figures": counted, "asked": asked, "lengths": LENGTHS, "groups": list(GROUPS), "now": now, "fewest": FEWEST,
        "reference": REFERENCE_PCT, "months": round(counted.client_months), "clients": len(period.client_ids),
        "since": period.since, "totals": shown.totals(counted, asked),
        "centre": shown.share_line("centre_closed", counted.by_centre, asked),
        "visits": shown.share_line("no_visit", counted.without_visit, asked),
        "breaches": [shown.share_line(name, share, asked) for name, share in counted.breaches],
        "nuisance": [shown.share_line(name, share, asked) for name, share in counted.nuisance],
        "causes": shown.group_lines(groups, asked, _names(request, actor, asked, groups)),
        "called": shown.called_lines(counted.called, asked), "nights": shown.night_lines(counted.nights, asked),
        "spreads": shown.spread_rows(counted.spreads), "proposals": _proposals(request, actor),
        "decides": actor.role in DECIDES, "error": request.GET.get("fout", ""), "done": request.GET.get("klaar", ""),
    }  # fmt: skip
    return render(request, "load/page.html", seen)


def _names(request: ActingRequest, actor: Actor, asked: Asked, groups: list[Group]) -> dict[str, str]:
    if asked.by == "team":
        return shown.team_names(actor)
    if asked.by != "client":
        return {}
    found = cards(actor, [UUID(each.key) for each in groups])
    _log(request, "load by client", found)
    return {str(id): card.display for id, card in found.items()}


def _log(request: ActingRequest, what: str, found: dict[UUID, Any]) -> None:
    ids: dict[UUID, list[UUID]] = {}
    for card in found.values():
        ids.setdefault(card.organisation_id, []).append(card.id)
    viewed(request, what, ids, clock.now())


def _proposals(request: ActingRequest, actor: Actor) -> list[dict[str, Any]]:
    """What waits for a decision, with its evidence; to the centre they are not shown: the team decides."""
    if actor.role not in DECIDES:
        return []
    found = proposals.proposals_open(whom(actor))
    whose = cards(actor, {each.client_id for each in found})
    _log(request, "load proposals", whose)
    rows = evidence_of(found, clock.now())
    return [
        {"seen": each, "card": whose[each.client_id], "said": said, "because": because, "rows": rows[each.id]}
        for each in found
        if each.client_id in whose
        for said, because in [proposal_words(each)]
    ]


@room
@require_safe
@never_cache
def behind(request: ActingRequest, figure: str) -> HttpResponse:
    """`/belasting/cijfer/<name>`: the alerts that a figure counts."""
    actor, asked = actor_of(request), asked_of(request.GET.dict())
    shift = request.GET.get("dienst", "")
    if figure not in CONDITIONS or shift not in ("", *SHIFTS):
        raise Http404
    period, cause = _period(actor, asked), request.GET.get("oorzaak", "")
    responder, alerts = _of_whom(period, request.GET.get("wie", ""), shift)
    rows = rows_behind(period, figure, cause=cause, alert_ids=alerts, most=SHOWN + 1)
    whose = cards(actor, {each.client_id for each in rows})
    _log(request, f"load {figure}", whose)
    seen = {
        "title": figure_words(figure), "asked": asked, "more": len(rows) > SHOWN, "most": SHOWN,
        "of": [each for each in (cause and cause_words(cause), responder, shift and shift_words(shift)) if each],
        "rows": [
            {
                "row": each, "card": whose[each.client_id], "cause": cause_words(each.cause),
                "closed": outcome_words(each.closed_as) if each.closed_as else "",
                "accept": length_words(each.accept_s), "handle": length_words(each.handle_s),
            }
            for each in rows[:SHOWN]
            if each.client_id in whose
        ],
        "door": "" if actor.role == "operator" else "/team/melding/",
    }  # fmt: skip
    return render(request, "load/behind.html", seen)


def _of_whom(period: Period, said: str, shift: str) -> tuple[str, list[UUID] | None]:
    """The name of who was called and the alerts about it; nobody is asked for without a key."""
    if not said:
        return "", None
    try:
        return calls_of(period, UUID(said), shift)
    except ValueError:
        raise Http404 from None


@room
@require_safe
@never_cache
def as_csv(request: ActingRequest) -> HttpResponse:
    """The figures as a file: no client in it, but for a list by client."""
    actor, asked = actor_of(request), asked_of(request.GET.dict())
    period = _period(actor, asked)
    groups = grouped(period, GROUPS[asked.by])
    if asked.by == "client":
        _log(request, "load by client", cards(actor, [UUID(each.key) for each in groups]))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="belasting-{asked.days}-dagen.csv"'
    csv.writer(answer).writerows(
        [_plain(value) for value in row]
        for row in shown.csv_rows(figures(period, actor.organisations), groups, asked)
    )
    return answer


def _plain(value: object) -> object:
    """A name that a spreadsheet would take for a formula is text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


@room_for(*DECIDES)
@require_POST
@never_cache
def decide(request: ActingRequest, proposal_id: UUID) -> HttpResponse:
    """Yes: a task for who may change it; no: with the reason."""
    actor, now, mine = actor_of(request), clock.now(), whom(actor_of(request))
    found = next((each for each in proposals.proposals_open(mine) if each.id == proposal_id), None)
    try:
        if request.POST.get("besluit") == "ja":
            proposals.accept(proposal_id, mine, by=actor.name, now=now)
        else:
            proposals.reject(proposal_id, mine, by=actor.name, because=request.POST.get("reden", ""), now=now)
    except ProposalRefused:
        said = "reden" if found else "weg"
        return HttpResponseRedirect(f"/belasting?fout={said}#voorstellen")
    if found:
        acted(
            request, Act.CHANGE, "client", [found.client_id], now, organisation_id=found.organisation_id,
            detail="proposal decided",
        )  # fmt: skip
    return HttpResponseRedirect("/belasting?klaar=1#voorstellen")
