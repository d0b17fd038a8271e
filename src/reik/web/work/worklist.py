"""The work list: everything about schedules, messages and rolls that waits for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reik.dispensing.queries import dispensers_of
from reik.ingest.queries import ParkedMessage, parked_messages
from reik.interop.fhir.port import INTERPRETER as FHIR
from reik.interop.fhir.store import queries as fhir
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication import operations
from reik.medication.findings import FindingUnknown
from reik.medication.times import written
from reik.medication.times.written import Written
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.changes.shown import TO_DECIDE, waiting
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.differences import Differing, differing
from reik.web.work.read_again import READS_AGAIN, again_words
from reik.web.work.reading import is_other
from reik.web.work.tasks import Flaw, TaskList, act_on, listed
from reik.web.work.whose import EVERYONE, client_of, is_pharmacy
from reik.web.work.words import unplannable_said, unsure_words

PARKED_SINCE = timedelta(days=30)


@dataclass(slots=True, kw_only=True)
class Work:
    """What waits, in the order of the page."""

    to_read: list[tuple[Written, ClientCard]] = field(default_factory=list)
    own: list[tuple[Written, ClientCard]] = field(default_factory=list)
    back: list[tuple[Written, ClientCard]] = field(default_factory=list)
    to_link: list[dict[str, object]] = field(default_factory=list)
    not_planned: list[dict[str, object]] = field(default_factory=list)
    findings: list[Differing] = field(default_factory=list)
    parked: list[ParkedMessage] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (
            self.to_read or self.back or self.to_link or self.not_planned or self.findings or self.parked
        )


@require_safe
@room_for(*EVERYONE)
def worklist(request: ActingRequest) -> HttpResponse:
    """`/werklijst?taken=&client=&alle=`: `taken` is nothing, `mijn` or `telaat`; `gelezen` says what reading gave."""
    now = clock.now()
    return _page(request, now)


@require_POST
@room_for(*EVERYONE)
def act_on_task(request: ActingRequest, task_id: UUID, what: str) -> HttpResponse:
    """`/werklijst/taak/<id>/ik` and `/klaar`; back to the page where it was pressed."""
    now, known = clock.now(), cards(actor_of(request))
    done = act_on(request, task_id, what, known, now)
    if isinstance(done, Flaw):
        return _page(request, now, error=done.text, at=str(task_id), because=done.note, status=done.status)
    wanted = request.POST.get("back", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return HttpResponseRedirect(wanted if ours else "/werklijst")


def _page(
    request: ActingRequest,
    now: datetime,
    *,
    error: str = "",
    at: str = "",
    because: str = "",
    status: int = 422,
) -> HttpResponse:
    actor = actor_of(request)
    known = cards(actor)
    work = _gather(actor, known, now)
    tasks = _tasks(request, known, now)
    _log(request, work, tasks, now)
    values = {
        "work": work, "last": written.last_arrival(list(known)), "may_settle": is_pharmacy(actor), "error": error,
        "error_at": at, "because": because, "clients": len(known), "tasks": tasks, "address": _address(request),
        "changes": waiting(known, now, TO_DECIDE), "may_read_again": actor.role in READS_AGAIN,
        "fhir": FHIR, "read": again_words(request.GET.get("gelezen", "")),
    }  # fmt: skip
    return render(request, "work/worklist.html", values, status=status if error else 200)


def _tasks(request: ActingRequest, known: Mapping[UUID, ClientCard], now: datetime) -> TaskList:
    asked = request.GET
    return listed(
        known, actor_of(request), now, only=asked.get("taken", ""), client=asked.get("client", ""),
        whole="alle" in asked,
    )  # fmt: skip


def _address(request: ActingRequest) -> str:
    """Of the page itself, with its filter: what a refused act shows refreshes as the page."""
    return request.get_full_path() if request.path == "/werklijst" else "/werklijst"


def _gather(actor: Actor, known: Mapping[UUID, ClientCard], now: datetime) -> Work:
    work = Work()
    for client_id, newest in written.newest(list(known)).items():
        own = not is_other(newest.written_by, actor.name)
        if newest.is_draft:
            (work.own if own else work.to_read).append((newest, known[client_id]))
        elif newest.sent_back_at is not None:
            work.back.append((newest, known[client_id]))
    work.to_link = [{"one": each, "why": unsure_words(each.reason)} for each in _to_link(actor)]
    work.not_planned = [
        {
            "card": known[each.client_id], "each": each,
            "items": [unplannable_said(one, each.names) for one in each.unplannable],
        }
        for each in written.not_planned(list(known))
    ]  # fmt: skip
    work.findings = differing(known)
    work.parked = parked_for(actor, known, now)
    return work


def _to_link(actor: Actor) -> list[fhir.ToBeLinked]:
    """Those of the organisations whose clients this actor may see; nobody's are a team's alone."""
    own = None if is_pharmacy(actor) else actor.organisation_id
    return [each for each in fhir.to_be_linked(actor) if own is None or each.organisation_id == own]


def parked_for(actor: Actor, known: Mapping[UUID, ClientCard], now: datetime) -> list[ParkedMessage]:
    """By id, never by content: of the devices of these clients, and messages of the pharmacy."""
    devices = {each.device for each in dispensers_of(list(known)).values()}
    houses = actor.organisations if is_pharmacy(actor) else [actor.organisation_id]
    found = parked_messages(houses, now - PARKED_SINCE)
    return [each for each in found if each.peer in devices or each.interpreter == FHIR]


def _log(request: ActingRequest, work: Work, tasks: TaskList, now: datetime) -> None:
    """One row with the clients shown, and one with the persons of messages that are nobody's yet."""
    shown: dict[UUID, set[UUID]] = defaultdict(set)
    lists = [card for rows in (work.to_read, work.own, work.back) for _draft, card in rows]
    others = [*(row.card for row in work.findings), *(row.card for row in tasks.rows)]
    for card in [*lists, *others, *(row["card"] for row in work.not_planned)]:
        assert isinstance(card, ClientCard)
        shown[card.organisation_id].add(card.id)
    viewed(request, "work list", shown, now)
    linked: dict[UUID, set[UUID]] = defaultdict(set)
    for row in work.to_link:
        one = row["one"]
        assert isinstance(one, fhir.ToBeLinked)
        linked[one.organisation_id].add(one.id)
    viewed(request, "work list", linked, now, kind="to link")


@require_POST
@room_for("pharmacist")
def settle(request: ActingRequest, finding_id: UUID) -> HttpResponse:
    """The pharmacy says why a difference may be (R23)."""
    actor, now = actor_of(request), clock.now()
    found = written.finding(finding_id)
    if found is None:
        return HttpResponseRedirect("/werklijst")  # somebody settled it meanwhile
    card = client_of(actor, found.client_id)
    because = request.POST.get("because", "").strip()[:1000]
    if not because:
        return _page(request, now, error=_("Schrijf op waarom dit verschil mag."), at=str(finding_id))
    try:
        operations.settle_finding(finding_id, actor.name, because, now)
    except FindingUnknown:
        return HttpResponseRedirect("/werklijst")
    acted(
        request, Act.CHANGE, "finding", [finding_id, card.id], now, organisation_id=card.organisation_id,
        detail="settled",
    )  # fmt: skip
    return HttpResponseRedirect("/werklijst#verschillen")


def to_link_of(actor: Actor, to_link_id: UUID) -> fhir.ToBeLinked:
    """One person of a message that waits; 404 for any other."""
    found = next((each for each in _to_link(actor) if each.id == to_link_id), None)
    if found is None:
        raise Http404
    return found
