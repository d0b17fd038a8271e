"""An organisation's own word on whether a packer's rolls fit a type of dispenser (R17)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reik.dispensing.rolls.abilities import abilities_of
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.life import set_fit
from reik.medication.rolls.life_seen import RollSeen, roll_seen
from reik.medication.rolls.matrix import FITS, FORMATS, FitRow
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.clients import date_of
from reik.web.work.roll_life_words import fit_words
from reik.web.work.whose import client_of

MAY_SET = ("team_manager", "pharmacist")
LONGEST = 200


@require_http_methods(["GET", "POST"])
@room_for(*MAY_SET)
def fit(request: ActingRequest, client_id: UUID, roll_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen/<uuid>/past`: it holds for all rolls of this packer, not for this one only."""
    now, card = clock.now(), client_of(actor_of(request), client_id)
    seen = roll_seen(roll_id, now, abilities_of([client_id]))
    if seen is None or seen.client_id != client_id:
        raise Http404
    typed = _begin(seen, card, now)
    if request.method != "POST":
        viewed(request, f"roll fit {roll_id}", {card.organisation_id: [client_id]}, now)
        return _page(request, card, seen, typed)
    typed |= {name: request.POST.get(name, "").strip()[:LONGEST] for name in typed}
    said_on = date_of(typed["said_on"])
    errors = _errors(typed)
    if said_on is None or said_on > now.date():
        errors.append(_("Vul in wanneer dit gezegd of gelezen is, zoals 31-10-2026."))
    if errors or said_on is None:
        return _page(request, card, seen, typed, errors)
    row = FitRow(
        packer=typed["packer"], roll_format=typed["roll_format"], model=typed["model"], fit=typed["fit"],
        source=typed["source"], said_on=said_on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            set_fit(card.organisation_id, row, by=actor_of(request).name, now=now)
    except RollRefused:
        _log(request, Act.REFUSED, card, roll_id, now)
        return _page(request, card, seen, typed, [_("Kies of het past, en schrijf op waaruit dat blijkt.")])
    _log(request, Act.CHANGE, card, roll_id, now)
    return HttpResponseRedirect(f"/clienten/{client_id}/rollen/{roll_id}")


def _begin(seen: RollSeen, card: ClientCard, now: datetime) -> dict[str, str]:
    """This roll's packer and format, and the model of this client's dispenser."""
    device = abilities_of([card.id]).get(card.id)
    return {
        "packer": seen.packer or seen.arrangement.packer,
        "roll_format": seen.roll_format or seen.arrangement.roll_format,
        "model": (device.model if device else None) or "", "fit": "", "source": "", "said_on": f"{now:%d-%m-%Y}",
    }  # fmt: skip


def _errors(typed: dict[str, str]) -> list[str]:
    errors = []
    if typed["fit"] not in FITS:
        errors.append(_("Kies of de rol past."))
    if not typed["source"]:
        errors.append(_("Schrijf op waaruit dat blijkt."))
    if not typed["packer"] and not typed["roll_format"] and not typed["model"]:
        errors.append(
            _("Noem ten minste de verpakker, het formaat of de dispenser: anders geldt het voor alles.")
        )
    return errors


def _log(request: ActingRequest, act: Act, card: ClientCard, roll_id: UUID, now: datetime) -> None:
    acted(
        request, act, "roll", [roll_id, card.id], now, organisation_id=card.organisation_id, detail="fit",
        outcome="refused" if act is Act.REFUSED else "ok",
    )  # fmt: skip


def _page(
    request: ActingRequest, card: ClientCard, seen: RollSeen, typed: dict[str, str], errors: list[str] | None = None
) -> HttpResponse:  # fmt: skip
    values = {
        "card": card, "seen": seen, "v": typed, "errors": errors or [], "known": fit_words(seen.fit),
        "formats": FORMATS, "fits": [
            ("supported", _("Ja, die past")), ("not", _("Nee, die past niet")), ("unknown", _("Dat weten wij niet")),
        ],
    }  # fmt: skip
    return render(request, "work/roll_fit.html", values, status=422 if errors else 200)
