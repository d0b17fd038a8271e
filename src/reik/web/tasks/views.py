"""`/werklijst/taken`: the tasks of a team, one's own, what is late, and the round of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock
from reik.kernel.tenancy import Actor
from reik.medication.times.schedule import local_day
from reik.pathway.forms.versions import VersionSeen, waiting_for
from reik.pathway.lists.route_rules import place_of
from reik.people.queries import ClientCard, cards, teams_of, visible_to
from reik.tasks.lists import Counts, Wanted, counted, tasks_on_page
from reik.value.bills.follow_up import OWNS as SETTLES
from reik.value.bills.follow_up import FollowUp, waiting
from reik.value.bills.work import BillWork, work_on_bills
from reik.web.acting import ActingRequest
from reik.web.forms.own import WRITES as APPROVES
from reik.web.forms.words import form_words, tongue_words
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed
from reik.web.tasks.groups import AT_HOME, GROUPS, group_words, kinds_of
from reik.web.tasks.groups import BILLS as IN_BILLS
from reik.web.work.task_links import TEAM
from reik.web.work.tasks import Flaw, TaskRow, act_on, row_of
from reik.web.work.whose import EVERYONE

ALL, MINE, LATE, ROUTE = "team", "mijn", "telaat", "route"
LISTS = (ALL, MINE, LATE, ROUTE)
PAGE = 50
ON_ROUTE = 200
FARTHEST = 10_000
Bills = Sequence[tuple[BillWork, bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks for."""

    which: str
    group: str
    team: UUID | None
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A client on the round of today, with what is done there."""

    number: int
    card: ClientCard
    rows: Sequence[TaskRow]


@room_for(*TEAM)
@require_safe
@never_cache
def task_list(request: ActingRequest) -> HttpResponse:
    """`?lijst=team|mijn|telaat|route&soort=&team=&blz=`."""
    return list_page(request, clock.now())


def list_page(
    request: ActingRequest, now: datetime, *, error: str = "", at: str = "", because: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    """The list; after a refused act with what was typed, on the page where it was pressed."""
    actor = actor_of(request)
    asked = asked_of(request, actor)
    clients = clients_of(actor, asked.team)
    counts = counted(clients, TEAM, actor.account_id, now)
    wanted = _wanted(asked, clients, counts, actor, now)
    route, bills = asked.which == ROUTE, _bills(actor, now)
    numbers = _numbers(counts, bills, actor)
    skip = 0 if route else (asked.page - 1) * PAGE
    found = tasks_on_page(wanted, skip=skip, most=ON_ROUTE if route else PAGE + 1)
    more, found = not route and len(found) > PAGE, found if route else found[:PAGE]
    known = cards(actor, {each.client_id for each in found})
    rows = [row_of(each, known[each.client_id], actor, now) for each in found if each.client_id in known]
    _log(request, known, now)
    page: Mapping[str, Any] = {
        "asked": asked, "counts": counts, "groups": _groups(counts), "teams": teams_of(actor), "rows": rows,
        "stops": _stops(rows) if route else [], "first": skip + 1, "last": skip + len(rows),
        "to_approve": _to_approve(actor), "bills": _of_list(bills, asked, actor),
        "before": _address(asked, page=asked.page - 1) if asked.page > 1 else "",
        "after": _address(asked, page=asked.page + 1) if more else "", "error": error, "error_at": at,
        "because": because, "address": _address(asked, page=asked.page), "now": now,
        "pills": _pills(asked, numbers), "total": numbers[ALL], "late": numbers[LATE],
    }  # fmt: skip
    return render(request, "tasks/list.html", page, status=status)


def _to_approve(actor: Actor) -> list[tuple[VersionSeen, str, str]]:
    """The own texts that wait for this person as the second reader: of no client, so a task of none."""
    if actor.role != APPROVES:
        return []
    found = waiting_for(actor.organisation_id, actor.account_id)
    return [(each, form_words(each.form)[0], tongue_words(each.language)) for each in found]


def _bills(actor: Actor, now: datetime) -> list[tuple[BillWork, bool]]:
    """What is open on suppliers' bills without a client, with whether it is late: of no client, so a task of none."""
    if actor.role != SETTLES:
        return []
    today = local_day(now, ZONE)
    return [(each, each.follow_up.is_late(today)) for each in work_on_bills(actor.organisation_id, now)]


def _of_list(bills: Bills, asked: Asked, actor: Actor) -> Bills:
    if asked.which == ROUTE or asked.group not in ("", IN_BILLS):
        return []
    if asked.which == MINE:
        return [row for row in bills if row[0].follow_up.owner_id == actor.account_id]
    return [row for row in bills if row[1]] if asked.which == LATE else bills


def _numbers(counts: Counts, bills: Bills, actor: Actor) -> Mapping[str, int]:
    """How many stand in each list, bills among them."""
    mine = sum(row[0].follow_up.owner_id == actor.account_id for row in bills)
    late = sum(late for _work, late in bills)
    return {ALL: counts.total + len(bills), MINE: counts.mine + mine, LATE: counts.late + late}


def asked_of(request: ActingRequest, actor: Actor) -> Asked:
    """Nonsense in the address is the usual list; another's team is not there."""
    said = request.GET
    which, group, number = said.get("lijst", ""), said.get("soort", ""), said.get("blz", "")
    team = next((id for id, _name in teams_of(actor) if str(id) == said.get("team", "")), None)
    if said.get("team") and team is None:
        raise Http404
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    return Asked(
        which=which if which in LISTS else ALL, group=group if group in GROUPS else "", team=team,
        page=min(max(page, 1), FARTHEST),
    )  # fmt: skip


def clients_of(actor: Actor, team: UUID | None) -> list[UUID]:
    """The clients whom she may see (of this team, and of who has none)."""
    rows = visible_to(actor)
    if team is not None:
        rows = rows.filter(Q(team_id=team) | Q(team=None))
    return list(rows.order_by("id").values_list("id", flat=True))


def _wanted(asked: Asked, clients: Sequence[UUID], counts: Counts, actor: Actor, now: datetime) -> Wanted:
    kinds = kinds_of(asked.group, counts.kinds) if asked.group else None
    until = None
    if asked.which == ROUTE:
        kinds = [each for each in (kinds if kinds is not None else counts.kinds) if each in AT_HOME]
        tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
        until = datetime.combine(tomorrow, time(0), ZONE)
    elif asked.which == LATE:
        until = now
    owner = actor.account_id if asked.which == MINE else None
    return Wanted(client_ids=clients, roles=TEAM, owner_id=owner, due_before=until, kinds=kinds)


def _stops(rows: Sequence[TaskRow]) -> list[Stop]:
    """By postcode and address, until tours are planned; the tasks of one home together."""
    homes: dict[UUID, list[TaskRow]] = {}
    for row in rows:
        homes.setdefault(row.card.id, []).append(row)
    ordered = sorted(homes.values(), key=lambda of: (place_of(of[0].card.address), of[0].card.name))
    return [Stop(number=n, card=of[0].card, rows=of) for n, of in enumerate(ordered, 1)]


def _groups(counts: Counts) -> list[tuple[str, str, int]]:
    found = [(each, sum(counts.kinds[kind] for kind in kinds_of(each, counts.kinds))) for each in GROUPS]
    return [(each, group_words(each), number) for each, number in found if number]


def _pills(asked: Asked, numbers: Mapping[str, int]) -> list[tuple[str, str, int | None]]:
    """Each list with its address and how many stand in it; of the route that is only known when it is drawn."""
    return [(each, _address(asked, which=each, page=1, group=""), numbers.get(each)) for each in LISTS]


def _address(asked: Asked, *, page: int, which: str | None = None, group: str | None = None) -> str:
    said = {
        "lijst": asked.which if which is None else which, "soort": asked.group if group is None else group,
        "team": str(asked.team or ""), "blz": str(page) if page > 1 else "",
    }  # fmt: skip
    said["lijst"] = "" if said["lijst"] == ALL else said["lijst"]
    query = urlencode({name: value for name, value in said.items() if value})
    return "/werklijst/taken" + (f"?{query}" if query else "")


def _log(request: ActingRequest, known: Mapping[UUID, ClientCard], now: datetime) -> None:
    shown: dict[UUID, list[UUID]] = {}
    for card in known.values():
        shown.setdefault(card.organisation_id, []).append(card.id)
    viewed(request, "tasks", shown, now)


@room_for(*TEAM)
@require_POST
def act(request: ActingRequest, task_id: UUID, what: str) -> HttpResponse:
    """`/werklijst/taken/<id>/ik` and `/klaar`; back to the list where it was pressed."""
    now = clock.now()
    done = act_on(request, task_id, what, set(clients_of(actor_of(request), None)), now)
    if isinstance(done, Flaw):
        return list_page(
            request, now, error=done.text, at=str(task_id), because=done.note, status=done.status
        )
    return HttpResponseRedirect(back_to(request))


def back_to(request: ActingRequest) -> str:
    """A page of this site, as the form says; else the list."""
    wanted = request.POST.get("back", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else "/werklijst/taken"


@room_for(*EVERYONE)
@require_safe
@never_cache
def badge(request: ActingRequest) -> HttpResponse:
    """`/werklijst/taken/aantal`: what stands beside the work list in the menu: how much is hers, how much is late."""
    actor = actor_of(request)
    if actor.role not in TEAM:
        return HttpResponse("")
    now = clock.now()
    counts, bills = counted(clients_of(actor, None), TEAM, actor.account_id, now), _waiting(actor)
    today = local_day(now, ZONE)
    page = {
        "late": counts.late + sum(each.is_late(today) for each in bills),
        "mine": counts.mine + sum(each.owner_id == actor.account_id for each in bills),
    }
    return render(request, "tasks/badge.html", page)


def _waiting(actor: Actor) -> list[FollowUp]:
    """The bills with work of no client, as they were at the last look: every page asks this."""
    return waiting(actor.organisation_id) if actor.role == SETTLES else []
