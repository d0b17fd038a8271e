"""What an operator does beside taking and handling: a note, a step of the protocol, house access for a visit."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from reik.alerting import house_access, notes, protocols, telling
from reik.alerting.house_access import AccessNotShown
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.web.acting import ActingRequest
from reik.web.call_back import key_of
from reik.web.home_words import entry_words
from reik.web.operator import reading
from reik.web.operator.acts import do
from reik.web.operator.views import only_operators, show
from reik.web.rooms import actor_of
from reik.web.seen import acted


@require_POST
@only_operators
def note(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """What the others must know; it changes nothing of who has the alert."""
    now, by = clock.now(), actor_of(request).name
    text = request.POST.get("notitie", "")
    if not text.strip():
        return show(request, alert_id, now, fault=_("Schrijf eerst de notitie."))
    return do(
        request, alert_id, now, "note",
        lambda: notes.add_note(alert_id, by=by, text=text, now=now), (notes.NoteRefused,),
    )  # fmt: skip


@require_POST
@only_operators
def called_back(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """ "Ik heb teruggebeld": the informal carer who asked for it waits no more."""
    now, by = clock.now(), actor_of(request).name
    key = key_of(request.POST.get("wie", ""))
    return do(
        request, alert_id, now, "called back",
        lambda: telling.called_back(alert_id=alert_id, key=key, by=by, now=now),
    )  # fmt: skip


@require_POST
@only_operators
def step(request: ActingRequest, alert_id: UUID, protocol_id: UUID, number: int) -> HttpResponse:
    """Tick a step of the protocol, or take the tick away."""
    now, by = clock.now(), actor_of(request).name
    done = request.POST.get("gedaan") == "ja"

    def act() -> None:
        if done:
            protocols.tick(alert_id, protocol_id, number, by=by, now=now)
        else:
            protocols.untick(alert_id, protocol_id, number, now=now)

    said = f"protocol step {number} {'done' if done else 'not done'}"
    return do(request, alert_id, now, said, act, (protocols.ProtocolRefused,))


@require_POST
@never_cache
@only_operators
def house(request: ActingRequest, alert_id: UUID) -> HttpResponse:
    """How one gets in, for who accepted the visit and for that visit only; seen or refused, it is logged (R81)."""
    now, actor = clock.now(), actor_of(request)
    alert, client = reading.find(actor, alert_id)
    context: dict[str, object] = {"client": client}
    outcome = "ok"
    try:
        access, words = house_access.show_for_visit(alert_id, actor, now)
        context |= {"how": entry_words(access.how), "words": words, "access": access}
    except AccessNotShown as refusal:
        outcome = "refused"
        context["why"] = why_not(refusal.why)
    acted(
        request, Act.VIEW if outcome == "ok" else Act.REFUSED, "house_access", [client.id], now,
        organisation_id=alert.organisation_id, detail=f"alert {alert_id}", outcome=outcome,
    )  # fmt: skip
    return render(request, "operator/house.html", context)


def why_not(why: str) -> str:
    """Why house access is not shown, and what to do."""
    return {
        "not_yours": _("Alleen wie dit bezoek op zich nam ziet de huistoegang. Neem eerst de melding."),
        "no_visit": _(
            "Er is nog niet tot een bezoek besloten. Het wijkteam beslist, of u doet dat namens het team."
        ),
        "none": _("Er is geen huistoegang bekend. Bel het wijkteam."),
    }[why]
