"""Rolls of one client: registered from the plan or counted by hand, compared, delivered, loaded, returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reik.dispensing.rolls.abilities import abilities_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication import operations
from reik.medication import queries as medication
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.life_seen import ArrangementSeen, roll_seen
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work import roll_form, roll_life, tasks
from reik.web.work.path import ROLL, path_of
from reik.web.work.roll_fit import MAY_SET
from reik.web.work.roll_form import RollForm
from reik.web.work.shown import RollRow, roll_row, sachet_days
from reik.web.work.whose import EVERYONE, client_of, is_pharmacy
from reik.web.work.words import finding_words, refusal_words


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
def rolls(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen`: all of them, and the form for the next."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    known = list(medication.rolls_of(client_id))
    if request.method != "POST":
        viewed(request, f"rolls {client_id}", {card.organisation_id: [client_id]}, now)
        return _list(request, card, known, roll_form.begin(card, known, now, demo=is_demo()), now)
    form = roll_form.read(request.POST, card)
    if not form.errors:
        try:
            with transaction.atomic():
                roll_id = roll_form.register(form, card, actor, now)
        except RollRefused as refused:
            form.refusals = [refusal_words(each) for each in refused.refusals]
            form.ask_gap = any(each.code == "gap" for each in refused.refusals)
            _log(request, Act.REFUSED, card, [client_id], now, "register roll")
        else:
            _log(request, Act.CREATE, card, [roll_id, client_id], now, "registered")
            return HttpResponseRedirect(f"/clienten/{client_id}/rollen/{roll_id}")
    return _list(request, card, known, form, now)


def _log(
    request: ActingRequest, act: Act, card: ClientCard, ids: Sequence[UUID], now: datetime, detail: str
) -> None:  # fmt: skip
    acted(
        request, act, "roll", ids, now, organisation_id=card.organisation_id, detail=detail,
        outcome="refused" if act is Act.REFUSED else "ok",
    )  # fmt: skip


def _list(
    request: ActingRequest,
    card: ClientCard,
    known: Sequence[Any],
    form: RollForm,
    now: datetime,
    refusals: Sequence[str] = (),
    arranged: ArrangementSeen | None = None,
) -> HttpResponse:
    path = path_of(card, ROLL, now)
    wrong = bool(form.errors or form.refusals or refusals)
    life = roll_life.of_client(card, now, said=arranged)
    rows = [roll_row(each, life.left.get(each.id, "")) for each in known]
    values = {
        "card": card, "path": path, "form": form, "v": form.values, "e": form.errors, "rolls": rows,
        "refusals": refusals, "life": life,
        "open": (wrong and not refusals)
        or not any(each.state in ("registered", "delivered", "loaded") for each in rows),
        "planned": path.confirmed is not None or bool(medication.agreements_of([card.id])),
    }  # fmt: skip
    return render(request, "work/rolls.html", values, status=422 if wrong else 200)


def list_again(
    request: ActingRequest, card: ClientCard, refusals: Sequence[str], arranged: ArrangementSeen | None = None
) -> HttpResponse:
    """The page with what was refused, and with what was typed."""
    now = clock.now()
    known = list(medication.rolls_of(card.id))
    _log(request, Act.REFUSED, card, [card.id], now, "arrange rolls")
    return _list(
        request, card, known, roll_form.begin(card, known, now, demo=is_demo()), now, refusals, arranged
    )


@require_safe
@room_for(*EVERYONE)
def roll(request: ActingRequest, client_id: UUID, roll_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen/<uuid>`: every sachet, and the comparison with the plan."""
    now = clock.now()
    card, found = _of(request, client_id, roll_id)
    viewed(request, f"roll {roll_id}", {card.organisation_id: [client_id]}, now)
    return _page(request, card, found, now)


def _of(request: ActingRequest, client_id: UUID, roll_id: UUID) -> tuple[ClientCard, RollRow]:
    card = client_of(actor_of(request), client_id)
    found = medication.rolls_of(client_id).filter(id=roll_id).first()
    if found is None:
        raise Http404
    return card, roll_row(found)


def _page(
    request: ActingRequest, card: ClientCard, row: RollRow, now: datetime, refusals: Sequence[str] = ()
) -> HttpResponse:
    findings = [
        each for each in medication.open_findings(card.organisation_id, [card.id]) if each.roll_id == row.id
    ]
    differing = {moment for each in findings if (moment := _moment(each.key)) is not None}
    first, last, count = (request.POST.get(each, "") for each in ("first", "last", "count"))
    days = sachet_days(list(medication.sachets_of(row.id)), differing)
    values = {
        "card": card, "roll": row, "path": path_of(card, ROLL, now), "refusals": refusals,
        "days": days, "barcodes": any(each.barcode for _day, group in days for each in group),
        "findings": [finding_words(each.kind, each.key, each.sentence, of_roll=True) for each in findings],
        "may_accept": is_pharmacy(actor_of(request)), "because": request.POST.get("because", ""),
        "first": first or row.first, "last": last or row.last, "count": count or row.count,
        "may_go": row.ends_at > now, "typed": request.POST,
        **_life(request, card, row, now), "may_set_fit": actor_of(request).role in MAY_SET,
        "tasks": tasks.about(row.id, card, actor_of(request), now),
    }  # fmt: skip
    return render(request, "work/roll.html", values, status=422 if refusals else 200)


def _life(request: ActingRequest, card: ClientCard, row: RollRow, now: datetime) -> dict[str, object]:
    seen = roll_seen(row.id, now, abilities_of([card.id]))
    assert seen is not None
    return roll_life.life_of(seen, card, actor_of(request))


def _moment(key: str) -> tuple[date, time] | None:
    """The day and time that a difference is about: the one on the roll where that is another."""
    try:
        _kind, day, at, other = key.split(" ")[:4]
        clocked = other or at
        return date(int(day[:4]), int(day[4:6]), int(day[6:8])), time(int(clocked[:2]), int(clocked[2:4]))
    except ValueError:
        return None


@require_POST
@room_for(*EVERYONE)
def act(request: ActingRequest, client_id: UUID, roll_id: UUID, act: str) -> HttpResponse:
    """bezorgen, laden, stap (any other of its chain), terug or akkoord (by the pharmacy)."""
    now = clock.now()
    card, row = _of(request, client_id, roll_id)
    acts: dict[str, Callable[[], None]] = {
        "bezorgen": lambda: roll_life.take(request, card, roll_id, row.number, "delivered", now),
        "stap": lambda: roll_life.take(request, card, roll_id, row.number, request.POST.get("step", ""), now),
        "laden": lambda: _load(request, card, row, now),
        "terug": lambda: operations.return_roll(roll_id, actor_of(request).name, _because(request), now),
        "akkoord": lambda: _accept(request, roll_id, now),
    }
    if act not in acts:
        raise Http404
    if act in ("terug", "akkoord") and not _because(request):
        return _page(request, card, row, now, [_("Schrijf op waarom.")])
    try:
        with transaction.atomic():
            acts[act]()
    except RollRefused as refused:
        _log(request, Act.REFUSED, card, [roll_id, client_id], now, act)
        return _page(request, card, row, now, [refusal_words(each) for each in refused.refusals])
    _log(request, Act.CHANGE, card, [roll_id, client_id], now, act)
    further = act == "bezorgen" and path_of(card, ROLL, now).dispenser is None
    return HttpResponseRedirect(f"/clienten/{client_id}/" + ("dispenser" if further else f"rollen/{roll_id}"))


def _because(request: ActingRequest) -> str:
    return request.POST.get("because", "").strip()[:1000]


def _accept(request: ActingRequest, roll_id: UUID, now: datetime) -> None:
    actor = actor_of(request)
    if not is_pharmacy(actor):
        raise Http404
    operations.accept_differences(roll_id, actor.name, _because(request), now)


def _load(request: ActingRequest, card: ClientCard, row: RollRow, now: datetime) -> None:
    """Who, first and last sachet, and how many (R18). What is no number is no count: medication refuses it."""
    first, last, count = (_whole(request.POST.get(name, "")) for name in ("first", "last", "count"))
    operations.load_roll(
        organisation_id=card.organisation_id, client_id=card.id, number=row.number, first=first, last=last,
        count=count, by=actor_of(request).name, role=actor_of(request).role, now=now,
        device=abilities_of([card.id]).get(card.id),
    )  # fmt: skip


def _whole(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 5 else -1
