"""`/naaste/afwezig`: an informal carer says that her client is away. The nurse looks before anything stops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.alerting import queries as alerting
from reik.alerting import telling as alert_telling
from reik.dispensing.away import seen as away_seen
from reik.dispensing.away import telling
from reik.dispensing.away.keeping import NewAbsence
from reik.dispensing.away.path import AwayRefused
from reik.dispensing.by_hand.path import GivingRefused
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.people.queries import CarerCard, ClientCard, cards, carers_of
from reik.tasks.queries import TaskSeen
from reik.web.acting import ActingRequest
from reik.web.away.hand import instant_in
from reik.web.away.words import reason_words, reasons, refused_words, state_words
from reik.web.carer.names import called, dialled
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

AWAY = "away"


def new_absence(card: ClientCard, post: Mapping[str, str], now: datetime) -> NewAbsence:
    """What was typed. Raises AwayRefused for a time that is none."""
    zone = ZoneInfo(card.zone)
    starts = post.get("starts_at", "").strip()
    return NewAbsence(
        client_id=card.id, reason=post.get("reason", ""), starts_at=instant_in(starts, zone) if starts else now,
        expected_end=instant_in(post.get("until", ""), zone), said_by=post.get("said_by", "")[:120],
        resumes=post.get("resumes", "")[:120], resumes_phone=post.get("resumes_phone", "")[:40],
    )  # fmt: skip


def told_before(told: TaskSeen | None, zone: ZoneInfo) -> Mapping[str, str]:
    """What an informal carer told, as the fields of the nurse's form."""
    if told is None:
        return {}
    said = {name: str(told.detail.get(name) or "") for name in ("reason", "resumes", "starts", "until")}
    return {
        "reason": said["reason"], "resumes": said["resumes"], "said_by": told.opened_by,
        "resumes_phone": str(told.detail.get("phone") or ""), "starts_at": _typed(said["starts"], zone),
        "until": _typed(said["until"], zone),
    }  # fmt: skip


def _typed(instant: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%dT%H:%M") if instant else ""


@room_for("informal_carer")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def told_by_carer(request: ActingRequest) -> HttpResponse:
    """`?wie=`: who is away from when until when; the team sees who said so, and until it has looked nothing changes."""
    now, actor = clock.now(), actor_of(request)
    mine = cards(actor)
    wanted = request.GET.get("wie", "")
    card = next((each for id, each in mine.items() if not wanted or str(id) == wanted), None)
    if card is None:
        raise Http404
    if request.method != "POST":
        viewed(request, f"absence of {card.id}", {card.organisation_id: [card.id]}, now)
        return _page(request, card, now)
    try:
        _tell(card, {**request.POST.dict(), "said_by": actor.name}, actor.name, now)
    except (AwayRefused, GivingRefused) as refusal:
        return _page(request, card, now, error=refused_words(str(refusal)))
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail="absence told by carer",
    )  # fmt: skip
    return HttpResponseRedirect(f"{request.path}?wie={card.id}")


def _tell(card: ClientCard, typed: Mapping[str, str], by: str, now: datetime) -> None:
    new = new_absence(card, typed, now)
    telling.tell(new, by=by, now=now)
    if new.starts_at > now:
        return
    for each in alerting.open_alerts([card.id]):  # whoever has it, or is called about it, reads it there
        alert_telling.tell(alert_id=each.id, by=by, outcome=AWAY, now=now)


def _page(request: ActingRequest, card: ClientCard, now: datetime, *, error: str = "") -> HttpResponse:
    zone, actor = ZoneInfo(card.zone), actor_of(request)
    one, told = away_seen.open_absences([card.id]).get(card.id), telling.told_of(card.id)
    me = next((each for each in carers_of([card.id]).get(card.id, []) if _is(each, actor.account_id)), None)
    page = {
        "card": card, "one": one, "told": None if one else told, "error": error, "typed": request.POST,
        "reasons": reasons(), "me": actor.name, "my_phone": me.phone if me else "", "by_carer": True,
        "local_now": now.astimezone(zone).strftime("%Y-%m-%dT%H:%M"), "address": request.get_full_path(),
        "reason": reason_words(one.reason) if one else "", "state": state_words(one.state) if one else "",
        "told_reason": reason_words(str(told.detail.get("reason", ""))) if told else "",
        "called": called(card), "others": [], "phone": dialled(card.phone), "tab": "",
    }  # fmt: skip
    with timezone.override(zone):
        return render(request, "away/carer.html", page, status=422 if error else 200)


def _is(carer: CarerCard, account_id: object) -> bool:
    return carer.account_id == account_id
