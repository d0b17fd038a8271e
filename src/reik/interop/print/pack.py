"""What an outage pack holds: a team's clients with today and tomorrow, phones and follow-up (promise 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reik.alerting.queries import arrangement_of
from reik.dispensing.day_cards import day_cards
from reik.interop.print import plain
from reik.interop.print.mapping import Paper, Person, Whose, pack_paper
from reik.interop.print.port import pdf_of
from reik.interop.print.words import Words
from reik.medication.cards.daycard import DayCard
from reik.people.pharmacies import PharmacyCard, pharmacies_of
from reik.people.queries import CarerCard, ClientCard, carers_of

DAYS = 2
KINDS = ("pdf", "html", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One team's pack in three forms; the CSV with the mark by which spreadsheets know UTF-8."""

    team: str
    paper: Paper
    clients: Sequence[tuple[Whose, Sequence[DayCard]]]

    def body(self, kind: str) -> bytes:
        """`kind`: pdf, html or csv."""
        if kind == "csv":
            return plain.csv_of(self.team, self.clients, self.paper).encode("utf-8-sig")
        document = pack_paper(self.team, self.clients, self.paper)
        if kind == "html":
            return plain.html_of(document).encode()
        return pdf_of(document, self.paper.made_at)


def gather(team: str, clients: Sequence[ClientCard], paper: Paper) -> Pack:
    """The pack of these clients, of whom the caller may see all, in the order given."""
    ids, now, words = [each.id for each in clients], paper.made_at, Words(paper.language)
    first: dict[date, list[UUID]] = defaultdict(list)
    for each in clients:
        first[now.astimezone(ZoneInfo(each.zone)).date()].append(each.id)
    cards: dict[UUID, list[DayCard]] = {}
    for day, of_day in first.items():
        cards |= day_cards(of_day, day, DAYS, now)
    carers, pharmacies = carers_of(ids), pharmacies_of(ids)
    return Pack(
        team=team, paper=paper,
        clients=[
            (
                Whose(
                    name=each.display, born=each.birth_date, phone=each.phone,
                    people=_people(each, carers.get(each.id, []), pharmacies.get(each.id), words, now),
                ),
                cards[each.id],
            )
            for each in clients
        ],
    )  # fmt: skip


def _people(
    client: ClientCard,
    carers: Sequence[CarerCard],
    pharmacy: PharmacyCard | None,
    words: Words,
    now: datetime,
) -> list[Person]:
    """Whom to phone about this client: herself, her carers, her pharmacy, and whom the follow-up asks."""
    found = [Person(who=words.say("person_client"), name=client.display, phone=client.phone)]
    found += [
        Person(who=words.say("person_carer", relation=each.relation), name=each.name, phone=each.phone)
        for each in carers
    ]
    if pharmacy is not None:
        found.append(Person(who=words.say("person_pharmacy"), name=pharmacy.name, phone=pharmacy.phone))
        name, number = pharmacy.number_at(now)
        if number != pharmacy.phone:
            found.append(Person(who=words.say("person_duty"), name=name, phone=number))
    arrangement = arrangement_of(client.id)
    steps = arrangement.steps if arrangement else ()
    return found + [
        Person(
            who=words.say("person_route", n=number),
            name=f"{each.responder}: {words.known(f'route_{each.action}', each.action)}", phone="–",
        )
        for number, each in enumerate(steps, start=1)
    ]  # fmt: skip
