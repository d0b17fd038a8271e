"""`/apotheek`: everything that waits for this pharmacy in one list, by urgency, with filters and counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.times import written
from reik.people.listing import listed
from reik.web.acting import ActingRequest
from reik.web.pharmacy import waiting
from reik.web.pharmacy.waiting import WEEK, Item
from reik.web.pharmacy.whose import PHARMACIST, Served, served_by
from reik.web.pharmacy.words import kind_counted, kinds, urgencies
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed

FILTERS = ("zorg", "soort", "hoe", "zoek")
MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The filters as asked for; empty: all."""

    house: str = ""
    kind: str = ""
    urgency: str = ""
    words: str = ""

    def keeps(self, item: Item) -> bool:
        words = f"{item.card.display} {item.text} {item.more} {item.house} {item.card.team} {item.dispenser}".lower()
        return (
            self.house in ("", str(item.card.organisation_id))
            and self.kind in ("", item.kind)
            and self.urgency in ("", item.urgency)
            and all(each in words for each in self.words.lower().split())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one urgency; `overview` counts by care organisation and kind what is not urgent."""

    key: str
    word: str
    items: Sequence[Item]
    overview: Sequence[tuple[str, Sequence[tuple[str, str, int]]]]


@room_for(PHARMACIST)
@require_safe
@never_cache
def inbox(request: ActingRequest) -> HttpResponse:
    """`/apotheek?zorg=&soort=&hoe=&zoek=`"""
    now, actor = clock.now(), actor_of(request)
    served = served_by(actor)
    asked = _asked(request, served)
    items = waiting.of(served, now)
    kept = [each for each in items if asked.keeps(each)]
    _log(request, kept, now)
    values = {
        "now": now, "asked": asked, "total": len(items), "shown": len(kept), "late": sum(each.late for each in items),
        "groups": [_group(key, word, kept) for key, word in urgencies().items()],
        "counts": _counts(items), "kinds": kinds(), "by_kind": Counter(each.kind for each in items),
        "houses": sorted(
            {(str(each.organisation_id), served.houses[each.organisation_id]) for each in served.cards.values()},
            key=lambda house: house[1],
        ),
        "urgencies": urgencies(), "clients": len(served.cards), "last": written.last_arrival(served.ids),
        "without": sum(id not in served.pharmacies for id in served.cards),
        "address": request.get_full_path(), "filtered": asked != Asked(),
    }  # fmt: skip
    return render(request, "pharmacy/inbox.html", values)


def _asked(request: ActingRequest, served: Served) -> Asked:
    house, kind, urgency, words = (request.GET.get(name, "").strip()[:100] for name in FILTERS)
    return Asked(
        house=house if house in {str(each) for each in served.houses} else "",
        kind=kind if kind in kinds() else "", urgency=urgency if urgency in urgencies() else "", words=words,
    )  # fmt: skip


def _counts(items: Sequence[Item]) -> list[tuple[str, str, int]]:
    """How much of each urgency there is, whatever the filter."""
    number = Counter(each.urgency for each in items)
    return [(key, word, number[key]) for key, word in urgencies().items()]


def _group(key: str, word: str, items: Sequence[Item]) -> Group:
    mine = [each for each in items if each.urgency == key]
    return Group(key=key, word=word, items=mine, overview=_overview(mine) if key == WEEK else ())


def _overview(items: Sequence[Item]) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """What is not urgent, by care organisation: icon, word and number of each kind."""
    by_house: dict[str, Counter[str]] = defaultdict(Counter)
    for each in items:
        by_house[each.house][each.kind] += 1
    known = kinds()
    return [
        (
            house,
            [(known[kind][0], kind_counted(kind, number), number) for kind, number in counted.most_common()],
        )
        for house, counted in sorted(by_house.items())
    ]


def _log(request: ActingRequest, items: Sequence[Item], now: datetime) -> None:
    """One row with the clients shown."""
    shown: dict[UUID, set[UUID]] = defaultdict(set)
    for each in items:
        shown[each.card.organisation_id].add(each.card.id)
    viewed(request, "pharmacy inbox", shown, now)


@room_for(PHARMACIST)
@require_safe
@never_cache
def clients(request: ActingRequest) -> HttpResponse:
    """`/apotheek/clienten?zoek=&blad=`: everyone the pharmacy may see, and who serves whom; one found is opened."""
    now, actor = clock.now(), actor_of(request)
    words = request.GET.get("zoek", "").strip()[:100]
    number = _number(request.GET.get("blad", ""))
    found = listed(actor, words=words, team_id=None, first=(number - 1) * MOST_FOUND, most=MOST_FOUND)
    if words and found.total == 1:
        return HttpResponseRedirect(f"/apotheek/client/{found.cards[0].id}")
    shown: dict[UUID, list[UUID]] = defaultdict(list)
    for card in found.cards:
        shown[card.organisation_id].append(card.id)
    viewed(request, "pharmacy clients", shown, now, act=Act.SEARCH if words else Act.VIEW)
    served = served_by(actor, [card.id for card in found.cards])
    values = {
        "rows": [_client(card.id, card, served) for card in found.cards], "words": words, "total": found.total,
        "number": number, "pages": max(1, -(-found.total // MOST_FOUND)),
        "earlier": _page_at(words, number - 1) if number > 1 else "",
        "later": _page_at(words, number + 1) if number * MOST_FOUND < found.total else "",
    }  # fmt: skip
    return render(request, "pharmacy/clients.html", values)


def _client(id: UUID, card: object, served: Served) -> Mapping[str, object]:
    pharmacy = served.pharmacies.get(id)
    word = pharmacy.name if pharmacy else _("nog geen apotheek")
    house = served.houses.get(getattr(card, "organisation_id", id), "")
    return {
        "card": card,
        "pharmacy": word,
        "none": pharmacy is None,
        "ours": id in served.cards,
        "house": house,
    }


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and 0 < int(said) < 10_000 else 1


def _page_at(words: str, number: int) -> str:
    return "/apotheek/clienten?" + urlencode({"zoek": words, "blad": number})
