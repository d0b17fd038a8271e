"""`/clienten/<id>/gegevens`: address, phone, note, team and pharmacy; what a change means is shown first (R14)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.kernel.tenancy import Actor
from reik.people.operations import ClientDetails, ClientRefused, change_client
from reik.people.pharmacies import (
    PharmacyCard,
    PharmacyRefused,
    give_pharmacy,
    pharmacies,
    pharmacies_of,
)
from reik.people.queries import ClientCard, teams_of
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed
from reik.web.work.whose import client_of

FIELDS = ("address", "phone", "caller_note", "team", "pharmacy")
LONGEST = 200
PHONE = re.compile(r"\+?[\d\s()\-.]{6,20}", re.ASCII)


@dataclass(slots=True, kw_only=True)
class Typed:
    """The form as typed, what is not right about it by field, and what saving it means."""

    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    means: list[tuple[str, str]] = field(default_factory=list)  # (icon, sentence)


@room_for("nurse")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def details(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """The form; posted, what it means; confirmed, saved."""
    actor, now = actor_of(request), clock.now()
    card = client_of(actor, client_id)
    served = pharmacies_of([client_id]).get(client_id)
    viewed(request, f"details {client_id}", {card.organisation_id: [client_id]}, now)
    before = _of(card, served)
    if request.method != "POST":
        return _page(request, card, Typed(values=before))
    known = pharmacies(card.organisation_id)
    typed = _read(request.POST, before, _teams(actor, card), known)
    if not typed.errors:
        typed.means = _meaning(before, typed.values, _teams(actor, card), known)
    if typed.errors or request.POST.get("act") != "save" or not typed.means:
        return _page(request, card, typed)
    try:
        _save(request, card, typed.values, before, now)
    except (ClientRefused, PharmacyRefused):
        typed.errors["address"] = _("Dit is intussen veranderd. Open de pagina opnieuw.")
        return _page(request, card, typed)
    return HttpResponseRedirect(f"/clienten/{client_id}/werk")


def _of(card: ClientCard, served: PharmacyCard | None) -> dict[str, str]:
    return {
        "address": card.address, "phone": card.phone, "caller_note": card.caller_note,
        "team": str(card.team_id or ""), "pharmacy": str(served.id) if served else "",
    }  # fmt: skip


def _teams(actor: Actor, card: ClientCard) -> list[tuple[UUID, str]]:
    """The nurse's own teams, and the one that the client has now."""
    mine = teams_of(actor)
    if card.team_id is not None and card.team_id not in {id for id, _name in mine}:
        mine = [(card.team_id, card.team), *mine]
    return mine


def _read(
    data: QueryDict, before: dict[str, str], teams: list[tuple[UUID, str]], known: list[PharmacyCard]
) -> Typed:
    typed = Typed(values={name: data.get(name, "").strip() for name in FIELDS})
    values, errors = typed.values, typed.errors
    for name in ("address", "phone", "caller_note"):
        if len(values[name]) > LONGEST:
            errors[name] = _("Dit is te lang: ten hoogste %(most)s tekens.") % {"most": LONGEST}
    if before["address"] and not values["address"]:
        errors["address"] = _("Vul het adres in: zonder adres kan niemand erheen.")
    if values["phone"] and not PHONE.fullmatch(values["phone"]):
        errors["phone"] = _("Dit is geen telefoonnummer: alleen cijfers, spaties en +.")
    if values["team"] not in {str(id) for id, _name in teams} | {before["team"]}:
        errors["team"] = _("Kies het team.")
    if values["pharmacy"] not in {str(each.id) for each in known} | {before["pharmacy"]} or (
        before["pharmacy"] and not values["pharmacy"]
    ):
        errors["pharmacy"] = _("Kies een apotheek uit de lijst.")
    return typed


def _meaning(
    before: dict[str, str], after: dict[str, str], teams: list[tuple[UUID, str]], known: list[PharmacyCard]
) -> list[tuple[str, str]]:
    """What saving does, one sentence for each change."""
    changed = {name for name in FIELDS if before[name] != after[name]}
    names = {str(id): name for id, name in teams} | {str(each.id): each.name for each in known}
    said: list[tuple[str, str]] = []
    if "address" in changed and before["address"]:
        moved = _("Verhuisd: u krijgt een taak om dispenser, bezorging, sleutel en opvolging na te gaan.")
        said.append(("alert-triangle", moved))
    elif "address" in changed:
        said.append(("check", _("Het adres wordt ingevuld.")))
    name = {"name": names.get(after["pharmacy"], "")}
    if "pharmacy" in changed and before["pharmacy"]:
        other = _("%(name)s levert voortaan. U krijgt een taak om rol, plan en nummers na te gaan.") % name
        said.append(("alert-triangle", other))
    elif "pharmacy" in changed:
        said.append(("check", _("%(name)s levert voortaan aan deze cliënt.") % name))
    if "team" in changed:
        team = {"name": names.get(after["team"]) or _("Alle teams")}
        said.append(("users", _("%(name)s ziet deze cliënt voortaan.") % team))
    if "phone" in changed:
        said.append(("phone", _("Bij een melding wordt het nieuwe nummer gebeld.")))
    if "caller_note" in changed:
        said.append(("phone", _("Wie belt ziet de nieuwe tip.")))
    return said


@transaction.atomic
def _save(
    request: ActingRequest, card: ClientCard, after: dict[str, str], before: dict[str, str], now: datetime
) -> None:
    by = actor_of(request).name
    changed = change_client(
        card.id,
        ClientDetails(
            address=after["address"], phone=after["phone"], caller_note=after["caller_note"],
            team_id=UUID(after["team"]) if after["team"] else None,
        ),
        by=by, now=now,
    )  # fmt: skip
    if after["pharmacy"] != before["pharmacy"]:
        give_pharmacy(card.id, UUID(after["pharmacy"]), by=by, now=now)
        changed.append("pharmacy")
    acted(
        request, Act.CHANGE, "client", [card.id], now, organisation_id=card.organisation_id,
        detail=f"details: {', '.join(sorted(changed))}",
    )  # fmt: skip


def _page(request: ActingRequest, card: ClientCard, typed: Typed) -> HttpResponse:
    values = {
        "card": card, "v": typed.values, "e": typed.errors, "means": typed.means, "address": request.path,
        "teams": [(str(id), name) for id, name in _teams(actor_of(request), card)],
        "pharmacies": [(str(each.id), each.name) for each in pharmacies(card.organisation_id)],
        "nothing": request.method == "POST" and not typed.errors and not typed.means,
    }  # fmt: skip
    return render(request, "moving/details.html", values, status=422 if typed.errors else 200)
