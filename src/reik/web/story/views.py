"""`/verhaal` and `/story`: one dose from signal to end, with four screens side by side. No log-in; a demo only.

Every pane is rendered, and every button acts, as a persona of the demo and under her own rights.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from uuid import UUID

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from reik.alerting import operations, queries
from reik.alerting.operations import AlertRefused
from reik.alerting.queries import AlertSeen
from reik.interop.simulator.port import ACTS, SimulatorAway
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.queries import account_named
from reik.kernel.tenancy import Actor, acting_for
from reik.medication.rolls.check import RollRefused
from reik.medication.times.schedule import ScheduleRefused
from reik.web.carer.acts import do as do_as_carer
from reik.web.dispenser.looking import act_on, away
from reik.web.entrance.views import BACKEND
from reik.web.frame import is_demo, rooms_of
from reik.web.rooms import who
from reik.web.seen import acted
from reik.web.story import people
from reik.web.story.beginning import begin
from reik.web.story.panes import parts_of
from reik.web.story.people import Cast, NotFurnished, as_persona, gather

ROOTS = {"nl": "/verhaal", "en": "/story"}
OPENS = {
    "dispenser": (people.DAUGHTER, f"/dispenser/{people.DEVICE}"), "centrale": (people.OPERATOR, ""),
    "dochter": (people.DAUGHTER, ""), "team": (people.NURSE, ""),
}  # fmt: skip
"""Whose screen each pane opens, and where it is; empty: the persona's first room."""

View = Callable[..., HttpResponse]


def of_story(view: View) -> View:
    """Only in a demo; in the language of the address, whatever the visitor chose elsewhere."""

    @functools.wraps(view)
    @never_cache
    def told(request: HttpRequest, language: str, **named: object) -> HttpResponse:
        if not is_demo():
            raise Http404
        with translation.override(language):
            answer = view(request, language, **named)
        answer.headers["Content-Language"] = language
        return answer

    return told


@require_safe
@of_story
def page(request: HttpRequest, language: str) -> HttpResponse:
    """The whole page."""
    return _page(request, language)


@require_safe
@of_story
def changes(request: HttpRequest, language: str) -> HttpResponse:
    """The parts that look otherwise than the visitor's page has them; 204 when none does."""
    cast = _cast()
    if cast is None:
        return HttpResponse(status=204)
    return _changes(request, language, cast)


@require_POST
@of_story
def start(request: HttpRequest, language: str) -> HttpResponse:
    """Begin, or join what is under way."""
    said = ""
    cast = _cast()
    if cast is None:
        return _page(request, language)
    try:
        begin(cast, clock.now(), again="opnieuw" in request.POST)
    except SimulatorAway:
        said = away()
    except (ScheduleRefused, RollRefused):
        said = _("Het begin lukte niet. Wacht een minuut en probeer het opnieuw.")
    return _after(request, language, cast, said)


@require_POST
@of_story
def at_dispenser(request: HttpRequest, language: str, act: str) -> HttpResponse:
    """A hand at the client's dispenser; it stands in the log as her daughter's, whose page this could be."""
    cast = _cast()
    if cast is None or act not in ACTS:
        raise Http404
    said = act_on(people.DEVICE, act)
    with acting_for(cast.daughter):
        acted(
            as_persona(cast.daughter), Act.CHANGE, "dispenser", [cast.dispenser.id], clock.now(),
            organisation_id=cast.card.organisation_id, detail=f"demo {act}", outcome="refused" if said else "ok",
        )  # fmt: skip
    return _after(request, language, cast, said)


@require_POST
@of_story
def as_carer(request: HttpRequest, language: str, alert_id: UUID, what: str) -> HttpResponse:
    """The daughter's buttons, as on her own page."""
    words = {
        "regelen": "accepted", "teruggeven": "released", "afgelopen": "handled", "ongedaan": "undone",
        "niet-bellen": "no call",
    }  # fmt: skip
    cast = _cast()
    if cast is None or what not in words:
        raise Http404
    outcome = request.POST.get("uitkomst", "")

    def does(actor: Actor, alert: AlertSeen) -> None:
        do_as_carer(actor, alert, words[what], outcome, clock.now())

    return _after(request, language, cast, _as(cast, cast.daughter, alert_id, words[what], does))


@require_POST
@of_story
def as_operator(request: HttpRequest, language: str, alert_id: UUID, what: str) -> HttpResponse:
    """The operator phones (and has the alert from then on), or reaches nobody and passes it on."""
    cast = _cast()
    if cast is None or what not in ("bel", "niet-bereikt"):
        raise Http404

    def does(actor: Actor, alert: AlertSeen) -> None:
        if what == "bel":
            operations.accept_alert(alert_id=alert.id, by=who(actor), now=clock.now())
        else:
            operations.handle_alert(
                alert_id=alert.id,
                by=who(actor),
                outcome="not_reached",
                cause="demo",
                remote=True,
                now=clock.now(),
            )

    return _after(request, language, cast, _as(cast, cast.operator, alert_id, what, does))


@require_POST
@of_story
def as_team(request: HttpRequest, language: str, alert_id: UUID, what: str) -> HttpResponse:
    """The nurse goes there, or stood there and saw that it is out."""
    cast = _cast()
    if cast is None or what not in ("gaan", "eruit"):
        raise Http404

    def does(actor: Actor, alert: AlertSeen) -> None:
        if what == "gaan":
            operations.accept_alert(alert_id=alert.id, by=who(actor), now=clock.now(), role="team")
        else:
            operations.handle_alert(
                alert_id=alert.id, by=who(actor), outcome="out_at_visit", cause="demo", remote=False,
                role="team", now=clock.now(),
            )  # fmt: skip

    return _after(request, language, cast, _as(cast, cast.nurse, alert_id, what, does))


@require_POST
@of_story
def open_screen(request: HttpRequest, language: str, pane: str) -> HttpResponse:
    """Be this pane's persona and go to her real screen."""
    del language
    username, address = OPENS.get(pane, ("", ""))
    account = account_named(username) if username else None
    if account is None:
        raise Http404
    login(request, account, backend=BACKEND)
    rooms = rooms_of(account.role)
    return HttpResponseRedirect(address or (rooms[0].address if rooms else "/"))


def _as(cast: Cast, actor: Actor, alert_id: UUID, what: str, does: Callable[[Actor, AlertSeen], None]) -> str:
    """Do it as this persona, with its row in the log; gives a sentence where it came too late."""
    now = clock.now()
    with acting_for(actor):
        alert = queries.alert(alert_id, [cast.card.id])
        if alert is None:
            raise Http404
        refused = ""
        try:
            does(actor, alert)
        except AlertRefused:
            refused = _("Dat kon niet meer: er is intussen iets veranderd.")
        acted(
            as_persona(actor), Act.REFUSED if refused else Act.CHANGE, "alert", [alert_id], now,
            organisation_id=alert.organisation_id, detail=what, outcome="refused" if refused else "ok",
        )  # fmt: skip
    return refused


def _cast() -> Cast | None:
    try:
        return gather(clock.now())
    except NotFurnished:
        return None


def _page(request: HttpRequest, language: str, said: str = "") -> HttpResponse:
    cast = _cast()
    parts = parts_of(request, cast, ROOTS[language], clock.now()) if cast else []
    other = "en" if language == "nl" else "nl"
    values = {
        "parts": parts,
        "cast": cast,
        "root": ROOTS[language],
        "said": said,
        "other": other,
        "other_root": ROOTS[other],
    }
    return render(request, "story/page.html", values)


def _after(request: HttpRequest, language: str, cast: Cast, said: str) -> HttpResponse:
    """After an act: what changed, for a page that asked for that; else the page anew."""
    if "HX-Request" in request.headers:
        return _changes(request, language, cast, said=said, always=True)
    if said:
        return _page(request, language, said)
    return HttpResponseRedirect(ROOTS[language])


def _changes(
    request: HttpRequest, language: str, cast: Cast, *, said: str = "", always: bool = False
) -> HttpResponse:
    parts = parts_of(request, cast, ROOTS[language], clock.now())
    changed = [each for each in parts if request.GET.get(each.name) != each.digest]
    if not changed and not always:
        return HttpResponse(status=204)
    values = {"parts": parts, "changed": changed, "root": ROOTS[language], "said": said, "acted": always}
    return render(request, "story/changes.html", values)
