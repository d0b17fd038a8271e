"""Reading a schedule back: as sentences, as a week, and beside what was before (R15, R23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reik.kernel import clock, queries
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.medication import operations
from reik.medication.times import written
from reik.medication.times.schedule import Mismatch, ScheduleRefused, TimeLine
from reik.medication.times.written import Written
from reik.people.colleagues import Colleague, who_may_read_back
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.frame import is_demo
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.flaws import schedule_flaw
from reik.web.work.path import READ_BACK, path_of
from reik.web.work.shown import week_of
from reik.web.work.whose import EVERYONE, client_of
from reik.web.work.words import (
    days_of_finding,
    days_words,
    finding_words,
    latest_words,
    line_consequence,
    line_sentence,
    sachets_words,
)

AHEAD = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One difference with the schedule before: `kind` is new, gone or other."""

    kind: str
    text: str


@require_safe
@room_for(*EVERYONE)
def read_back(request: ActingRequest, schedule_id: UUID) -> HttpResponse:
    """`/werklijst/schema/<uuid>`"""
    now = clock.now()
    card, draft = _of(actor_of(request), schedule_id)
    viewed(request, f"schedule {schedule_id}", {card.organisation_id: [card.id]}, now)
    return _page(request, card, draft, now)


def _of(actor: Actor, schedule_id: UUID) -> tuple[ClientCard, Written]:
    found = written.schedule(schedule_id)
    if found is None:
        raise Http404
    return client_of(actor, found.client_id), found


def _page(
    request: ActingRequest, card: ClientCard, draft: Written, now: datetime, *, error: str = "", because: str = ""
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    before = written.confirmed_before(card.id, draft.version)
    newest = written.newest([card.id])[card.id]
    readers = [each for each in who_may_read_back(card.id, now) if is_other(each.name, draft.written_by)]
    differing = written.differs_from_agreements(card.id, draft.lines, now, AHEAD)
    values = {
        "card": card, "draft": draft, "path": path_of(card, READ_BACK, now), "error": error, "because": because,
        "sentences": [(line_sentence(line), line_consequence(line)) for line in draft.lines],
        "week": week_of(draft.lines, card.id, now, ZoneInfo(card.zone), draft.starts_on), "before": before,
        "no_latest": any(line.late_min is None for line in draft.lines),
        "changes": changes(before.lines, draft.lines) if before else None,
        "mismatches": None if differing is None else [_mismatch(each) for each in differing],
        "own": not is_other(actor.name, draft.written_by), "replaced": newest.id != draft.id, "newest": newest,
        "readers": readers, "personas": _personas(readers, actor) if is_demo() else [],
    }  # fmt: skip
    return render(request, "work/read_back.html", values, status=422 if error else 200)


def is_other(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() != " ".join(other.split()).casefold()


def _personas(readers: Sequence[Colleague], actor: Actor) -> list[Colleague]:
    """Whom a visitor of the demo can be to read back: a colleague, or the pharmacist."""
    known = {each.account_id for each in queries.personas()}
    found = [each for each in readers if each.account_id in known and each.account_id != actor.account_id]
    kinds = [
        [each for each in found if (each.role == "pharmacist") is pharmacy] for pharmacy in (False, True)
    ]
    return [each for kind in kinds for each in kind[:1]]


def _mismatch(each: Mismatch) -> tuple[str, str]:
    return (
        finding_words(each.kind, each.key, each.sentence, of_roll=False),
        days_of_finding(each.days[0], len(each.days)),
    )


def changes(before: Sequence[TimeLine], after: Sequence[TimeLine]) -> list[Changed]:
    """What is new, gone or otherwise than in the schedule before, time by time; unchanged times are left out."""
    old, new = _by_time(before), _by_time(after)
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, is_now = old.get(key, []), new.get(key, [])
        if sorted(map(_said, was)) == sorted(map(_said, is_now)):
            continue
        if not was:
            found.append(Changed(kind="new", text="; ".join(map(_said, is_now))))
        elif not is_now:
            found.append(Changed(kind="gone", text="; ".join(map(_said, was))))
        else:
            text = _("was: %(was)s. Wordt: %(is_now)s.") % {
                "was": "; ".join(map(_said, was)), "is_now": "; ".join(map(_said, is_now)),
            }  # fmt: skip
            found.append(Changed(kind="other", text=text))
    return found


def _by_time(lines: Sequence[TimeLine]) -> dict[str, list[TimeLine]]:
    found: dict[str, list[TimeLine]] = {}
    for line in lines:
        found.setdefault(f"{line.at:%H:%M:%S}", []).append(line)
    return found


def _said(line: TimeLine) -> str:
    said = _("%(at)s, %(days)s, %(sachets)s, venster %(window)s min, %(latest)s") % {
        "at": f"{line.at:%H:%M}", "days": days_words(line.weekdays), "sachets": sachets_words(line.sachets),
        "window": line.window_min, "latest": latest_words(line),
    }  # fmt: skip
    return said + (", " + _("tijdkritisch") if line.criticality == 0 else "")


@require_POST
@room_for(*EVERYONE)
def confirm(request: ActingRequest, schedule_id: UUID) -> HttpResponse:
    """It is right: from now on it plans. On to the roll."""
    actor, now = actor_of(request), clock.now()
    card, draft = _of(actor, schedule_id)
    if written.newest([card.id])[card.id].id != draft.id:
        return _page(request, card, draft, now, error=_("Er is een nieuwer concept: lees dat terug."))
    try:
        operations.confirm_schedule(schedule_id, actor.name, now)
    except ScheduleRefused as refused:
        return _refused(request, card, draft, now, refused, "confirm")
    acted(
        request, Act.CHANGE, "schedule", [schedule_id, card.id], now, organisation_id=card.organisation_id,
        detail="read back",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/rollen")


@require_POST
@room_for(*EVERYONE)
def send_back(request: ActingRequest, schedule_id: UUID) -> HttpResponse:
    """It is not right: back to its writer, with the reason."""
    actor, now = actor_of(request), clock.now()
    card, draft = _of(actor, schedule_id)
    because = request.POST.get("because", "").strip()[:1000]
    try:
        operations.send_back_schedule(schedule_id, actor.name, because, now)
    except ScheduleRefused as refused:
        return _refused(request, card, draft, now, refused, "send back", because)
    acted(
        request, Act.CHANGE, "schedule", [schedule_id, card.id], now, organisation_id=card.organisation_id,
        detail="sent back",
    )  # fmt: skip
    return HttpResponseRedirect("/werklijst")


def _refused(
    request: ActingRequest, card: ClientCard, draft: Written, now: datetime, refused: ScheduleRefused, what: str,
    because: str = "",
) -> HttpResponse:  # fmt: skip
    acted(
        request, Act.REFUSED, "schedule", [draft.id, card.id], now, organisation_id=card.organisation_id, detail=what,
        outcome="refused",
    )  # fmt: skip
    return _page(request, card, draft, now, error=schedule_flaw(str(refused)), because=because)
