"""`/apotheek/terugroepen`: recall a product, a lot of it or whole rolls; first which rolls, then for sure (R22)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.rolls.check import RollRefused
from reik.medication.rolls.recall import OnRolls, Recalled, affected, products_on_rolls, recall_rolls
from reik.people.queries import ClientCard, cards
from reik.web.acting import ActingRequest
from reik.web.rooms import actor_of, room_for
from reik.web.seen import acted, viewed

LONGEST, MOST_ROLLS = 500, 200
FIELDS = ("words", "code", "text", "lot", "rolls", "because")


class What(TypedDict, total=False):
    """What `recall_rolls` and `affected` take to find the sachets."""

    code: str
    text: str
    lot: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRow:
    """A roll that the recall is about; `sachets` 0: its contents are not known."""

    card: ClientCard
    roll_id: UUID
    number: str
    sachets: int
    first: str


@dataclass(slots=True, kw_only=True)
class Asked:
    """What was typed, what is wrong with it, and what it comes to. `products`: choose one of these first."""

    values: dict[str, str]
    errors: list[str] = field(default_factory=list)
    products: list[OnRolls] = field(default_factory=list)
    found: list[Recalled] | None = None

    @property
    def numbers(self) -> list[str]:
        return numbers_of(self.values["rolls"])

    @property
    def what(self) -> What:
        """Rolls by number, or a product: by its code, else by its name."""
        if self.numbers:
            return {"numbers": self.numbers}
        values = self.values
        return {
            "code": values["code"],
            "text": "" if values["code"] else values["text"],
            "lot": values["lot"],
        }


def numbers_of(text: str) -> list[str]:
    """Roll numbers as somebody types or pastes them: between spaces, commas, semicolons or on lines; each once."""
    return list(dict.fromkeys(each for each in re.split(r"[\s,;]+", text) if each))


@require_http_methods(["GET", "POST"])
@room_for("pharmacist")
def recall(request: ActingRequest) -> HttpResponse:
    """Typed, looked at (`act=kijk`), and only then recalled (`act=roep`). Of the clients whom this pharmacy may see."""
    actor, now = actor_of(request), clock.now()
    known = cards(actor)
    asked = Asked(values={name: _plain(request.POST, name) for name in FIELDS})
    if request.method != "POST":
        return _page(request, asked, known, now)
    _look(asked, known, now)
    if asked.found is not None:
        shown: dict[UUID, set[UUID]] = {}
        for each in asked.found:
            shown.setdefault(each.organisation_id, set()).add(each.client_id)
        viewed(request, "recall", shown, now)
    if request.POST.get("act") != "roep" or asked.errors or not asked.found:
        return _page(request, asked, known, now)
    return _recall(request, asked, known, now)


def _plain(data: QueryDict, name: str) -> str:
    most = LONGEST if name != "rolls" else 20_000
    return data.get(name, "").replace("\0", "").strip()[:most]


def _look(asked: Asked, known: Mapping[UUID, ClientCard], now: datetime) -> None:
    """Which rolls it is about; for the name of a product, which products are called so."""
    values = asked.values
    if not values["because"]:
        asked.errors.append(_("Schrijf op waarom het wordt teruggeroepen: dat leest het zorgteam."))
    if len(asked.numbers) > MOST_ROLLS:
        asked.errors.append(_("Ten hoogste %(n)s rollen tegelijk.") % {"n": MOST_ROLLS})
    if not asked.numbers and not any(values[name] for name in ("words", "code", "text", "lot")):
        asked.errors.append(_("Vul een middel, een charge of rolnummers in."))
    if asked.errors:
        return
    if values["words"] and not values["code"] and not values["text"] and not asked.numbers:
        asked.products = products_on_rolls(list(known), values["words"], now)
        if not asked.products:
            # No packer wrote this down: what is left are the rolls of which nobody knows what is in them.
            values["text"] = values["words"]
        elif not _known_by_code(asked):
            return
    asked.products = []
    houses = {card.organisation_id for card in known.values()}
    asked.found = affected(houses, now, **asked.what, client_ids=list(known))
    missing = set(asked.numbers) - {each.number for each in asked.found}
    if missing:
        asked.errors.append(
            _("Van deze rollen komt geen zakje meer, of ze zijn niet bekend: %(rolls)s.")
            % {"rolls": ", ".join(sorted(missing))}
        )


def _known_by_code(asked: Asked) -> bool:
    """Whether a code was typed: then that product is meant. Else one of those found is chosen first."""
    values = asked.values
    if any(each.code == values["words"] for each in asked.products):
        values["code"] = values["words"]
        return True
    if not asked.products:
        asked.errors.append(
            _("Geen zakje dat nog komt, noemt dit middel. Zoek op een deel van de naam, of op de code.")
        )
    return False


def _recall(
    request: ActingRequest, asked: Asked, known: Mapping[UUID, ClientCard], now: datetime
) -> HttpResponse:
    values = asked.values
    try:
        with transaction.atomic():
            done = recall_rolls(
                organisation_ids={card.organisation_id for card in known.values()}, because=values["because"],
                by=actor_of(request).name, now=now, **asked.what, client_ids=list(known),
            )  # fmt: skip
    except RollRefused:
        asked.errors.append(_("Schrijf op wat wordt teruggeroepen, en waarom."))
        return _page(request, asked, known, now)
    by_house: dict[UUID, set[UUID]] = {}
    for each in done:
        by_house.setdefault(each.organisation_id, set()).update((each.roll_id, each.client_id))
    for house, ids in by_house.items():
        acted(request, Act.CHANGE, "roll", ids, now, organisation_id=house, detail="recalled")
    return HttpResponseRedirect(f"/apotheek/terugroepen?klaar={len(done)}")


def _page(
    request: ActingRequest, asked: Asked, known: Mapping[UUID, ClientCard], now: datetime
) -> HttpResponse:
    del now
    done = request.GET.get("klaar", "")
    page = {
        "asked": asked, "v": asked.values, "rows": _rows(asked.found or (), known),
        "done": int(done) if done.isascii() and done.isdigit() and len(done) < 6 else None,
    }  # fmt: skip
    return render(request, "work/recall.html", page, status=422 if asked.errors else 200)


def _rows(found: Sequence[Recalled], known: Mapping[UUID, ClientCard]) -> list[RollRow]:
    """The roll whose first sachet comes first at the head."""
    return [
        RollRow(
            card=card, roll_id=each.roll_id, number=each.number, sachets=len(each.sequences),
            first=date_format(each.first_at.astimezone(ZoneInfo(card.zone)), "D j F H:i"),
        )
        for each in sorted(found, key=lambda each: each.first_at)
        if (card := known.get(each.client_id)) is not None
    ]  # fmt: skip
