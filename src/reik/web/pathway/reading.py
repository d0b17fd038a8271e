"""Who looks at a care path, what was typed, and how a refusal is answered; shared by its pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.pathway.path import PathRefused
from reik.pathway.queries import PathSeen, last_path_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.pathway.words import refused_words
from reik.web.rooms import actor_of
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The client, her path (open, or the one that ended last), and who looks."""

    request: ActingRequest
    actor: Actor
    card: ClientCard
    path: PathSeen | None
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.card.zone)

    def said(self, name: str) -> str:
        """A typed text, without what PostgreSQL cannot keep."""
        return self.request.POST.get(name, "").replace("\x00", "").strip()[:LONGEST]

    def day(self, name: str) -> date:
        """A typed day. Raises PathRefused with the code `make_good_by`."""
        try:
            return date.fromisoformat(self.said(name))
        except ValueError:
            raise PathRefused("make_good_by", "Choose a day.") from None

    def end_of(self, day: date) -> datetime:
        """The end of the working day, in the client's zone."""
        return datetime.combine(day, time(17), self.zone)

    def the_path(self) -> PathSeen:
        """Raises PathRefused where there is none."""
        if self.path is None:
            raise PathRefused("none", "This client has no care path yet: begin one.")
        return self.path

    def version(self) -> int | None:
        """Of the path that the person looked at."""
        text = self.said("version")
        return int(text) if text.isascii() and text.isdigit() else None


def around(request: ActingRequest, client_id: UUID) -> Around:
    """Raises Http404 for a client whom this person may not see."""
    actor = actor_of(request)
    card = client_of(actor, client_id)
    return Around(request=request, actor=actor, card=card, path=last_path_of(card.id), now=clock.now())


def attempted(
    one: Around, act: Callable[[], object], named: str, page: Callable[..., HttpResponse], goes_to: str
) -> HttpResponse:
    """Do it and go on, or show the page again with what was typed and why not; logged either way."""
    try:
        act()
    except PathRefused as refusal:
        done(one, f"{named} {refusal.code}", refused=True)
        return page(one, error=refused_words(refusal.code, refusal.missing), status=422)
    done(one, named)
    return HttpResponseRedirect(goes_to)


def looked(one: Around, page: str) -> None:
    viewed(one.request, f"{page} {one.card.id}", {one.card.organisation_id: [one.card.id]}, one.now)


def done(one: Around, detail: str, *, refused: bool = False) -> None:
    """Log an act on her path, a refusal too."""
    acted(
        one.request, Act.REFUSED if refused else Act.CHANGE, "client", [one.card.id], one.now,
        organisation_id=one.card.organisation_id, detail=detail[:60], outcome="refused" if refused else "ok",
    )  # fmt: skip
