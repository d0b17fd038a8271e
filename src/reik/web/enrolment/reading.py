"""What the pages of enrolment, delivery and instruction share: whom they are about, and where her care path stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.pathway import moving, readiness
from reik.pathway.enrolment.enrolling import EnrolmentRefused
from reik.pathway.enrolment.installing import InstallationRefused
from reik.pathway.enrolment.instructing import InstructionRefused
from reik.pathway.enrolment.ordering import OrderRefused
from reik.pathway.evidence import Shown
from reik.pathway.path import NEXT, Event, PathRefused, State
from reik.pathway.path import missing as missing_of
from reik.pathway.queries import PathSeen, path_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.enrolment.words import done_words, refusal_words
from reik.web.pathway.words import kind_words
from reik.web.rooms import actor_of
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

Refused = (
    EnrolmentRefused, OrderRefused, InstallationRefused, InstructionRefused, PathRefused,
)  # fmt: skip
LONGEST = 1000
DONE_AT = {
    "room": "kamers",
    "coverage": "bereik",
    "power": "stroom",
    "fallback": "uitval",
    "access": "toegang",
}
"""In the home one goes on where one was: the section that says what was done there."""


class Typed(ValueError):
    """What was typed cannot be read; `code` names the field."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The client, her open path, what holds of it now, and who looks."""

    request: ActingRequest
    actor: Actor
    card: ClientCard
    path: PathSeen
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.card.zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def said(self, name: str) -> str:
        """A typed text, without what PostgreSQL cannot keep."""
        return self.request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]

    def day(self, name: str) -> date | None:
        """A typed day; None for an empty field. Raises Typed."""
        try:
            return date.fromisoformat(self.said(name)) if self.said(name) else None
        except ValueError:
            raise Typed(name) from None


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that a step asks, and whether it is there."""

    kind: str
    word: str
    shown: Shown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One of the three pages: its name in addresses, its template, what it shows, and what can be done on it."""

    name: str
    template: str
    kinds: Sequence[str]
    values: Callable[[Around, Mapping[str, Shown]], Mapping[str, object]]
    acts: Mapping[str, Callable[[Around], str]] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Acts that not every role of the team does."""


def answer(request: ActingRequest, client_id: UUID, page: Page) -> HttpResponse:
    """Show the page, or do what was asked on it: a refusal shows the page again with everything that was typed."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    path = path_of(card.id)
    if path is None:
        viewed(request, f"clienten/{card.id}/{page.name}", {card.organisation_id: [card.id]}, now)
        return render(request, "enrolment/none.html", {"card": card})
    around = Around(request=request, actor=actor, card=card, path=path, now=now)
    if request.method != "POST":
        return _show(around, page)
    act = request.POST.get("act", "")
    allowed = page.only.get(act, ("nurse", "caregiver", "team_manager"))
    if act not in page.acts or actor.role not in allowed:
        return _refused(around, page, "role", ())
    try:
        done = page.acts[act](around)
    except Typed as typed:
        return _refused(around, page, typed.code, ())
    except PathRefused as refused:
        return _refused(around, page, refused.code, refused.missing)
    except Refused as refused:
        return _refused(around, page, refused.code, ())
    acted(
        request, Act.CHANGE, "care_path", [path.id, card.id], now, organisation_id=card.organisation_id,
        detail=f"{page.name} {done}",
    )  # fmt: skip
    return HttpResponseRedirect(f"/clienten/{card.id}/{page.name}?klaar={done}#{DONE_AT.get(done, 'klaar')}")


def _refused(around: Around, page: Page, code: str, missing: Sequence[str]) -> HttpResponse:
    acted(
        around.request, Act.REFUSED, "care_path", [around.path.id, around.card.id], around.now,
        organisation_id=around.card.organisation_id, detail=f"{page.name} {code}", outcome="refused",
    )  # fmt: skip
    return _show(around, page, error=refusal_words(code), missing=missing, status=422)


def _show(
    around: Around, page: Page, *, error: str = "", missing: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    request, card = around.request, around.card
    viewed(request, f"clienten/{card.id}/{page.name}", {card.organisation_id: [card.id]}, around.now)
    shown = readiness.shown_for([around.path], around.now)[around.path.id]
    context = {
        "card": card, "path": around.path, "error": error, "missing": [kind_words(each) for each in missing],
        "typed": request.POST, "address": f"/clienten/{card.id}/{page.name}", "now": around.now, "page": page.name,
        "done_at": DONE_AT.get(request.GET.get("klaar", ""), ""),
        "today": around.today, "done": done_words(request.GET.get("klaar", "")), "me": around.actor.name,
        "marks": [Mark(each, kind_words(each), shown.get(each)) for each in page.kinds], "shown": shown,
        "is_nurse": around.actor.role in ("nurse", "team_manager"), "whole": _whole(around, shown),
        **page.values(around, shown),
    }  # fmt: skip
    response = render(request, page.template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _whole(around: Around, shown: Mapping[str, Shown]) -> bool:
    """Whether nothing of this step is missing: only then the way on is the button that stands out."""
    following = NEXT.get(State(around.path.state))
    return following is not None and not missing_of(following, around.path.setting, shown)


def moves(*events: Event) -> Callable[[Around], str]:
    """An act that moves the path by the event of the form, when it is one of these."""

    def move(around: Around) -> str:
        said = around.said("event")
        if said not in {str(each) for each in events}:
            raise Typed("event")
        version = around.said("version")
        moving.move(
            around.path.id, Event(said), by=around.actor.name, role=around.actor.role, now=around.now,
            version=int(version) if version.isdecimal() else None,
        )  # fmt: skip
        return said

    return move
