"""`/apotheek/berichten`: what came in, from whom, what was understood of it, and who acts on what was not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reik.ingest.letters_seen import LetterSeen, letters_seen
from reik.interop.fhir.port import INTERPRETER
from reik.interop.fhir.store.messages_seen import UnderstoodMessage, understood
from reik.kernel import clock
from reik.kernel.access_log import Act
from reik.medication.seen.pharmacy import MessageSeen, messages_of
from reik.people.queries import ClientCard
from reik.web.acting import ActingRequest
from reik.web.pharmacy.whose import PHARMACIST, Served, served_by
from reik.web.pharmacy.words import message_state_words, refused_words
from reik.web.rooms import actor_of, room_for
from reik.web.seen import viewed
from reik.web.work.words import unplannable_words, unsure_words

PERIOD = timedelta(days=30)
MOST = 500
"""Raw messages that one page reads; with more of them in the period it ends at the oldest of these."""
A_PAGE = 50
STATES = ("whole", "partly", "to_link", "parked", "refused", "again", "empty", "nobody", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message. `understood` and `not_understood` are sentences; `who`: who has to act, empty: nobody."""

    id: str
    at: datetime
    peer: str
    house: str
    card: ClientCard | None
    state: str
    icon: str
    word: str
    understood: str
    not_understood: Sequence[tuple[str, str]]
    who: str
    address: str

    @property
    def asks(self) -> bool:
        return bool(self.not_understood)

    def has(self, words: str) -> bool:
        name = self.card.display if self.card else ""
        said = " ".join(f"{text} {why}" for text, why in self.not_understood)
        whole = f"{self.id} {self.peer} {self.house} {name} {self.word} {said}".lower()
        return all(each in whole for each in words.lower().split())


@room_for(PHARMACIST)
@require_safe
@never_cache
def messages(request: ActingRequest) -> HttpResponse:
    """`/apotheek/berichten?zoek=&wat=&tot=`: at most thirty days at a time, the newest first."""
    actor, now = actor_of(request), clock.now()
    until = _until(request.GET.get("tot", ""), now)
    words, state = request.GET.get("zoek", "").strip()[:100], request.GET.get("wat", "")
    served = served_by(actor)
    letters = letters_seen(
        actor.organisations, INTERPRETER, until - PERIOD, before=until + timedelta(microseconds=1), most=MOST
    )
    taken = understood(actor, [each.id for each in letters])
    agreed = {each.message_id: each for each in messages_of(served.ids, until - PERIOD)}
    since = letters[-1].received_at if len(letters) == MOST else until - PERIOD
    rows = [each for each in _rows(letters, taken, agreed, served, until) if each.at >= since]
    kept = [each for each in rows if each.has(words) and _wanted(each, state)]
    _log(request, kept[:A_PAGE], words, now)
    values: dict[str, Any] = {
        "rows": kept[:A_PAGE], "shown": min(len(kept), A_PAGE), "found": len(kept), "total": len(rows),
        "asking": sum(each.asks for each in rows), "words": words, "state": state, "now": now, "until": until,
        "since": since, "address": request.get_full_path(),
        "earlier": _at(words, state, since), "later": _at(words, state, until + PERIOD) if until < now else "",
    }  # fmt: skip
    return render(request, "pharmacy/messages.html", values)


def _until(said: str, now: datetime) -> datetime:
    try:
        asked = datetime.fromisoformat(said) if said else now
        return min(now, asked) if asked.tzinfo else now
    except ValueError:
        return now


def _at(words: str, state: str, until: datetime) -> str:
    named = {"zoek": words, "wat": state, "tot": until.isoformat(timespec="seconds")}
    return "/apotheek/berichten?" + urlencode({name: value for name, value in named.items() if value})


def _wanted(row: Row, state: str) -> bool:
    return row.asks if state == "open" else state not in STATES or row.state == state


def _rows(
    letters: Sequence[LetterSeen], taken: Mapping[UUID, UnderstoodMessage], agreed: Mapping[str, MessageSeen],
    served: Served, until: datetime,
) -> list[Row]:  # fmt: skip
    """Each raw message once; and agreements whose raw message is not kept any more, or came in by a call."""
    known = {str(each.id) for each in letters}
    rows = [_of_letter(each, taken.get(each.id), agreed.get(str(each.id)), served) for each in letters]
    rows += [
        _of_agreements(each, served, each.received_at, "")
        for id, each in agreed.items()
        if id not in known and each.received_at <= until
    ]
    return sorted((row for row in rows if row), key=lambda row: row.at, reverse=True)


def _of_letter(
    letter: LetterSeen, taken: UnderstoodMessage | None, agreed: MessageSeen | None, served: Served
) -> Row | None:
    if agreed is not None:
        return _of_agreements(agreed, served, letter.received_at, letter.peer)
    if taken is not None and taken.handed and taken.client_id not in served.cards:
        return None  # another pharmacy serves her
    state = _state(letter, taken)
    card = served.cards.get(taken.client_id) if taken is not None and taken.client_id else None
    icon, word = message_state_words(state)
    why, who, address = _why(state, letter, taken)
    return Row(
        id=str(letter.id), at=letter.received_at, peer=letter.peer,
        house=served.houses.get(letter.organisation_id, ""), card=card, state=state, icon=icon, word=word,
        understood="", not_understood=[("", why)] if why else [], who=who, address=address,
    )  # fmt: skip


def _state(letter: LetterSeen, taken: UnderstoodMessage | None) -> str:
    if letter.fate != "interpreted":
        return letter.fate
    if taken is None:
        return "again"
    if taken.to_link_id is not None:
        return "to_link"
    return "nobody" if taken.refused else "empty"


def _why(state: str, letter: LetterSeen, taken: UnderstoodMessage | None) -> tuple[str, str, str]:
    """Why it was not understood, who has to act, and where."""
    if state == "refused":
        return refused_words(letter.reason), _("de afzender verbetert het bericht"), ""
    if state == "parked":
        return _("Reik kon dit bericht niet verwerken; het is bewaard"), _("de beheerder van Reik kijkt"), ""
    if state == "to_link" and taken is not None:
        return unsure_words(taken.why), _("iemand zegt wie dit is"), f"/koppelen/{taken.to_link_id}"
    return "", "", ""


def _of_agreements(each: MessageSeen, served: Served, at: datetime, peer: str) -> Row:
    state = "whole" if each.whole else "partly"
    icon, word = message_state_words(state)
    card = served.cards[each.client_id]
    return Row(
        id=each.message_id, at=at, peer=peer or _("ingevoerd"), house=served.houses.get(each.organisation_id, ""),
        card=card, state=state, icon=icon, word=word, understood=_understood(each),
        not_understood=[_unplanned(one, each) for one in each.unplannable],
        who="" if each.whole else _("de apotheek stuurt een nieuwe afspraak"),
        address=f"/apotheek/client/{each.client_id}#afspraken",
    )  # fmt: skip


def _understood(each: MessageSeen) -> str:
    """How many agreements, and what they are."""
    count = each.agreements
    said = [ngettext("%(n)s afspraak", "%(n)s afspraken", count) % {"n": count}]
    said.append(_("%(n)s gepland") % {"n": each.planned - len(each.as_needed)})
    if each.as_needed:
        said.append(_("%(n)s zo nodig") % {"n": len(each.as_needed)})
    if each.stopped:
        said.append(_("%(n)s gestopt") % {"n": len(each.stopped)})
    return ", ".join(said)


def _unplanned(one: Mapping[str, Any], each: MessageSeen) -> tuple[str, str]:
    name = each.names.get(str(one.get("agreement"))) or _("naam niet bekend")
    text = str(one.get("text") or "")
    return f"{name}, {text}" if text else name, unplannable_words(str(one.get("reason", "")))


def _log(request: ActingRequest, rows: Sequence[Row], words: str, now: datetime) -> None:
    shown: dict[UUID, set[UUID]] = defaultdict(set)
    for each in rows:
        if each.card is not None:
            shown[each.card.organisation_id].add(each.card.id)
    viewed(request, "pharmacy messages", shown, now, act=Act.SEARCH if words else Act.VIEW)
