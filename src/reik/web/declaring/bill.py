"""`/waarde/leveranciersnota/<id>`: one bill beside what stood where, and what became of each difference."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.times.schedule import local_day
from reik.people.queries import ClientCard, cards
from reik.value.bills.checking import Difference, sums
from reik.value.bills.follow_up import NewFollowUp, follow_ups, take_on, who_may
from reik.value.bills.keeping import NewAnswer, answer
from reik.value.bills.lines import BillRefused
from reik.value.bills.seen import AnswerSeen, BillSeen, answers_of, differences_of, find, history_of
from reik.value.bills.work import STATES, is_open, open_without_client
from reik.web.acting import ActingRequest
from reik.web.declaring.bill_words import answer_words, difference_words, refused_words
from reik.web.declaring.shown import ROLES, cents_of, csv_file, money
from reik.web.frame import ZONE
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.clients import date_of

room = room_for(*ROLES)


@room
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def page(request: ActingRequest, bill_id: UUID) -> HttpResponse:
    """Clients whom the asker may not see go unnamed."""
    now, actor = clock.now(), actor_of(request)
    bill = find(bill_id, actor.organisation_id)
    if bill is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, bill, now)
    if "wie" in request.POST:
        return _take_on(request, bill, now)
    try:
        made = answer(bill_id, actor.organisation_id, _typed(request), by=actor.name, now=now)
    except BillRefused as refused:
        return _shown(request, bill, now, error=refused_words(refused.code))
    acted(
        request, Act.CREATE, "bill_answer", [made, bill_id], now, organisation_id=actor.organisation_id,
        detail=request.POST.get("stand", "")[:20],
    )  # fmt: skip
    return HttpResponseRedirect(f"/waarde/leveranciersnota/{bill_id}?klaar=ja#verschillen")


def _take_on(request: ActingRequest, bill: BillSeen, now: datetime) -> HttpResponse:
    """Who settles what is open without a client, and before when."""
    post, actor = request.POST, actor_of(request)
    due: date | None = date_of(post.get("voor", ""))
    try:
        if due is None:
            raise BillRefused("due", "Give a day from today, within a year.")
        new = NewFollowUp(owner_id=_id(post.get("wie", "")), due_on=due, seen=_id(post.get("gezien", "")))
        made = take_on(bill, new, by=actor.name, now=now)
    except BillRefused as refused:
        return _shown(request, bill, now, error=refused_words(refused.code))
    acted(
        request, Act.CREATE, "bill_follow_up", [made, bill.id], now, organisation_id=actor.organisation_id
    )  # fmt: skip
    return HttpResponseRedirect(f"/waarde/leveranciersnota/{bill.id}?klaar=ja#wie")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)  # nobody's, and no line's


def _typed(request: ActingRequest) -> NewAnswer:
    post = request.POST
    seen = _id(post.get("gezien", ""))
    return NewAnswer(
        key=post.get("verschil", "")[:200], state=post.get("stand", ""), reason=post.get("reden", "")[:600],
        cents=cents_of(post.get("bedrag", "")), seen=seen,
    )  # fmt: skip


def _shown(request: ActingRequest, bill: BillSeen, now: datetime, error: str = "") -> HttpResponse:
    found, answers = differences_of(bill, now), answers_of(bill.id)
    known = _cards(request, bill, found, now, Act.VIEW)
    rows = [
        {**_row(bill, each, answers, known), **_said(request.POST, each, answers.get(each.key))}
        for each in found
    ]
    seen: dict[str, Any] = {
        "bill": bill, "rows": rows, "total": money(bill.cents), "error": error, "done": request.GET.get("klaar", ""),
        "euros": money(sum(each.cents or 0 for each in found)), "open": sum(each["open"] for each in rows),
        "sums": [
            (difference_words(code), n, days, money(cents or None)) for code, (n, days, cents) in sums(found).items()
        ],
        "states": [(each, answer_words(each)[1]) for each in STATES],
    }  # fmt: skip
    seen |= _follow_up(request.POST, bill, open_without_client(found, answers), now)
    return render(request, "declaring/bill.html", seen, status=422 if error else 200)


def _follow_up(typed: Mapping[str, str], bill: BillSeen, left: int, now: datetime) -> dict[str, Any]:
    """Nothing when every open difference is of a client: those are tasks."""
    if not left:
        return {}
    whose, today = follow_ups([bill])[bill.id], local_day(now, ZONE)
    return {
        "left": left, "whose": whose, "late": whose.is_late(today), "people": who_may(bill.organisation_id),
        "wie": typed.get("wie", str(whose.owner_id or "")), "voor": typed.get("voor", whose.due_on.isoformat()),
        "today": today.isoformat(),
    }  # fmt: skip


def _said(
    typed: Mapping[str, str], each: Difference, newest: AnswerSeen | None
) -> dict[str, str | Mapping[str, str] | None]:
    """What was typed at this difference and refused stays in its form."""
    mine = typed if typed.get("verschil") == each.key else {}
    return {"typed": mine or None, "chosen": mine.get("stand") or (newest.state if newest else "")}


def _cards(
    request: ActingRequest, bill: BillSeen, found: list[Difference], now: datetime, act: Act
) -> Mapping[UUID, ClientCard]:
    known = cards(actor_of(request), {each.client_id for each in found if each.client_id})
    viewed(request, f"supplier bill {bill.id}", {bill.organisation_id: sorted(known)}, now, act=act)
    return known


def _row(
    bill: BillSeen, each: Difference, answers: Mapping[str, AnswerSeen], known: Mapping[UUID, ClientCard]
) -> dict[str, Any]:
    newest = answers.get(each.key)
    mark, word = answer_words(newest.state if newest else "")
    if each.code == "since_unknown" and newest is None:
        mark, word = "onb", _("onbekend")
    return {
        "of": each, "words": difference_words(each.code), "card": known.get(each.client_id) if each.client_id else None,
        "hidden": each.client_id is not None and each.client_id not in known, "euros": money(each.cents),
        "open": is_open(each, answers), "mark": mark, "word": word, "newest": newest,
        "history": [
            (one, answer_words(one.state)[1], money(one.cents)) for one in history_of(bill.id, each.key)
        ] if newest else [],
    }  # fmt: skip


@room
@require_safe
@never_cache
def file(request: ActingRequest, bill_id: UUID) -> HttpResponse:
    """The differences as CSV, to send to the supplier: dispensers, no clients."""
    now, actor = clock.now(), actor_of(request)
    bill = find(bill_id, actor.organisation_id)
    if bill is None:
        raise Http404
    found, answers = differences_of(bill, now), answers_of(bill.id)
    acted(request, Act.EXPORT, "supplier_bill", [bill_id], now, organisation_id=actor.organisation_id)
    head = [
        _("leverancier"), _("nota"), _("maand"), _("regel"), _("dispenser"), _("verschil"), _("van"), _("tot en met"),
        _("dagen"), _("bedrag"), _("stand"),
    ]  # fmt: skip
    rows = [
        [
            bill.supplier, bill.number, str(bill.month), each.line, each.device, difference_words(each.code),
            str(each.period.since) if each.period else None,
            str(each.period.until) if each.period and each.period.until else None, each.days,
            None if each.cents is None else f"{each.cents / 100:.2f}".replace(".", ","),
            answer_words(answers[each.key].state if each.key in answers else "")[1],
        ]
        for each in found
    ]  # fmt: skip
    return csv_file(f"nota-{bill.month}-verschillen.csv", head, rows)
