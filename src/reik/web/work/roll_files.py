"""Rolls from a packer's file: chosen, looked at sachet by sachet, and only then registered (R15, R17, R23)."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reik.interop.rolls import port
from reik.interop.rolls.mapping import read_rolls
from reik.interop.rolls.mapping_file import MappingRefused
from reik.interop.rolls.mappings_known import JSON, MappingUnknown, known_mappings, mapping_of
from reik.interop.rolls.port import Outcome
from reik.interop.rolls.registering import Doorway
from reik.interop.rolls.rows import FileRefused
from reik.kernel import clock, queries
from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed
from reik.web.work.roll_preview import RollPreview, previews
from reik.web.work.roll_words import file_words, place_words
from reik.web.work.whose import EVERYONE, client_of, is_pharmacy

MOST_BYTES = 1_000_000
"""What a page carries from looking to registering; a larger file goes through `reik roll import`."""
MOST_ROLLS = 50


@dataclass(slots=True, kw_only=True)
class RollFilePage:
    """What the page shows. `body`: the file, carried along until it is registered."""

    mapping: str = ""
    house: UUID | None = None
    error: str = ""
    body: str = ""
    name: str = ""
    rolls: list[RollPreview] = field(default_factory=list)
    link: bool = False
    gap: str = ""

    @property
    def good(self) -> int:
        return sum(each.registers for each in self.rolls)

    @property
    def unsure(self) -> bool:
        return any(each.unsure for each in self.rolls)

    @property
    def ask_gap(self) -> bool:
        return bool(self.gap) or any(each.gap for each in self.rolls)


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
def of_client(request: ActingRequest, client_id: UUID) -> HttpResponse:
    """`/clienten/<uuid>/rollen/bestand`: a roll of this client; of anybody else it is refused."""
    return _answer(request, client_of(actor_of(request), client_id))


@require_http_methods(["GET", "POST"])
@room_for(*EVERYONE)
def of_all(request: ActingRequest) -> HttpResponse:
    """`/werklijst/rollen`: a file with the rolls of several clients."""
    return _answer(request, None)


def _answer(request: ActingRequest, card: ClientCard | None) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    houses = _houses(actor) if card is None else {}
    page = RollFilePage(mapping=request.POST.get("mapping", "")[:80], gap=request.POST.get("gap", "").strip()[:200],
                        link="link" in request.POST)  # fmt: skip
    page.house = card.organisation_id if card else _chosen(request, houses)
    if request.method == "POST":
        data = _body(request, page)
        outcome = _taken(request, page, data, card, actor, now) if data is not None else None
        if outcome is not None and request.POST.get("act") == "take" and outcome.taken:
            return HttpResponseRedirect(_onward(outcome, card))
    values = {
        "page": page, "card": card, "houses": sorted(houses.items(), key=lambda each: each[1]), "json": JSON,
        "mappings": [each for each in known_mappings() if not each.flaw],
        "address": f"/clienten/{card.id}/rollen/bestand" if card else "/werklijst/rollen",
    }  # fmt: skip
    wrong = page.error or (not page.good and any(each.flaws for each in page.rolls))
    return render(request, "work/roll_file.html", values, status=422 if wrong else 200)


def _houses(actor: Actor) -> dict[UUID, str]:
    names = queries.organisation_names(actor.organisations if is_pharmacy(actor) else [actor.organisation_id])
    if is_pharmacy(actor):
        names.pop(actor.organisation_id, None)
    return names


def _chosen(request: ActingRequest, houses: Mapping[UUID, str]) -> UUID | None:
    if len(houses) == 1:
        return next(iter(houses))
    return next((id for id in houses if str(id) == request.POST.get("house", "")), None)


def _body(request: ActingRequest, page: RollFilePage) -> bytes | None:
    """The file that was chosen, or that the page carried along; None with the error on the page."""
    file = request.FILES.get("file")
    if file is not None and file.size is not None and file.size <= MOST_BYTES:
        page.name = (file.name or "")[:100]
        data = bytes(file.read())
        page.body = base64.b64encode(zlib.compress(data, 6)).decode()
        return data
    if file is not None:
        page.error = _("Dit bestand is groter dan 1 MB: splits het, of laat de beheerder het inlezen.")
        return None
    page.body, page.name = request.POST.get("body", ""), request.POST.get("name", "")[:100]
    try:
        found = zlib.decompressobj().decompress(base64.b64decode(page.body, validate=True), MOST_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError):
        found = b""
    if not 0 < len(found) <= MOST_BYTES:
        page.error = _("Kies een bestand.")
        return None
    return found


def _taken(
    request: ActingRequest, page: RollFilePage, data: bytes, card: ClientCard | None, actor: Actor, now: datetime
) -> Outcome | None:  # fmt: skip
    """The file looked at, or registered; None with the error on the page."""
    if page.house is None:
        page.error = _("Kies van welke zorgorganisatie deze cliënten zijn.")
        return None
    known = {id: each for id, each in cards(actor).items() if each.organisation_id == page.house}
    door = Doorway(
        organisation_id=page.house, by=actor.name, among=set(known), only=card.id if card else None, link=page.link,
        gap_because=page.gap if card else "",
    )  # fmt: skip
    try:
        outcome = _outcome(request, page, data, door, now)
    except (MappingUnknown, MappingRefused):
        page.error = _("Kies het bestandsformaat van de inpakker.")
        return None
    except FileRefused as refused:
        said = file_words(refused.code, refused.sentence)
        page.error = f"{place_words(refused.place)}: {said}" if refused.place else said
        page.body = ""
        return None
    page.rolls = previews(outcome, known)
    shown = {each.client_id for each in outcome.rolls if each.client_id in known}
    viewed(request, "roll file", {page.house: [id for id in shown if id]}, now)
    return outcome


def _outcome(
    request: ActingRequest, page: RollFilePage, data: bytes, door: Doorway, now: datetime
) -> Outcome:
    mapping = mapping_of(page.mapping)
    if len(read_rolls(data, mapping).rolls) > MOST_ROLLS:
        raise FileRefused("too_long", "", f"More than {MOST_ROLLS} rolls: split the file.")
    if request.POST.get("act") == "take":
        return port.take_in(data, mapping, door, actor=actor_of(request), now=now)
    return port.look(data, mapping, door, now)


def _onward(outcome: Outcome, card: ClientCard | None) -> str:
    if card is None:
        return "/werklijst"
    return f"/clienten/{card.id}/rollen/{outcome.taken[0].roll_id}"
