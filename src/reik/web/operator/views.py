"""The console of a centre: `/zorgcentrale`, its queue, one alert, the silent dispensers, and finding a client."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations
from reik.alerting.board_seen import FIRST, GROUPS, MOST, MUTED, OTHER, WATCHED
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.operator import finding, reading
from reik.web.operator.queue import Line
from reik.web.operator.reading import Board
from reik.web.rooms import actor_of, room_for, who_of_request
from reik.web.seen import is_refresh, viewed

PAGE = "zorgcentrale"
KEYS_COOKIE = "reik_toetsen"
YEAR_S = 365 * 24 * 3600

only_operators = room_for("operator")


@require_safe
@never_cache
@only_operators
def console(request: ActingRequest) -> HttpResponse:
    """The whole page. Without a chosen alert the first one is open beside the queue."""
    now, actor = clock.now(), actor_of(request)
    chosen = _uuid(request.GET.get("melding", ""))
    if chosen:
        opened(request, chosen)
    board = reading.board(actor, now)
    viewed(request, PAGE, board.shown(), now)
    first = board.queue.first or board.queue.others
    selected = chosen or (first[0].id if first else None)
    context = _of_board(board, selected, now) | {"picked": chosen is not None, "keys": _keys(request)}
    if selected:
        alert, client = reading.find(actor, selected)
        viewed(request, _page(selected), {client.organisation_id: [client.id]}, now)
        context |= reading.full(actor, alert, client, now)
    return render(request, "operator/console.html", context)


@require_safe
@never_cache
@only_operators
def rows(request: ActingRequest) -> HttpResponse:
    """The queue with the counts and the banner, for a page that is open."""
    now, actor = clock.now(), actor_of(request)
    selected = _uuid(request.GET.get("melding", ""))
    since = _instant(request.GET.get("sinds", ""))
    board = reading.board(actor, now, selected=selected, since=since, part=_part(request))
    viewed(request, PAGE, board.shown(), now)
    return render(request, "operator/rows.html", _of_board(board, selected, now) | {"swap": True})


@require_safe
@never_cache
@only_operators
def second(request: ActingRequest) -> HttpResponse:
    """A second window with only the detail: it shows what is chosen in the first."""
    now, actor = clock.now(), actor_of(request)
    chosen = _uuid(request.GET.get("melding", ""))
    context: dict[str, object] = {"now": now, "keys": _keys(request), "selected": chosen}
    if chosen:
        alert, client = reading.find(actor, chosen)
        viewed(request, _page(chosen), {client.organisation_id: [client.id]}, now)
        context |= reading.full(actor, alert, client, now)
    return render(request, "operator/second.html", context)


@require_safe
@never_cache
@only_operators
def detail(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """One alert: a fragment for the console, else the console with it opened."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(f"/{PAGE}?melding={alert_id}")
    opened(request, alert_id)
    return show(request, alert_id, clock.now())


def opened(request: ActingRequest, alert_id: UUID) -> None:
    """Whoever took an alert with a key on her phone has as long as anybody once she looks at it here."""
    if not is_refresh(request):
        actor = actor_of(request)
        reading.find(actor, alert_id)
        operations.open_on_screen(alert_id=alert_id, by=who_of_request(request), now=clock.now())


@require_safe
@never_cache
@only_operators
def standing(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """The part of the detail that changes by itself; what somebody is typing below it stays."""
    return show(request, alert_id, clock.now(), template="operator/standing.html")


@require_safe
@never_cache
@only_operators
def beside(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """Who else looks at this alert now."""
    actor = actor_of(request)
    reading.find(actor, alert_id)
    return render(request, "operator/looking.html", {"looking": reading.looking(actor, alert_id)})


def show(
    request: ActingRequest,
    alert_id: UUID,
    now: datetime,
    *,
    template: str = "operator/detail.html",
    refused: bool = False,
    fault: str = "",
    sentence: str = "",
) -> HttpResponse:
    """A fragment of one alert, logged."""
    actor = actor_of(request)
    alert, client = reading.find(actor, alert_id)
    viewed(request, _page(alert_id), {client.organisation_id: [client.id]}, now)
    context = reading.full(actor, alert, client, now) | {
        "refused": refused, "sentence": sentence, "fault": fault,
        "note": request.POST.get("notitie", "") if fault or refused else "",
        "cause": request.POST.get("oorzaak", ""),
    }  # fmt: skip
    return render(request, template, context)


@require_safe
@never_cache
@only_operators
def silent(request: ActingRequest) -> HttpResponse:
    """The risk list: whose dispenser is silent, who has a time-critical moment first."""
    now, actor = clock.now(), actor_of(request)
    board = reading.board(actor, now)
    shown: dict[UUID, list[UUID]] = {}
    for each in (*board.lookout.first, *board.lookout.later):
        shown.setdefault(each.client.organisation_id, []).append(each.client.id)
    viewed(request, f"{PAGE}/stil", shown, now)
    return render(request, "operator/silent.html", {"lookout": board.lookout, "now": now})


@require_safe
@never_cache
@only_operators
def search(request: ActingRequest) -> HttpResponse:
    """Clients by name, by who rings, by dispenser, by the number on a phone; those of every open alert are found."""
    now, actor = clock.now(), actor_of(request)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    hits = finding.found(actor, words, now) if len(words) >= 2 else []
    shown: dict[UUID, list[UUID]] = {}
    for each in hits:
        shown.setdefault(each.client.organisation_id, []).append(each.client.id)
    viewed(request, f"{PAGE}/zoek", shown, now, act=Act.SEARCH)
    return render(request, "operator/found.html", {"found": hits, "words": words})


@require_POST
@only_operators
def keys(request: ActingRequest) -> HttpResponse:
    """Switch the single keys on or off (WCAG 2.1.4), for this browser."""
    response = HttpResponseRedirect(f"/{PAGE}")
    wanted = "uit" if request.POST.get("toetsen") == "uit" else "aan"
    response.set_cookie(KEYS_COOKIE, wanted, max_age=YEAR_S, samesite="Lax")
    return response


def _of_board(board: Board, selected: UUID | None, now: datetime) -> dict[str, object]:
    queue, language = board.queue, get_language() or "nl"
    part = board.part[0]

    def draw(lines: list[Line], *, done: bool = False) -> list[SafeString]:
        return [drawn(each, each.id == selected, done, language) for each in lines]

    return {
        "board": board, "queue": queue, "lookout": board.lookout, "selected": selected, "now": now,
        "groups": [
            (name, draw(lines), queue.counts.get(name, 0), len(lines), board.part[1])
            for name, lines in (
                (FIRST, queue.first), (OTHER, queue.others), (WATCHED, queue.watched), (MUTED, queue.muted),
            )
            if name == part or not part
        ],
        "part": part, "most": MOST, "settled": [] if part else draw(queue.settled, done=True),
    }  # fmt: skip


@lru_cache(maxsize=4000)
def drawn(line: Line, selected: bool, done: bool, _language: str) -> SafeString:
    """A row as HTML. All consoles show the same rows, and nothing in them but what makes them differ here: their
    clocks run in the browser. So one is drawn once, however many look at it."""
    return render_to_string("operator/line.html", {"line": line, "selected": selected, "done": done})


def _page(alert_id: UUID) -> str:
    return f"{PAGE}/melding/{alert_id}"


def _keys(request: HttpRequest) -> bool:
    return request.COOKIES.get(KEYS_COOKIE) != "uit"


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None


def _part(request: HttpRequest) -> tuple[str, int]:
    """Which group is looked at alone, from which row on."""
    group, after = request.GET.get("groep", ""), request.GET.get("vanaf", "")
    if group not in GROUPS:
        return "", 0
    return group, int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0


def _instant(text: str) -> datetime | None:
    with suppress(ValueError):
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else None
    return None
