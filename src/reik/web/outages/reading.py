"""What the pages of outages read, within what their reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import Http404

from reik.alerting.outages import outages_seen
from reik.alerting.outages.outages_seen import LineSeen, OutageSeen, TickSeen
from reik.alerting.outages.sharing import NOT_REACHED, UNWELL, Person
from reik.dispensing.devices.shares import in_use
from reik.kernel.queries import organisation_names
from reik.kernel.tenancy import Actor
from reik.people.queries import ClientCard, cards, visible_to
from reik.people.rosters.here import at_work
from reik.web.frame import is_demo
from reik.web.outages.words import found_words, how_words, state_of, what_words

ROLES = ("operator", "nurse", "caregiver", "team_manager")
TEAM = ("nurse", "caregiver", "team_manager")


def visible(actor: Actor) -> Collection[UUID]:
    """Whom she may see, as a query within the queries."""
    return cast("Collection[UUID]", visible_to(actor).values("id"))


def ids(actor: Actor) -> list[UUID]:
    """Whom she may see, as a list: writes check against it."""
    return list(visible_to(actor).values_list("id", flat=True))


def person(actor: Actor, account_id: UUID | None = None, name: str = "") -> Person:
    """She herself, or a colleague of hers; of a centre with its name, because the care team reads it too."""
    name = name or actor.name
    if actor.role == "operator":
        name = ", ".join(
            filter(None, (name, organisation_names([actor.organisation_id])[actor.organisation_id]))
        )
    return Person(account_id=account_id or actor.account_id, name=name, organisation_id=actor.organisation_id)


@dataclass(frozen=True, slots=True)
class Takers:
    """To whom lines can be handed over: who is on duty first; the others can be reached too, and it is said so."""

    on_duty: Sequence[tuple[UUID, str]]
    others: Sequence[tuple[UUID, str]]

    def __bool__(self) -> bool:
        return bool(self.on_duty or self.others)


def takers(actor: Actor, now: datetime) -> Takers:
    """Her colleagues, by whether they are at work now."""
    known = outages_seen.colleagues(actor.account_id, actor.organisation_id, actor.role)
    here = at_work(known, now)
    return Takers(
        on_duty=[(id, name) for id, name in known.items() if id in here],
        others=[(id, name) for id, name in known.items() if id not in here],
    )


def networks(actor: Actor) -> list[str]:
    """What a visitor of a demo can cut; nothing elsewhere."""
    return sorted(in_use(actor.organisations)["network"]) if is_demo() else []


def find(actor: Actor, outage_id: UUID) -> OutageSeen:
    """The outage, when it has a line of a client whom she may see; else it is not there."""
    seen = outages_seen.outage(outage_id, visible(actor))
    if seen is None:
        raise Http404
    return seen


def shown(seen: OutageSeen) -> dict[str, object]:
    return {"outage": seen, "what": what_words(seen.scope, seen.value), "state": state_of(seen)}


def owners_of(outage_id: UUID, client_ids: Collection[UUID]) -> list[tuple[str, int, datetime]]:
    """Who has how many lines and the first deadline; of teams of one name each with its organisation."""
    found = outages_seen.owners(outage_id, client_ids)
    names = Counter(each.name for each in found)
    twice = {each.organisation_id for each in found if each.organisation_id and names[each.name] > 1}
    houses = organisation_names(twice)
    return [
        (
            f"{each.name} ({houses[each.organisation_id]})" if each.organisation_id in houses else each.name,
            each.lines,
            each.first,
        )
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its client."""

    line: LineSeen
    card: ClientCard

    @property
    def found(self) -> str:
        return found_words(self.line.outcome)

    @property
    def how(self) -> str:
        return how_words(self.line.how)

    @property
    def call(self) -> str:
        """The number for a link, empty when there is none."""
        return "".join(each for each in self.card.phone if each.isdigit() or each == "+")


def rows_of(actor: Actor, lines: Sequence[LineSeen]) -> list[Row]:
    """The lines with their clients, in their order."""
    found = cards(actor, {each.client_id for each in lines})
    return [Row(each, found[each.client_id]) for each in lines if each.client_id in found]


@dataclass(frozen=True, slots=True)
class Said:
    """What she ticked off just now, with its client."""

    row: Row
    tick: TickSeen

    @property
    def found(self) -> str:
        return found_words(self.tick.outcome)

    @property
    def calls_on(self) -> bool:
        """Whether somebody else was called by it: that goes on, also when it is taken back."""
        return self.tick.outcome in (NOT_REACHED, UNWELL)


def ticks_of(actor: Actor, ticks: Sequence[TickSeen]) -> list[Said]:
    found = cards(actor, {each.line.client_id for each in ticks})
    return [
        Said(Row(each.line, found[each.line.client_id]), each)
        for each in ticks
        if each.line.client_id in found
    ]


def by_organisation(*lists: Sequence[Row]) -> dict[UUID, list[UUID]]:
    """Whom a page shows, for the access log."""
    found: dict[UUID, list[UUID]] = {}
    for rows in lists:
        for each in rows:
            found.setdefault(each.card.organisation_id, []).append(each.card.id)
    return found
