"""Writing down what was given outside the roll, with one hand on a phone (R5, R31, R82)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication.outside.keeping import correct_given, record_given
from reik.medication.outside.lines import AHEAD_AT_MOST, IN_ERROR, Giving, OutsideRefused
from reik.medication.outside.seen import GivenSeen, LooseLineSeen, loose_of
from reik.medication.times.schedule import instant_of, local_day
from reik.people.colleagues import Colleague, who_may_read_back
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.outside.lines import GIVES, address_of
from reik.web.outside.words import reasons, refusal_words, when_words, who_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

DAY = timedelta(days=1)


@room_for(*GIVES)
@require_http_methods(["GET", "POST"])
@never_cache
def give(request: ActingRequest, client_id: UUID, line: UUID) -> HttpResponse:
    """`/clienten/<id>/buiten-de-rol/<line>/geven?dag=&tijd=&herstel=`; without a time: as needed."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    zone = ZoneInfo(card.zone)
    day = _day(request.GET.get("dag", ""), local_day(now, zone))
    seen = next(
        (each for each in loose_of([client_id], day, now).get(client_id, []) if each.version.line == line),
        None,
    )
    if seen is None:
        raise Http404
    wrong = next((each for each in seen.given if str(each.given.id) == request.GET.get("herstel")), None)
    people = [each for each in who_may_read_back(client_id, now) if each.role != "pharmacist"]
    if request.method != "POST":
        viewed(request, f"outside giving {client_id}", {card.organisation_id: [client_id]}, now)
        return _form(request, card, seen, wrong, people, now)
    said, flaw = _said(request, seen, wrong, day, actor, people, now, zone)
    if said is None:
        return _form(request, card, seen, wrong, people, now, error=flaw)
    try:
        made = correct_given(wrong.given.id, said, by=actor.name, now=now) if wrong else record_given(
            said, by=actor.name, now=now
        )  # fmt: skip
    except OutsideRefused as refused:
        return _form(request, card, seen, wrong, people, now, error=refusal_words(refused, zone, now))
    acted(request, Act.CREATE, "outside given", [made, client_id], now, organisation_id=card.organisation_id,
          detail="put right" if wrong else "given")  # fmt: skip
    return HttpResponseRedirect(address_of(client_id))


def _day(said: str, today: date) -> date:
    try:
        return date.fromisoformat(said) if said else today
    except ValueError:
        return today


def _at(request: ActingRequest) -> time | None:
    said = request.GET.get("tijd", "")
    try:
        return time.fromisoformat(said) if said else None
    except ValueError:
        return None


def _said(
    request: ActingRequest, seen: LooseLineSeen, wrong: GivenSeen | None, day: date, actor: Actor,
    people: Sequence[Colleague], now: datetime, zone: ZoneInfo,
) -> tuple[Giving | None, str]:  # fmt: skip
    """What the form says, or why it cannot be read."""
    post = request.POST
    meant = _meant(seen, wrong, _at(request), now)
    given_at, stock = (
        _given_at(post.get("given_at", ""), meant, day, now, zone),
        post.get("stock", "").strip(),
    )
    if given_at is None:
        return None, _("Een tijd is uren en minuten: 08:00.")
    if stock and not (stock.isascii() and stock.isdigit() and len(stock) <= 5):
        return None, _("De voorraad is een heel getal, of leeg.")
    second = next((each for each in people if str(each.account_id) == post.get("second")), None)
    by_self = post.get("by", "me") == "me"
    not_given = IN_ERROR if post.get("act") == "error" else post.get("not_given", "")
    return Giving(
        line=seen.version.line, day=wrong.given.said.day if wrong else day,
        at=wrong.given.said.at if wrong else _at(request), amount=post.get("amount", "").strip()[:200],
        given_at=given_at, given_name=actor.name if by_self else post.get("by_name", "").strip()[:200],
        given_by=actor.account_id if by_self else None,
        second_name=second.name if second else post.get("second_name", "").strip()[:200],
        second_by=second.account_id if second else None, not_given=not_given if post.get("act") != "given" else "",
        because=post.get("because", "").strip()[:500], remark=post.get("remark", "").strip()[:500],
        stock=int(stock) if stock else None,
    ), ""  # fmt: skip


def _given_at(said: str, meant: datetime, day: date, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The local time that was typed, on the day on which it lies nearest to what is meant, and not in the future.

    Drops of 23:50 that were given at 00:10 were given on the next day. Empty, or this very minute, is now.
    """
    if not said.strip():
        return now
    try:
        at = datetime.strptime(said.strip().replace(".", ":"), "%H:%M").time()  # noqa: DTZ007 - a wall clock
    except ValueError:
        return None
    found = [instant_of(day + number * DAY, at, zone) for number in (-1, 0, 1)]
    passed = [each for each in found if each <= now + AHEAD_AT_MOST] or found[:1]
    nearest = min(passed, key=lambda each: abs(each - meant))
    return now if timedelta() <= now - nearest < timedelta(minutes=1) else nearest


def _meant(seen: LooseLineSeen, wrong: GivenSeen | None, at: time | None, now: datetime) -> datetime:
    """The instant about which somebody writes: what she puts right, the planned time, or now."""
    if wrong is not None:
        return wrong.given.said.given_at
    return next((each.dose.due_at for each in seen.times if each.dose.at == at), now)


def _form(
    request: ActingRequest, card: ClientCard, seen: LooseLineSeen, wrong: GivenSeen | None,
    people: Sequence[Colleague], now: datetime, *, error: str = "",
) -> HttpResponse:  # fmt: skip
    actor, zone, says = actor_of(request), ZoneInfo(card.zone), seen.version.says
    post, before = request.POST, wrong.given.said if wrong else None
    page = {
        "card": card, "seen": seen, "says": says, "when": when_words(says), "at": _at(request), "wrong": wrong,
        "who": who_words(says.responsible, says.responsible_name), "reasons": reasons(), "error": error,
        "people": [each for each in people if each.account_id != actor.account_id], "back": address_of(card.id),
        "typed": {
            "amount": post.get("amount", before.amount if before else says.amount),
            "given_at": post.get("given_at", f"{(before.given_at if before else now).astimezone(zone):%H:%M}"),
            **{
                name: post.get(name, "")
                for name in ("because", "remark", "stock", "second", "second_name", "by", "by_name", "not_given")
            },
        },
        "address": request.get_full_path(), "me": actor.name,
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "outside/give.html", page, status=422 if error else 200)
