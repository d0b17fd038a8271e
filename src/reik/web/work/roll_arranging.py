"""What is agreed of a client's rolls, and who has the next one in hand (R20)."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.rolls import life as roll_life
from reik.medication.rolls import supply as roll_supply
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.supply import SupplyRefused
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted
from reik.web.work.roll_life import read_arrangement
from reik.web.work.rolls import list_again
from reik.web.work.whose import EVERYONE, client_of
from reik.web.work.words import refusal_words


@require_POST
@room_for(*EVERYONE)
def arrange(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen/afspraak`: how this client's rolls are made and brought."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    arranged = read_arrangement(request.POST)
    try:
        with transaction.atomic():
            roll_life.arrange_rolls(client_id, arranged, by=actor.name, role=actor.role, now=now)
    except RollRefused as refused:
        return list_again(request, card, [refusal_words(each) for each in refused.refusals], arranged)
    acted(
        request, Act.CHANGE, "roll", [client_id], now, organisation_id=card.organisation_id, detail="arranged"
    )
    return HttpResponseRedirect(f"/clienten/{client_id}/rollen")


@require_POST
@room_for(*EVERYONE)
def in_hand(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen/bestelling`: somebody has the next roll in hand (R20)."""
    now, actor = clock.now(), actor_of(request)
    card = client_of(actor, client_id)
    try:
        with transaction.atomic():
            roll_supply.acknowledge(
                client_id, by=actor.name, note=request.POST.get("note", "")[:200], now=now
            )
    except SupplyRefused:
        return list_again(
            request, card, [_("De rollen van deze cliënt lopen niet af: er is niets te bestellen.")]
        )
    acted(
        request,
        Act.CHANGE,
        "roll",
        [client_id],
        now,
        organisation_id=card.organisation_id,
        detail="order in hand",
    )
    return HttpResponseRedirect(f"/clienten/{client_id}/rollen")
